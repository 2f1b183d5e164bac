"""ONNX models: what other tools write and run."""
