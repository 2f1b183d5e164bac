"""Nodes of two graphs that are the same, told by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_explorer.document import parse
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.matching import match, written

PROGRAM = "z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2"
LEAVES = {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2}


def graph(program: str) -> Graph:
    return parse(program, *LEAVES).graph


def pairs(before: Graph, now: Graph) -> dict[str, str]:
    """Which id now stands for which id before, of all nodes but constants."""
    return {
        node.id: before.nodes[place].id if place >= 0 else ""
        for node, place in zip(now, match(before, now).tolist(), strict=True)
        if node.op != "constant"
    }


def changed(program: str) -> dict[str, str]:
    """Only those that are not called as they were."""
    return {now: was for now, was in pairs(graph(PROGRAM), graph(program)).items() if now != was}


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (PROGRAM + "\n", {}),
        ("z = w*x + b\nact = sigmoid(z)\nL = 0.5*(y - act)**2", {"act": "a"}),
        ("z = w*x + b\na = tanh(z)\nL = 0.5*(y - a)**2", {}),  # by its name, where it does something else
        ("z = b*x + w\na = sigmoid(z)\nL = 0.5*(y - a)**2", {}),
        ("z = w*x + b\nr = relu(z)\na = sigmoid(r)\nL = 0.5*(y - a)**2", {"r": ""}),
        ("z = w*x + b\nc = tanh(z)\nL = 0.5*(y - c)**2", {"c": ""}),  # another name and another operation
    ],
)
def test_small_edits(program: str, expected: dict[str, str]) -> None:
    assert changed(program) == expected


def chain(length: int, *, name: str = "h", extra: int = -1) -> Graph:
    """Three operations in turn, numbered through; one more at a place."""
    nodes, last, count = [Node("x", "input"), Node("w", "parameter")], "x", 0
    for k in range(length):
        kinds = [("Tanh", (last,))] if k == extra else []
        kinds.append((("Add", "Relu", "Mul")[k % 3], (last, "w")))
        for op, inputs in kinds:
            taken = (last, *inputs[1:]) if op != "Relu" else (last,)
            nodes.append(Node(f"{name}{count}", op, taken))
            last, count = f"{name}{count}", count + 1
    return Graph(nodes)


@given(length=st.integers(2, 30), data=st.data())
def test_all_that_is_numbered_anew_below_a_new_node_is_known_again(length: int, data: st.DataObject) -> None:
    extra = data.draw(st.integers(0, length - 1))
    found = pairs(chain(length), chain(length, extra=extra))
    assert found == {
        "x": "x", "w": "w", f"h{extra}": "",
        **{f"h{k}": f"h{k}" for k in range(extra)},
        **{f"h{k + 1}": f"h{k}" for k in range(extra, length)},
    }  # fmt: skip


@given(length=st.integers(1, 30))
def test_a_graph_with_all_other_names_is_the_same(length: int) -> None:
    found = pairs(chain(length), chain(length, name="n"))
    assert found == {"x": "x", "w": "w", **{f"n{k}": f"h{k}" for k in range(length)}}


def test_between_two_new_nodes_neighbours_tell() -> None:
    before = graph("u = exp(w*x)\nv = tanh(u)\ns = v + b\nL = s*s")
    now = graph("e = exp(w*x)\nr = relu(e)\nt = tanh(e)\nf = t + b\nL = (f*f) + y*r")
    found = pairs(before, now)
    assert (found["e"], found["t"], found["r"]) == ("u", "v", "")


def test_nothing_in_common_leaves_all_alone() -> None:
    assert match(
        Graph([Node("x", "input"), Node("a", "Exp", ("x",))]), Graph([Node("p", "parameter")])
    ).tolist() == [-1]


def test_no_node_is_in_two_pairs() -> None:
    before = graph("p = tanh(x)\nq = tanh(x)\nr = tanh(x)\nL = p + q + r")
    now = graph("r = tanh(x)\nq = tanh(x)\nL = q + r")
    found = [place for place in match(before, now).tolist() if place >= 0]
    assert len(found) == len(set(found))


def test_attributes_are_equal_by_what_is_in_them() -> None:
    assert written([1, 2]) == written((1, 2))
    assert written(np.array([1.0])) == written(np.array([1.0]))
    assert written(np.array([1.0])) != written(np.array([1]))
    assert written(graph(PROGRAM)) == written(graph(PROGRAM))
    assert written(graph(PROGRAM)) != written(graph("L = w*x"))
    assert written(None) == "None"
