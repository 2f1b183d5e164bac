"""Markers: a shape for each colour of a race, so that nobody needs to tell colours apart.

The one rule: the colour of an entry chooses its marker, in the picture, the curves and the list.
"""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF


def _polygon(corners: int, turn: float, inner: float = 0.0) -> QPainterPath:
    """A regular polygon in the unit circle, or a star whose inner corners are `inner` from its middle."""
    count = 2 * corners if inner else corners
    points = []
    for k in range(count):
        radius = inner if inner and k % 2 else 1.0
        angle = math.radians(turn) + 2 * math.pi * k / count
        points.append(QPointF(radius * math.sin(angle), -radius * math.cos(angle)))
    path = QPainterPath()
    path.addPolygon(QPolygonF([*points, points[0]]))
    return path


def _circle() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QRectF(-0.86, -0.86, 1.72, 1.72))
    return path


def _cross(turn: float) -> QPainterPath:
    arm, far = 0.32, 1.0
    corners = [
        (-arm, -far), (arm, -far), (arm, -arm), (far, -arm), (far, arm), (arm, arm),
        (arm, far), (-arm, far), (-arm, arm), (-far, arm), (-far, -arm), (-arm, -arm),
    ]  # fmt: skip
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    points = [QPointF(x * cosine - y * sine, x * sine + y * cosine) for x, y in corners]
    path = QPainterPath()
    path.addPolygon(QPolygonF([*points, points[0]]))
    return path


#: Names and shapes, in the order of the colours; each lies within the unit circle.
NAMES = ("circle", "square", "triangle", "diamond", "star", "cross", "pentagon", "down triangle")


@cache
def _shapes() -> tuple[QPainterPath, ...]:
    return (
        _circle(), _polygon(4, 45), _polygon(3, 0), _polygon(4, 0), _polygon(5, 0, 0.45), _cross(45),
        _polygon(5, 0), _polygon(3, 180),
    )  # fmt: skip


def marker(colour: int) -> QPainterPath:
    """The shape of an entry's marker, around the origin within the unit circle."""
    return _shapes()[colour % len(NAMES)]


def marker_name(colour: int) -> str:
    """What the shape is called, for who hears it."""
    return NAMES[colour % len(NAMES)]
