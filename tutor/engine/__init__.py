"""The engine: text to tokens, a Program of Steps to named tensors, a Trace of their values. No Qt."""
