"""What holds for every layout, tried on random graphs."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import combinations
from typing import Any
from unittest import mock

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_explorer.layout import TITLE, Layout, arrange, curve
from tests.layout.drawn import drawn_lines

LEAVES = ("input", "parameter", "constant")
NEAR = 0.01


def _paths(path: str) -> list[str]:
    """A group's path and those of all groups around it."""
    parts = path.split("/") if path else []
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


@st.composite
def graphs(draw: st.DrawFn, orderly: bool) -> nx.MultiDiGraph:
    """Graphs whose groups are calls, one after another (orderly), or any mixture of nodes."""
    count = draw(st.integers(1, 26))
    graph = nx.MultiDiGraph()
    path: list[str] = []
    for number in range(count):
        change = draw(st.sampled_from(["stay", "stay", "enter", "leave", "next"]))
        if change in ("leave", "next") and path:
            path.pop()
        if change in ("enter", "next") and len(path) < 3:
            path.append(f"g{number}" if orderly else draw(st.sampled_from("abc")))
        node = f"n{number}"
        sources = draw(st.lists(st.integers(0, number - 1), max_size=4)) if number else []
        op = "Op" if sources else draw(st.sampled_from(LEAVES))
        graph.add_node(node, op=op, group="/".join(path))
        for index, source in enumerate(sources):
            graph.add_edge(f"n{source}", node, key=index)
    return graph


@st.composite
def cases(
    draw: st.DrawFn, orderly: bool
) -> tuple[nx.MultiDiGraph, dict[str, tuple[float, float]], frozenset[str]]:
    """A graph, the sizes of some of its boxes, and some of its groups collapsed."""
    graph = draw(graphs(orderly))
    paths = sorted({path for _, group in graph.nodes(data="group") for path in _paths(group)})
    collapsed = draw(st.frozensets(st.sampled_from(paths))) if paths else frozenset()
    extents = st.tuples(st.floats(20, 240), st.floats(16, 160))
    sizes = draw(st.dictionaries(st.sampled_from([*graph.nodes, *paths]), extents))
    return graph, sizes, collapsed


def _boxes(layout: Layout) -> dict[str, np.ndarray]:
    """First and last corner of everything drawn."""
    return {
        name: np.array([layout.centers[at] - layout.sizes[at] / 2, layout.centers[at] + layout.sizes[at] / 2])
        for at, name in enumerate(layout.ids)
    }


def _frames(layout: Layout) -> dict[str, np.ndarray]:
    return {path: np.array([[x, y], [x + w, y + h]]) for path, (x, y, w, h) in layout.groups.items()}


def _apart(one: np.ndarray, two: np.ndarray) -> bool:
    return bool(np.any(one[1] <= two[0] + NEAR) or np.any(two[1] <= one[0] + NEAR))


def _within(inner: np.ndarray, outer: np.ndarray) -> bool:
    return bool(np.all(inner[0] >= outer[0] - NEAR) and np.all(inner[1] <= outer[1] + NEAR))


def _dots(points: np.ndarray, direction: str) -> np.ndarray:
    """Points along the curve of an edge."""
    t = np.linspace(0, 1, 33)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return np.einsum("tk,pkx->ptx", weights, curve(points, direction)).reshape(-1, 2)


def _inside(dots: np.ndarray, box: np.ndarray) -> bool:
    return bool(np.any(np.all((dots > box[0] + NEAR) & (dots < box[1] - NEAR), axis=1)))


def _group_of(graph: nx.MultiDiGraph, name: str) -> list[str]:
    """The groups around a node or a collapsed group."""
    if name in graph:
        return _paths(graph.nodes[name]["group"])
    return _paths(name)[:-1]


directions = st.sampled_from(["down", "right"])
#: even short pieces are broken into columns, even small ones are tangles
WAYS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "one column": (),
    "columns": (("columns", {"_LONG": 240.0, "_SLENDER": 0.5}),),
    "tangle": (("lattice", {"_HUGE": 1, "_HEAVY": (2, 2)}),),
    "tangle in columns": (("columns", {"_LONG": 240.0, "_SLENDER": 0.5}), ("lattice", {"_HUGE": 1})),
}
every_way = pytest.mark.parametrize("way", WAYS)


def _arranged(way: str, graph: nx.MultiDiGraph, *given: Any, **named: Any) -> Layout:
    """The layout of a graph in one of the ways there are."""
    with ExitStack() as stack:
        for module, values in WAYS[way]:
            stack.enter_context(mock.patch.multiple(f"graph_explorer.layout.{module}", **values))
        return arrange(graph, *given, **named)


