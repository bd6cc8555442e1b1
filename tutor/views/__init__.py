"""The widgets of the window: plain data comes down through setters, signals go up."""
