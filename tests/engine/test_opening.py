"""An opened node computes what it computed closed: equal numbers, equal gradients, readable names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node, Use
from graph_explorer.engine.opening import can_open, opened
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.engine.trace import Trace
from tests.engine.ops import laws
from tests.engine.ops.samples import Sample, samples

COMPOSED = [op for op in OPERATIONS.values() if op.parts is not None]
CASES = [
    pytest.param(op.name, sample, id=f"{op.name}-{k}")
    for op in COMPOSED
    for k, sample in enumerate(samples(op))
]


def closed_graph(name: str, sample: Sample) -> tuple[Graph, dict[str, Any], list[str]]:
    """One node of that operation, whose outputs are squared and added up; the leaves, and which move."""
    inputs, attributes = sample
    op = OPERATIONS[name]
    results = laws.as_tuple(laws.forward(op, inputs, attributes))
    leaves = {f"x{k}": np.asarray(value) for k, value in enumerate(inputs) if value is not None}
    nodes = [Node(leaf, "parameter") for leaf in leaves]
    outputs = tuple(f"y{k}" for k in range(len(results)))
    taken = tuple("" if value is None else f"x{k}" for k, value in enumerate(inputs))
    nodes.append(Node("y0", name, taken, attributes, "net", outputs=outputs))
    for output in outputs:
        nodes.append(Node(f"s{output}", "ReduceSumSquare", (output,), {"keepdims": 0}))
    nodes.append(Node("L", "Sum", tuple(f"s{output}" for output in outputs)))
    return Graph(nodes), leaves, [f"x{k}" for k in laws.gradient_inputs(op, inputs)]


def run(
    graph: Graph, leaves: dict[str, Any], wrt: list[str], detached: frozenset[Use] = frozenset()
) -> Trace:
    trace = execute(Plan(graph, "L", wrt, detached), leaves)
    assert trace.failure is None, trace.failure
    return trace


@pytest.mark.parametrize(("name", "sample"), CASES)
def test_same_numbers_and_gradients(name: str, sample: Sample) -> None:
    graph, leaves, wrt = closed_graph(name, sample)
    before = run(graph, leaves, wrt)
    found = opened(graph, "y0", leaves)
    after = run(found.graph, {**leaves, **found.constants}, wrt)
    assert name not in {node.op for node in found.graph}
    assert set(graph.values) <= set(found.graph.values)
    for output in graph.node("y0").outputs:
        np.testing.assert_allclose(after.value(output), before.value(output), rtol=1e-12, atol=1e-14)
    for leaf in wrt:
        if before.has_gradient(leaf):
            found_gradient = after.gradient(leaf) if after.has_gradient(leaf) else 0.0
            np.testing.assert_allclose(found_gradient, before.gradient(leaf), rtol=1e-10, atol=1e-12)


def test_gates_of_an_lstm_are_readable() -> None:
    graph, leaves, _ = closed_graph("LSTM", next(iter(samples(OPERATIONS["LSTM"]))))
    found = opened(graph, "y0", leaves).graph
    steps = len(leaves["x0"])
    for step in range(steps):
        for gate, op in (("i", "Sigmoid"), ("f", "Sigmoid"), ("g", "Tanh"), ("o", "Sigmoid"), ("c", "Add")):
            node = found.node(f"y0.LSTM/t={step}/{gate}")
            assert (node.op, node.group, node.label) == (op, f"net/y0.LSTM/t={step}", gate)
        assert found.node(f"y0.LSTM/t={step}/h").op == "Mul"
    assert {f"net/y0.LSTM/t={step}" for step in range(steps)} < set(found.groups)


def test_backward_steps_are_called_by_their_time() -> None:
    sample = list(samples(OPERATIONS["GRU"]))[3]
    assert sample[1]["direction"] == "reverse"
    graph, leaves, _ = closed_graph("GRU", sample)
    found = opened(graph, "y0", leaves).graph
    last = len(leaves["x0"]) - 1
    assert found.index(f"y0.GRU/t={last}/h") < found.index("y0.GRU/t=0/h")


def test_parts_that_lead_nowhere_are_left_out() -> None:
    graph, leaves, _ = closed_graph("LSTM", next(iter(samples(OPERATIONS["LSTM"]))))
    node = graph.node("y0")
    first_only = Graph([*graph.leaves(), Node("y0", "LSTM", node.inputs, node.attributes)])
    found = opened(first_only, "y0", leaves).graph
    used = {name for other in found for name in other.inputs} | {"y0"}
    assert [other.id for other in found if used.isdisjoint(other.outputs)] == []


def test_a_detached_edge_stays_detached() -> None:
    graph, leaves, wrt = closed_graph("RNN", next(iter(samples(OPERATIONS["RNN"]))))
    cut = frozenset({Use("y0", 1)})
    found = opened(graph, "y0", leaves, cut)
    assert {use.node for use in found.detached} == {"y0.RNN/W"}
    after = run(found.graph, {**leaves, **found.constants}, wrt, found.detached)
    assert not after.has_gradient("x1")
    assert after.has_gradient("x2")


def test_a_node_of_one_piece_has_no_parts() -> None:
    graph = Graph([Node("x", "input"), Node("y", "Exp", ("x",))])
    assert not can_open(graph.node("y"))
    with pytest.raises(InputError, match="'y' has no parts: Exp is one operation of its own"):
        opened(graph, "y", {"x": np.ones(2)})
