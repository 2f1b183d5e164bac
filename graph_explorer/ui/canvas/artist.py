"""Paints a scene at a moment: the same for the window, for files and for notebooks.

The one rule: frames lie under lines, lines under cards, titles of frames over all of them.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from graph_explorer.ui.canvas.camera import Camera, grown
from graph_explorer.ui.canvas.detail import Detail, Distance, effort
from graph_explorer.ui.canvas.ink import ink
from graph_explorer.ui.canvas.moment import Moment
from graph_explorer.ui.canvas.pace import Pace
from graph_explorer.ui.canvas.paint_cards import CardPainter
from graph_explorer.ui.canvas.paint_far import FarPainter
from graph_explorer.ui.canvas.paint_frames import frames_in, paint_frames, paint_titles
from graph_explorer.ui.canvas.paint_lines import LinePainter
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.sight import Seen, Sight

#: How far a card's marks reach beyond its box, in scene pixels.
OVERHANG = 10.0


class Artist:
    """Paints in one theme."""

    def __init__(self, theme: str) -> None:
        self.ink = ink(theme)
        self._lines = LinePainter(self.ink)
        self._cards = CardPainter(self.ink)
        self._far = FarPainter(self.ink)

    def paint(
        self, painter: QPainter, scene: Scene, moment: Moment, camera: Camera, seen: Box, detail: Detail
    ) -> None:
        """Paints what is in the screen rectangle `seen`, the background included."""
        box = grown(camera.scene_box(seen), OVERHANG)
        frames = frames_in(scene, camera, box)
        near = detail.distance is Distance.TEXTS
        painter.fillRect(QRectF(*seen), self.ink.color("window"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_frames(painter, scene, camera, frames, self.ink)
        if detail.distance >= Distance.SIGNS:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, detail.smooth)
            self._lines.paint(painter, scene, moment, camera, box, seen, detail.wide)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.save()
            painter.setTransform(camera.transform(), True)
            self._cards.paint(painter, scene, moment, detail, box)
            painter.restore()
        else:
            points = detail.distance is Distance.POINTS
            self._far.paint(painter, scene, moment, camera, seen, points)
        if detail.named:
            paint_titles(painter, scene, camera, frames, seen, self.ink, near)

    def sight(
        self, scene: Scene, moment: Moment, camera: Camera, detail: Detail, pace: Pace,
        behind: Seen | None = None,
    ) -> Sight:  # fmt: skip
        """The scene at a moment as it is seen from a camera, ready to be painted part by part."""
        return Sight(
            camera, detail, self.ink.color("window"),
            grown(camera.seen_box(scene.bounds), OVERHANG * max(1.0, camera.scale)),
            lambda painter, part: self.paint(painter, scene, moment, camera, part, detail),
            lambda part: effort(scene, camera, part, detail), pace, behind,
        )  # fmt: skip
