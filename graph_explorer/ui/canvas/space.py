"""Which of very many rectangles touch one: looked up near it, not among all.

The one rule: a rectangle is kept in one cell of a grid whose cells are at least as large as it, so
that whatever touches a window has its corner in the cells of the window or in the row and column
before them. There is one grid a size, each twice as coarse as the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Box = tuple[float, float, float, float]

#: The sides of the finest cells, in scene pixels.
FINEST = 512.0
#: With more rows of cells than this in a window all in these rows are compared.
_MOST_ROWS = 400
#: With more than this share of all rectangles near a window all of them are compared.
_MOST = 0.12


class _Grid(NamedTuple):
    """Rectangles of one size class: their places sorted by row and column, and the keys of these."""

    side: float
    left: int
    top: int
    stride: int
    keys: NDArray[np.int64]
    places: Places


class Space:
    """Rectangles (n, 4) as left, top, right, bottom.

    They are kept in single precision, rounded outward: a millionth of the picture's size decides no hit.
    """

    def __init__(self, corners: Floats) -> None:
        self._corners = np.empty(corners.shape, dtype=np.float32)
        for side, way in ((slice(0, 2), -np.inf), (slice(2, 4), np.inf)):
            self._corners[:, side] = np.nextafter(corners[:, side].astype(np.float32), np.float32(way))
        self._grids = tuple(self._made())

    def __len__(self) -> int:
        return len(self._corners)

    def _made(self) -> Iterator[_Grid]:
        left, top, right, bottom = self._corners.T
        extent = np.maximum(right - left, bottom - top)
        classes = np.ceil(np.log2(np.maximum(extent, FINEST) / FINEST)).astype(np.int8)
        for size in np.unique(classes).tolist():
            places = np.flatnonzero(classes == size)
            side = FINEST * 2.0**size
            columns = np.floor(left[places] / side).astype(np.int64)
            rows = np.floor(top[places] / side).astype(np.int64)
            first, least = int(columns.min()), int(rows.min())
            stride = int(columns.max()) - first + 3
            keys = (rows - least) * stride + (columns - first + 1)
            order = np.argsort(keys, kind="stable")
            yield _Grid(side, first, least, stride, keys[order], places[order])

    def _spans(self, box: Box) -> list[tuple[Places, Places]]:
        x, y, width, height = box
        return [_near(grid, x, y, x + width, y + height) for grid in self._grids]

    def near(self, box: Box) -> int:
        """How many rectangles are near one: no fewer than touch it."""
        return sum(int(counts.sum()) for _, counts in self._spans(box))

    def within(self, box: Box) -> Places:
        """The places of the rectangles that touch one, x, y, width and height, borders included."""
        x, y, width, height = box
        spans = self._spans(box)
        count = sum(int(counts.sum()) for _, counts in spans)
        if count > _MOST * len(self):  # to compare all in their order takes less time
            left, top, right, bottom = self._corners.T
            inside = (left <= x + width) & (top <= y + height) & (right >= x) & (bottom >= y)
            return np.flatnonzero(inside)
        near = np.concatenate([np.zeros(0, np.int64), *map(_gathered, self._grids, spans)])
        corners = self._corners[near]
        inside = (corners[:, 0] <= x + width) & (corners[:, 1] <= y + height)
        inside &= (corners[:, 2] >= x) & (corners[:, 3] >= y)
        return np.asarray(near[inside])


def _gathered(grid: _Grid, spans: tuple[Places, Places]) -> Places:
    """The rectangles in rows of cells that begin at `starts` and hold `counts`."""
    starts, counts = spans
    ends = np.cumsum(counts)
    every = np.repeat(starts - (ends - counts), counts) + np.arange(int(counts.sum()))
    return np.asarray(grid.places[every])


def _near(grid: _Grid, left: float, top: float, right: float, bottom: float) -> tuple[Places, Places]:
    """Where among a grid's rectangles those in reach of a window begin, row by row, and how many they are."""
    highest = int(grid.keys[-1]) // grid.stride
    first_row = max(int(np.floor(top / grid.side)) - 1 - grid.top, 0)
    last_row = min(int(np.floor(bottom / grid.side)) - grid.top, highest)
    first = max(int(np.floor(left / grid.side)) - grid.left, 0)
    last = min(int(np.floor(right / grid.side)) - grid.left + 1, grid.stride - 1)
    if last_row < first_row or last < first:
        return grid.places[:0], grid.places[:0]
    if last_row - first_row > _MOST_ROWS or (first <= 1 and last >= grid.stride - 2):
        rows, first, last = np.array([first_row * grid.stride]), 0, (last_row - first_row + 1) * grid.stride
    else:
        rows = np.arange(first_row, last_row + 1) * grid.stride
    starts = np.searchsorted(grid.keys, rows + first)
    return starts, np.searchsorted(grid.keys, rows + last, side="right") - starts
