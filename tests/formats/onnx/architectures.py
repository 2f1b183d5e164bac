"""The architectures that the onnx package ships, with weights that make their outputs tell something."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

FOLDER = Path(onnx.__file__).parent / "backend/test/data/light"
NAMES = (
    "bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet",
    "vgg19", "zfnet512",
)  # fmt: skip


def as_shipped(name: str) -> Path:
    return FOLDER / f"light_{name}.onnx"


def with_random_weights(name: str, seed: int = 0) -> onnx.ModelProto:
    """The architecture with normal weights of He's scale, where the file makes them of one number."""
    model = onnx.load(as_shipped(name))
    random = np.random.default_rng(seed)
    shapes = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    kept, made = [], []
    for node in model.graph.node:
        if node.op_type != "ConstantOfShape" or node.input[0] not in shapes:
            kept.append(node)
            continue
        shape = shapes[node.input[0]]
        scale = np.sqrt(2 / max(np.prod(shape[1:]), 1)) if len(shape) > 1 else 0.1
        numbers = random.standard_normal(shape) * scale
        # a one-dimensional tensor may be a variance or a scale of a normalisation: above zero
        numbers = numbers if len(shape) > 1 else 1 + np.abs(numbers)
        made.append(numpy_helper.from_array(numbers.astype(np.float32), node.output[0]))
    del model.graph.node[:]
    model.graph.node.extend(kept)
    model.graph.initializer.extend(made)
    return model
