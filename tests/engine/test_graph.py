"""The graph refuses what is no graph, and answers for what it holds."""

from __future__ import annotations

import pytest

from graph_explorer.engine.errors import InputError, UnknownName
from graph_explorer.engine.graph import Graph, Node, Use, enclosing

CHAIN = Graph(
    [Node("x", "parameter"), Node("a", "Exp", ("x",)), Node("L", "Mul", ("a", "x"))], {"other": "a"}
)

REFUSED = [
    ([Node("x", "input"), Node("x", "parameter")], "two nodes make the value 'x'"),
    ([Node("x", "input"), Node("a", "Exp", ("y",))], "unknown value 'y'"),
    ([Node("a", "Exp", ("b",)), Node("b", "Exp", ("a",))], "a cycle"),
    ([Node("a", "Exp", ("a",))], "a cycle"),
]


@pytest.mark.parametrize(("nodes", "says"), REFUSED, ids=[says for _, says in REFUSED])
def test_what_is_no_graph_is_refused(nodes: list[Node], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Graph(nodes)


def test_names_are_found_and_the_nearest_is_offered() -> None:
    assert CHAIN.resolve("other") == "a"
    assert CHAIN.node("other").op == "Exp"
    assert "other" in CHAIN
    assert "nothing" not in CHAIN
    with pytest.raises(UnknownName, match="did you mean 'other'"):
        CHAIN.node("othr")
    with pytest.raises(KeyError):
        CHAIN.index("othr")


def test_uses_are_in_order_and_name_the_input() -> None:
    assert CHAIN.uses("x") == (Use("a", 0), Use("L", 1))
    assert CHAIN.uses("L") == ()


def test_groups_stand_before_what_they_hold() -> None:
    graph = Graph(
        [Node("x", "input"), Node("a", "Exp", ("x",), group="f/g"), Node("b", "Exp", ("a",), group="f")]
    )
    assert graph.groups == ("f", "f/g")
    assert list(enclosing("f/g")) == ["f/g", "f"]


def test_networkx_has_an_edge_a_use() -> None:
    square = Graph([Node("x", "parameter"), Node("L", "Mul", ("x", "x"))])
    made = square.to_networkx()
    assert made.number_of_edges("x", "L") == 2
    assert made.edges["x", "L", 1]["value"] == "x"
    assert made.nodes["L"]["op"] == "Mul"
