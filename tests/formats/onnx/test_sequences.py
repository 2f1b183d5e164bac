"""Lists are seen through: values come out of them as they went in, and gradients pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx.parser
import pytest

from graph_explorer.document import Document, run
from graph_explorer.formats.onnx.read import document_of

X = np.arange(12.0, dtype=np.float32).reshape(4, 3)


def document(body: str, inputs: str = "float[4,3] x", outputs: str = "float L") -> Document:
    text = f'<ir_version: 10, opset_import: ["" : 21]> agraph ({inputs}) => ({outputs}) {{ {body} }}'
    return document_of(onnx.parser.parse_model(text), inputs={"x": X})


def rows(*numbers: int) -> Any:
    """Ones in these rows of x, zeros in the others."""
    return np.isin(np.arange(4), numbers)[:, None] * np.ones_like(X)


def operators(found: Document) -> set[str]:
    return {node.op for node in found.graph if not node.is_leaf}


ONE = "one = Constant<value = int64 {1}>() "
SUM = " L = ReduceSum<keepdims = 0>(y)"


@pytest.mark.parametrize(
    ("body", "gradient"),
    [
        ("a = Neg(x) l = SequenceConstruct(x, a) y = SequenceAt(l, one)", -np.ones((4, 3))),
        ("l = SplitToSequence<axis = 0, keepdims = 0>(x) y = SequenceAt(l, one)", rows(1)),
        (
            "n = Constant<value = int64 {3}>() l = SplitToSequence(x, n) y = SequenceAt(l, one)",
            rows(3),
        ),
        (
            "n = Constant<value = int64[2] {1, 3}>() l = SplitToSequence(x, n) y = SequenceAt(l, one)",
            rows(1, 2, 3),
        ),
        ("e = SequenceEmpty() l = SequenceInsert(e, x) y = ConcatFromSequence<axis = 0>(l)", np.ones((4, 3))),
        (
            "l = SequenceConstruct(x, x, x) m = SequenceErase(l)"
            " y = ConcatFromSequence<axis = 0, new_axis = 1>(m)",
            2 * np.ones((4, 3)),
        ),
        (
            "a = Neg(x) l = SequenceConstruct(x, x) m = SequenceInsert(l, a, one)"
            " k = Identity(m) y = SequenceAt(k, one)",
            -np.ones((4, 3)),
        ),
        ("o = Optional(x) y = OptionalGetElement(o)", np.ones((4, 3))),
    ],
)  # fmt: skip
def test_gradients_pass_through_lists(body: str, gradient: Any) -> None:
    found = document(ONE + body + SUM)
    assert not any("Sequence" in op or "Optional" in op for op in operators(found))
    trace = run(found, wrt=["x"])
    np.testing.assert_array_equal(trace.gradient("x"), gradient)


def test_a_list_that_a_loop_fills() -> None:
    found = document(
        """three = Constant<value = int64 {3}>()
        yes = Constant<value = bool {1}>()
        e = SequenceEmpty()
        l = Loop(three, yes, e) <body = turn (int64 i, bool go, seq(float) before)
            => (bool goes, seq(float) after) {
            goes = Identity(go)
            after = SequenceInsert(before, x)
        }>
        y = ConcatFromSequence<axis = 0>(l)"""
        + SUM
    )
    trace = run(found, wrt=["x"])
    np.testing.assert_array_equal(trace.gradient("x"), 3 * np.ones((4, 3)))


def test_a_list_that_is_asked_for_as_a_whole_stays() -> None:
    found = document(
        "a = Neg(x) l = SequenceConstruct(x, a) n = SequenceLength(l) L = Cast<to = 1>(n)", outputs="float L"
    )
    assert "SequenceConstruct" in operators(found)
    assert float(run(found).value("L")) == 2.0


def test_a_place_outside_the_list_is_told_when_it_runs() -> None:
    found = document(
        "n = Constant<value = int64 {5}>() l = SequenceConstruct(x, x) y = SequenceAt(l, n)" + SUM
    )
    assert "SequenceAt" in operators(found)
    trace = run(found, wrt=["x"], partial=True)
    assert "SequenceAt" in str(trace.failure)
