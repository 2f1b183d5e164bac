"""The path of a training on the picture: where its points fall on the plane, epoch by epoch.

The one rule: it is told from the paths of methods by its dots, one an epoch, and by the numbers of its
epochs; a method's path has neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from graph_explorer.lab.slices import Trail
from graph_explorer.ui.surface.clip import clipped
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.polygons import draw_line, polygon_of, thinned
from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: Widths in pixels of the line and of the casing around it; radii of a dot and of an end.
_WIDTH, _CASING, _DOT, _END = 1.8, 2.4, 2.6, 5.0
#: Dots, and the numbers beside them, are no nearer to each other than this many pixels.
_APART, _NUMBERED = 6.0, 44.0


def paint_trail(painter: QPainter, trail: Trail, frame: Frame, shown: Theme) -> None:
    """The line with its dots, and the epoch at some of them."""
    seen = frame.seen(trail.points)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRectF(*frame.box))
    pieces = [polygon_of(thinned(piece)) for piece in clipped(seen, frame.box)[0]]
    for color, width in ((shown.color("panel", 0.85), _WIDTH + _CASING), (shown.color("text"), _WIDTH)):
        for piece in pieces:
            draw_line(painter, piece, color, width)
    _paint_dots(painter, trail, seen, shown)
    painter.restore()


def _paint_dots(painter: QPainter, trail: Trail, seen: Array, shown: Theme) -> None:
    last = len(seen) - 1
    dotted: list[Array] = []
    numbered: list[Array] = []
    # the ends first: they have their dot and number whatever stands beside them
    for place in (0, last, *range(1, last)):
        at = seen[place]
        end = place in (0, last)
        if not np.isfinite(at).all() or (not end and _near(at, dotted, _APART)):
            continue
        dotted.append(at)
        paint_dot(painter, float(at[0]), float(at[1]), shown, _END if end else _DOT, hollow=place == 0)
        if not _near(at, numbered, _NUMBERED):
            numbered.append(at)
            _paint_epoch(painter, trail.epochs[place], at, shown)


def _near(at: Array, others: list[Array], apart: float) -> bool:
    return any(float(np.hypot(*(at - other))) < apart for other in others)


def paint_dot(
    painter: QPainter, x: float, y: float, shown: Theme, radius: float = _END, hollow: bool = False
) -> None:
    """One point of the path: hollow where it begins."""
    painter.setPen(QPen(shown.color("panel"), 3.0))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setPen(QPen(shown.color("text"), 1.6 if hollow else 0.8))
    painter.setBrush(shown.color("panel" if hollow else "text"))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_epoch(painter: QPainter, epoch: int, at: Array, shown: Theme) -> None:
    """The number of an epoch, on a ground of its own."""
    x, y = float(at[0]) + 9.0, float(at[1]) - 10.0
    box = write(painter, str(epoch), x, y, shown.color("text"), SMALL)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shown.color("panel", 0.8))
    painter.drawRoundedRect(box.adjusted(-3, 0, 3, 0), 3, 3)
    write(painter, str(epoch), x, y, shown.color("text"), SMALL)
    painter.setBrush(Qt.BrushStyle.NoBrush)
