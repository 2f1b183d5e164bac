"""Small edits leave the picture as it was; what was put somewhere stays there."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graph_explorer.layout import Layout, arrange
from tests.layout.drawn import drawn_lines


def _network(layers: int = 4) -> nx.MultiDiGraph:
    """Layers of a small network, each a group with a weight, a bias and a shortcut."""
    graph = nx.MultiDiGraph()

    def add(name: str, op: str, group: str, *inputs: str) -> str:
        graph.add_node(name, op=op, group=group)
        graph.add_edges_from((source, name, index) for index, source in enumerate(inputs))
        return name

    value = add("x", "input", "")
    for number in range(layers):
        group = f"layer{number}"
        weight, bias = (add(f"{letter}{number}", "parameter", group) for letter in "Wb")
        product = add(f"m{number}", "MatMul", group, weight, value)
        sum_ = add(f"z{number}", "Add", group, product, bias)
        active = add(f"a{number}", "Tanh", group, sum_)
        value = add(f"h{number}", "Add", group, value, active)
    add("L", "ReduceSum", "", value)
    return graph


def _moves(before: Layout, after: Layout) -> dict[str, np.ndarray]:
    common = [name for name in before.ids if name in after.ids]
    return {name: after.centers[after.index(name)] - before.centers[before.index(name)] for name in common}


def test_one_more_node_moves_what_is_below_it_and_nothing_sideways():
    graph = _network()
    before = arrange(graph, {})
    graph.add_node("c", op="Neg", group="")
    graph.add_edge("L", "c", key=0)
    after = arrange(graph, {}, previous=before)
    assert all(np.abs(move).max() < 0.01 for move in _moves(before, after).values())


def test_opening_one_group_keeps_all_others_as_they_were():
    graph = _network(6)
    groups = frozenset(f"layer{number}" for number in range(6))
    before = arrange(graph, {}, collapsed=groups)
    after = arrange(graph, {}, collapsed=groups - {"layer4"}, previous=before)
    moves = _moves(before, after)
    for name in ("x", "layer0", "layer1", "layer2", "layer3"):
        np.testing.assert_allclose(moves[name], 0, atol=0.01)
    down = {round(float(moves[name][1]), 3) for name in ("layer5", "L")}
    assert len(down) == 1
    assert down.pop() > 0


def test_what_is_unchanged_is_not_laid_out_again():
    graph = _network(6)
    before = arrange(graph, {})
    graph.add_edge("h2", "L", key=1)
    after = arrange(graph, {}, previous=before)
    kept = [piece for piece in after.plans if piece in before.plans]
    assert len(kept) >= 1
    assert all(after.plans[piece] is before.plans[piece] for piece in kept)


def test_the_order_of_a_row_is_kept_where_it_is_as_good():
    def fan(names: str) -> nx.MultiDiGraph:
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(["x", *names], op="Op", group="")
        graph.add_edges_from(("x", name, 0) for name in names)
        return graph

    before = arrange(fan("abcd"), {})
    after = arrange(fan("dcbae"), {}, previous=before)
    across = [float(after.centers[after.index(name), 0]) for name in "abcd"]
    assert across == sorted(across)


def test_a_turned_picture_takes_nothing_from_the_previous_one():
    graph = _network()
    down = arrange(graph, {})
    fresh = arrange(graph, {}, direction="right")
    turned = arrange(graph, {}, direction="right", previous=down)
    np.testing.assert_array_equal(fresh.centers, turned.centers)


def test_a_pinned_box_stands_where_it_was_put_and_its_lines_follow():
    graph = _network()
    free = arrange(graph, {})
    place = (900.0, float(free.centers[free.index("m2"), 1]))
    layout = arrange(graph, {}, pinned={"m2": place})
    at = layout.index("m2")
    assert tuple(layout.centers[at]) == place
    for edge in drawn_lines(layout):
        for name, point, side in ((edge.source, edge.points[0], 1), (edge.target, edge.points[-1], -1)):
            if name == "m2":
                assert point[1] == pytest.approx(place[1] + side * layout.sizes[at, 1] / 2)
                assert abs(point[0] - place[0]) <= layout.sizes[at, 0] / 2
    x, y, width, height = layout.groups["layer2"]
    assert x <= place[0] - layout.sizes[at, 0] / 2
    assert place[0] + layout.sizes[at, 0] / 2 <= x + width
    assert y <= place[1] <= y + height
    others = [name for name in layout.ids if name != "m2"]
    np.testing.assert_array_equal(
        layout.centers[[layout.index(name) for name in others]],
        free.centers[[free.index(name) for name in others]],
    )
    right = layout.bounds[0] + layout.bounds[2]
    assert right >= place[0] + layout.sizes[at, 0] / 2


def test_a_box_pinned_above_its_input_is_reached_from_below():
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["a", "b"], op="Op", group="")
    graph.add_edge("a", "b", key=0)
    layout = arrange(graph, {}, pinned={"b": (0.0, -500.0)})
    start, end = layout.lines.points_of(0)
    assert start[1] == pytest.approx(layout.centers[layout.index("a"), 1] - 22)
    assert end[1] == pytest.approx(-500 + 22)


def test_pins_of_what_is_not_drawn_are_ignored():
    graph = _network()
    free = arrange(graph, {})
    layout = arrange(graph, {}, pinned={"nowhere": (0.0, 0.0)})
    np.testing.assert_array_equal(free.centers, layout.centers)
