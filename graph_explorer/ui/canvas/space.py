"""Which of very many rectangles touch one: looked up near it, not among all.

The one rule: a rectangle is kept in one cell of a grid whose cells are at least as large as it, so
that whatever touches a window has its corner in the cells of the window or in the row and column
before them. There is one grid a size, each twice as coarse as the one before.
"""

from __future__ import annotations

import math
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
    """The cells of one size class: the side of one, the first column and row, and how many to a row.

    A cell is known by its number: `base`, and then `stride` for each row; there are `rows` of them.
    """

    side: float
    left: int
    top: int
    stride: int
    rows: int
    base: int

    def reach(self, left: float, top: float, right: float, bottom: float) -> tuple[range, int]:
        """The numbers of the first cells of rows that may hold what touches a window; how many cells on."""
        first_row = max(math.floor(top / self.side) - 1 - self.top, 0)
        last_row = min(math.floor(bottom / self.side) - self.top, self.rows - 1)
        first = max(math.floor(left / self.side) - self.left, 0)
        last = min(math.floor(right / self.side) - self.left + 1, self.stride - 1)
        if last_row < first_row or last < first:
            return range(0), 0
        start, stop = (self.base + row * self.stride for row in (first_row, last_row + 1))
        if last_row - first_row > _MOST_ROWS or (first <= 1 and last >= self.stride - 2):
            return range(start, start + 1), stop - start - 1
        return range(start + first, stop, self.stride), last - first


class Space:
    """Rectangles (n, 4) as left, top, right, bottom.

    They are kept in single precision, rounded outward: a millionth of the picture's size decides no hit.
    """

    def __init__(self, corners: Floats) -> None:
        sides = np.ascontiguousarray(corners.T, dtype=np.float32)
        for side, way in ((slice(0, 2), -np.inf), (slice(2, 4), np.inf)):
            sides[side] = np.nextafter(sides[side], np.float32(way))
        self._corners = np.ascontiguousarray(sides.T)
        left, top, right, bottom = sides
        extent = np.maximum(right - left, bottom - top)
        classes = np.ceil(np.log2(np.maximum(extent, FINEST) / FINEST)).astype(np.int8)
        self._grids: list[_Grid] = []
        # the numbers of the cells of all rectangles, class by class, and the places of these
        self._cells = self._places = np.zeros(0, np.int64)
        for size in np.unique(classes).tolist():
            self._add(size, np.flatnonzero(classes == size))

    def __len__(self) -> int:
        return len(self._corners)

    def _add(self, size: int, places: Places) -> None:
        left, top = self._corners[places, :2].T
        side = FINEST * 2.0**size
        columns = np.floor(left / side).astype(np.int64)
        rows = np.floor(top / side).astype(np.int64)
        first, least = int(columns.min()), int(rows.min())
        stride = int(columns.max()) - first + 3
        base = self._grids[-1].base + self._grids[-1].rows * self._grids[-1].stride if self._grids else 0
        self._grids.append(_Grid(side, first, least, stride, int(rows.max()) - least + 1, base))
        cells = base + (rows - least) * stride + (columns - first + 1)
        order = np.argsort(cells, kind="stable")
        self._cells = np.concatenate([self._cells, cells[order]])
        self._places = np.concatenate([self._places, places[order]])

    def _spans(self, box: Box) -> tuple[Places, Places]:
        """Where among the places those in reach of a window begin, row by row, and how many they are."""
        x, y, width, height = box
        first: list[int] = []
        last: list[int] = []
        for grid in self._grids:
            row_starts, beyond = grid.reach(x, y, x + width, y + height)
            first += row_starts
            last += [cell + beyond for cell in row_starts]
        starts = np.searchsorted(self._cells, first)
        return starts, np.searchsorted(self._cells, last, side="right") - starts

    def near(self, box: Box) -> int:
        """How many rectangles are near one: no fewer than touch it."""
        return int(self._spans(box)[1].sum())

    def within(self, box: Box) -> Places:
        """The places of the rectangles that touch one, x, y, width and height, borders included."""
        x, y, width, height = box
        starts, counts = self._spans(box)
        ends = np.cumsum(counts)
        count = int(ends[-1]) if len(ends) else 0
        if count > _MOST * len(self):  # to compare all in their order takes less time
            left, top, right, bottom = self._corners.T
            inside = (left <= x + width) & (top <= y + height) & (right >= x) & (bottom >= y)
            return np.flatnonzero(inside)
        near = self._places[np.repeat(starts - (ends - counts), counts) + np.arange(count)]
        corners = self._corners[near]
        inside = (corners[:, 0] <= x + width) & (corners[:, 1] <= y + height)
        inside &= (corners[:, 2] >= x) & (corners[:, 3] >= y)
        return np.asarray(near[inside])
