"""Lines between cards, at every distance.

The one rule: wide lines are drawn one by one, thin ones together; the other way round Qt takes a
hundred times as long. Thin pieces that fall on the same pixels are drawn once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from graph_explorer.ui.canvas.arrays import Rows, path_of, paths_of
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.ink import Ink
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.progress import CUT, FOLLOWED, IDLE, WAITING
from graph_explorer.ui.canvas.scene import Box, Floats, Scene, bernstein, bezier

WIDTH = 1.6
ARROW = 7.0
#: A piece that leaves the straight by less than this, in pixels, is drawn straight.
_STRAIGHT = 0.1
#: A curve longer than this on screen, in pixels, is drawn in chords: only what is in sight costs.
_VAST = 900.0
#: Such a curve is looked at in so many parts, and a part that is in sight is drawn in so many chords.
_PARTS, _CHORDS = 16, 8
#: Half pixels along a window and across it take no more bits than this, from a middle on.
_BITS = 20
_MIDDLE = 1 << _BITS - 1

Whole = NDArray[np.int64]

_NOTHING: Floats = np.zeros((4, 0))

ORDER = (CUT, WAITING, IDLE, FOLLOWED)
SHADES = {
    IDLE: ("edge", 1.0),
    WAITING: ("edge", 0.5),
    FOLLOWED: ("edge_followed", 1.0),
    CUT: ("edge", 0.8),
}
_DIMMED = 0.25


def lit_lines(scene: Scene, moment: Moment, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the lines a search leaves bright: those between bright cards."""
    if moment.lit is None:
        return np.ones(len(lines), bool)
    return np.asarray(moment.lit[scene.sources[lines]] & moment.lit[scene.targets[lines]])


def trunk_strokes(scene: Scene, moment: Moment, box: Box) -> Iterator[tuple[int, bool, Floats]]:
    """Where the trunks that touch a rectangle begin and end (4, k), by their state and whether bright.

    What comes later lies on top.
    """
    trunks = scene.trunks
    found = trunks.within(box)
    if not found.size:
        return
    longest, followed = trunks.longest[found], moment.progress.trunks.reaches(moment.time, found)
    known = moment.progress.computed[trunks.sources[found]] <= moment.time
    states = ((WAITING, longest * ~known), (IDLE, longest * known), (FOLLOWED, followed))
    limits = [(True, longest)]
    if moment.lit is not None:
        bright = trunks.farthest(found, lambda pieces: lit_lines(scene, moment, scene.line_of_piece[pieces]))
        limits = [(False, longest), (True, bright)]
    for light, limit in limits:
        for state, reaches in states:
            rows = trunks.rows(found, np.minimum(reaches, limit))
            if len(rows):
                yield state, light, rows.T


def draw_straight(painter: QPainter, ends: Floats, camera: Camera, seen: Box) -> None:
    """Draws straight pieces with the painter's pen, in screen pixels, cut off at the rectangle `seen`.

    They are given by where they begin and end in the scene, (4, k). A trunk of a thousand lines is one
    line on screen, and is drawn as one.
    """
    if not ends.shape[1]:
        return
    x, y, width, height = seen
    away, low, high = np.array(
        [(camera.x, camera.y) * 2, (x - 4, y - 4) * 2, (x + width + 4, y + height + 4) * 2]
    )[:, :, None]
    on_screen = np.minimum(np.maximum(ends * camera.scale + away, low), high)
    Rows(united(np.rint(on_screen * 2).astype(np.int64)).T / 2).draw_lines(painter)


def united(ends: Whole) -> Whole:
    """Level and upright stretches (4, k), as x and y of both ends: those that overlap made one, (4, m).

    Each is one number, its direction before its line before its start before its end: sorting numbers is
    quickest.
    """
    x, y, to_x, to_y = ends + _MIDDLE
    upright = np.abs(x - to_x) <= np.abs(y - to_y)  # the ends may round apart
    line, first, last = np.where(upright, (x, y, to_y), (y, x, to_x))
    lines = (upright.astype(np.int64) << _BITS) | line
    keys = np.sort((((lines << _BITS) | np.minimum(first, last)) << _BITS) | np.maximum(first, last))
    begins, mask = keys >> _BITS, (1 << _BITS) - 1
    reach = np.maximum.accumulate((begins & ~mask) | (keys & mask))  # never reaches into the next line
    new = np.flatnonzero(begins[1:] > reach[:-1]) + 1
    begins, reach = begins[np.append(0, new)], reach[np.append(new, len(keys)) - 1]
    line, start, end = (begins >> _BITS) & mask, begins & mask, reach & mask
    found = np.where(begins >> 2 * _BITS, (line, start, line, end), (start, line, end, line))
    return np.asarray(found - _MIDDLE)


def draw_vast(painter: QPainter, pieces: Floats, seen: Box) -> None:
    """Draws curves far larger than the window with the painter's pen: of many chords, those in sight."""
    points = bezier(pieces, np.linspace(0, 1, _PARTS + 1))
    start, end = points[:, :-1], points[:, 1:]
    # by no more than this a part leaves its chord: an eighth of its greatest second derivative
    away = np.abs(np.diff(pieces, 2, axis=1)).max(axis=(1, 2), initial=0.0) * (6 / 8 / _PARTS**2) + 4
    x, y, width, height = seen
    near = (np.minimum(start, end) <= np.array([x + width, y + height]) + away[:, None, None]).all(axis=2)
    near &= (np.maximum(start, end) >= np.array([x, y]) - away[:, None, None]).all(axis=2)
    curves, parts = np.nonzero(near)
    shares = bernstein((parts[:, None] + np.linspace(0, 1, _CHORDS + 1)) / _PARTS)
    fine = shares @ pieces[curves]
    Rows(np.concatenate([fine[:, :-1], fine[:, 1:]], axis=2).reshape(-1, 4)).draw_lines(painter)


