"""Rows of points as Qt's polygons, and smooth lines that are cheap to draw.

The one rule: on screen a line is never drawn with an antialiased wide pen: six paths of a thousand steps
take 54 ms with one, and 1.4 ms with a pen of one pixel. A wide line is a few thin ones side by side.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPolygonF

Array = np.ndarray[Any, Any]

#: Where the thin lines of a wide one lie, as parts of its width less one pixel.
_AROUND = ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5))


def polygon_of(points: Array) -> QPolygonF:
    """Points of shape (n, 2) as a polygon, copied at once."""
    made = QPolygonF()
    if len(points):
        made.resize(len(points))
        address = shiboken6.getCppPointer(made.data())[0]
        memory = (ctypes.c_double * (2 * len(points))).from_address(address)
        np.ctypeslib.as_array(memory).reshape(-1, 2)[:] = points
    return made


def thinned(points: Array) -> Array:
    """The points without those that fall on the same half pixel as the one before."""
    if len(points) < 3:
        return points
    places = np.round(points * 2)
    kept = np.empty(len(points), dtype=bool)
    kept[0] = kept[-1] = True
    kept[1:-1] = (places[1:-1] != places[:-2]).any(axis=1)
    return points[kept]


#: Length of a dash and of the gap behind it, in widths of the line.
_DASHES = (4.0, 3.0)


def pen(color: QColor, width: float = 1.0, dashed: bool = False) -> QPen:
    """A round pen that keeps its width at any zoom."""
    made = QPen(color, width)
    made.setCosmetic(True)
    if dashed:
        made.setDashPattern(_DASHES)
    made.setCapStyle(Qt.PenCapStyle.RoundCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def is_vector(painter: QPainter) -> bool:
    """Whether the painter writes shapes into a file instead of pixels."""
    kinds = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture)
    return painter.paintEngine().type() in kinds


def draw_line(
    painter: QPainter, polygon: QPolygonF, color: QColor, width: float, dashed: bool = False
) -> None:
    """Draws a line of `width` pixels through the points of a polygon."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if is_vector(painter) or width <= 1.0:
        painter.setPen(pen(color, width, dashed))
        painter.drawPolyline(polygon)
        return
    painter.setPen(pen(color, dashed=dashed))
    for x, y in _AROUND:
        away = QPointF(x * (width - 1), y * (width - 1))
        painter.translate(away)
        painter.drawPolyline(polygon)
        painter.translate(-away)
