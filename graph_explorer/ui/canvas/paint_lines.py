"""Lines between cards, at every distance.

The one rule: wide lines are drawn one by one, thin ones together; the other way round Qt takes a
hundred times as long. Thin pieces that fall on the same pixels are drawn once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from graph_explorer.ui.canvas.arrays import Rows, path_of
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.ink import Ink
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.scene import Box, Floats, Scene, bezier

WIDTH = 1.6
ARROW = 7.0
#: Above this scale lines are drawn with their true width.
WIDE_FROM = 0.6
#: With more lines than this in sight they are drawn thin whatever the scale.
MOST_WIDE = 400
#: A piece that leaves the straight by less than this, in pixels, is drawn straight.
_STRAIGHT = 0.75

IDLE, WAITING, FOLLOWED, CUT = range(4)
ORDER = (CUT, WAITING, IDLE, FOLLOWED)
SHADES = {
    IDLE: ("edge", 1.0),
    WAITING: ("edge", 0.5),
    FOLLOWED: ("edge_followed", 1.0),
    CUT: ("edge", 0.8),
}
_DIMMED = 0.25
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)

Shaft = tuple[QPainterPath, list[QPointF]]


def line_states(scene: Scene, moment: Moment, lines: NDArray[np.int64]) -> NDArray[np.int8]:
    """How each of the lines looks: IDLE, WAITING for its value, FOLLOWED backward, or CUT."""
    known = moment.progress.computed[scene.sources[lines]] <= moment.time
    states = np.where(known, IDLE, WAITING).astype(np.int8)
    states[moment.progress.followed[lines] <= moment.time] = FOLLOWED
    if moment.cut:
        states[np.isin(lines, list(moment.cut))] = CUT
    return states


def lit_lines(scene: Scene, moment: Moment, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the lines a search leaves bright: those between bright cards."""
    if moment.lit is None:
        return np.ones(len(lines), bool)
    return np.asarray(moment.lit[scene.sources[lines]] & moment.lit[scene.targets[lines]])


def straight_pieces(pieces: Floats, scale: float) -> NDArray[np.bool_]:
    """Which cubic pieces look like straight lines along or across the flow at that scale."""
    return np.asarray(np.abs(pieces[:, 3] - pieces[:, 0]).min(axis=1) * scale < _STRAIGHT)


def draw_straight(painter: QPainter, pieces: Floats, camera: Camera, seen: Box) -> None:
    """Draws straight pieces with the painter's pen, in screen pixels, cut off at the rectangle `seen`.

    A trunk of a thousand lines is one line on screen, and is drawn as one.
    """
    ends = pieces[:, (0, 3)].reshape(-1, 4) * camera.scale + (camera.x, camera.y, camera.x, camera.y)
    x, y, width, height = seen
    ends[:, (0, 2)] = np.clip(ends[:, (0, 2)], x - 4, x + width + 4)
    ends[:, (1, 3)] = np.clip(ends[:, (1, 3)], y - 4, y + height + 4)
    whole = np.round(ends * 2).astype(np.int64)
    keys = ((whole[:, 0] * 65536 + whole[:, 1]) * 65536 + whole[:, 2]) * 65536 + whole[:, 3]
    Rows(whole[np.unique(keys, return_index=True)[1]] / 2).draw_lines(painter)


