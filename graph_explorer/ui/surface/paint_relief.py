"""What stands on the surface in three dimensions: paths, points, and the edges of the floor.

The one rule: what lies behind the surface is drawn fainter, and never as if it were in front.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QPainter

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.frame import Window
from graph_explorer.ui.surface.landscape import Way
from graph_explorer.ui.surface.levels import Levels
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.paint_marks import paint_here, paint_minimum, paint_start
from graph_explorer.ui.surface.paint_paths import paint_marker
from graph_explorer.ui.surface.paint_way import ink, paint_dot
from graph_explorer.ui.surface.polygons import draw_line, pen, polygon_of, thinned
from graph_explorer.ui.surface.relief import Eye, Relief, in_block
from graph_explorer.ui.surface.samples import Samples
from graph_explorer.ui.surface.subject import Course, Point, Subject
from graph_explorer.ui.surface.writing import PLAIN, write
from graph_explorer.ui.theme import Theme

Array = np.ndarray[Any, Any]

#: The corners of the floor, in order around it.
_CORNERS = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], dtype=float)
_FAINT = 0.28


def paint_relief(
    painter: QPainter, relief: Relief, samples: Samples, levels: Levels, subject: Subject, window: Window,
    look: Look, shown: Theme,
) -> None:  # fmt: skip
    """The block with its edges, and everything on it."""
    eye = relief.eye
    painter.save()
    painter.setClipRect(QRectF(*eye.box))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    order = _far_to_near(eye)
    _paint_edges(painter, eye, order[:2], shown)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(*eye.box), relief.image)
    _paint_edges(painter, eye, order[2:], shown)
    _paint_names(painter, eye, order[2:], subject.axes, window, shown)
    for way in subject.ways:
        _paint_way(painter, way, relief, samples, levels, window, shown)
    for course in sorted(subject.courses, key=lambda each: each.chosen):
        _paint_course(painter, course, subject.reached(course), relief, levels, window, shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    marks: list[tuple[tuple[Point, ...], Any]] = [(subject.starts, paint_start)]
    if look.minima:
        marks.append((subject.minima, paint_minimum))
    if subject.here is not None:
        marks.append(((subject.here,), paint_here))
    for points, mark in marks:
        for x, y in _on_top(points, relief, samples, levels, window):
            mark(painter, x, y, shown)
    painter.restore()


def _far_to_near(eye: Eye) -> list[int]:
    """The four edges of the floor, the farthest first; edge k runs from corner k to corner k + 1."""
    _, _, away = eye.placed(_CORNERS)
    return sorted(range(4), key=lambda k: -(away[k] + away[(k + 1) % 4]))


def _paint_edges(painter: QPainter, eye: Eye, edges: list[int], shown: Theme) -> None:
    seen = eye.seen(_CORNERS)
    painter.setPen(pen(shown.color("muted")))
    for k in edges:
        painter.drawLine(QLineF(*seen[k].tolist(), *seen[(k + 1) % 4].tolist()))


def _paint_names(
    painter: QPainter, eye: Eye, edges: list[int], axes: tuple[str, str], window: Window, shown: Theme
) -> None:
    """Along the two near edges of the floor: the name of the axis, and numbers at its ends."""
    middle = eye.seen([0, 0, 0])
    for k in edges:
        axis = k % 2  # edges 0 and 2 run along x
        ends = _CORNERS[k], _CORNERS[(k + 1) % 4]
        for share, pixels in ((0.5, PLAIN), (0.1, 11.0), (0.9, 11.0)):
            block = ends[0] * (1 - share) + ends[1] * share
            away = eye.seen(block) - middle
            x, y = (eye.seen(block) + away / max(np.hypot(*away), 1) * 17).tolist()
            low, high = window[2 * axis : 2 * axis + 2]
            text = axes[axis] if share == 0.5 else number(low + (block[axis] + 1) / 2 * (high - low), 3)
            role = "text" if share == 0.5 else "muted"
            if share == 0.5 or abs(block[axis]) > 0.7:
                write(painter, text, x, y, shown.color(role), pixels, 0.5, 0.5, bold=share == 0.5)


def _inside(block: Array) -> Array:
    return np.asarray(np.isfinite(block).all(axis=1) & (np.abs(block[:, :2]) <= 1).all(axis=1))


def _paint_course(
    painter: QPainter, course: Course, step: int, relief: Relief, levels: Levels, window: Window, shown: Theme
) -> None:
    """A path on the surface, with the marker of its colour at its head."""
    points, losses = course.path.points[: step + 1], course.path.losses[: step + 1]
    color, width = shown.series_color(course.colour), 2.6 if course.chosen else 1.8
    head = _paint_line(painter, points, losses, color, width, relief, levels, window, shown)
    if head is not None:
        paint_marker(painter, course.colour, *head, shown, course.chosen)


def _paint_way(
    painter: QPainter, way: Way, relief: Relief, samples: Samples, levels: Levels, window: Window,
    shown: Theme,
) -> None:  # fmt: skip
    """The path of a training, laid on the surface where its points fall on the plane."""
    points, color = way.trail.points, ink(way, shown)
    heights = samples.at(points[:, 0], points[:, 1])
    head = _paint_line(painter, points, heights, color, 1.8, relief, levels, window, shown)
    if head is not None:
        paint_dot(painter, *head, color, shown)


def _paint_line(
    painter: QPainter, points: Array, losses: Array, color: QColor, width: float, relief: Relief,
    levels: Levels, window: Window, shown: Theme,
) -> tuple[float, float] | None:  # fmt: skip
    """A line on the surface; what is behind a hill is faint. Where it ends, if that is in sight."""
    with np.errstate(all="ignore"):
        block = in_block(points, levels.share(losses), window)
        inside = _inside(block)
        block[~inside] = np.nan
        seen = relief.eye.seen(block)
        kinds = np.where(inside, np.where(relief.hidden(block), 1, 2), 0)
    cuts = np.flatnonzero(np.diff(kinds)) + 1
    faint = QColor(color)
    faint.setAlphaF(_FAINT)
    for run in np.split(np.arange(len(block)), cuts):
        kind = kinds[run[0]]
        if kind == 0:
            continue
        run = np.append(run, run[-1] + 1) if run[-1] + 1 < len(block) and inside[run[-1] + 1] else run
        line = polygon_of(thinned(seen[run]))
        if kind == 2:
            draw_line(painter, line, shown.color("panel", 0.8), width + 2.2)
        draw_line(painter, line, color if kind == 2 else faint, width)
    if not inside.any() or not inside[-1]:
        return None
    x, y = seen[-1].tolist()
    return x, y


def _on_top(
    points: tuple[Point, ...], relief: Relief, samples: Samples, levels: Levels, window: Window
) -> list[tuple[float, float]]:
    """Where on screen points of the plane are that lie on the surface and are not hidden."""
    if not points:
        return []
    places = np.array(points, dtype=float)
    shares = levels.share(samples.at(places[:, 0], places[:, 1]))
    block = in_block(places, shares, window)
    inside = _inside(block)
    kept = block[inside]
    return [(float(x), float(y)) for x, y in relief.eye.seen(kept)[~relief.hidden(kept)]] if len(kept) else []