class LinePainter:
    """Draws the lines of one theme."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, box: Box, seen: Box, wide: bool
    ) -> None:
        """Draws the lines that touch `box`, `wide` or a pixel thin; the painter draws in screen pixels."""
        trunks = {(state, light): ends for state, light, ends in trunk_strokes(scene, moment, box)}
        found = scene.pieces_in(box)
        lines = scene.line_of_piece[found]
        states, bright = moment.line_states(scene.sources, lines), lit_lines(scene, moment, lines)
        straight = scene.bends[found] < _STRAIGHT / camera.scale
        counts = scene.multiplicities[lines] if wide else np.ones(len(lines), np.int64)
        heads = scene.first_piece[lines + 1] - 1 == found
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for state, light in itertools.product(ORDER, (False, True)):
            alike = (states == state) & (bright == light)
            trunk = trunks.get((state, light), _NOTHING)
            if not (alike.any() or trunk.size):
                continue
            role, strength = SHADES[state]
            color = self.ink.mixed(role, "window", strength if light else strength * _DIMMED)
            for count in sorted({1, *counts[alike].tolist()}):  # in a trunk each line is one edge
                these = alike & (counts == count)
                width = line_width(count) * camera.scale if wide else 0.0
                painter.setPen(self._pen(color, width, state == CUT))
                ends = scene.ends[:, found[these & straight]]
                draw_straight(painter, np.hstack([trunk, ends]) if count == 1 else ends, camera, seen)
                self._bent(painter, scene.pieces[found[these & ~straight]], camera, seen, wide)
            if wide:
                self._heads(painter, scene, lines[alike & heads], camera, color)
        if wide:
            for line in np.unique(lines[states == CUT]).tolist():
                self._cut_mark(painter, scene, line, camera)

    def _pen(self, color: QColor, width: float, cut: bool) -> QPen:
        """A pen for opaque colour and square ends: translucent ones and round ends take ten times as long."""
        pen = QPen(color, width)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap if width else Qt.PenCapStyle.FlatCap)
        if cut and not width:
            pen.setStyle(Qt.PenStyle.DashLine)
        return pen

    def _bent(self, painter: QPainter, pieces: Floats, camera: Camera, seen: Box, wide: bool) -> None:
        if not len(pieces):
            return
        on_screen = pieces * camera.scale + (camera.x, camera.y)
        vast = np.abs(on_screen[:, 3] - on_screen[:, 0]).max(axis=1) > _VAST
        if vast.any():
            draw_vast(painter, on_screen[vast], seen)
            on_screen = on_screen[~vast]
        for path in paths_of(on_screen) if wide else [path_of(on_screen)]:
            painter.drawPath(path)

    def _heads(
        self, painter: QPainter, scene: Scene, lines: NDArray[np.int64], camera: Camera, color: QColor
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for line in lines.tolist():
            corners = [camera.seen(corner) for corner in arrow_head(scene, line)]
            painter.drawConvexPolygon([QPointF(x, y) for x, y in corners])
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _cut_mark(self, painter: QPainter, scene: Scene, line: int, camera: Camera) -> None:
        """A gap with two strokes across, in the middle of a line that passes no gradient."""
        x, y = point_along(scene, line, 0.5)
        painter.save()
        painter.setTransform(camera.transform(), True)
        upright = scene.layout.direction == "down"
        along, across = (QPointF(0, 1), QPointF(1, 0)) if upright else (QPointF(1, 0), QPointF(0, 1))
        middle = QPointF(x, y)
        painter.setPen(self.ink.pen("window", 6.0))
        painter.drawLine(middle - along * 2.5, middle + along * 2.5)
        painter.setPen(self.ink.pen("error", WIDTH))
        for offset in (-4.0, 4.0):
            start = middle + along * (offset + 2.5) - across * 6
            painter.drawLine(start, middle + along * (offset - 2.5) + across * 6)
        painter.restore()


def line_width(count: int) -> float:
    """The width of a line in scene pixels: a bundle of `count` edges is a little wider."""
    return round(WIDTH + 0.7 * math.log2(count), 1)


def arrow_head(scene: Scene, line: int) -> list[tuple[float, float]]:
    """The corners of the arrow head at the end of a line, its tip first."""
    flow = 1 if scene.layout.direction == "down" else 0
    last = scene.curve(line)[-1]
    back = -ARROW if last[3, flow] >= last[0, flow] else ARROW
    half = ARROW * 0.42
    x, y = last[3].tolist()
    if flow:
        return [(x, y), (x - half, y + back), (x + half, y + back)]
    return [(x, y), (x + back, y - half), (x + back, y + half)]


def point_along(scene: Scene, line: int, share: float) -> tuple[float, float]:
    """The point of a line at `share` of its length, 0 at the producer and 1 at the consumer."""
    points = bezier(scene.curve(line), np.linspace(0, 1, 13)).reshape(-1, 2)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = share * lengths[-1]
    return float(np.interp(at, lengths, points[:, 0])), float(np.interp(at, lengths, points[:, 1]))
