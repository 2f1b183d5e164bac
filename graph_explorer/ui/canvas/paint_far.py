"""The graph from far away: cards as blocks, then as points; lines as rows of points.

The one rule: at this distance nothing is drawn one by one. Points are written straight into an
image with NumPy; blocks of one colour are one call.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from graph_explorer.ui.canvas.arrays import Rectangles
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.cards import Kind
from graph_explorer.ui.canvas.ink import Ink, rgb
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.paint_lines import CUT, FOLLOWED, IDLE, WAITING, line_states
from graph_explorer.ui.canvas.progress import COMPLETE, PARTIAL, VALUE
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.shapes import ROLES

Floats = NDArray[np.float64]

_LINES = {WAITING: ("edge", 0.4), IDLE: ("edge", 0.75), FOLLOWED: ("edge_followed", 0.9), CUT: ("edge", 0.4)}
_DIMMED = 0.2


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


class Dots:
    """Points along all lines, about `spacing` scene pixels apart, sorted from top to bottom."""

    def __init__(self, scene: Scene, spacing: float) -> None:
        pieces = scene.pieces
        chord = np.hypot(*(pieces[:, 3] - pieces[:, 0]).T) if len(pieces) else np.zeros(0)
        counts = np.maximum(1, np.ceil(chord / spacing)).astype(np.int64)
        piece = np.repeat(np.arange(len(pieces)), counts)
        first = np.cumsum(counts) - counts
        share = (np.arange(len(piece)) - first[piece] + 0.5) / counts[piece]
        t, u = share[:, None], 1 - share[:, None]
        a, b, c, d = (pieces[piece, k] for k in range(4))
        points = u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d
        order = np.argsort(points[:, 1], kind="stable")
        self.x, self.y = points[order, 0], points[order, 1]
        self.line = scene.line_of_piece[piece[order]]

    def within(self, box: Box) -> NDArray[np.int64]:
        """The points inside a scene rectangle."""
        x, y, width, height = box
        start, stop = np.searchsorted(self.y, (y, y + height))
        near = self.x[start:stop]
        return np.asarray(start + np.flatnonzero((near >= x) & (near < x + width)))


class FarPainter:
    """Draws from far away; keeps the points along the lines of the scene that it drew last."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._scene: Scene | None = None
        self._dots: dict[int, Dots] = {}

    def _dots_of(self, scene: Scene, scale: float) -> Dots:
        if self._scene is not scene:
            self._scene, self._dots = scene, {}
        octave = math.floor(math.log2(1 / scale))
        if octave not in self._dots:
            self._dots[octave] = Dots(scene, 2.0**octave)
        return self._dots[octave]

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, seen: Box, points: bool
    ) -> None:
        """Draws what is in the screen rectangle `seen`; cards as blocks, or as `points`."""
        ratio = painter.device().devicePixelRatioF()
        image = _clear_image(seen, ratio)
        pixels = np.frombuffer(image.bits(), np.uint32).reshape(image.height(), -1)
        box = camera.scene_box(seen)
        self._lines(pixels, scene, moment, camera, box, ratio)
        if points:
            self._points(pixels, scene, moment, camera, box, ratio)
        del pixels
        painter.drawImage(QRectF(*seen).topLeft(), image)
        if not points:
            self._blocks(painter, scene, moment, camera, box)

    def _lines(
        self, pixels: NDArray[np.uint32], scene: Scene, moment: Moment, camera: Camera, box: Box, ratio: float
    ) -> None:
        if not len(scene.pieces):
            return
        dots = self._dots_of(scene, camera.scale * ratio)
        inside = dots.within(box)
        lines = dots.line[inside]
        scale = camera.scale * ratio
        x = ((dots.x[inside] - box[0]) * scale).astype(np.int64)
        y = ((dots.y[inside] - box[1]) * scale).astype(np.int64)
        states = line_states(scene, moment, np.arange(len(scene.sources)))[lines]
        colors = np.zeros(4, np.uint32)
        for state, (role, alpha) in _LINES.items():
            colors[state] = _premultiplied(self.ink.color(role, alpha))
        if moment.lit is not None:
            lit = (moment.lit[scene.sources] & moment.lit[scene.targets])[lines]
            x, y, states = x[lit], y[lit], states[lit]
        np.clip(x, 0, pixels.shape[1] - 1, out=x)
        np.clip(y, 0, pixels.shape[0] - 1, out=y)
        pixels[y, x] = colors[states]

    def _colored(self, scene: Scene, moment: Moment, box: Box) -> list[tuple[QColor, NDArray[np.int64]]]:
        """The cards in a rectangle, by colour; the further advanced ones last."""
        places = scene.cards_in(box)
        stages = moment.progress.stages(moment.time, places)
        lit = np.ones(len(places), bool) if moment.lit is None else moment.lit[places]
        codes = (stages.astype(np.int64) * 16 + scene.kinds[places]) * 2 + lit
        found = []
        for code in np.unique(codes).tolist():
            color = QColor(block_color(Kind(code // 2 % 16), code // 32, self.ink))
            color.setAlphaF(1.0 if code % 2 else _DIMMED)
            found.append((color, places[codes == code]))
        return found

    def _blocks(self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, box: Box) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for color, places in self._colored(scene, moment, box):
            rows = scene.boxes[places] * camera.scale
            rows[:, 0] += camera.x
            rows[:, 1] += camera.y
            painter.setBrush(color)
            Rectangles(rows).draw(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _points(
        self, pixels: NDArray[np.uint32], scene: Scene, moment: Moment, camera: Camera, box: Box, ratio: float
    ) -> None:
        scale = camera.scale * ratio
        for color, places in self._colored(scene, moment, box):
            rows = scene.boxes[places]
            left = ((rows[:, 0] - box[0]) * scale).astype(np.int64)
            top = ((rows[:, 1] - box[1]) * scale).astype(np.int64)
            wide = max(1, round(float(rows[:, 2].mean()) * scale))
            high = max(1, round(float(rows[:, 3].mean()) * scale))
            for dy in range(high):
                for dx in range(wide):
                    x = np.clip(left + dx, 0, pixels.shape[1] - 1)
                    y = np.clip(top + dy, 0, pixels.shape[0] - 1)
                    pixels[y, x] = _premultiplied(color)


def _clear_image(seen: Box, ratio: float) -> QImage:
    width, height = (max(1, math.ceil(side * ratio)) for side in seen[2:])
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    return image


def _premultiplied(color: QColor) -> int:
    alpha = color.alpha()
    red, green, blue = (round(part * alpha / 255) for part in rgb(color))
    return alpha << 24 | red << 16 | green << 8 | blue
