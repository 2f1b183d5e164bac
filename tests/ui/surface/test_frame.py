"""Where points of the plane are on screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from graph_explorer.ui.surface.frame import NARROWEST, Frame

FRAME = Frame((-2.0, 2.0, -1.0, 3.0), (60.0, 10.0, 400.0, 200.0))


def test_corners() -> None:
    assert FRAME.seen([[-2, 3], [2, -1], [0, 1]]).tolist() == [[60, 10], [460, 210], [260, 110]]
    assert FRAME.seen([]).shape == (0, 2)
    assert FRAME.contains(60, 10)
    assert not FRAME.contains(59, 10)


@given(some.floats(60, 460), some.floats(10, 210))
def test_there_and_back(x: float, y: float) -> None:
    assert FRAME.seen(FRAME.point(x, y)) == pytest.approx([x, y])


@given(some.floats(60, 460), some.floats(10, 210), some.floats(0.1, 10))
def test_zooming_keeps_what_is_under_the_pointer(x: float, y: float, factor: float) -> None:
    closer = FRAME.zoomed(factor, x, y)
    assert closer.point(x, y) == pytest.approx(FRAME.point(x, y), abs=1e-9)
    assert closer.scale[0] == pytest.approx(FRAME.scale[0] * factor)


def test_dragging_moves_the_plane_with_the_pointer() -> None:
    moved = FRAME.moved(30, -20)
    assert moved.seen(FRAME.point(100, 100)) == pytest.approx([130, 80])


def test_zooming_ends_where_numbers_have_no_more_digits() -> None:
    frame = FRAME
    for _ in range(500):
        frame = frame.zoomed(2.0, 100, 100)
    left, right, *_ = frame.window
    assert 0 < right - left < 1e-8
    assert right - left > NARROWEST * abs(left) / 4
    assert frame.zoomed(2.0, 100, 100) is frame
