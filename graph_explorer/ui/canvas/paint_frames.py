"""The frames of open groups, at every distance.

The one rule: a frame's title stays readable as long as the frame has room for it: near, it stands in
the frame; far out, it keeps its size on screen and sits on the frame's upper border.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from graph_explorer.ui.canvas.arrays import Rows
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.cards import Style
from graph_explorer.ui.canvas.frames import ARROW, INDENT, TITLE, Frame
from graph_explorer.ui.canvas.ink import Ink, draw_texts
from graph_explorer.ui.canvas.scene import Box, Scene

_ROUND = 11.0
#: Frames smaller than this on screen are left out.
_SMALLEST = 3.0
#: Frames whose corners would be rounder than this on screen, in pixels, are drawn round, one by one.
_SEEN = 3.5
#: How much of its own colour a frame has, the rest is that of the frame around it; from this depth on
#: frames look alike.
_SHARE, _DEEPEST = 0.75, 4
#: Height of a title on screen, far out.
_LABEL = 16.0


def paint_frames(painter: QPainter, scene: Scene, camera: Camera, box: Box, ink: Ink) -> None:
    """Draws the frames that touch the scene rectangle `box`; the painter draws in screen pixels.

    Opaque colours take half the time of translucent ones that look the same.
    """
    painter.setPen(ink.pen("group_border", 0))
    places = scene.frames.within(box, _SMALLEST / camera.scale)
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


def paint_titles(painter: QPainter, scene: Scene, camera: Camera, box: Box, ink: Ink, near: bool) -> None:
    """Draws the titles of those frames, over lines and cards; the painter draws in screen pixels."""
    if near:
        painter.save()
        painter.setTransform(camera.transform(), True)
        for place in scene.frames.within(box).tolist():
            _title(painter, scene.frames.frame(place), ink)
        painter.restore()
        return
    labelled: dict[str, float] = {}
    x, y, width, height = box
    reach = _LABEL / camera.scale
    frames = scene.frames
    for place in frames.within((x, y - reach, width, height + 2 * reach), 2 * reach).tolist():
        path, box = frames.paths[place], frames.box(place)
        outer = labelled.get(path.rpartition("/")[0])
        if outer is None or (box[1] - outer) * camera.scale > _LABEL + 2:
            outer = box[1] if _label(painter, path, QRectF(*camera.seen_box(box)), ink) else None
        if outer is not None:
            labelled[path] = outer


def _title(painter: QPainter, frame: Frame, ink: Ink) -> None:
    x, y, _, _ = frame.box
    texts = [(frame.title, Style.TITLE, "text"), (frame.caption, Style.CAPTION, "muted")]
    prepared = [(ink.text(text, style), style, role) for text, style, role in texts if text]
    width = ARROW + sum(text.size().width() + INDENT for text, _, _ in prepared)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.brush("group", 0.9))
    painter.drawRoundedRect(QRectF(x + INDENT - 5, y + 3, width, TITLE - 5), 5, 5)
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


def _label(painter: QPainter, path: str, seen: QRectF, ink: Ink) -> bool:
    """The name alone, at its full size on screen, on the upper border; whether there is room for it."""
    name = path.rsplit("/", 1)[-1]
    text = ink.text(name, Style.CAPTION)
    width = text.size().width() + 12
    if width + 12 > seen.width() or seen.height() < 2 * _LABEL:
        return False
    box = QRectF(seen.left() + 8, seen.top() - _LABEL / 2, width, _LABEL)
    painter.setPen(ink.pen("group_border", 0))
    painter.setBrush(ink.brush("group"))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(ink.pen("text"))
    corner = QPointF(box.left() + 6, box.center().y() - text.size().height() / 2)
    draw_texts(painter, Style.CAPTION, [(corner, text)])
    return True
