"""How the shipped models were made, and how a user trains one: the very same script."""