class LinePainter:
    """Draws the lines of one theme; keeps the curves of the scene that it drew last."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._curves: Sequence[Floats] = ()
        self._shafts: dict[int, Shaft] = {}

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, box: Box, seen: Box
    ) -> None:
        """Draws the lines that touch `box`; the painter draws in screen pixels."""
        found = scene.pieces_in(box)
        if not found.size:
            return
        lines = np.unique(scene.line_of_piece[found])
        states = line_states(scene, moment, lines)
        bright = lit_lines(scene, moment, lines)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        wide = camera.scale >= WIDE_FROM and lines.size <= MOST_WIDE
        if wide:
            painter.save()
            painter.setTransform(camera.transform(), True)
        for state in ORDER:
            for light in (False, True):
                chosen = lines[(states == state) & (bright == light)]
                shade = SHADES[state][1] * (1.0 if light else _DIMMED)
                if chosen.size and wide:
                    self._wide(painter, scene, chosen, SHADES[state][0], shade, state == CUT)
                elif chosen.size:
                    color = self.ink.mixed(SHADES[state][0], "window", shade)  # opaque: faster
                    painter.setPen(QPen(color, 0, _DASHES[state == CUT]))
                    of_these = np.isin(scene.line_of_piece[found], chosen)
                    self._thin(painter, scene.pieces[found[of_these]], camera, seen)
        if wide:
            painter.restore()

    def _thin(self, painter: QPainter, pieces: Floats, camera: Camera, seen: Box) -> None:
        straight = straight_pieces(pieces, camera.scale)
        draw_straight(painter, pieces[straight], camera, seen)
        painter.drawPath(path_of(pieces[~straight] * camera.scale + (camera.x, camera.y)))

    def _wide(
        self, painter: QPainter, scene: Scene, lines: NDArray[np.int64], role: str, alpha: float, cut: bool
    ) -> None:
        shafts = [self._shaft(scene, line) for line in lines.tolist()]
        for line, (path, _) in zip(lines.tolist(), shafts, strict=True):
            painter.setPen(self.ink.pen(role, line_width(scene, line), alpha))
            painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.ink.brush(role, alpha))
        for _, head in shafts:
            painter.drawConvexPolygon(head)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if cut:
            for line in lines.tolist():
                self._cut_mark(painter, scene, line)

    def _shaft(self, scene: Scene, line: int) -> Shaft:
        """A line's path, which ends where its arrow head begins, and the corners of that."""
        if self._curves is not scene.curves:
            self._curves, self._shafts = scene.curves, {}
        if line not in self._shafts:
            self._shafts[line] = shaft(scene, line)
        return self._shafts[line]

    def _cut_mark(self, painter: QPainter, scene: Scene, line: int) -> None:
        """A gap with two strokes across, in the middle of a line that passes no gradient."""
        x, y = point_along(scene, line, 0.5)
        upright = scene.layout.direction == "down"
        along, across = (QPointF(0, 1), QPointF(1, 0)) if upright else (QPointF(1, 0), QPointF(0, 1))
        middle = QPointF(x, y)
        painter.setPen(self.ink.pen("window", 6.0))
        painter.drawLine(middle - along * 2.5, middle + along * 2.5)
        painter.setPen(self.ink.pen("error", WIDTH))
        for offset in (-4.0, 4.0):
            start = middle + along * (offset + 2.5) - across * 6
            painter.drawLine(start, middle + along * (offset - 2.5) + across * 6)


def line_width(scene: Scene, line: int) -> float:
    """The width of a line in scene pixels: a bundle of edges is a little wider."""
    return round(WIDTH + 0.7 * math.log2(scene.layout.edges[line].multiplicity), 1)


def shaft(scene: Scene, line: int) -> Shaft:
    """The path of a line without its arrow head, and the corners of the head."""
    pieces = scene.curves[line].copy()
    flow = 1 if scene.layout.direction == "down" else 0
    way = 1.0 if pieces[-1, 3, flow] >= pieces[-1, 0, flow] else -1.0
    x, y = pieces[-1, 3].tolist()
    back, half = -ARROW * way, ARROW * 0.42
    if flow:
        head = [QPointF(x, y), QPointF(x - half, y + back), QPointF(x + half, y + back)]
    else:
        head = [QPointF(x, y), QPointF(x + back, y - half), QPointF(x + back, y + half)]
    pieces[-1, 3, flow] += 0.7 * back
    return path_of(pieces, joined=True), head


def point_along(scene: Scene, line: int, share: float) -> tuple[float, float]:
    """The point of a line at `share` of its length, 0 at the producer and 1 at the consumer."""
    points = bezier(scene.curves[line], np.linspace(0, 1, 13)).reshape(-1, 2)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = share * lengths[-1]
    return float(np.interp(at, lengths, points[:, 0])), float(np.interp(at, lengths, points[:, 1]))
