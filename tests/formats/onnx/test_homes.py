"""Where weights stand: in the group of what uses them, also if they are computed from a constant."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from graph_explorer.formats.onnx.read import document_of


def test_a_filled_weight_stands_beside_its_layer() -> None:
    """Named after a scope that its layer does not have, it makes no group of its own."""
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["fire/w"], name="fire/w"),
        helper.make_node("MatMul", ["x", "fire/w"], ["h"], name="n1"),
        helper.make_node("ConstantOfShape", ["shape"], ["block/w"], name="other/w"),
        helper.make_node("MatMul", ["h", "block/w"], ["y"], name="/block/matmul"),
    ]
    shape = numpy_helper.from_array(np.array([2, 2], np.int64), "shape")
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])
    graph = helper.make_graph(nodes, "g", [x], [y], [shape])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    found = document_of(model).graph
    assert found.groups == ("block",)
    assert found.node("fire/w").group == ""
    assert found.node("block/w").group == "block"
