"""Transformer Tutor: step through the forward pass of a Transformer, every number its own."""

__version__ = "0.1.0"