@every_way
@settings(max_examples=90, deadline=None)
@given(case=cases(orderly=False), direction=directions)
def test_boxes_and_frames_keep_apart(way, case, direction):
    graph, sizes, collapsed = case
    layout = _arranged(way, graph, sizes, collapsed=collapsed, direction=direction)
    boxes, frames = _boxes(layout), _frames(layout)
    assert all(_apart(one, two) for one, two in combinations(boxes.values(), 2))
    for path, frame in frames.items():
        for other, inner in [*frames.items(), *boxes.items()]:
            if other == path:
                continue
            around = _paths(other)[:-1] if other in frames else _group_of(graph, other)
            if path in around:
                assert _within(inner, frame)
                assert inner[0][1] >= frame[0][1] + TITLE
            elif other in boxes or (path not in _paths(other) and other not in _paths(path)):
                assert _apart(inner, frame)
    x, y, width, height = layout.bounds
    whole = np.array([[x, y], [x + width, y + height]])
    assert all(_within(box, whole) for box in [*boxes.values(), *frames.values()])
    for edge in drawn_lines(layout):
        assert _within(np.array([edge.points.min(axis=0), edge.points.max(axis=0)]), whole)


@every_way
@settings(max_examples=90, deadline=None)
@given(case=cases(orderly=False), direction=directions)
def test_edges_run_through_nothing_foreign(way, case, direction):
    graph, sizes, collapsed = case
    layout = _arranged(way, graph, sizes, collapsed=collapsed, direction=direction)
    boxes, frames = _boxes(layout), _frames(layout)
    for edge in drawn_lines(layout):
        dots = _dots(edge.points, direction)
        assert not any(_inside(dots, box) for box in boxes.values())
        around = {*_group_of(graph, edge.source), *_group_of(graph, edge.target)}
        assert not any(_inside(dots, frame) for path, frame in frames.items() if path not in around)


@settings(max_examples=90, deadline=None)
@given(case=cases(orderly=True), direction=directions)
def test_edges_go_forward_from_border_to_border(case, direction):
    graph, sizes, collapsed = case
    layout = arrange(graph, sizes, collapsed=collapsed, direction=direction)
    flow = 1 if direction == "down" else 0
    boxes = _boxes(layout)
    arrivals: dict[tuple[str, float], int] = {}
    for edge in drawn_lines(layout):
        source, target = boxes[edge.source], boxes[edge.target]
        assert edge.points[0, flow] == pytest.approx(source[1, flow])
        assert edge.points[-1, flow] == pytest.approx(target[0, flow])
        for point, box in ((edge.points[0], source), (edge.points[-1], target)):
            assert box[0, 1 - flow] <= point[1 - flow] <= box[1, 1 - flow]
        assert np.all(np.diff(edge.points[:, flow]) > 0)
        port = (edge.target, round(float(edge.points[-1, 1 - flow]), 3))
        arrivals[port] = arrivals.get(port, 0) + 1
    assert all(count == 1 for count in arrivals.values())


@every_way
@settings(max_examples=60, deadline=None)
@given(case=cases(orderly=False))
def test_every_edge_of_the_graph_is_drawn_once(way, case):
    graph, sizes, collapsed = case
    layout = _arranged(way, graph, sizes, collapsed=collapsed)

    def drawn(node: str) -> str:
        return next((path for path in _group_of(graph, node) if path in collapsed), node)

    expected = sorted(edge for edge in graph.edges(keys=True) if drawn(edge[0]) != drawn(edge[1]))
    assert sorted(member for edge in drawn_lines(layout) for member in edge.members) == expected
    assert set(layout.ids) == {drawn(node) for node in graph}
    for edge in drawn_lines(layout):
        assert len(edge.members) == 1 or not {edge.source, edge.target} <= set(graph)
        for source, target, _ in edge.members:
            assert (drawn(source), drawn(target)) == (edge.source, edge.target)


@every_way
@settings(max_examples=30, deadline=None)
@given(case=cases(orderly=False), direction=directions)
def test_the_same_again(way, case, direction):
    graph, sizes, collapsed = case
    once = _arranged(way, graph, sizes, collapsed=collapsed, direction=direction)
    twice = _arranged(way, graph, sizes, collapsed=collapsed, direction=direction)
    after = _arranged(way, graph, sizes, collapsed=collapsed, direction=direction, previous=once)
    for again in (twice, after):
        assert again.ids == once.ids
        np.testing.assert_array_equal(again.centers, once.centers)
        assert again.groups == once.groups
        np.testing.assert_array_equal(again.lines.points, once.lines.points)
