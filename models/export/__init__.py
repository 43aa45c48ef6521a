"""Weights of other makers, turned into ONNX."""
