"""The engine: graphs of operations, their runs forward and backward, and nothing else but NumPy."""
