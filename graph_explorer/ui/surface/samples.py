"""Values of a surface on a grid that refines where one looks.

The one rule: grids lie on one lattice whose distances are powers of two, so that a finer grid, or one a
little farther on, takes over every value that is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.lab.surface import Grid, Surface
from graph_explorer.ui.surface.frame import Frame, Window

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]

#: Points that are computed between two looks at the checkpoint.
_PORTION = 16384


@dataclass(frozen=True)
class Samples:
    """`values[row, column]` belongs to x = (column + first[0]) · 2**power[0], and y likewise."""

    values: Array
    first: tuple[int, int]
    power: tuple[int, int]

    @property
    def x(self) -> Array:
        return np.ldexp(np.arange(self.values.shape[1]) + float(self.first[0]), self.power[0])

    @property
    def y(self) -> Array:
        return np.ldexp(np.arange(self.values.shape[0]) + float(self.first[1]), self.power[1])

    @property
    def window(self) -> Window:
        """What the grid covers: a little more than was asked for."""
        x, y = self.x, self.y
        return float(x[0]), float(x[-1]), float(y[0]), float(y[-1])

    def at(self, x: Any, y: Any) -> Array:
        """Values between the grid points, along straight lines; nan outside."""
        columns = np.ldexp(np.asarray(x, dtype=float), -self.power[0]) - self.first[0]
        rows = np.ldexp(np.asarray(y, dtype=float), -self.power[1]) - self.first[1]
        height, width = self.values.shape
        outside = (columns < 0) | (rows < 0) | (columns > width - 1) | (rows > height - 1)
        columns, rows = np.where(outside, 0, columns), np.where(outside, 0, rows)
        left = np.minimum(columns.astype(int), width - 2)
        below = np.minimum(rows.astype(int), height - 2)
        along, up = columns - left, rows - below
        with np.errstate(all="ignore"):
            low = self.values[below, left] * (1 - along) + self.values[below, left + 1] * along
            high = self.values[below + 1, left] * (1 - along) + self.values[below + 1, left + 1] * along
            return np.where(outside, np.nan, low * (1 - up) + high * up)


def wanted(frame: Frame, apart: float) -> Samples:
    """The grid that covers a frame with points at most `apart` pixels from each other, all unknown."""
    left, right, bottom, top = frame.window
    power = tuple(math.floor(math.log2(apart / scale)) for scale in frame.scale)
    steps = tuple(math.ldexp(1.0, each) for each in power)
    first = math.floor(left / steps[0]), math.floor(bottom / steps[1])
    last = math.ceil(right / steps[0]), math.ceil(top / steps[1])
    shape = last[1] - first[1] + 1, last[0] - first[0] + 1
    return Samples(np.full(shape, np.nan), first, (power[0], power[1]))


def compute(
    surface: Surface, made: Samples, known: tuple[Samples, ...] = (), checkpoint: Checkpoint | None = None
) -> Samples:
    """The grid with its values: those that are `known` taken over, the others computed."""
    values = np.array(made.values)
    missing = np.ones(values.shape, dtype=bool)
    for other in known:
        _take_over(values, missing, made, other)
    rows, columns = np.nonzero(missing)
    x, y = made.x[columns], made.y[rows]
    portion = _PORTION if surface.together else 64
    found = np.empty(len(rows))
    for begin in range(0, len(rows), portion):
        if checkpoint is not None:
            checkpoint(begin / len(rows))
        part = slice(begin, begin + portion)
        found[part] = surface.values(np.stack([x[part], y[part]], axis=-1))
    values[rows, columns] = found
    return Samples(values, made.first, made.power)


def between(grid: Grid, made: Samples) -> Samples:
    """The values of a grid of its own, along straight lines between its points; level beyond its edges."""
    columns = np.interp(made.x, grid.x, np.arange(len(grid.x)))
    rows = np.interp(made.y, grid.y, np.arange(len(grid.y)))
    left = np.minimum(columns.astype(int), len(grid.x) - 2)
    below = np.minimum(rows.astype(int), len(grid.y) - 2)
    along, up = columns - left, (rows - below)[:, None]
    with np.errstate(all="ignore"):
        spread = grid.values[:, left] * (1 - along) + grid.values[:, left + 1] * along
        values = spread[below] * (1 - up) + spread[below + 1] * up
    return Samples(values, made.first, made.power)


def _take_over(values: Array, missing: Array, made: Samples, other: Samples) -> None:
    """Copies the points that two grids have in common."""
    (to_x, from_x), (to_y, from_y) = (_common(made, other, axis) for axis in (0, 1))
    if not (len(to_x) and len(to_y)):
        return
    values[np.ix_(to_y, to_x)] = other.values[np.ix_(from_y, from_x)]
    missing[np.ix_(to_y, to_x)] = False


def _common(made: Samples, other: Samples, axis: int) -> tuple[Array, Array]:
    """Along an axis, the places in both grids of the points that they have in common."""
    finest = min(made.power[axis], other.power[axis])
    places = []
    for grid in (made, other):
        count = grid.values.shape[1 - axis]
        step = 1 << min(grid.power[axis] - finest, 60)
        places.append((np.arange(count) + grid.first[axis]) * step)
    _, first, second = np.intersect1d(places[0], places[1], assume_unique=True, return_indices=True)
    return first, second
