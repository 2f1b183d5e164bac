"""A graph comes to the layout the same whichever door it takes."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graph_explorer.document import parse
from graph_explorer.layout import Wiring, arrange, wiring_of

PROGRAM = """
def cell(h, v):
    a, b = split(h, 2)
    return tanh(w*a + b*v)
h = cell(x, 2)
h = cell(concatenate((h, h)), 3)
L = sum(h*h)
"""


def _arrays(wiring: Wiring) -> list[np.ndarray]:
    return [wiring.kinds, wiring.group, wiring.source, wiring.target, wiring.slot]


def test_both_doors_give_equal_wirings_and_layouts():
    graph = parse(PROGRAM, {"x": [1.0, 2.0]}, {"w": 0.5}).graph
    one, two = wiring_of(graph), wiring_of(graph.to_networkx())
    assert one.ids == two.ids
    assert one.groups == two.groups
    assert len(one.groups) > 1
    for here, there in zip(_arrays(one), _arrays(two), strict=True):
        np.testing.assert_array_equal(here, there)
        assert here.dtype == there.dtype
    by_name = {name: (40.0 + 3 * at, 30.0) for at, name in enumerate(one.ids)}
    by_number = np.array(list(by_name.values()))
    np.testing.assert_array_equal(arrange(graph, by_name).centers, arrange(two, by_number).centers)


def test_edges_are_in_the_order_of_targets_and_inputs():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["a", "b", "c"], op="Op", group="")
    graph.add_edges_from([("b", "c", 2), ("a", "c", 0), ("a", "b", 0), ("a", "c", 1)])
    wiring = wiring_of(graph)
    found = [wiring.member(edge) for edge in range(4)]
    assert found == [("a", "b", 0), ("a", "c", 0), ("a", "c", 1), ("b", "c", 2)]
    assert wiring.edges([2, 1, 2, 0, -1], [2, 0, 7, 0, 0]).tolist() == [3, 0, -1, -1, -1]


def test_a_graph_without_attributes_or_edges():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from("ab")
    wiring = wiring_of(graph)
    assert wiring.groups == ("",)
    assert wiring.edges([1], [0]).tolist() == [-1]
    assert wiring.number("b") == 1
    assert wiring.number("c") == -1
    assert wiring.numbers(["c", "b", "a"]).tolist() == [-1, 1, 0]


@pytest.mark.parametrize("collapsed", [(), ("h:cell",), ("h:cell", "h:cell.2")])
def test_the_line_of_an_input_holds_the_edge_into_it(collapsed):
    graph = parse(PROGRAM, {"x": [1.0, 2.0]}, {"w": 0.5}).graph
    layout = arrange(graph, {}, collapsed=frozenset(collapsed))
    wiring = layout.wiring
    found = layout.lines_of(wiring.target, wiring.slot)
    drawn = 0
    for edge, line in enumerate(found.tolist()):
        assert line == layout.line_of(wiring.ids[wiring.target[edge]], int(wiring.slot[edge]))
        if line >= 0:
            drawn += 1
            assert edge in layout.lines.members_of(line)
    assert drawn == len(layout.lines.members) == layout.lines.multiplicity.sum()
