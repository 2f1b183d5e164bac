"""What touches a rectangle is found near it: the same as comparing all."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.ui.canvas.space import Space


@pytest.mark.parametrize("count", [0, 1, 40, 5000])
def test_the_same_as_comparing_all(count: int) -> None:
    generator = np.random.default_rng(count)
    corner = generator.uniform(-3e4, 5e4, (count, 2))
    size = np.exp(generator.uniform(0, 6, (count, 2)))
    size[::20, 1] *= 300  # some reach through many cells
    corners = np.hstack([corner, corner + size])
    space = Space(corners)
    left, top, right, bottom = corners.T
    for _ in range(100):
        (x, y), (width, height) = generator.uniform(-4e4, 6e4, 2), np.exp(generator.uniform(0, 12, 2))
        found = np.sort(space.within((x, y, width, height)))
        touches = (left <= x + width) & (top <= y + height) & (right >= x) & (bottom >= y)
        np.testing.assert_array_equal(found, np.flatnonzero(touches))
        assert space.near((x, y, width, height)) >= len(found)


def test_little_is_looked_at_in_a_large_picture() -> None:
    at = np.stack(np.meshgrid(np.arange(300), np.arange(300)), axis=2).reshape(-1, 2) * 120.0
    space = Space(np.hstack([at, at + 100.0]))
    assert space.near((10_000.0, 10_000.0, 800.0, 600.0)) < 400
    assert len(space.within((10_000.0, 10_000.0, 800.0, 600.0))) == 8 * 6
