"""The models that are opened in every viewer: two networks with their weights, and chains of any length.

The one rule: a model is a file made here from nothing but the package onnx, the same for all viewers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
_WIDTH = 4
#: Networks that the package onnx brings along without their weights.
NETWORKS = {"ResNet-50": "light_resnet50.onnx", "DenseNet-121": "light_densenet121.onnx"}
#: Operations of the chains.
CHAINS = (1_000, 5_000, 10_000, 50_000)


def made(folder: Path) -> dict[str, Path]:
    """Writes all models into a folder, those that are missing; title → file, small ones first."""
    found: dict[str, Path] = {}
    for title, light in NETWORKS.items():
        found[title] = folder / f"{title.lower()}.onnx"
        if not found[title].exists():
            onnx.save(weighted(onnx.load(_LIGHT / light)), found[title])
    for count in CHAINS:
        title = f"chain of {count:,}".replace(",", " ")
        found[title] = folder / f"chain_{count}.onnx"
        if not found[title].exists():
            onnx.save(chain(count), found[title])
    return found


def weighted(light: onnx.ModelProto) -> onnx.ModelProto:
    """The network with random weights where the light file only has their shapes."""
    graph, random = light.graph, np.random.default_rng(0)
    shapes = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    kept = [node for node in graph.node if node.op_type != "ConstantOfShape"]
    filled = {
        node.output[0]: shapes[node.input[0]] for node in graph.node if node.op_type == "ConstantOfShape"
    }
    unused = {f"{name}__SHAPE" for name in filled}
    tensors = [one for one in graph.initializer if one.name not in unused]
    for name, shape in filled.items():
        values = (0.02 * random.standard_normal(tuple(shape))).astype(np.float32)
        tensors.append(numpy_helper.from_array(np.abs(values) if "bn" in name else values, name))
    inputs = [one for one in graph.input if one.name not in unused]
    made = helper.make_graph(kept, graph.name, inputs, list(graph.output), tensors)
    return helper.make_model(made, opset_imports=list(light.opset_import), ir_version=light.ir_version)


def chain(count: int) -> onnx.ModelProto:
    """`count` operations one behind the other, in blocks of five: a product, a shift, a rectifier, another
    product, and the sum with what went into the block. Each has weights of its own.
    """
    nodes: list[onnx.NodeProto] = []
    tensors: list[onnx.TensorProto] = []
    random = np.random.default_rng(0)

    def weight(name: str, *shape: int) -> str:
        values = (0.1 * random.standard_normal(shape)).astype(np.float32)
        tensors.append(numpy_helper.from_array(values, name))
        return name

    last = first = "x"
    for place in range(count):
        block, step = divmod(place, 5)
        first = last if step == 0 else first
        op = ("MatMul", "Add", "Relu", "MatMul", "Add")[step]
        inputs = [last]
        if step in (0, 3):
            inputs.append(weight(f"w{block}_{step}", _WIDTH, _WIDTH))
        elif step == 1:
            inputs.append(weight(f"b{block}", _WIDTH))
        elif step == 4:
            inputs.append(first)
        last = f"h{place}"
        nodes.append(helper.make_node(op, inputs, [last], name=f"{op}_{place}"))
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, _WIDTH]) for name in ("x", last))
    graph = helper.make_graph(nodes, f"chain of {count}", [x], [y], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
