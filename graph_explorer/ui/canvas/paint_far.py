"""The graph from far away: cards as blocks, then as points; lines as rows of points.

The one rule: at this distance nothing is drawn one by one. Points are written straight into an
image with NumPy; blocks of one colour are one call.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from graph_explorer.ui.canvas.arrays import Rows
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.cards import Kind
from graph_explorer.ui.canvas.ink import Ink, rgb
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.paint_lines import (
    ORDER,
    SHADES,
    draw_straight,
    line_states,
    lit_lines,
)
from graph_explorer.ui.canvas.progress import COMPLETE, PARTIAL, VALUE
from graph_explorer.ui.canvas.scene import Box, Scene, bezier, straight_pieces
from graph_explorer.ui.canvas.shapes import ROLES

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
    counts = np.ceil(np.abs(way).max(axis=1)).astype(np.int64) + 1
    piece = np.repeat(np.arange(len(pieces)), counts)
    step = np.arange(len(piece)) - (np.cumsum(counts) - counts)[piece]
    share = (step + 0.5) / counts[piece]
    x = start[:, 0][piece] + way[:, 0][piece] * share
    y = start[:, 1][piece] + way[:, 1][piece] * share
    return np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)


def chords(pieces: Floats) -> Floats:
    """The pieces cut into four, as rows x1, y1, x2, y2."""
    points = bezier(pieces, np.linspace(0, 1, 5))
    return np.concatenate([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 4)


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
        image = _clear_image(seen, painter.device().devicePixelRatioF())
        pixels = np.frombuffer(image.bits(), np.uint32).reshape(image.height(), -1)
        self._lines(painter, pixels, scene, moment, camera, box, seen)
        if points:
            self._points(pixels, scene, moment, camera, box, seen)
        del pixels
        painter.drawImage(QRectF(*seen).topLeft(), image)
        if not points:
            self._blocks(painter, scene, moment, camera, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _lines(
        self, painter: QPainter, image: NDArray[np.uint32], scene: Scene, moment: Moment,
        camera: Camera, box: Box, seen: Box,
    ) -> None:  # fmt: skip
        """Straight pieces and long curves as lines, short curves as points in the image."""
        found = scene.pieces_in(box)
        found = found[lit_lines(scene, moment, scene.line_of_piece[found])]
        states = line_states(scene, moment, scene.line_of_piece[found])
        pieces = scene.pieces[found]
        straight = straight_pieces(pieces, _STRAIGHT / camera.scale)
        for state in ORDER:
            these = states == state
            if not these.any():
                continue
            role, strength = SHADES[state]
            color = self.ink.mixed(role, "window", strength * _FAINT)  # opaque: several times as fast
            painter.setPen(QPen(color, 0))
            draw_straight(painter, pieces[these & straight], camera, seen)
            bent = pieces[these & ~straight] * camera.scale + (camera.x, camera.y)
            long = np.abs(bent[:, 3] - bent[:, 0]).max(axis=1) > _LONG
            Rows(chords(bent[long])).draw_lines(painter)
            self._dots(image, bent[~long], _premultiplied(color), seen)

    def _dots(self, image: NDArray[np.uint32], pieces: Floats, color: int, seen: Box) -> None:
        x, y = dots((pieces - seen[:2]) * (image.shape[1] / seen[2]))
        inside = (x >= 0) & (y >= 0) & (x < image.shape[1]) & (y < image.shape[0])
        image[y[inside], x[inside]] = color

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
        for color, places in self._colored(scene, moment, box):
            rows = scene.boxes[places] * camera.scale
            rows[:, 0] += camera.x
            rows[:, 1] += camera.y
            painter.setBrush(color)
            Rows(rows).draw_rectangles(painter)

    def _points(
        self, image: NDArray[np.uint32], scene: Scene, moment: Moment, camera: Camera, box: Box, seen: Box
    ) -> None:
        """Every card as a few pixels, at least one."""
        ratio = image.shape[1] / seen[2]
        scale = camera.scale * ratio
        height, width = image.shape
        for color, places in self._colored(scene, moment, box):
            rows = scene.boxes[places]
            wide, high = (max(1, round(side)) for side in (rows[:, 2:].mean(axis=0) * scale).tolist())
            x = np.floor((rows[:, 0] - box[0]) * scale).astype(np.int64)
            y = np.floor((rows[:, 1] - box[1]) * scale).astype(np.int64)
            x, y = np.clip(x, 0, width - wide), np.clip(y, 0, height - high)
            corner = y * width + x
            flat, pixel = image.reshape(-1), _premultiplied(color)
            for dy in range(high):
                for dx in range(wide):
                    flat[corner + dy * width + dx] = pixel


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
