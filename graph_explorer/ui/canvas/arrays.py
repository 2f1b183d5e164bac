"""Rows of a NumPy array as Qt's rectangles and lines, and cubic pieces as one Qt path, without a loop.

The one rule: `Rows` owns the memory that Qt reads, so it is kept until the drawing is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QLineF, QRectF
from PySide6.QtGui import QPainter, QPainterPath

Floats = NDArray[np.float64]

_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_MOVE, _CURVE, _CURVE_DATA = 0, 2, 3


class Rows:
    """Rows of four numbers (n, 4) that Qt draws in one call: as many doubles make a QRectF or a QLineF."""

    def __init__(self, rows: Floats) -> None:
        self._rows = np.ascontiguousarray(rows, dtype=np.float64)

    def draw_rectangles(self, painter: QPainter) -> None:
        """Draws rows x, y, width, height with the painter's pen and brush."""
        if len(self._rows):
            first = cast(QRectF, shiboken6.wrapInstance(self._rows.ctypes.data, QRectF))
            painter.drawRects(first, len(self._rows))

    def draw_lines(self, painter: QPainter) -> None:
        """Draws rows x1, y1, x2, y2 with the painter's pen."""
        if len(self._rows):
            first = cast(QLineF, shiboken6.wrapInstance(self._rows.ctypes.data, QLineF))
            painter.drawLines(first, len(self._rows))


def paths_of(pieces: Floats) -> Iterator[QPainterPath]:
    """A path for each cubic piece (p, 4, 2): one by one, a call is quicker than Qt's stream."""
    for x, y, *rest in pieces.reshape(-1, 8).tolist():
        path = QPainterPath()
        path.moveTo(x, y)
        path.cubicTo(*rest)
        yield path


def path_of(pieces: Floats, joined: bool = False) -> QPainterPath:
    """One path of cubic pieces (p, 4, 2); each piece starts afresh unless they are `joined`.

    Qt reads the path from its own stream format (QDataStream: count, elements as kind and two
    doubles, index of the current start, fill rule), which spares a call per piece.
    """
    path = QPainterPath()
    if not len(pieces):
        return path
    kinds = np.tile(np.array([_MOVE, _CURVE, _CURVE_DATA, _CURVE_DATA]), (len(pieces), 1))
    kept = np.ones(kinds.shape, dtype=bool)
    if joined:
        kept[1:, 0] = False
    elements = np.zeros(int(kept.sum()), _ELEMENT)
    elements["kind"] = kinds[kept]
    elements["x"], elements["y"] = pieces[kept].T
    stream = QDataStream(
        QByteArray(len(elements).to_bytes(4, "big") + elements.tobytes() + bytes(8))  # start 0, odd-even
    )
    stream >> path
    return path
