"""Large pieces that nothing cuts: an overview in a bounded time."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.layout import Layout, Wiring, arrange
from graph_explorer.layout.piece import INPUT
from tests.layout.models import Builder, band, sizes_of


def layered(depth: int, width: int = 40) -> Wiring:
    """Layers of units that each take two of the layer before and a parameter that all of them share."""
    made = Builder()
    shared = made.add("", kind=INPUT)
    units = [made.add("", kind=INPUT) for _ in range(width)]
    for _ in range(depth):
        products = [made.add("", shared, unit) for unit in units]
        units = [made.add("", products[k], products[(k + 1) % width]) for k in range(width)]
    return made.wiring()


def _lengths(layout: Layout) -> np.ndarray:
    """How far across each part of a line goes."""
    points, first = layout.lines.points, layout.lines.first_point
    inner = np.ones(len(points) - 1, dtype=bool)
    inner[first[1:-1] - 1] = False
    return np.abs(np.diff(points[:, 0]))[inner]


def _widest_row(layout: Layout) -> float:
    rows = np.unique(np.round(layout.centers[:, 1], 1), return_counts=True)[1]
    return float(rows.max()) * 122


@pytest.mark.parametrize("count", [1_000, 12_000])
def test_a_band_is_about_as_wide_as_its_rows_and_no_slope(count):
    wiring = band(count, count * 19 // 10)
    layout = arrange(wiring, sizes_of(wiring))
    lanes = 50 * 14
    columns = 1 + len(layout.seats.plans[-1].uncut.breaks)
    assert layout.bounds[2] < 5 * columns * (_widest_row(layout) + lanes)
    assert np.median(_lengths(layout)) < 200


def test_a_long_band_stands_in_columns():
    wiring = band(12_000, 22_800)
    layout = arrange(wiring, sizes_of(wiring))
    assert 0.2 < layout.bounds[2] / layout.bounds[3] < 5


def test_lanes_of_a_tangle_are_mostly_straight():
    wiring = band(12_000, 22_800)
    layout = arrange(wiring, sizes_of(wiring))
    assert len(layout.lines.points) < 4.5 * len(layout.lines)


def test_what_all_use_is_led_around_a_tangle():
    wiring = layered(400)
    layout = arrange(wiring, sizes_of(wiring))
    points = np.diff(layout.lines.first_point)
    shared = layout.lines.sources == layout.index("n0")
    assert points[shared].max() <= 8
    assert points.mean() < 5


def test_an_edit_keeps_the_order_of_a_tangle():
    wiring = band(12_000, 22_800)
    sizes = sizes_of(wiring)
    before = arrange(wiring, sizes)
    sizes[6_000] = (140.0, 44.0)
    after = arrange(wiring, sizes, previous=before)
    order = np.lexsort((before.centers[:, 0], np.round(before.centers[:, 1])))
    same_row = np.diff(np.round(before.centers[order, 1])) == 0
    assert np.all(np.diff(after.centers[order, 0])[same_row] > 0)
    assert np.median(np.abs(after.centers - before.centers)[:, 0]) < 0.02 * before.bounds[2]


def test_progress_goes_on_within_one_large_piece():
    told: list[float] = []
    arrange(band(12_000, 22_800), {}, checkpoint=told.append)
    assert told == sorted(told)
    assert max(np.diff(told)) < 0.35
