"""Branches and loops of a model, spelled out as far as the present values ask for."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from graph_explorer.document import run
from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx import control
from graph_explorer.formats.onnx.read import document_of
from tests.formats.onnx.models import model, node, open_value

X = np.float32([1.0, -2.0, 3.0])


def graph(
    name: str, nodes: list, inputs: list, outputs: list[str], tensors: list | None = None
) -> onnx.GraphProto:
    declared = [onnx.ValueInfoProto(name=one) for one in inputs]
    return helper.make_graph(
        nodes, name, declared, [onnx.ValueInfoProto(name=one) for one in outputs], tensors or []
    )


def branching() -> onnx.ModelProto:
    """x·w where the sum of x is positive, else x itself."""
    yes = graph("yes", [node("Mul", "x w", "scaled", "times/Mul")], [], ["scaled"])
    no = graph("no", [], [], ["x"])
    return model(
        [
            node("ReduceSum", "x", "sum", keepdims=0),
            node("Greater", "sum zero", "positive"),
            node("If", "positive", "h", "choose", then_branch=yes, else_branch=no),
            node("Neg", "h", "y"),
        ],
        [open_value("x", 3)],
        tensors={"w": np.float32([2, 3, 4]), "zero": np.float32(0)},
    )


def test_the_branch_that_is_taken_is_drawn() -> None:
    document = document_of(branching(), inputs={"x": X})
    assert document.graph.groups == ("choose", "choose/then", "choose/then/times")
    assert document.graph.node("h").op == "Mul"
    assert document.read.captions["choose/then"] == "taken because 'positive' is True"
    trace = run(document, wrt=["w"])
    np.testing.assert_array_equal(trace.value("y"), -X * [2, 3, 4])
    np.testing.assert_array_equal(trace.gradient("w"), -X)


def test_other_values_take_the_other_branch() -> None:
    document = document_of(branching(), inputs={"x": X})
    other = document.with_values({"x": -X})
    assert "choose/else" in other.graph.groups
    assert other.graph.node("h").op == "Identity"
    np.testing.assert_array_equal(run(other, wrt=["x"]).value("y"), X)
    assert "choose/then" in other.with_values({"x": X}).graph.groups


def test_a_condition_that_no_input_decides_keeps_the_graph() -> None:
    made = branching()
    made.graph.node[2].input[0] = "always"
    made.graph.initializer.append(helper.make_tensor("always", TensorProto.BOOL, [], [True]))
    document = document_of(made, inputs={"x": -X})
    assert document.model is not None
    assert not document.model.unfolds
    assert document.with_values({"x": X}).graph is document.graph


def looping(turns: str = "turns", condition: str = "_") -> onnx.ModelProto:
    """state ← state·w + t, and the states on the way."""
    body = graph(
        "body",
        [
            node("Cast", "t", "at", to=TensorProto.FLOAT),
            node("Mul", "s w", "product"),
            node("Add", "product at", "next"),
            node("ReduceSum", "next", "size", keepdims=0),
            node("Less", "size limit", "small"),
        ],
        ["t", "going", "s"],
        ["small" if condition == "go" else "going", "next", "next"],
    )
    return model(
        [node("Loop", f"{turns} {condition} x", "last all", "loop", body=body)],
        [open_value("x", 3), open_value("turns", kind=TensorProto.INT64)],
        ("last", "all"),
        tensors={"w": np.float32(2), "limit": np.float32(40), "go": np.array(True)},
    )


def turned(turns: int) -> list[np.ndarray]:
    """What the loop makes in so many turns: the last state, and all of them."""
    states = [X]
    for t in range(turns):
        states.append(states[-1] * 2 + np.float32(t))
    return [states[-1], np.stack(states[1:])]


@pytest.mark.parametrize(
    ("made", "turns"), [(looping(), 3), (looping("_", "go"), 4), (looping("turns", "go"), 3)]
)
def test_a_loop_is_unrolled(made: onnx.ModelProto, turns: int) -> None:
    feeds = {"x": X, "turns": np.int64(3)}
    document = document_of(made, inputs=feeds)
    wanted = turned(turns)
    trace = run(document, wrt=["x", "w"])
    np.testing.assert_allclose(trace.value("last"), wanted[0])
    np.testing.assert_allclose(trace.value("all"), wanted[1])
    assert f"loop/t={turns - 1}" in document.graph.groups
    assert f"loop/t={turns}" not in document.graph.groups
    np.testing.assert_allclose(trace.gradient("x"), np.full(3, 2.0**turns))
    assert document.model is not None
    assert document.model.unfolds


def test_another_count_unrolls_anew() -> None:
    document = document_of(looping(), inputs={"x": X, "turns": np.int64(2)})
    assert "loop/t=2" not in document.graph.groups
    longer = document.with_values({"turns": 4})
    assert "loop/t=3" in longer.graph.groups
    assert run(longer, wrt=["x"]).value("all").shape == (4, 3)


def test_a_loop_without_turns_hands_on_its_states() -> None:
    made = looping()
    del made.graph.output[1]
    made.graph.node[0].attribute[0].g.output.pop()
    del made.graph.node[0].output[1]
    document = document_of(made, inputs={"x": X, "turns": np.int64(0)})
    np.testing.assert_array_equal(run(document, wrt=["x"]).value("last"), X)


def test_a_loop_that_is_too_long_stays_closed_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "MAX_UNROLLED", 20)
    made, feeds = looping(), {"x": X, "turns": np.int64(10)}
    document = document_of(made, inputs=feeds)
    found = document.graph.node("last")
    assert found.op == "Loop"
    assert found.rule is not None
    assert "w" in found.inputs, "what the body takes from outside is an input"
    assert any("'loop' (Loop) would become more than 20 nodes" in note for note in document.notes)
    trace = run(document, wrt=["x"])
    for name, wanted in zip(("last", "all"), turned(10), strict=True):
        np.testing.assert_allclose(trace.value(name), wanted)
    assert not trace.has_gradient("x")


def test_an_endless_loop_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "MAX_TURNS", 50)
    body = graph("body", [node("Identity", "s", "next")], ["t", "going", "s"], ["going", "next"])
    made = model(
        [node("Loop", "_ go x", "y", "loop", body=body)], [open_value("x", 3)], tensors={"go": np.array(True)}
    )
    with pytest.raises(InputError, match="turns more than 50 times"):
        run(document_of(made, inputs={"x": X}), wrt=["x"])


def test_a_scan_is_unrolled_in_both_directions() -> None:
    for directions, axes in (([0], [0]), ([1], [1])):
        body = graph(
            "body",
            [node("Mul", "s w", "p"), node("Add", "p row", "next"), node("Neg", "next", "out")],
            ["s", "row"],
            ["next", "out"],
        )
        made = model(
            [
                node(
                    "Scan", "x rows", "last all", "scan", body=body, num_scan_inputs=1,
                    scan_input_directions=directions, scan_input_axes=axes, scan_output_axes=axes,
                    scan_output_directions=directions,
                )
            ],
            [open_value("x", 3), open_value("rows", 3, 3)],
            ("last", "all"),
            tensors={"w": np.float32(2)},
        )  # fmt: skip
        feeds = {"x": X, "rows": np.arange(9, dtype=np.float32).reshape(3, 3)}
        document = document_of(made, inputs=feeds)
        state, rows = X, []
        for k in range(3):
            place = 2 - k if directions[0] else k
            state = state * 2 + np.take(feeds["rows"], place, axes[0])
            rows.append(-state)
        trace = run(document, wrt=["x", "w", "rows"])
        np.testing.assert_allclose(trace.value("last"), state)
        wanted = np.stack(rows[::-1] if directions[0] else rows, axes[0])
        np.testing.assert_allclose(trace.value("all"), wanted)
        assert [one for one in document.graph.groups if one.startswith("scan/")] == [
            "scan/t=0", "scan/t=1", "scan/t=2",
        ]  # fmt: skip
        assert trace.has_gradient("rows")


def test_a_scan_of_opset_8_walks_through_each_entry_of_a_batch() -> None:
    body = graph(
        "body", [node("Add", "s row", "next"), node("Neg", "next", "out")], ["s", "row"], ["next", "out"]
    )
    made = model(
        [node("Scan", "_ x rows", "last all", "scan", body=body, num_scan_inputs=1)],
        [open_value("x", 2, 3), open_value("rows", 2, 4, 3)],
        ("last", "all"),
        opset=8,
    )
    feeds = {"x": np.stack([X, -X]), "rows": np.arange(24, dtype=np.float32).reshape(2, 4, 3)}
    trace = run(document_of(made, inputs=feeds), wrt=["x", "rows"])
    sums = feeds["x"][:, None] + np.cumsum(feeds["rows"], axis=1)
    np.testing.assert_allclose(trace.value("last"), sums[:, -1])
    np.testing.assert_allclose(trace.value("all"), -sums)
    assert trace.has_gradient("rows")
    assert "scan/b=1/t=3" in trace.graph.groups


def test_tensors_inside_a_branch_are_parameters() -> None:
    yes = graph(
        "yes", [node("Mul", "x inside", "scaled")], [], ["scaled"],
        [helper.make_tensor("inside", TensorProto.FLOAT, [3], [2, 3, 4])],
    )  # fmt: skip
    no = graph("no", [node("Identity", "x", "same")], [], ["same"])
    made = model(
        [node("If", "go", "y", then_branch=yes, else_branch=no)],
        [open_value("x", 3)],
        tensors={"go": np.array(True)},
    )
    trace = run(document_of(made, inputs={"x": X}))
    assert list(trace.plan.wrt) == ["inside"]
    np.testing.assert_array_equal(trace.gradient("inside"), X)
