"""The path of a training on the picture: where its points fall on the plane, epoch by epoch.

The one rule: it is told from the paths of methods by its dots, one an epoch, and by the numbers of its
epochs; a method's path has neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from graph_explorer.ui.surface.clip import clipped
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.landscape import Way
from graph_explorer.ui.surface.polygons import draw_line, polygon_of, thinned
from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: Widths in pixels of the line and of the casing around it; radii of a dot and of an end.
_WIDTH, _CASING, _DOT, _END = 1.8, 2.4, 2.6, 5.0
#: Dots, and the numbers beside them, are no nearer to each other than this many pixels.
_APART, _NUMBERED = 6.0, 44.0


def ink(way: Way, shown: Theme) -> QColor:
    """The colour of a path: that of its run, or of text where it has none."""
    return shown.series_color(way.colour) if way.colour >= 0 else shown.color("text")


def paint_way(painter: QPainter, way: Way, frame: Frame, shown: Theme) -> None:
    """The line with its dots, and the epoch at some of them."""
    seen = frame.seen(way.trail.points)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRectF(*frame.box))
    pieces = [polygon_of(thinned(piece)) for piece in clipped(seen, frame.box)[0]]
    for color, width in ((shown.color("panel", 0.85), _WIDTH + _CASING), (ink(way, shown), _WIDTH)):
        for piece in pieces:
            draw_line(painter, piece, color, width)
    _paint_dots(painter, way, seen, shown)
    painter.restore()


def _paint_dots(painter: QPainter, way: Way, seen: Array, shown: Theme) -> None:
    last, color = len(seen) - 1, ink(way, shown)
    dotted: list[Array] = []
    numbered: list[Array] = []
    # the ends first: they have their dot and number whatever stands beside them
    for place in (0, last, *range(1, last)):
        at = seen[place]
        end = place in (0, last)
        if not np.isfinite(at).all() or (not end and _near(at, dotted, _APART)):
            continue
        dotted.append(at)
        paint_dot(painter, float(at[0]), float(at[1]), color, shown, _END if end else _DOT, hollow=place == 0)
        if not _near(at, numbered, _NUMBERED):
            numbered.append(at)
            _paint_epoch(painter, way.trail.epochs[place], at, shown)


def _near(at: Array, others: list[Array], apart: float) -> bool:
    return any(float(np.hypot(*(at - other))) < apart for other in others)


def paint_dot(
    painter: QPainter,
    x: float,
    y: float,
    color: QColor,
    shown: Theme,
    radius: float = _END,
    hollow: bool = False,
) -> None:
    """One point of the path: hollow where it begins."""
    painter.setPen(QPen(shown.color("panel"), 3.0))
    painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setPen(QPen(color, 1.6 if hollow else 0.8))
    painter.setBrush(shown.color("panel") if hollow else color)
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
