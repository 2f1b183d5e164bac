"""Paths cut at the edge of the picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from graph_explorer.ui.surface.clip import clipped

BOX = (0.0, 0.0, 10.0, 10.0)


def test_a_path_within_stays_one_piece() -> None:
    points = np.array([[1.0, 1], [5, 5], [9, 2]])
    pieces, exits = clipped(points, BOX)
    assert [piece.tolist() for piece in pieces] == [points.tolist()]
    assert len(exits) == 0


def test_leaving_for_far_away_ends_at_the_edge_on_the_way() -> None:
    pieces, exits = clipped(np.array([[5.0, 5], [5e200, 5]]), BOX)
    assert pieces[0].tolist() == [[5, 5], [10, 5]]
    assert exits.tolist() == [[10, 5, 0]]


def test_coming_back_is_another_piece() -> None:
    pieces, exits = clipped(np.array([[5.0, 5], [5, 15], [8, 15], [8, 5]]), BOX)
    assert [piece.tolist() for piece in pieces] == [[[5, 5], [5, 10]], [[8, 10], [8, 5]]]
    assert exits[:, 2].tolist() == [math.pi / 2]


def test_passing_through_from_outside_to_outside() -> None:
    pieces, _ = clipped(np.array([[-5.0, 5], [15, 5]]), BOX)
    assert [piece.tolist() for piece in pieces] == [[[0, 5], [10, 5]]]


def test_a_point_that_is_no_number_ends_a_piece() -> None:
    pieces, exits = clipped(np.array([[1.0, 1], [2, 2], [np.nan, 3], [4, 4], [5, 5]]), BOX)
    assert [piece.tolist() for piece in pieces] == [[[1, 1], [2, 2]], [[4, 4], [5, 5]]]
    assert len(exits) == 0


@pytest.mark.parametrize(("point", "count"), [((3.0, 3.0), 1), ((30.0, 3.0), 0)])
def test_one_point(point: tuple[float, float], count: int) -> None:
    assert len(clipped(np.array([point]), BOX)[0]) == count
    assert len(clipped(np.array([point, point]), BOX)[0]) == count


@given(some.lists(some.tuples(some.floats(-30, 30), some.floats(-30, 30)), min_size=2, max_size=12))
def test_all_that_is_drawn_lies_within(points: list[tuple[float, float]]) -> None:
    pieces, exits = clipped(np.array(points), BOX)
    for piece in [*pieces, exits[:, :2]]:
        assert (piece >= -1e-9).all()
        assert (piece <= 10 + 1e-9).all()
    inside = [p for p in points if 0 < p[0] < 10 and 0 < p[1] < 10]
    drawn = {tuple(p) for piece in pieces for p in piece.tolist()}
    assert all(point in drawn for point in inside)
