"""Axes, their numbers and names, the colour bar, and the title.

The one rule: every picture says what its axes and its colours mean.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.frame import Box, Frame
from graph_explorer.ui.surface.ground import STEPS, Palette
from graph_explorer.ui.surface.polygons import pen
from graph_explorer.ui.surface.subject import Subject
from graph_explorer.ui.surface.ticks import labels, ticks
from graph_explorer.ui.surface.writing import LARGE, PLAIN, SMALL, elided, width_of, write
from graph_explorer.ui.theme import Theme

#: Pixels between two ticks, about, along x and along y; their length.
_ACROSS, _DOWN, _TICK = 84.0, 52.0, 4.0
#: Room for the value above which logarithmic levels are counted.
_FLOOR = 82.0


def paint_axes(painter: QPainter, frame: Frame, names: tuple[str, str], shown: Theme) -> None:
    """The border of the plot, ticks with numbers, and the names of both axes."""
    x, y, width, height = frame.box
    left, right, bottom, top = frame.window
    line, muted = pen(shown.color("muted")), shown.color("muted")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(line)
    painter.drawRect(QRectF(x, y, width, height))
    places = ticks(left, right, max(2, int(width / _ACROSS)))
    for place, text in zip(places, labels(places), strict=True):
        at = round(float(frame.seen([place, bottom])[0]))
        painter.setPen(line)
        painter.drawLine(QLineF(at, y + height, at, y + height + _TICK))
        write(painter, text, at, y + height + _TICK + 3, muted, across=0.5, down=0.0)
    places = ticks(bottom, top, max(2, int(height / _DOWN)))
    for place, text in zip(places, labels(places), strict=True):
        at = round(float(frame.seen([left, place])[1]))
        painter.setPen(line)
        painter.drawLine(QLineF(x - _TICK, at, x, at))
        write(painter, text, x - _TICK - 4, at, muted, across=1.0)
    ink = shown.color("text")
    write(painter, names[0], x + width / 2, y + height + 24, ink, PLAIN, 0.5, 0.0, bold=True)
    painter.save()
    painter.translate(QPointF(14, y + height / 2))
    painter.rotate(-90)
    write(painter, names[1], 0, 0, ink, PLAIN, 0.5, 0.5, bold=True)
    painter.restore()


def paint_bar(painter: QPainter, box: Box, colours: Palette, output: str, shown: Theme) -> None:
    """The colour bar with the values of the levels, and the name of the output above it."""
    x, y, width, height = box
    levels = colours.levels
    column = np.ascontiguousarray(colours.pixels[np.arange(STEPS - 1, -1, -8)])[:, None].copy()
    image = QImage(column.data, 1, len(column), 4, QImage.Format.Format_RGB32).copy()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawImage(QRectF(x, y + 18, width, height - 18), image)
    painter.setPen(pen(shown.color("muted")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(x, y + 18, width, height - 18))
    write(painter, elided(output, PLAIN, 66, True), x, y + 6, shown.color("text"), PLAIN, bold=True)
    if levels.title:
        after = x + width_of(output, PLAIN, True) + 6
        room = x + 68 - after
        if room > 20:
            write(painter, levels.title.split(" ")[0], after, y + 6, shown.color("muted"))
    if levels.floor:
        said = elided(f"above {number(levels.floor, 3)}", SMALL, _FLOOR)
        write(painter, said, x, y + height + 8, shown.color("muted"), down=0.0)
    above = -np.inf
    for value, text in zip(levels.values, levels.texts, strict=True):
        at = y + height - float(levels.share(value)) * (height - 18)
        if abs(at - above) < 15 or at < y + 22:
            continue
        above = at
        painter.setPen(pen(shown.color("muted")))
        painter.drawLine(QLineF(x + width, round(at), x + width + 3, round(at)))
        write(painter, text, x + width + 6, at, shown.color("muted"))


def paint_title(painter: QPainter, box: Box, subject: Subject, shown: Theme) -> None:
    """The title of the document, over a picture in a file."""
    x, y, width, height = box
    text = elided(subject.title, LARGE, width, True)
    write(painter, text, x, y + height / 2, shown.color("text"), LARGE, bold=True)
