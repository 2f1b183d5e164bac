"""The graph from far away: cards as blocks, then as points; lines as rows of points.

The one rule: at this distance nothing is drawn one by one. Points are written straight into an
image with NumPy; blocks of one colour are one call.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from graph_explorer.ui.canvas.arrays import Rows
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.cards import Kind
from graph_explorer.ui.canvas.ink import Ink, blended
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.paint_lines import (
    ORDER,
    SHADES,
    draw_straight,
    line_states,
    lit_lines,
)
from graph_explorer.ui.canvas.progress import COMPLETE, PARTIAL, VALUE
from graph_explorer.ui.canvas.scene import Box, Scene, bezier
from graph_explorer.ui.canvas.shapes import ROLES
from graph_explorer.ui.canvas.warmth import Warmth
from graph_explorer.ui.health.heats import heat_colors

Floats = NDArray[np.float64]

#: How strong lines are, compared with lines near by.
_FAINT = 0.75
_DIMMED = 0.2
#: From this length on, in pixels, a piece is drawn as a curve; below, its points go into the image.
_LONG = 24
#: A piece that leaves the straight by less than this, in pixels, is drawn straight.
_STRAIGHT = 0.75


def block_color(kind: Kind, stage: int, ink: Ink) -> QColor:
    """What colour stands for a card: its role, and in the backward pass how far its gradient is."""
    if stage == COMPLETE:
        return ink.mixed("gradient", "node", 0.85)
    if stage == PARTIAL:
        return ink.mixed("gradient", "node", 0.45)
    if kind is Kind.OPERATION:
        return ink.mixed("value", "node", 0.45) if stage == VALUE else ink.mixed("edge", "window", 0.5)
    if kind is Kind.CONSTANT:
        return ink.mixed("constant", "node", 0.3)
    return ink.mixed(ROLES[kind], "node", 0.75 if stage >= VALUE else 0.35)


def dots(pieces: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whole points x and y, a pixel apart, along the chords of pieces (p, 4, 2) on screen."""
    start, way = pieces[:, 0], pieces[:, 3] - pieces[:, 0]
    counts = np.ceil(np.maximum(np.abs(way[:, 0]), np.abs(way[:, 1]))).astype(np.int64) + 1
    piece = np.repeat(np.arange(len(pieces)), counts)
    step = np.arange(len(piece)) - (np.cumsum(counts) - counts)[piece]
    share = (step + 0.5) / counts[piece]
    x = start[:, 0][piece] + way[:, 0][piece] * share
    y = start[:, 1][piece] + way[:, 1][piece] * share
    return np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)


def on_screen(points: Floats, camera: Camera) -> Floats:
    """Points of the scene (…, 2) where they are seen."""
    return np.asarray(points * camera.scale + (camera.x, camera.y))


def distinct(pieces: Floats) -> Floats:
    """The pieces on screen without those whose ends fall on the same pixels as another's."""
    ends = np.clip(np.round(pieces[:, (0, 3)].reshape(-1, 4)), -32_000, 32_000).astype(np.int64) + 32_768
    keys = ((ends[:, 0] * 65536 + ends[:, 1]) * 65536 + ends[:, 2]) * 65536 + ends[:, 3]
    return pieces[np.unique(keys, return_index=True)[1]]


def chords(pieces: Floats) -> Floats:
    """The pieces cut into four, as rows x1, y1, x2, y2."""
    points = bezier(pieces, np.linspace(0, 1, 5))
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 4)


class Pixels:
    """The pixels of a screen rectangle, written with NumPy while a painter is at work on them.

    An opaque image is written directly; for any other device there is a clear image, which is drawn
    over it in the end.
    """

    def __init__(self, painter: QPainter, seen: Box) -> None:
        self._painter = painter
        self._corner = QPointF(seen[0], seen[1])
        device = painter.device()
        self.ratio = device.devicePixelRatioF()
        left, top = (math.floor(side * self.ratio) for side in seen[:2])
        right, bottom = (math.ceil((seen[k] + seen[k + 2]) * self.ratio) for k in (0, 1))
        self._direct = isinstance(device, QImage) and device.format() == QImage.Format.Format_RGB32
        if isinstance(device, QImage) and self._direct:
            self._image = device
            left, top, right, bottom = max(left, 0), max(top, 0), max(right, 0), max(bottom, 0)
        else:
            self._image = _clear_image(right - left, bottom - top, self.ratio)
        rows = np.frombuffer(self._image.bits(), np.uint32).reshape(self._image.height(), -1)
        self._pixels = rows[top:bottom, left:right] if self._direct else rows
        self._origin = np.array([left, top])

    def place(self, points: Floats) -> Floats:
        """Points of the screen (…, 2) as columns and rows of the rectangle's pixels."""
        return np.asarray(points * self.ratio - self._origin)

    def put(self, x: NDArray[np.int64], y: NDArray[np.int64], color: QColor) -> None:
        """Colours the pixels at columns `x` and rows `y`; those outside are left out."""
        height, width = self._pixels.shape
        inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
        self._pixels[y[inside], x[inside]] = color.rgb()  # opaque: 0xFF, red, green, blue

    def __enter__(self) -> Pixels:
        return self

    def __exit__(self, *error: object) -> None:
        del self._pixels
        if not self._direct:
            self._painter.drawImage(self._corner, self._image)


