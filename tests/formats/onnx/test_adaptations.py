"""Operators of older opsets mean here what they meant there: held to ONNX Runtime at the same opset."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from graph_explorer.document import run
from graph_explorer.formats.onnx.adaptations import ADAPTATIONS
from graph_explorer.formats.onnx.read import document_of
from tests.formats.onnx.models import model, node, value

_RANDOM = np.random.default_rng(5)


def numbers(*shape: int, dtype: Any = np.float32) -> np.ndarray:
    return _RANDOM.standard_normal(shape).astype(dtype)


#: Operator, opset, inputs by position, attributes, and how many outputs there are.
CASES: list[tuple[str, int, list[Any], dict[str, Any], int]] = [
    *(("Softmax", opset, [numbers(2, 3, 4)], {}, 1) for opset in (7, 11, 12, 13)),
    ("Softmax", 11, [numbers(2, 3, 4)], {"axis": 0}, 1),
    ("Softmax", 11, [numbers(2, 3, 4)], {"axis": -1}, 1),
    ("Softmax", 9, [numbers(4)], {"axis": 0}, 1),
    ("LogSoftmax", 11, [numbers(2, 3, 4)], {}, 1),
    ("LogSoftmax", 7, [numbers(2, 3, 4)], {"axis": 2}, 1),
    ("Hardmax", 11, [numbers(2, 3, 4)], {}, 1),
    ("Clip", 7, [numbers(3, 4)], {"min": -0.5, "max": 0.25}, 1),
    ("Clip", 10, [numbers(3, 4)], {"max": 0.25}, 1),
    ("Clip", 10, [numbers(3, 4)], {}, 1),
    ("Pad", 7, [numbers(2, 3)], {"pads": [0, 1, 2, 0], "value": 1.5}, 1),
    ("Pad", 10, [numbers(2, 3)], {"pads": [0, 1, 0, 2], "mode": "reflect"}, 1),
    ("Pad", 10, [numbers(2, 3)], {"pads": [0, 1, 1, 2], "mode": "edge"}, 1),
    ("Dropout", 7, [numbers(3, 4)], {"ratio": 0.3}, 1),
    ("Dropout", 10, [numbers(3, 4)], {"ratio": 0.3}, 1),
    ("BatchNormalization", 7, [numbers(2, 3, 4), *(np.abs(numbers(3)) for _ in range(4))], {}, 1),
    ("BatchNormalization", 9, [numbers(2, 3, 4), *(np.abs(numbers(3)) for _ in range(4))], {}, 1),
    ("Upsample", 7, [numbers(1, 1, 2, 3)], {"scales": [1.0, 1.0, 2.0, 3.0]}, 1),
    ("Upsample", 7, [numbers(1, 1, 2, 3)], {"scales": [1.0, 1.0, 2.0, 2.0], "mode": "linear"}, 1),
    ("Upsample", 9, [numbers(1, 1, 2, 3), np.float32([1, 1, 2, 1])], {}, 1),
    ("Resize", 10, [numbers(1, 1, 2, 3), np.float32([1, 1, 2, 2])], {}, 1),
    ("Resize", 10, [numbers(1, 1, 4, 4), np.float32([1, 1, 0.5, 0.5])], {"mode": "linear"}, 1),
    (
        "Resize", 11, [numbers(1, 1, 2, 3), np.float32([]), np.float32([]), np.int64([1, 1, 4, 5])],
        {"mode": "linear", "coordinate_transformation_mode": "align_corners"}, 1,
    ),
    ("Resize", 11, [numbers(1, 1, 2, 3), np.float32([]), np.float32([1, 1, 2, 2])], {}, 1),
    (
        "Scatter", 9, [numbers(3, 3), np.int64([[1, 0, 2], [0, 2, 1]]), numbers(2, 3)], {"axis": 0}, 1,
    ),
    ("Split", 7, [numbers(4, 3)], {"axis": 0}, 2),
    ("Split", 11, [numbers(5, 3)], {"axis": 0, "split": [2, 3]}, 2),
    ("Split", 13, [numbers(4, 3)], {"axis": 0}, 2),
    ("Split", 13, [numbers(5, 3), np.int64([1, 4])], {"axis": 0}, 2),
    ("Split", 18, [numbers(5, 3)], {"axis": 0, "num_outputs": 2}, 2),
    ("GroupNormalization", 18, [numbers(2, 4, 3), numbers(2), numbers(2)], {"num_groups": 2}, 1),
    ("DFT", 17, [numbers(2, 5, 3, 1)], {"axis": 2}, 1),
    ("DFT", 17, [numbers(2, 5, 1)], {}, 1),
    ("GridSample", 16, [numbers(1, 1, 4, 4), numbers(1, 3, 3, 2)], {}, 1),
    ("GridSample", 16, [numbers(1, 1, 5, 5), numbers(1, 3, 3, 2)], {"mode": "bicubic"}, 1),
    (
        "RoiAlign", 10, [numbers(1, 1, 6, 6), np.float32([[1, 1, 4, 5]]), np.int64([0])],
        {"output_height": 2, "output_width": 2, "sampling_ratio": 2}, 1,
    ),
    ("Slice", 9, [numbers(4, 5)], {"starts": [1, 0], "ends": [3, -1]}, 1),
    ("Slice", 9, [numbers(4, 5)], {"starts": [-2], "ends": [100], "axes": [1]}, 1),
    ("Slice", 10, [numbers(4, 5), np.int64([1]), np.int64([4]), np.int64([1]), np.int64([2])], {}, 1),
    ("TopK", 9, [numbers(2, 5)], {"k": 2}, 2),
    ("TopK", 10, [numbers(2, 5), np.int64([2])], {"axis": 0}, 2),
    ("Squeeze", 11, [numbers(1, 3, 1)], {"axes": [0]}, 1),
    ("Squeeze", 7, [numbers(1, 3, 1)], {}, 1),
    ("Unsqueeze", 11, [numbers(3)], {"axes": [0, -1]}, 1),
    ("ReduceSum", 11, [numbers(2, 3, 4)], {"axes": [0, 2], "keepdims": 0}, 1),
    ("ReduceMean", 17, [numbers(2, 3, 4)], {"axes": [-1]}, 1),
    ("ReduceMax", 12, [numbers(2, 3, 4)], {}, 1),
    ("ReduceLogSumExp", 13, [numbers(2, 3, 4)], {"axes": [1]}, 1),
    ("Gemm", 7, [numbers(2, 3), numbers(3, 4), numbers(4)], {"alpha": 0.5}, 1),
    ("AveragePool", 7, [numbers(1, 2, 5, 5)], {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, 1),
    ("MaxPool", 7, [numbers(1, 2, 5, 5)], {"kernel_shape": [2, 2], "strides": [2, 2]}, 1),
    ("LpPool", 11, [numbers(1, 2, 5, 5)], {"kernel_shape": [2, 2], "p": 3}, 1),
    ("Flatten", 7, [numbers(2, 3, 4)], {"axis": 2}, 1),
    ("Concat", 7, [numbers(2, 3), numbers(2, 2)], {"axis": 1}, 1),
    ("Cast", 9, [numbers(3) * 4], {"to": onnx.TensorProto.INT32}, 1),
    ("PRelu", 7, [numbers(2, 3, 4), numbers(3, 1)], {}, 1),
    ("Add", 7, [numbers(2, 3, 4), numbers(3, 1)], {}, 1),
    ("LSTM", 7, [numbers(3, 2, 4), numbers(1, 12, 4), numbers(1, 12, 3)], {"hidden_size": 3}, 3),
    ("GRU", 7, [numbers(3, 2, 4), numbers(1, 9, 4), numbers(1, 9, 3)], {"hidden_size": 3}, 2),
    ("Selu", 7, [numbers(3, 4)], {}, 1),
    ("ArgMax", 7, [numbers(3, 4)], {"axis": 1}, 1),
    ("DepthToSpace", 7, [numbers(1, 8, 2, 2)], {"blocksize": 2}, 1),
    ("Gather", 7, [numbers(4, 3), np.int64([0, 3])], {"axis": 0}, 1),
    ("ScatterElements", 11, [numbers(3, 3), np.int64([[-1, 0, 2]]), numbers(1, 3)], {}, 1),
    ("Reshape", 7, [numbers(2, 3, 4), np.int64([0, -1])], {}, 1),
    ("CumSum", 11, [numbers(3, 4), np.array(1)], {"reverse": 1}, 1),
]  # fmt: skip

#: Rows for opsets before 7, in which ONNX Runtime runs nothing: they have tests of their own below.
BEFORE_7 = {
    "Abs", "Ceil", "Elu", "Exp", "Floor", "HardSigmoid", "InstanceNormalization", "LeakyRelu", "Log", "Max",
    "Mean", "Min", "Neg", "Reciprocal", "Relu", "Sigmoid", "Sqrt", "Sum", "Tanh", "Sub", "Mul", "Div", "Pow",
    "And", "Or", "Xor", "Equal", "Greater", "Less", "GlobalLpPool", "RNN", "Tile",
}  # fmt: skip


def old_model(op: str, opset: int, inputs: list[Any], attributes: dict[str, Any], count: int) -> Any:
    names = [f"x{k}" for k in range(len(inputs))]
    outputs = [f"y{k}" for k in range(count)]
    one = node(op, " ".join(names), " ".join(outputs), **attributes)
    made = model([one], [value(n, a) for n, a in zip(names, inputs, strict=True)], outputs, opset=opset)
    made.ir_version = 8
    return made, dict(zip(names, inputs, strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_an_operator_means_what_it_meant(case: tuple[str, int, list[Any], dict[str, Any], int]) -> None:
    old, feeds = old_model(*case)
    onnxruntime.set_default_logger_severity(4)
    session = onnxruntime.InferenceSession(old.SerializeToString(), providers=["CPUExecutionProvider"])
    document = document_of(old, inputs=feeds)
    assert not [one.op for one in document.graph if one.rule is not None], "it has a rule of ours"
    trace = run(document, wrt=())
    for name, wanted in zip((one.name for one in old.graph.output), session.run(None, feeds), strict=True):
        found = trace.value(name)
        assert found.dtype == wanted.dtype
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-6)


def test_every_row_has_a_case() -> None:
    covered = {case[0] for case in CASES} | BEFORE_7
    assert set(ADAPTATIONS) <= covered


def test_the_gradient_passes_through_a_flattened_softmax() -> None:
    x = np.float64([[[0.1, 0.2], [0.3, 0.5]]])
    old, feeds = old_model("Softmax", 11, [x], {"axis": 1}, 1)
    trace = run(document_of(old, inputs=feeds), wrt=["x0"], output="y0[0,1,0]")
    flat = np.exp(x.reshape(-1)) / np.exp(x).sum()
    wanted = flat[2] * (np.eye(4)[2] - flat)
    np.testing.assert_allclose(trace.gradient("x0").reshape(-1), wanted, rtol=1e-12)
    assert trace.graph.groups == ("y0:Softmax",)


def test_before_7_the_second_operand_is_stretched_from_an_axis() -> None:
    a, b = numbers(2, 3, 4), numbers(3)
    for op, function in (("Add", np.add), ("Mul", np.multiply), ("Sub", np.subtract), ("Div", np.divide)):
        old, feeds = old_model(op, 6, [a, b], {"broadcast": 1, "axis": 1}, 1)
        found = run(document_of(old, inputs=feeds), wrt=()).value("y0")
        np.testing.assert_allclose(found, function(a, b[:, None]), rtol=1e-6)


def test_before_7_an_operator_does_not_name_what_it_overwrites() -> None:
    for op, function in (("Relu", lambda x: np.maximum(x, 0)), ("Exp", np.exp), ("Abs", np.abs)):
        old, feeds = old_model(op, 1, [numbers(3)], {"consumed_inputs": [0]}, 1)
        np.testing.assert_allclose(
            run(document_of(old, inputs=feeds), wrt=()).value("y0"), function(feeds["x0"]), rtol=1e-6
        )


def test_before_7_prelu_has_a_slope_a_channel() -> None:
    x, slope = numbers(2, 3, 4), numbers(3)
    old, feeds = old_model("PRelu", 6, [x, slope], {}, 1)
    wanted = np.where(x > 0, x, x * slope[:, None])
    np.testing.assert_allclose(run(document_of(old, inputs=feeds), wrt=()).value("y0"), wanted, rtol=1e-6)


def test_clip_keeps_the_type_of_its_input() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        old, feeds = old_model("Clip", 7, [numbers(3, dtype=dtype)], {"min": 0.0, "max": 0.5}, 1)
        found = run(document_of(old, inputs=feeds), wrt=()).value("y0")
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, np.clip(feeds["x0"], 0, 0.5).astype(dtype))
