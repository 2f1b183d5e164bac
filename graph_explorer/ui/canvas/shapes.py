"""The outlines of cards: each role of a leaf has its own.

The one rule: shape and colour say the same, so that neither is needed to tell roles apart.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from graph_explorer.ui.canvas.cards import PILL, Kind

ROUND = 9.0
#: Rounder corners for inputs, cut corners for parameters.
INPUT_ROUND = 18.0
CHAMFER = 9.0

#: The colour of each kind's border and name.
ROLES = {
    Kind.OPERATION: "operation",
    Kind.OUTPUT: "output",
    Kind.INPUT: "input",
    Kind.PARAMETER: "parameter",
    Kind.CONSTANT: "constant",
    Kind.GROUP: "operation",
}


@lru_cache(maxsize=4000)
def outline(kind: Kind, width: float, height: float, grown: float = 0.0) -> QPainterPath:
    """The outline of a card whose corner is at the origin; `grown` scene pixels outside of it."""
    path = QPainterPath()
    box = QRectF(-grown, -grown, width + 2 * grown, height + 2 * grown)
    if kind is Kind.PARAMETER:
        path.addPolygon(_chamfered(box, CHAMFER + 0.6 * grown))
        path.closeSubpath()
        return path
    radius = {Kind.INPUT: INPUT_ROUND, Kind.CONSTANT: PILL / 2}.get(kind, ROUND) + grown
    path.addRoundedRect(box, radius, radius)
    return path


def _chamfered(box: QRectF, cut: float) -> QPolygonF:
    left, top, right, bottom = box.left(), box.top(), box.right(), box.bottom()
    corners = [
        (left + cut, top), (right - cut, top), (right, top + cut), (right, bottom - cut),
        (right - cut, bottom), (left + cut, bottom), (left, bottom - cut), (left, top + cut),
    ]  # fmt: skip
    return QPolygonF([QPointF(x, y) for x, y in corners])


@lru_cache(maxsize=4)
def warning_sign(size: float) -> tuple[QPainterPath, QPainterPath]:
    """A triangle whose box is at the origin, and the exclamation mark on it."""
    triangle, mark = QPainterPath(), QPainterPath()
    triangle.addPolygon(QPolygonF([QPointF(size / 2, 0), QPointF(size, size * 0.9), QPointF(0, size * 0.9)]))
    triangle.closeSubpath()
    mark.addRoundedRect(QRectF(size * 0.44, size * 0.32, size * 0.12, size * 0.29), 1, 1)
    mark.addEllipse(QRectF(size * 0.43, size * 0.67, size * 0.14, size * 0.14))
    return triangle, mark