class FarPainter:
    """Draws from far away in one theme."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, seen: Box, points: bool
    ) -> None:
        """Draws what is in the screen rectangle `seen`; cards as blocks, or as `points`."""
        box = camera.scene_box(seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        with Pixels(painter, seen) as pixels:
            self._lines(painter, pixels, scene, moment, camera, box, seen)
            if points:
                self._points(pixels, scene, moment, camera, box)
        if not points:
            self._blocks(painter, scene, moment, camera, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _lines(
        self, painter: QPainter, pixels: Pixels, scene: Scene, moment: Moment,
        camera: Camera, box: Box, seen: Box,
    ) -> None:  # fmt: skip
        """Straight pieces and long curves as lines, short curves as points in the image."""
        found = scene.pieces_in(box)
        found = found[lit_lines(scene, moment, scene.line_of_piece[found])]
        states = line_states(scene, moment, scene.line_of_piece[found])
        pieces = scene.pieces[found]
        straight = scene.bends[found] < _STRAIGHT / camera.scale
        long = scene.spans[found] * camera.scale > _LONG
        for state in ORDER:
            these = states == state
            if not these.any():
                continue
            role, strength = SHADES[state]
            color = self.ink.mixed(role, "window", strength * _FAINT)  # opaque: several times as fast
            painter.setPen(QPen(color, 0))
            draw_straight(painter, pieces[these & straight], camera, seen)
            bent = these & ~straight
            curves, bits = pieces[bent & long], pieces[bent & ~long]
            Rows(chords(distinct(on_screen(curves, camera)))).draw_lines(painter)
            pixels.put(*dots(pixels.place(on_screen(bits, camera))), color)

    def _colored(self, scene: Scene, moment: Moment, box: Box) -> list[tuple[QColor, NDArray[np.int64]]]:
        """The cards in a rectangle, by colour; the further advanced ones last."""
        places = scene.cards_in(box)
        stages = moment.progress.stages(moment.time, places)
        lit = np.ones(len(places), bool) if moment.lit is None else moment.lit[places]
        if moment.warmth is not None:
            return self._warm(moment.warmth, stages, places, lit)
        codes = (stages.astype(np.int64) * 16 + scene.kinds[places]) * 2 + lit
        found = []
        for code in np.unique(codes).tolist():
            color = block_color(Kind(code // 2 % 16), code // 32, self.ink)
            color = color if code % 2 else blended(color, self.ink.color("window"), _DIMMED)
            found.append((color, places[codes == code]))
        return found

    def _warm(
        self, warmth: Warmth, stages: NDArray[np.int8], places: NDArray[np.int64], lit: NDArray[np.bool_]
    ) -> list[tuple[QColor, NDArray[np.int64]]]:
        """The same with the colours of heat; the hottest last."""
        colors = heat_colors(self.ink.theme.name)
        codes = warmth.seen(stages, places).astype(np.int64) * 2 + lit
        found = []
        for code in np.unique(codes).tolist():
            color = colors[code // 2]
            color = color if code % 2 else blended(color, self.ink.color("window"), _DIMMED)
            found.append((color, places[codes == code]))
        return found

    def _blocks(self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, box: Box) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for color, places in self._colored(scene, moment, box):
            rows = scene.boxes[places] * camera.scale
            rows[:, 0] += camera.x
            rows[:, 1] += camera.y
            painter.setBrush(color)
            Rows(rows).draw_rectangles(painter)

    def _points(self, pixels: Pixels, scene: Scene, moment: Moment, camera: Camera, box: Box) -> None:
        """Every card as a few pixels, at least one."""
        for color, places in self._colored(scene, moment, box):
            rows = scene.boxes[places]
            sides = rows[:, 2:].mean(axis=0) * camera.scale * pixels.ratio
            wide, high = (max(1, round(side)) for side in sides.tolist())
            corners = np.floor(pixels.place(on_screen(rows[:, :2], camera)))
            x, y = corners.astype(np.int64).T
            for dy in range(high):
                for dx in range(wide):
                    pixels.put(x + dx, y + dy, color)


def _clear_image(width: int, height: int, ratio: float) -> QImage:
    image = QImage(max(1, width), max(1, height), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    return image
