"""Grids that refine: every value is the surface's own, and none is computed twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.engine.errors import Cancelled
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.samples import compute, wanted

FRAME = Frame((-4.0, 4.0, -4.0, 4.0), (0.0, 0.0, 400.0, 300.0))


@pytest.fixture
def counted(bowl: Document, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Surface, list[int]]]:
    """The bowl's surface, and how many points were asked of it, call by call."""
    surface, asked = surface_of(bowl), []
    values = surface.values

    def counting(points: Any, checkpoint: Any = None) -> Any:
        asked.append(len(points))
        return values(points, checkpoint)

    monkeypatch.setattr(surface, "values", counting)
    return surface, asked


def test_values_are_the_surfaces(bowl: Document) -> None:
    found = compute(surface_of(bowl), wanted(FRAME, 8.0))
    x, y = np.meshgrid(found.x, found.y)
    assert np.array_equal(found.values, x**2 + 2 * y**2)
    left, right, bottom, top = found.window
    assert left <= -4 < 4 <= right
    assert bottom <= -4 < 4 <= top
    assert np.diff(found.x)[0] * FRAME.scale[0] <= 8


def test_finer_and_shifted_grids_take_over_what_is_known(counted: tuple[Surface, list[int]]) -> None:
    surface, asked = counted
    coarse = compute(surface, wanted(FRAME, 8.0))
    assert sum(asked) == coarse.values.size
    asked.clear()
    fine = compute(surface, wanted(FRAME, 4.0), (coarse,))
    assert sum(asked) == fine.values.size - coarse.values.size
    asked.clear()
    moved = compute(surface, wanted(FRAME.moved(20, 0), 4.0), (fine, coarse))
    assert sum(asked) < 0.15 * moved.values.size
    x, y = np.meshgrid(moved.x, moved.y)
    assert np.array_equal(moved.values, x**2 + 2 * y**2)


def test_far_away_grids_have_nothing_in_common(counted: tuple[Surface, list[int]]) -> None:
    surface, asked = counted
    near = compute(surface, wanted(FRAME, 8.0))
    asked.clear()
    far = compute(surface, wanted(FRAME.moved(4000, 0), 8.0), (near,))
    assert sum(asked) == far.values.size


def test_between_the_points_values_lie_on_straight_lines(bowl: Document) -> None:
    found = compute(surface_of(bowl), wanted(FRAME, 2.0))
    assert found.at(1.0, -2.0) == pytest.approx(9.0, abs=1e-3)
    assert np.isnan(found.at([-5.0, 0.0], [0.0, 9.0])).all()
    step = found.x[1] - found.x[0]
    middle = found.at(found.x[3] + step / 2, found.y[2])
    assert middle == pytest.approx((found.values[2, 3] + found.values[2, 4]) / 2)


def test_a_grid_can_be_given_up() -> None:
    document = parse("L = sum(relu(W @ x))", {"x": [1.0, 2.0]}, {"W": [[1.0, 2.0], [0.5, -1.0]]})
    seen: list[float] = []

    def stop(progress: float) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        compute(surface_of(document), wanted(FRAME, 16.0), (), stop)
    assert seen == sorted(seen)
    assert seen[-1] < 0.5
