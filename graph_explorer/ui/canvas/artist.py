"""Paints a scene at a moment: the same for the window, for files and for notebooks.

The one rule: how much is drawn of a card depends on how tall it is on screen, never on how many
there are; the limits below are those at which software rendering stays fluent.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.ink import ink
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.paint_cards import CardPainter
from graph_explorer.ui.canvas.paint_far import FarPainter
from graph_explorer.ui.canvas.paint_frames import paint_frames, paint_titles
from graph_explorer.ui.canvas.paint_lines import LinePainter
from graph_explorer.ui.canvas.scene import Box, Scene

#: The height of an ordinary card in scene pixels.
CARD_HEIGHT = 74.0
#: How far a card's marks reach beyond its box, in scene pixels.
OVERHANG = 10.0


class Detail(IntEnum):
    """How much is drawn: points, filled blocks, or whole cards."""

    POINTS = 0
    BLOCKS = 1
    CARDS = 2


def detail_at(scale: float) -> Detail:
    """The detail at a scale: points below 2.4 pixels of card height, blocks below 20."""
    height = CARD_HEIGHT * scale
    return Detail.POINTS if height < 2.4 else Detail.BLOCKS if height < 20 else Detail.CARDS


class Artist:
    """Paints in one theme."""

    def __init__(self, theme: str) -> None:
        self.ink = ink(theme)
        self._lines = LinePainter(self.ink)
        self._cards = CardPainter(self.ink)
        self._far = FarPainter(self.ink)

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, seen: Box,
        detail: Detail | None = None,
    ) -> None:  # fmt: skip
        """Paints what is in the screen rectangle `seen`, the background included."""
        chosen = detail_at(camera.scale) if detail is None else detail
        x, y, width, height = camera.scene_box(seen)
        box = (x - OVERHANG, y - OVERHANG, width + 2 * OVERHANG, height + 2 * OVERHANG)
        painter.fillRect(QRectF(*seen), self.ink.color("window"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_frames(painter, scene, camera, box, self.ink)
        if chosen is Detail.CARDS:
            self._lines.paint(painter, scene, moment, camera, box, seen)
            painter.save()
            painter.setTransform(camera.transform(), True)
            self._cards.paint(painter, scene, moment, camera.scale, box)
            painter.restore()
        else:
            self._far.paint(painter, scene, moment, camera, seen, chosen is Detail.POINTS)
        paint_titles(painter, scene, camera, box, self.ink)
