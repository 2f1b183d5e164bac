"""Large and awkward graphs: the work stays within bounds, counted rather than timed."""

from __future__ import annotations

import sys
from time import process_time

import networkx as nx
import numpy as np
import pytest

from graph_explorer.layout import Layout, Wiring, arrange
from graph_explorer.layout.piece import INPUT
from tests.layout.drawn import drawn_lines
from tests.layout.models import (
    Builder,
    band,
    chain,
    doubled,
    hub,
    masked,
    mixed,
    nested,
    residual,
    ungrouped,
)


def _points(layout: Layout) -> int:
    return len(layout.lines.points)


def _complete(wiring: Wiring, layout: Layout) -> None:
    """Everything is drawn, downward but for ways to the next column, and no two boxes of a row touch."""
    assert set(layout.ids) == set(wiring.ids)
    assert layout.lines.multiplicity.sum() == len(wiring.source)
    across, along = np.diff(layout.lines.points, axis=0).T
    fine = (along > 0) | (np.abs(along) < 0.01) | (np.abs(across) < 0.01)
    fine[layout.lines.first_point[1:-1] - 1] = True
    assert fine.all()
    order = np.lexsort((layout.centers[:, 0], np.round(layout.centers[:, 1], 3)))
    centers, widths = layout.centers[order], layout.sizes[order, 0]
    same = np.abs(np.diff(centers[:, 1])) < 0.001
    room = np.diff(centers[:, 0]) - (widths[1:] + widths[:-1]) / 2
    assert np.all(room[same] > 0)


@pytest.mark.parametrize("length", [1_000, 5_000, 10_000])
def test_hub_with_spread_consumers(length):
    wiring = hub(length)
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    assert len(layout.plans) <= 40
    assert _points(layout) <= 20 * length


def test_chain_of_doublings():
    wiring = doubled(100)
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    assert np.ptp(layout.centers[:, 0]) < 0.01


def test_chain_deeper_than_any_recursion():
    wiring = chain(50_000)
    assert len(wiring) > sys.getrecursionlimit()
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    columns = np.unique(layout.centers[:, 0])
    assert np.all(np.diff(columns) > 96)  # each column is straight
    assert 0.5 < layout.bounds[2] / layout.bounds[3] < 2
    assert len(layout.plans) <= 9  # equal stretches were laid out once


@pytest.mark.parametrize("group", [ungrouped, nested])
@pytest.mark.parametrize("count", [2_914, 8_401])
def test_mixtures_of_blocks(count, group):
    wiring = mixed(count, group)
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    assert _points(layout) <= 8 * len(wiring.source)


def test_equal_blocks_are_laid_out_once_however_many_there_are():
    few, many = (arrange(residual(count, nested), {}) for count in (2_000, 30_000))
    assert len(many.groups) > 14 * len(few.groups)
    assert len(many.plans) <= len(few.plans) + 4


def test_groups_nested_deeper_than_any_recursion():
    graph = nx.MultiDiGraph()
    depth = 1_200
    for number in range(depth):
        graph.add_node(f"n{number}", op="Relu", group="/".join(["g"] * number))
    graph.add_edges_from((f"n{number}", f"n{number + 1}", 0) for number in range(depth - 1))
    layout = arrange(graph, {})
    assert len(layout.groups) == depth - 1
    shut = frozenset({"/".join(["g"] * (depth - 2))})
    closed = arrange(graph, {}, collapsed=shut, previous=layout)
    assert len(closed.groups) == depth - 3
    again = arrange(graph, {}, previous=closed)
    np.testing.assert_allclose(again.centers, layout.centers, atol=0.01)


def test_mask_read_by_every_block():
    wiring = masked(10_000)
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    assert len(layout.plans) <= 12
    assert 0.4 < layout.bounds[2] / layout.bounds[3] < 2.5
    assert _points(layout) <= 12 * len(wiring.source)


def test_mask_lane_is_shared():
    layout = arrange(masked(660), {})
    last = [line.points for line in drawn_lines(layout) if line.source == "n1"][-8:]
    assert len({round(float(points[1, 0]), 3) for points in last}) == 1


def test_a_band_without_a_bottleneck():
    """A band of values none of which is ever alone: no cut helps."""
    wiring = band(2_000, 3_800)
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    assert _points(layout) <= 4 * len(wiring.source)


def test_lanes_beyond_the_budget_run_in_the_gutter():
    """Far more bends would be needed than are allowed: every value is used at the far end."""
    made = Builder()
    values = [made.add("", kind=INPUT)]
    for number in range(1, 700):
        again = (values[699 - number],) if number > 399 else ()
        values.append(made.add("", values[-1], *again))
    wiring = made.wiring()
    layout = arrange(wiring, {})
    _complete(wiring, layout)
    assert _points(layout) <= 14 * len(wiring.source)


@pytest.mark.parametrize("make", [masked, residual, chain])
def test_time_grows_about_with_the_graph(make):
    def seconds(count: int) -> float:
        wiring = make(count)
        start = process_time()
        arrange(wiring, {})
        return process_time() - start

    seconds(200)
    assert min(seconds(4_000) for _ in range(2)) < 24 * max(min(seconds(500) for _ in range(3)), 0.004)


def test_checkpoint_is_told_how_far_it_is():
    told: list[float] = []
    arrange(hub(1_000), {}, checkpoint=told.append)
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
        arrange(hub(1_000), {}, checkpoint=checkpoint)


def test_checkpoint_is_called_all_the_time_within_one_large_piece():
    told: list[float] = []
    wiring = band(1_000, 1_900)
    layout = arrange(wiring, {}, checkpoint=told.append)
    assert len(layout.plans) <= 3
    rows = len({round(y, 3) for y in layout.centers[:, 1].tolist()})
    assert len(told) > 10 * rows
