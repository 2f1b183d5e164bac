"""Cross-sections: the values along a line through a point, one along each axis, at the plot's borders.

The one rule: a section is read off the values that the picture shows, on the same scale as its colours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.frame import Box, Frame
from graph_explorer.ui.surface.levels import Levels
from graph_explorer.ui.surface.plan import LEFT, Plan
from graph_explorer.ui.surface.polygons import draw_line, pen, polygon_of
from graph_explorer.ui.surface.samples import Samples
from graph_explorer.ui.surface.subject import Point
from graph_explorer.ui.surface.writing import SMALL, elided, write
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]
_ROOM = 5.0  # pixels above and below the curve


def paint_sections(
    painter: QPainter, plan: Plan, frame: Frame, samples: Samples, levels: Levels, at: Point,
    names: tuple[str, str], shown: Theme,
) -> None:  # fmt: skip
    """Both sections through `at`; a dot marks the point on each curve, and its place stands beside it."""
    muted = shown.color("muted")
    left, right, bottom, top = frame.window
    if plan.above is not None:
        x = np.linspace(left, right, max(2, int(frame.box[2])))
        shares = levels.share(samples.at(x, np.full_like(x, at[1])))
        seen = frame.seen(np.stack([x, np.full_like(x, at[1])], axis=-1))[:, 0]
        here = levels.share(samples.at(*at)), float(frame.seen(at)[0])
        _paint(painter, plan.above, np.column_stack([seen, _up(plan.above, shares)]), shown)
        _dot(painter, here[1], float(_up(plan.above, here[0])), plan.above, shown)
        box_x, box_y, _, box_height = plan.above
        text = elided(f"{names[1]} = {number(at[1], 3)}", SMALL, LEFT - 10)
        write(painter, text, box_x - 6, box_y + box_height / 2, muted, across=1.0)
    if plan.beside is not None:
        y = np.linspace(bottom, top, max(2, int(frame.box[3])))
        shares = levels.share(samples.at(np.full_like(y, at[0]), y))
        seen = frame.seen(np.stack([np.full_like(y, at[0]), y], axis=-1))[:, 1]
        _paint(painter, plan.beside, np.column_stack([_across(plan.beside, shares), seen]), shown)
        share = levels.share(samples.at(*at))
        _dot(painter, float(_across(plan.beside, share)), float(frame.seen(at)[1]), plan.beside, shown)
        box_x, box_y, box_width, box_height = plan.beside
        text = elided(f"{names[0]} = {number(at[0], 3)}", SMALL, box_width + 16)
        write(painter, text, box_x + box_width / 2, box_y + box_height + 7, muted, across=0.5, down=0.0)


def _up(box: Box, shares: Any) -> Array:
    return box[1] + box[3] - _ROOM - np.asarray(shares) * (box[3] - 2 * _ROOM)


def _across(box: Box, shares: Any) -> Array:
    return box[0] + _ROOM + np.asarray(shares) * (box[2] - 2 * _ROOM)


def _paint(painter: QPainter, box: Box, points: Array, shown: Theme) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pen(shown.color("border")))
    painter.setBrush(shown.color("panel"))
    painter.drawRect(QRectF(*box))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    finite = np.asarray(np.isfinite(points).all(axis=1))
    cuts = np.flatnonzero(np.diff(finite.astype(int))) + 1
    for run in np.split(np.arange(len(points)), cuts):
        if len(run) > 1 and finite[run[0]]:
            draw_line(painter, polygon_of(points[run]), shown.color("value"), 1.5)


def _dot(painter: QPainter, x: float, y: float, box: Box, shown: Theme) -> None:
    if np.isfinite([x, y]).all() and QRectF(*box).contains(QPointF(x, y)):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shown.color("value"))
        painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
