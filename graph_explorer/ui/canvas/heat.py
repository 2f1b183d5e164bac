"""Small pictures of arrays.

The one rule: the middle of the scale is zero. Positive entries take the colour of values or of
gradients, negative ones a neutral colour, and entries that are no finite numbers the colour of errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from graph_explorer.ui.canvas.cards import picture_grid
from graph_explorer.ui.canvas.ink import Ink, rgb

Array = np.ndarray[Any, Any]

ROWS, COLUMNS = 20, 64
#: Larger arrays are thinned out before they are averaged.
_ENTRIES = 1_000_000
#: How many pictures are kept.
_KEPT = 2000


def grid(array: Array) -> NDArray[np.float64]:
    """An array as a table of at most 20 × 64 numbers; coarser cells are averages."""
    if not array.size:
        return np.zeros((1, 1))
    rows, columns = picture_grid(array.shape)
    with np.errstate(all="ignore"):
        table = np.asarray(array, dtype=np.float64)
        matrices = table.reshape(-1, *(table.shape[-2:] if table.ndim > 1 else (1, table.size)))
        count = columns // matrices.shape[2]
        flat = matrices[:count].transpose(1, 0, 2).reshape(rows, columns)
        if flat.size > _ENTRIES:
            flat = flat[:: 1 + rows // 1000, :: 1 + columns // 1000]
        for axis, most in ((0, ROWS), (1, COLUMNS)):
            size = flat.shape[axis]
            if size > most:
                starts = np.arange(most) * size // most
                counts = np.diff([*starts, size])
                flat = np.add.reduceat(flat, starts, axis=axis)
                flat = flat / (counts[:, None] if axis == 0 else counts)
    return np.asarray(flat)


def heat(array: Array, role: str, ink: Ink) -> QImage:
    """The picture of an array, one pixel a cell."""
    table = grid(array)
    finite = np.isfinite(table)
    largest = float(np.abs(table[finite]).max(initial=0.0))
    share = np.where(finite, np.abs(table) / largest if largest else 0.0, 0.0)
    cells = np.empty((*table.shape, 3))
    zero = np.array(rgb(ink.color("raised")))
    cells[:] = zero + share[..., None] * (np.array(rgb(ink.color(role))) - zero)
    low = table < 0
    cells[low] = zero + share[low][:, None] * (np.array(rgb(ink.color("muted"))) - zero)
    cells[~finite] = rgb(ink.color("error"))
    red, green, blue = cells.round().astype(np.uint32).transpose(2, 0, 1)
    pixels = np.ascontiguousarray(0xFF000000 | red << 16 | green << 8 | blue)
    rows, columns = table.shape
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


class Pictures:
    """Keeps the pictures of one run's arrays, so that each is made once."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._kept: dict[tuple[int, str], tuple[Array, QImage]] = {}

    def of(self, array: Array, role: str) -> QImage:
        """The picture of an array in the colour of `role`; the array is kept with it."""
        key = (id(array), role)
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[key] = (array, heat(array, role, self._ink))
        return self._kept[key][1]

    def forget(self) -> None:
        """Lets go of all arrays: another run is shown."""
        self._kept.clear()
