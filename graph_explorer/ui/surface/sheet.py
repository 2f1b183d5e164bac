"""The whole picture, back to front: the same for the window, for files and for films.

The one rule: the back changes when one looks elsewhere and may be kept; the front is painted anew for
every picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.ground import Ground
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.paint_axes import paint_axes, paint_bar, paint_title
from graph_explorer.ui.surface.paint_legend import paint_legend, rows
from graph_explorer.ui.surface.paint_marks import (
    Pointed,
    paint_curvature,
    paint_field,
    paint_hairlines,
    paint_minima,
    paint_points,
)
from graph_explorer.ui.surface.paint_paths import paint_paths
from graph_explorer.ui.surface.paint_relief import paint_relief
from graph_explorer.ui.surface.paint_sections import paint_sections
from graph_explorer.ui.surface.paint_way import paint_way
from graph_explorer.ui.surface.plan import Plan
from graph_explorer.ui.surface.probe import Found
from graph_explorer.ui.surface.relief import Relief, in_block
from graph_explorer.ui.surface.samples import Samples
from graph_explorer.ui.surface.subject import Point, Subject
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sheet:
    """Everything that a picture is made of. In three dimensions `relief` takes the place of the frame."""

    plan: Plan
    frame: Frame
    subject: Subject
    look: Look
    theme: Theme
    ground: Ground
    samples: Samples
    arrows: Array | None = None
    relief: Relief | None = None
    over: Pointed = field(default_factory=Pointed)
    found: Found | None = None

    @property
    def cut(self) -> Point | None:
        """Where the cross-sections run: through the pointer, else through the present point."""
        return self.over.at or self.subject.here


def paint_back(painter: QPainter, sheet: Sheet) -> None:
    """What stays while paths and points move."""
    shown, plan, frame = sheet.theme, sheet.plan, sheet.frame
    painter.fillRect(QRectF(0, 0, *plan.size), shown.color("panel"))
    if plan.title is not None:
        paint_title(painter, plan.title, sheet.subject, shown)
    if plan.bar is not None:
        paint_bar(painter, plan.bar, sheet.ground.palette, sheet.subject.output, shown)
    if sheet.look.solid:
        return
    painter.save()
    painter.setClipRect(QRectF(*frame.box))
    sheet.ground.paint(painter, frame)
    if sheet.arrows is not None:
        paint_field(painter, sheet.arrows, frame, shown)
    painter.restore()
    paint_axes(painter, frame, sheet.subject.axes, shown)


def paint_front(painter: QPainter, sheet: Sheet) -> None:
    """What moves: paths, points, sections, and the legend over all of it."""
    subject, frame, look, shown = sheet.subject, sheet.frame, sheet.look, sheet.theme
    levels = sheet.ground.palette.levels
    if sheet.relief is not None:
        paint_relief(painter, sheet.relief, sheet.samples, levels, subject, frame.window, look, shown)
    else:
        if look.sections and sheet.cut is not None:
            paint_hairlines(painter, sheet.cut, frame, shown)
            axes = subject.axes
            paint_sections(painter, sheet.plan, frame, sheet.samples, levels, sheet.cut, axes, shown)
        if look.minima:
            paint_minima(painter, subject, frame, shown)
        for way in subject.ways:
            paint_way(painter, way, frame, shown)
        paint_paths(painter, subject, frame, shown)
        paint_points(painter, subject, frame, shown, sheet.over)
        if look.curvature and sheet.found is not None:
            paint_curvature(painter, sheet.found, frame, shown)
    if look.legend:
        lines = rows(subject, shown, sheet.plan.title is not None, look.minima, _said(sheet))
        paint_legend(painter, lines, frame.box, _worth_seeing(sheet), shown)


def _worth_seeing(sheet: Sheet) -> Array:
    """Where on screen the points are that a legend should not cover: (n, 2)."""
    subject = sheet.subject
    heads = [course.path.points[subject.reached(course)] for course in subject.courses]
    heads += [point for way in subject.ways for point in way.trail.points]
    here = [subject.here] if subject.here is not None else []
    points = np.array([*subject.starts, *here, *subject.minima, *heads], dtype=float).reshape(-1, 2)
    if sheet.relief is None:
        return sheet.frame.seen(points)
    shares = sheet.ground.palette.levels.share(sheet.samples.at(points[:, 0], points[:, 1]))
    return sheet.relief.eye.seen(in_block(points, shares, sheet.frame.window))


def _said(sheet: Sheet) -> str:
    """What the arrows are."""
    if sheet.arrows is None:
        return ""
    sign = "−" if sheet.look.downhill else ""
    return f"arrows: {sign}∇{sheet.subject.output}, the longer the steeper, by ratios"


def arrows_of(gradients: Array, downhill: bool, cell: float, scale: tuple[float, float]) -> Array:
    """Points with gradients (n, 4) as points with arrows in pixels (n, 4), no longer than a cell.

    An arrow points where the gradient does in the plane; its length goes by the logarithm of the slope
    over four powers of ten below the steepest.
    """
    with np.errstate(all="ignore"):
        sizes = np.hypot(gradients[:, 2], gradients[:, 3])
        kept = np.isfinite(sizes) & (sizes > 0)
        found = gradients[kept]
        if not len(found):
            return np.empty((0, 4))
        sizes = sizes[kept]
        lengths = np.clip(1 + np.log10(sizes / sizes.max()) / 4, 0.12, 1) * cell
        ways = found[:, 2:] * np.array([scale[0], -scale[1]]) * (-1 if downhill else 1)
        ways /= np.hypot(ways[:, 0], ways[:, 1])[:, None]
    return np.concatenate([found[:, :2], ways * lengths[:, None]], axis=1)
