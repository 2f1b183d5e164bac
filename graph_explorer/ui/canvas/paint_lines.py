"""Lines between cards, near enough to be seen as curves.

The one rule: lines are drawn one by one where they are wide and smooth, and as one path where they
are a pixel thin; the other way round Qt takes a hundred times as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from graph_explorer.ui.canvas.arrays import path_of
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.ink import Ink
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.scene import Box, Scene, bezier

WIDTH = 1.6
ARROW = 7.0
#: Above this scale lines are drawn with their true width.
WIDE_FROM = 0.6
#: With more lines than this in sight they are drawn thin whatever the scale.
MOST_WIDE = 600

IDLE, WAITING, FOLLOWED, CUT = range(4)
_ROLES = {
    IDLE: ("edge", 1.0),
    WAITING: ("edge", 0.5),
    FOLLOWED: ("edge_followed", 1.0),
    CUT: ("edge", 0.8),
}


def line_states(scene: Scene, moment: Moment, lines: NDArray[np.int64]) -> NDArray[np.int8]:
    """How each of the lines looks: IDLE, WAITING for its value, FOLLOWED backward, or CUT."""
    known = moment.progress.computed[scene.sources[lines]] <= moment.time
    states = np.where(known, IDLE, WAITING).astype(np.int8)
    states[moment.progress.followed[lines] <= moment.time] = FOLLOWED
    if moment.cut:
        states[np.isin(lines, list(moment.cut))] = CUT
    return states


def paint_lines(painter: QPainter, scene: Scene, moment: Moment, camera: Camera, box: Box, ink: Ink) -> None:
    """Draws the lines that touch `box`; the painter draws in scene pixels."""
    lines = scene.lines_in(box)
    if not lines.size:
        return
    states = line_states(scene, moment, lines)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide = camera.scale >= WIDE_FROM and lines.size <= MOST_WIDE
    for state in (WAITING, IDLE, FOLLOWED, CUT):
        role, alpha = _ROLES[state]
        for faded, chosen in _by_light(scene, moment, lines[states == state]):
            shade = alpha * (0.25 if faded else 1.0)
            if wide:
                _wide_lines(painter, scene, chosen, role, shade, ink, cut=state == CUT)
            elif chosen.size:
                painter.setPen(ink.pen(role, 0, shade, state == CUT))
                pieces = np.isin(scene.line_of_piece, chosen) if chosen.size > 50 else None
                found = scene.pieces[pieces] if pieces is not None else _pieces(scene, chosen)
                painter.drawPath(path_of(found))


def _by_light(
    scene: Scene, moment: Moment, lines: NDArray[np.int64]
) -> Iterable[tuple[bool, NDArray[np.int64]]]:
    """The lines that a search leaves bright, and those that it dims."""
    if moment.lit is None:
        return [(False, lines)]
    bright = moment.lit[scene.sources[lines]] & moment.lit[scene.targets[lines]]
    return [(True, lines[~bright]), (False, lines[bright])]


def _pieces(scene: Scene, lines: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.concatenate([scene.curves[line] for line in lines])


def line_width(scene: Scene, line: int) -> float:
    """The width of a line in scene pixels: a bundle of edges is a little wider."""
    return WIDTH + 0.7 * math.log2(scene.layout.edges[line].multiplicity)


def _wide_lines(
    painter: QPainter, scene: Scene, lines: NDArray[np.int64], role: str, alpha: float, ink: Ink, cut: bool
) -> None:
    for line in lines.tolist():
        stroke_line(painter, scene, line, ink.pen(role, round(line_width(scene, line), 1), alpha))
        if cut:
            _cut_mark(painter, scene, line, ink)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.brush(role, alpha))
    for line in lines.tolist():
        _arrow(painter, scene, line)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def stroke_line(painter: QPainter, scene: Scene, line: int, pen: QPen) -> None:
    """Draws one line with a pen, ending where its arrow begins."""
    pieces = scene.curves[line].copy()
    flow = 1 if scene.layout.direction == "down" else 0
    pieces[-1, 3, flow] -= ARROW * 0.7 * _way(scene, line)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path_of(pieces, joined=True))


def _way(scene: Scene, line: int) -> float:
    """1 where the line arrives along the flow, −1 against it."""
    flow = 1 if scene.layout.direction == "down" else 0
    last = scene.curves[line][-1]
    return 1.0 if last[3, flow] >= last[0, flow] else -1.0


def _arrow(painter: QPainter, scene: Scene, line: int) -> None:
    x, y = scene.curves[line][-1, 3].tolist()
    back, half = -ARROW * _way(scene, line), ARROW * 0.42
    if scene.layout.direction == "down":
        corners = [QPointF(x, y), QPointF(x - half, y + back), QPointF(x + half, y + back)]
    else:
        corners = [QPointF(x, y), QPointF(x + back, y - half), QPointF(x + back, y + half)]
    painter.drawConvexPolygon(corners)


def _cut_mark(painter: QPainter, scene: Scene, line: int, ink: Ink) -> None:
    """A gap with two strokes across, in the middle of a line that passes no gradient."""
    x, y = middle(scene, line)
    painter.setPen(ink.pen("window", 5.0))
    painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))
    painter.setPen(ink.pen("error", WIDTH))
    for offset in (-4.0, 4.0):
        painter.drawLine(QPointF(x - 6, y + offset + 2.5), QPointF(x + 6, y + offset - 2.5))


def middle(scene: Scene, line: int) -> tuple[float, float]:
    """The point half-way along a line."""
    return point_along(scene, line, 0.5)


def point_along(scene: Scene, line: int, share: float) -> tuple[float, float]:
    """The point of a line at `share` of its length, 0 at the producer and 1 at the consumer."""
    points = bezier(scene.curves[line], np.linspace(0, 1, 13)).reshape(-1, 2)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = share * lengths[-1]
    return float(np.interp(at, lengths, points[:, 0])), float(np.interp(at, lengths, points[:, 1]))
