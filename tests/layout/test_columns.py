"""Long pictures stand in columns side by side, which stay."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.layout import Layout, arrange
from tests.layout.models import Builder, chain, doubled, hub, masked, nested, residual, sizes_of


def _block(number: int) -> str:
    return f"block{number}"


def _columns(layout: Layout) -> int:
    """How many columns the whole picture has."""
    assert layout.seats is not None
    return 1 + len(layout.seats.plans[-1].uncut.breaks)


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("make", [chain, residual, hub, masked])
@pytest.mark.parametrize("count", [1_000, 10_000])
def test_a_long_picture_is_about_as_wide_as_high(make, count, direction):
    wiring = make(count)
    layout = arrange(wiring, sizes_of(wiring), direction=direction)
    assert _columns(layout) > 4
    _, _, width, height = layout.bounds
    assert 0.3 < width / height < 3.4


def test_a_short_picture_stays_in_one_column():
    assert _columns(arrange(doubled(100), {})) == 1


def test_columns_are_read_from_the_left_and_each_from_the_top():
    layout = arrange(chain(1_000), {})
    x, y = layout.centers.T
    turns = np.flatnonzero(np.diff(x))
    assert len(turns) == _columns(layout) - 1
    assert np.all(np.diff(x)[turns] > 0)
    assert np.all(np.diff(y)[np.diff(x) == 0] > 0)
    tops, bottoms = y[turns + 1], y[turns]
    assert np.ptp(tops) < 0.01
    assert np.ptp(bottoms) < 0.1 * np.ptp(y)


def test_the_line_to_the_next_column_runs_between_the_two():
    layout = arrange(chain(1_000), {})
    turn = int(np.flatnonzero(np.diff(layout.centers[:, 0]))[0])
    line = next(k for k in range(len(layout.lines)) if layout.lines.sources[k] == turn)
    points = layout.lines.points_of(line)
    left, right = layout.centers[turn, 0] + 48, layout.centers[turn + 1, 0] - 48
    between = points[(points[:, 0] > left) & (points[:, 0] < right)]
    assert len(between) == 2
    assert between[0, 1] > layout.centers[turn, 1]
    assert between[1, 1] < layout.centers[turn + 1, 1]


def _lines_of_the_mask(layout: Layout) -> list[np.ndarray]:
    mask = layout.index("n1")
    return [layout.lines.points_of(int(line)) for line in np.flatnonzero(layout.lines.sources == mask)]


def test_a_line_that_skips_columns_turns_no_more_often_than_one_to_the_next():
    layout = arrange(masked(10_000, _block), {})
    lines = _lines_of_the_mask(layout)
    count = _columns(layout)
    assert count > 4
    width = layout.bounds[2] / count
    turns = [{len(points) for points in lines if points[-1, 0] // width == at} for at in range(count)]
    assert max(turns[-2]) <= max(turns[1])


def test_a_line_that_skips_columns_runs_above_them():
    layout = arrange(masked(3_000), {})
    begins = set()
    for points in _lines_of_the_mask(layout):
        ways = np.abs(np.diff(points, axis=0))
        level = np.flatnonzero((ways[:, 0] > 1_000) & (ways[:, 1] < 0.01))
        assert len(level) <= 1
        begins |= {tuple(points[at]) for at in level.tolist()}
    assert len(begins) == 1  # one way for all of them
    assert next(iter(begins))[1] < layout.centers[:, 1].min() + 22


@pytest.mark.parametrize("group", [lambda _: "", _block])
def test_points_grow_with_the_edges_however_many_columns_there_are(group):
    few, many = (arrange(masked(count, group), {}) for count in (4_000, 64_000))
    each = [len(layout.lines.points) / len(layout.lines) for layout in (few, many)]
    assert _columns(many) > 2 * _columns(few) - 2
    assert each[1] < 1.15 * each[0]


@pytest.mark.parametrize("direction", ["down", "right"])
@pytest.mark.parametrize("make", [hub, masked, residual])
def test_straight_ways_touch_no_box(make, direction):
    layout = arrange(make(2_000), {}, direction=direction)
    points = layout.lines.points
    inner = np.ones(len(points) - 1, dtype=bool)
    inner[layout.lines.first_point[1:-1] - 1] = False
    low, high = np.minimum(points[:-1], points[1:])[inner], np.maximum(points[:-1], points[1:])[inner]
    straight = (high - low).min(axis=1) < 0.01
    low, high = low[straight] + 0.01, high[straight] - 0.01
    assert len(low) > 1_000
    for center, size in zip(layout.centers, layout.sizes, strict=True):
        assert not np.any(np.all((low < center + size / 2) & (high > center - size / 2), axis=1))


def test_columns_are_found_anew_when_everything_is_opened_at_once():
    wiring = residual(3_000, _block)
    sizes = sizes_of(wiring)
    closed = arrange(wiring, sizes, collapsed=frozenset(wiring.groups) - {""})
    opened = arrange(wiring, sizes, previous=closed)
    assert 0.3 < opened.bounds[2] / opened.bounds[3] < 3.4


def test_frames_hold_their_columns():
    layout = arrange(residual(1_000, nested), {})
    assert _columns(layout) == 1
    boxes = np.hstack([layout.centers - layout.sizes / 2, layout.centers + layout.sizes / 2])
    for number, path in enumerate(layout.wiring.groups):
        inside = boxes[layout.wiring.group == number]
        if path:
            x, y, width, height = layout.groups[path]
            assert np.all(inside >= [x, y, x, y])
            assert np.all(inside <= [x + width, y + height, x + width, y + height])
    _, _, width, height = layout.groups["stage0"]
    assert width > 3 * layout.groups["stage0/layer0"][2]
    assert height < 4_000


def test_more_operations_at_the_end_leave_the_columns_alone():
    before = arrange(residual(2_000), {})
    after = arrange(residual(2_050), {}, previous=before)
    assert _columns(after) == _columns(before)
    np.testing.assert_allclose(after.centers[: len(before.ids)], before.centers, atol=0.01)


def test_a_picture_in_one_column_is_not_broken_by_opening_a_group():
    """Though a new picture as long as that is."""
    wiring = residual(250, lambda block: f"block{block}")
    sizes = sizes_of(wiring)
    shut = frozenset(wiring.groups) - {""}
    layout = arrange(wiring, sizes, collapsed=shut)
    assert _columns(layout) == 1
    for path in sorted(shut):
        shut = shut - {path}
        layout = arrange(wiring, sizes, collapsed=shut, previous=layout)
    assert layout.bounds[3] > 12_000
    assert _columns(layout) == 1
    assert _columns(arrange(wiring, sizes)) > 1


def test_columns_are_found_anew_when_one_has_become_far_too_long():
    def made(more: int) -> Builder:
        builder = Builder()
        value = builder.add("")
        for number in range(1_000):
            value = builder.add("", value, name=f"a{number}")
            if number == 100:
                for extra in range(more):
                    value = builder.add("", value, name=f"b{extra}")
        return builder

    few, many = made(0).wiring(), made(1_000).wiring()
    before = arrange(few, {})
    after = arrange(many, {}, previous=before)
    assert _columns(before) > 4
    assert 0.3 < after.bounds[2] / after.bounds[3] < 3.4
