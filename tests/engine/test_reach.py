"""Ancestors, descendants and what lies between, against networkx and on a deep chain."""

from __future__ import annotations

import random

import networkx
import pytest

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.reach import ancestors, between, descendants, inside


def random_graph(seed: int, count: int = 40) -> Graph:
    chance = random.Random(seed)
    nodes = [Node("n0", "input"), Node("n1", "parameter")]
    for k in range(2, count):
        first, second = (f"n{chance.randrange(max(0, k - 8), k)}" for _ in range(2))
        nodes.append(Node(f"n{k}", "Add", (first, second)))
    return Graph(nodes)


@pytest.mark.parametrize("seed", range(8))
def test_agrees_with_networkx(seed: int) -> None:
    graph = random_graph(seed)
    other = graph.to_networkx()
    for name in ("n1", "n7", "n20", "n39"):
        assert set(ancestors(graph, [name])) == networkx.ancestors(other, name) | {name}
        assert set(descendants(graph, [name])) == networkx.descendants(other, name) | {name}
    found = between(graph, ["n3"], ["n30"])
    ahead, behind = networkx.descendants(other, "n3") | {"n3"}, networkx.ancestors(other, "n30") | {"n30"}
    assert set(found) == ahead & behind


def test_is_in_dependency_order_and_empty_without_a_path() -> None:
    graph = Graph(
        [Node("x", "input"), Node("w", "parameter"), Node("a", "Exp", ("x",)), Node("b", "Exp", ("w",))]
    )
    assert ancestors(graph, ["a", "b"]) == ("x", "w", "a", "b")
    assert between(graph, ["x"], ["b"]) == ()
    assert between(graph, ["a"], ["x"]) == (), "only forward"


def test_other_outputs_of_a_node_lead_on() -> None:
    graph = Graph(
        [Node("x", "input"), Node("a", "Split", ("x",), outputs=("a", "b")), Node("c", "Exp", ("b",))]
    )
    assert descendants(graph, ["a"]) == ("a", "c")
    assert ancestors(graph, ["c"]) == ("x", "a", "c")


def test_a_chain_may_be_deep() -> None:
    nodes = [Node("n0", "input"), *(Node(f"n{k}", "Exp", (f"n{k - 1}",)) for k in range(1, 50_000))]
    graph = Graph(nodes)
    assert len(ancestors(graph, ["n49999"])) == 50_000
    assert len(descendants(graph, ["n0"])) == 50_000
    assert len(between(graph, ["n10"], ["n20"])) == 11


def test_a_group_is_all_that_it_holds() -> None:
    graph = Graph(
        [Node("x", "input"), Node("a", "Exp", ("x",), group="f/g"), Node("b", "Exp", ("a",), group="fg")]
    )
    assert inside(graph, "f") == ("a",)
    assert inside(graph, "x") == ("x",)
