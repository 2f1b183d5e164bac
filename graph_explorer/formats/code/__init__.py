"""A document written as code: with NumPy, forward and backward spelled out, or with PyTorch."""
