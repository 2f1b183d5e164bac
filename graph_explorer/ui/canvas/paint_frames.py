"""The frames of open groups, at every distance.

The one rule: a frame's title stays readable as long as the frame has room for it: near, it stands in
the frame; far out, it keeps its size on screen and sits on the frame's upper border.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from graph_explorer.ui.canvas.arrays import Rows
from graph_explorer.ui.canvas.camera import Box, Camera, grown
from graph_explorer.ui.canvas.cards import Style
from graph_explorer.ui.canvas.frames import ARROW, INDENT, TITLE, Frame
from graph_explorer.ui.canvas.ink import Ink, draw_texts
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.titles import HEIGHT, PADDING, labels, title_box

_ROUND = 11.0
#: Frames smaller than this on screen are left out.
_SMALLEST = 3.0
#: Frames whose corners would be rounder than this on screen, in pixels, are drawn round, one by one.
_SEEN = 3.5
#: How much of its own colour a frame has, the rest is that of the frame around it; from this depth on
#: frames look alike.
_SHARE, _DEEPEST = 0.75, 4


def frames_in(scene: Scene, camera: Camera, box: Box) -> NDArray[np.int64]:
    """The places of the frames that touch the scene rectangle `box`, or whose titles do; outer ones first."""
    return scene.frames.within(grown(box, HEIGHT / camera.scale), _SMALLEST / camera.scale)


def paint_frames(
    painter: QPainter, scene: Scene, camera: Camera, places: NDArray[np.int64], ink: Ink
) -> None:
    """Draws frames; the painter draws in screen pixels.

    Opaque colours take half the time of translucent ones that look the same.
    """
    painter.setPen(ink.pen("group_border", 0))
    rows = scene.frames.boxes[places] * camera.scale
    rows[:, :2] += (camera.x, camera.y)
    depths = np.minimum(scene.frames.depths[places], _DEEPEST)
    radius = _ROUND * camera.scale
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius >= _SEEN)
    for depth in np.unique(depths).tolist():  # those inside others come last
        painter.setBrush(ink.mixed("group", "window", 1 - (1 - _SHARE) ** (depth + 1)))
        these = rows[depths == depth]
        if radius < _SEEN:
            Rows(these).draw_rectangles(painter)
            continue
        for row in these.tolist():
            round_by = min(radius, row[2] / 4, row[3] / 4)
            painter.drawRoundedRect(QRectF(*row), round_by, round_by)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_titles(
    painter: QPainter,
    scene: Scene,
    camera: Camera,
    places: NDArray[np.int64],
    seen: Box,
    ink: Ink,
    near: bool,
) -> None:
    """Draws the titles of frames as far as they may be in the screen rectangle `seen`, over lines and cards.

    The painter draws in screen pixels.
    """
    frames = scene.frames
    tops = frames.boxes[places, 1] * camera.scale + camera.y
    height = max(TITLE * camera.scale, 2 * HEIGHT + 4)  # a title may give way to the one above it
    places = places[(tops >= seen[1] - height) & (tops <= seen[1] + seen[3] + height)]
    if near:
        painter.save()
        painter.setTransform(camera.transform(), True)
        for place in places.tolist():
            _title(painter, frames.frame(place), ink)
        painter.restore()
        return
    for path, box in labels(frames, camera, places):
        _label(painter, path, QRectF(*box), ink)


def _title(painter: QPainter, frame: Frame, ink: Ink) -> None:
    x, y, _, _ = frame.box
    texts = [(frame.title, Style.TITLE, "text"), (frame.caption, Style.CAPTION, "muted")]
    prepared = [(ink.text(text, style), style, role) for text, style, role in texts if text]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.brush("group", 0.9))
    painter.drawRoundedRect(QRectF(*title_box(frame)), 5, 5)
    _chevron(painter, x + INDENT, y + TITLE / 2, ink)
    x += INDENT + ARROW
    for text, style, role in prepared:
        painter.setPen(ink.pen(role))
        draw_texts(painter, style, [(QPointF(x, y + (TITLE - text.size().height()) / 2), text)])
        x += text.size().width() + INDENT


def _chevron(painter: QPainter, x: float, y: float, ink: Ink) -> None:
    """A small arrow head that points down: the group is open."""
    painter.setBrush(ink.brush("muted"))
    painter.drawConvexPolygon([QPointF(x, y - 2.5), QPointF(x + 8, y - 2.5), QPointF(x + 4, y + 2.5)])


def _label(painter: QPainter, path: str, box: QRectF, ink: Ink) -> None:
    """The name alone, at its full size on screen."""
    text = ink.text(path.rpartition("/")[2], Style.CAPTION)
    painter.setPen(ink.pen("group_border", 0))
    painter.setBrush(ink.brush("group"))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(ink.pen("text"))
    corner = QPointF(box.left() + PADDING, box.center().y() - text.size().height() / 2)
    draw_texts(painter, Style.CAPTION, [(corner, text)])
