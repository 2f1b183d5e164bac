"""Large and awkward graphs: the work stays within bounds, counted rather than timed."""

from __future__ import annotations

import sys
from time import process_time

import networkx as nx
import numpy as np
import pytest

from graph_explorer.layout import Layout, arrange
from tests.layout.drawn import drawn_lines


def _chain(length: int) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((f"n{number}", {"op": "Relu", "group": ""}) for number in range(length))
    graph.add_edges_from((f"n{number - 1}", f"n{number}", 0) for number in range(1, length))
    return graph


def _hub(length: int, consumers: int = 24) -> nx.MultiDiGraph:
    """A chain whose first value is used again at places spread over it."""
    graph = _chain(length)
    for number in range(1, consumers + 1):
        graph.add_edge("n0", f"n{number * (length - 1) // consumers}", key=1)
    return graph


def _masked(blocks: int) -> nx.MultiDiGraph:
    """Attention blocks, all of which read one mask."""
    graph = nx.MultiDiGraph()

    def add(name: str, op: str, *inputs: str) -> str:
        graph.add_node(name, op=op, group="")
        graph.add_edges_from((source, name, index) for index, source in enumerate(inputs))
        return name

    value, mask = add("x", "input"), add("mask", "input")
    for number in range(blocks):
        weights = [add(f"{letter}{number}", "parameter") for letter in "QKV"]
        q, k, v = (add(f"m{weight}", "MatMul", value, weight) for weight in weights)
        scores = add(f"s{number}", "Add", add(f"p{number}", "MatMul", q, k), mask)
        mixed = add(f"o{number}", "MatMul", add(f"a{number}", "Softmax", scores), v)
        value = add(f"h{number}", "Add", value, mixed)
    return graph


def _points(layout: Layout) -> int:
    return len(layout.lines.points)


def _complete(graph: nx.MultiDiGraph, layout: Layout) -> None:
    """Everything is drawn, downward, and no two boxes of a row touch."""
    assert set(layout.ids) == set(graph)
    assert layout.lines.multiplicity.sum() == graph.number_of_edges()
    down = np.diff(layout.lines.points[:, 1]) > 0
    down[layout.lines.first_point[1:-1] - 1] = True
    assert down.all()
    order = np.lexsort((layout.centers[:, 0], np.round(layout.centers[:, 1], 3)))
    centers, widths = layout.centers[order], layout.sizes[order, 0]
    same = np.abs(np.diff(centers[:, 1])) < 0.001
    room = np.diff(centers[:, 0]) - (widths[1:] + widths[:-1]) / 2
    assert np.all(room[same] > 0)


@pytest.mark.parametrize("length", [1_000, 5_000, 10_000])
def test_hub_with_spread_consumers(length):
    graph = _hub(length)
    layout = arrange(graph, {})
    _complete(graph, layout)
    assert len(layout.plans) <= 40
    assert _points(layout) <= 20 * length


def test_chain_of_doublings():
    graph = nx.MultiDiGraph()
    graph.add_node("a0", op="parameter", group="")
    for number in range(1, 101):
        graph.add_node(f"a{number}", op="Add", group="")
        graph.add_edges_from([(f"a{number - 1}", f"a{number}", 0), (f"a{number - 1}", f"a{number}", 1)])
    layout = arrange(graph, {})
    _complete(graph, layout)
    assert np.ptp(layout.centers[:, 0]) < 0.01


def test_chain_deeper_than_any_recursion():
    graph = _chain(50_000)
    assert graph.number_of_nodes() > sys.getrecursionlimit()
    layout = arrange(graph, {})
    _complete(graph, layout)
    assert np.ptp(layout.centers[:, 0]) < 0.01
    assert len(layout.plans) <= 9  # equal stretches were laid out once


def test_groups_nested_deeper_than_any_recursion():
    graph = nx.MultiDiGraph()
    depth = 1_200
    for number in range(depth):
        graph.add_node(f"n{number}", op="Relu", group="/".join(["g"] * number))
    graph.add_edges_from((f"n{number}", f"n{number + 1}", 0) for number in range(depth - 1))
    layout = arrange(graph, {})
    assert len(layout.groups) == depth - 1


def test_mask_read_by_every_block():
    graph = _masked(900)
    assert graph.number_of_nodes() > 9_000
    layout = arrange(graph, {})
    _complete(graph, layout)
    assert len(layout.plans) <= 12
    assert layout.bounds[2] < 3_000  # the blocks stand in one column
    assert _points(layout) <= 12 * graph.number_of_edges()


def test_mask_lane_is_shared():
    layout = arrange(_masked(60), {})
    last = [edge.points for edge in drawn_lines(layout) if edge.source == "mask"][-8:]
    assert len({round(float(points[1, 0]), 3) for points in last}) == 1


def test_one_thousand_unrelated_rows_without_a_bottleneck():
    """A band of values none of which is ever alone: no cut helps."""
    graph = _chain(1_000)
    for number in range(1_000):
        for index, back in enumerate((7, 19, 30), start=1):
            if number >= back:
                graph.add_edge(f"n{number - back}", f"n{number}", key=index)
    layout = arrange(graph, {})
    _complete(graph, layout)


def test_lanes_beyond_the_budget_run_in_the_gutter():
    """Far more bends would be needed than are allowed: every value is used at the far end."""
    graph = _chain(700)
    for number in range(300):
        graph.add_edge(f"n{number}", f"n{699 - number}", key=1)
    layout = arrange(graph, {})
    _complete(graph, layout)
    assert _points(layout) <= 14 * graph.number_of_edges()


def test_time_grows_about_with_the_graph():
    def seconds(blocks: int) -> float:
        graph = _masked(blocks)
        start = process_time()
        arrange(graph, {})
        return process_time() - start

    seconds(20)
    assert seconds(1_000) < 60 * seconds(100)


def test_checkpoint_is_told_how_far_it_is():
    told: list[float] = []
    arrange(_hub(1_000), {}, checkpoint=told.append)
    assert len(told) > 20
    assert told == sorted(told)
    assert told[0] >= 0
    assert told[-1] <= 1


def test_checkpoint_may_give_up():
    class GivenUp(Exception):
        pass

    def checkpoint(done: float) -> None:
        if done > 0.3:
            raise GivenUp

    with pytest.raises(GivenUp):
        arrange(_hub(1_000), {}, checkpoint=checkpoint)


def test_checkpoint_is_called_within_one_large_piece():
    told: list[float] = []
    graph = nx.gnp_random_graph(120, 0.2, seed=1, directed=True)
    mixed = nx.MultiDiGraph()
    mixed.add_nodes_from(graph, op="Op", group="")
    mixed.add_edges_from((u, v, u) for u, v in graph.edges if u < v)
    arrange(nx.relabel_nodes(mixed, str), {}, checkpoint=told.append)
    assert len(told) > 10
