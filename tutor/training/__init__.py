"""How the shipped models are made: their data, and the training itself."""
