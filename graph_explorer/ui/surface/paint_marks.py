"""Points on the picture: known minima, starts, the present point, and what is at the pointer.

The one rule: each kind of point has its own shape, which the legend shows too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.polygons import pen
from graph_explorer.ui.surface.probe import Found
from graph_explorer.ui.surface.subject import Point, Subject
from graph_explorer.ui.surface.writing import write
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: Radii in pixels, and how long the arms of the curvature cross are.
START, HERE, MINIMUM, _ARM = 6.5, 6.5, 6.0, 46.0


@dataclass(frozen=True)
class Pointed:
    """What the mouse is over: a start by its place, the present point, or a place of the plane."""

    start: int = -1
    here: bool = False
    at: Point | None = None


def paint_minima(painter: QPainter, subject: Subject, frame: Frame, shown: Theme) -> None:
    """A cross in a ring at each known minimum that is in sight."""
    for x, y in frame.seen(subject.minima).reshape(-1, 2).tolist():
        if frame.contains(x, y):
            paint_minimum(painter, x, y, shown)


def paint_minimum(painter: QPainter, x: float, y: float, shown: Theme) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, width in ((shown.color("panel"), 4.0), (shown.color("text"), 1.6)):
        painter.setPen(QPen(color, width))
        painter.drawLine(QLineF(x - MINIMUM, y, x + MINIMUM, y))
        painter.drawLine(QLineF(x, y - MINIMUM, x, y + MINIMUM))


def paint_points(painter: QPainter, subject: Subject, frame: Frame, shown: Theme, over: Pointed) -> None:
    """Starts as rings, the present point as a filled ring; larger where the pointer is over them."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, (x, y) in enumerate(frame.seen(subject.starts).reshape(-1, 2).tolist()):
        if frame.contains(x, y):
            paint_start(painter, x, y, shown, over.start == place)
    if subject.here is not None and np.isfinite(subject.here).all():
        x, y = frame.seen(subject.here).tolist()
        if frame.contains(x, y):
            paint_here(painter, x, y, shown, over.here)


def paint_start(painter: QPainter, x: float, y: float, shown: Theme, large: bool = False) -> None:
    radius = START + (2 if large else 0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((shown.color("panel"), 5.0), (shown.color("text"), 2.0)):
        painter.setPen(QPen(color, width))
        painter.drawEllipse(QPointF(x, y), radius, radius)


def paint_here(painter: QPainter, x: float, y: float, shown: Theme, large: bool = False) -> None:
    radius = HERE + (2 if large else 0)
    painter.setPen(QPen(shown.color("panel"), 2.0))
    painter.setBrush(QBrush(shown.color("value")))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(shown.color("panel")))
    painter.drawEllipse(QPointF(x, y), radius * 0.36, radius * 0.36)


def paint_hairlines(painter: QPainter, at: Point, frame: Frame, shown: Theme) -> None:
    """Where the cross-sections run."""
    x, y = (round(part) for part in frame.seen(at).tolist())
    left, top, width, height = frame.box
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    made = pen(shown.color("panel", 0.75))
    made.setDashPattern([4, 4])
    painter.setPen(made)
    if top <= y <= top + height:
        painter.drawLine(QLineF(left, y, left + width, y))
    if left <= x <= left + width:
        painter.drawLine(QLineF(x, top, x, top + height))


def paint_curvature(painter: QPainter, found: Found, frame: Frame, shown: Theme) -> None:
    """The eigenvectors of the Hessian at a point, each with its eigenvalue: how fast the slope changes."""
    if found.hessian is None or not np.isfinite(found.hessian).all():
        return
    sizes, ways = np.linalg.eigh(found.hessian)
    centre = frame.seen(found.at)
    across, down = frame.scale
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for size, way in zip(sizes, ways.T, strict=True):
        arm = way * [across, -down]
        arm = arm / np.hypot(*arm) * _ARM
        role = "value" if size >= 0 else "gradient"
        line = QLineF(*(centre - arm).tolist(), *(centre + arm).tolist())
        for color, width in ((shown.color("panel"), 5.0), (shown.color(role), 2.2)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(line)
        _paint_size(painter, float(size), centre + arm * 1.28, role, shown)


def _paint_size(painter: QPainter, size: float, at: Array, role: str, shown: Theme) -> None:
    text = f"λ = {number(size, 3)}"
    x, y = at.tolist()
    box = write(painter, text, x, y, shown.color(role), across=0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shown.color("panel", 0.88))
    painter.drawRoundedRect(box.adjusted(-5, -1, 5, 1), 4, 4)
    write(painter, text, x, y, shown.color(role), across=0.5)


def paint_field(painter: QPainter, arrows: Array, frame: Frame, shown: Theme) -> None:
    """Arrows (n, 4): where, in the plane, and the way in pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    made = pen(shown.color("panel", 0.9), 1.0)
    painter.setPen(made)
    painter.setBrush(shown.color("panel", 0.9))
    places = frame.seen(arrows[:, :2])
    for (x, y), (along, down) in zip(places.tolist(), arrows[:, 2:].tolist(), strict=True):
        if not frame.contains(x, y):
            continue
        tip_x, tip_y = x + along / 2, y + down / 2
        painter.drawLine(QLineF(x - along / 2, y - down / 2, tip_x, tip_y))
        length = max((along**2 + down**2) ** 0.5, 1e-9)
        back = min(5.0, length * 0.5)
        u, v = along / length * back, down / length * back
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(tip_x, tip_y),
                    QPointF(tip_x - u - v * 0.5, tip_y - v + u * 0.5),
                    QPointF(tip_x - u + v * 0.5, tip_y - v - u * 0.5),
                ]
            )
        )
