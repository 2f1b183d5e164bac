"""Where a gradient stops is named, with the reason that the operation gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import parse, run
from graph_explorer.engine import plan as planning
from graph_explorer.engine.graph import Graph, Node, Use
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.stopping import is_used, stops, why_none_arrives

VALUES = {"x": [0.3, 1.2], "w": [0.5, 0.1], "s": 0.1}


@pytest.mark.parametrize(
    ("program", "name", "reason"),
    [
        ("q = QuantizeLinear(x, s)\ny = DequantizeLinear(q, s)\nL = sum(y)", "x",
         "none passes through 'q' (QuantizeLinear):"
         " rounding to a grid is a staircase, flat between its steps"),
        ("m = x * w\nk = ArgMax(m, axis=0, keepdims=0)\nL = sum(w) + k", "m",
         "none passes through 'k' (ArgMax): a place is a whole number"),
        ("m = exp(x)\nk = m > w\nL = sum(where(k, w, 2*w))", "x",
         "none passes through 'k' (Greater): it is true or false, and jumps from one to the other"),
        ("m = x * w\nk = ArgMax(m, axis=0, keepdims=0)\nL = sum(w) + k", "k",
         "ArgMax lets none through: a place is a whole number"),
        ("d = detach(x)\nL = sum(d * w)", "x", "it is detached at 'd'"),
        ("m = x * x\nd = detach(m)\nL = sum(d * w)", "x", "it is detached at 'd'"),
        ("z = x * 2\nL = sum(w)", "x", "the output 'L' does not depend on it"),
    ],
)  # fmt: skip
def test_the_reason_is_the_operations_own(program: str, name: str, reason: str) -> None:
    trace = run(parse(program, parameters=VALUES))
    assert not trace.has_gradient(name)
    assert trace.why_no_gradient(name) == reason


def test_what_was_not_asked_for_is_told_so() -> None:
    trace = run(parse("z = x * w\nL = sum(z)", parameters=VALUES), wrt=["w"])
    assert trace.why_no_gradient("x") == "it was not asked for"
    other = run(parse("z = x * 2\nL = sum(z) + sum(w)", parameters=VALUES), wrt=["w"])
    assert other.why_no_gradient("z") == "no parameter that it depends on takes a gradient through it"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, frozenset[Use]]:
    """Additions, comparisons and twos of what comes before, some edges of them detached."""
    nodes = [Node("x0", "input"), Node("x1", "input")]
    for number in range(2, draw(st.integers(3, 14))):
        before = st.sampled_from([made for node in nodes for made in node.outputs])
        op = draw(st.sampled_from(["Add", "Add", "Greater", "Split"]))
        inputs = (draw(before),) if op == "Split" else (draw(before), draw(before))
        outputs = (f"x{number}", f"y{number}") if op == "Split" else (f"x{number}",)
        nodes.append(Node(f"x{number}", op, inputs, outputs=outputs))
    edges = [Use(node.id, slot) for node in nodes for slot in range(len(node.inputs))]
    return Graph(nodes), frozenset(draw(st.sets(st.sampled_from(edges), max_size=3)))


@given(graphs())
def test_every_way_to_the_output_is_gone(made: tuple[Graph, frozenset[Use]]) -> None:
    """Against the ways themselves, one after the other."""
    graph, cut = made
    output = graph.nodes[-1].id
    plan = Plan(graph, output, [], cut)

    def ends(name: str) -> set[int]:
        """Where the ways on from a value end: −1 at the output, else at the node that lets none through."""
        if name == output:
            return {-1}
        found: set[int] = set()
        for use in graph.uses(name):
            taker = graph.node(use.node)
            on = set().union(*(ends(value) for value in taker.outputs))
            if on:
                passes = use not in cut and taker.op != "Greater"
                found |= on if passes else {graph.index(use.node)}
        return found

    for name in graph.values:
        found = ends(name)
        assert is_used(plan, name) == bool(found)
        said = why_none_arrives(plan, name)
        assert bool(said) == (bool(found) and -1 not in found)
        if said:
            assert f"'{graph.nodes[min(found)].id}'" in said


def test_one_walk_serves_every_question(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[Plan] = []

    def noted(plan: Plan) -> list[int]:
        walked.append(plan)
        return stops(plan)

    monkeypatch.setattr(planning, "stops", noted)
    document = parse("h = x\nfor t in range(50):\n    h = tanh(h)*w\nL = h", {"x": 0.5}, {"w": 0.1})
    trace = run(document)
    for node in trace.graph:
        trace.why_no_gradient(node.id)
    assert walked == [trace.plan]
