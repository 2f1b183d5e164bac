"""Paths of methods on the picture: lines, the point that each has reached, and where it leaves.

The one rule: a path can be told from another without its colour: its head has the marker that the legend
shows beside its settings.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF, QTransform

from graph_explorer.ui.race.markers import marker
from graph_explorer.ui.surface.clip import clipped
from graph_explorer.ui.surface.frame import Box, Frame
from graph_explorer.ui.surface.polygons import draw_line, pen, polygon_of, thinned
from graph_explorer.ui.surface.subject import Course, Subject
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: Widths in pixels: of a path, of the chosen one, of the casing around both; radius of a head.
_WIDTH, _CHOSEN, _CASING, _HEAD = 1.8, 2.6, 2.2, 6.0
#: The steps of the chosen path are dotted where they are farther apart than this, and no more than so many.
_DOTTED, _MOST_DOTS = 7.0, 300


def paint_paths(painter: QPainter, subject: Subject, frame: Frame, shown: Theme) -> None:
    """All paths up to the step that is shown; the chosen one over the others."""
    seen = {
        id(course): frame.seen(course.path.points[: subject.reached(course) + 1])
        for course in subject.courses
    }
    ordered = sorted(subject.courses, key=lambda course: course.chosen)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRectF(*frame.box))
    for course in ordered:
        _paint_path(painter, course, seen[id(course)], frame.box, shown)
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for course in ordered:
        _paint_end(painter, course, seen[id(course)], frame.box, shown)


def _paint_path(painter: QPainter, course: Course, points: Array, box: Box, shown: Theme) -> None:
    pieces = [polygon_of(thinned(piece)) for piece in clipped(points, box)[0]]
    width = _CHOSEN if course.chosen else _WIDTH
    for piece in pieces:
        draw_line(painter, piece, shown.color("panel", 0.8), width + _CASING)
    for piece in pieces:
        draw_line(painter, piece, shown.series_color(course.colour), width)
    if course.chosen:
        _paint_dots(painter, points, box, shown.color("panel"))


def _paint_dots(painter: QPainter, points: Array, box: Box, color: QColor) -> None:
    """A dot at every step, as far as they can be told apart."""
    x, y, width, height = box
    with np.errstate(all="ignore"):
        inside = np.isfinite(points).all(axis=1) & (np.abs(points - [x + width / 2, y + height / 2])
                                                    < [width / 2, height / 2]).all(axis=1)  # fmt: skip
        gaps = np.hypot(*np.diff(points, axis=0).T)
        far = np.append(True, gaps > _DOTTED)
    dots = points[inside & far][:_MOST_DOTS]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    for dot_x, dot_y in dots.tolist():
        painter.drawEllipse(QPointF(dot_x, dot_y), 1.5, 1.5)


def _paint_end(painter: QPainter, course: Course, points: Array, box: Box, shown: Theme) -> None:
    """The marker at the head; an arrow where the path has left the picture."""
    x, y, width, height = box
    last = points[-1]
    inside = np.isfinite(last).all() and x <= last[0] <= x + width and y <= last[1] <= y + height
    if inside:
        paint_marker(painter, course.colour, float(last[0]), float(last[1]), shown, course.chosen)
        return
    exits = clipped(points, box)[1]
    if len(exits):
        at_x, at_y, angle = exits[-1]
        _paint_arrow(
            painter, float(at_x), float(at_y), float(angle), shown.series_color(course.colour), shown
        )
        return
    within = np.isfinite(points).all(axis=1)
    if within.any():
        at_x, at_y = points[np.flatnonzero(within)[-1]]
        if x <= at_x <= x + width and y <= at_y <= y + height:
            paint_marker(painter, course.colour, float(at_x), float(at_y), shown, course.chosen, hollow=True)


def paint_marker(
    painter: QPainter, colour: int, x: float, y: float, shown: Theme, chosen: bool = False,
    hollow: bool = False, radius: float = _HEAD,
) -> None:  # fmt: skip
    """The marker of a colour; hollow where a path ends in a value that is no number."""
    size = radius + (1.5 if chosen else 0.0)
    shape = QTransform.fromTranslate(x, y).scale(size, size).map(marker(colour))
    painter.setPen(QPen(shown.color("panel"), 3.0))
    painter.setBrush(shown.color("panel"))
    painter.drawPath(shape)
    color = shown.series_color(colour)
    painter.setPen(QPen(color, 1.4))
    painter.setBrush(shown.color("panel") if hollow else QBrush(color))
    painter.drawPath(shape)


def _paint_arrow(painter: QPainter, x: float, y: float, angle: float, color: QColor, shown: Theme) -> None:
    """A head at the edge that points to where the path goes on."""
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    at: Callable[[float, float], QPointF] = lambda a, b: QPointF(
        x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]
    )
    painter.setPen(pen(shown.color("panel"), 1.6))
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([at(3, 0), at(-10, 6.5), at(-7, 0), at(-10, -6.5)]))
