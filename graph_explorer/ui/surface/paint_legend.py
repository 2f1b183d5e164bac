"""The legend inside the picture: every method with its settings, and what the other marks mean.

The one rule: what is drawn is explained in the same picture, with the same marks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from graph_explorer.ui.surface.frame import Box
from graph_explorer.ui.surface.paint_marks import paint_here, paint_minimum, paint_start
from graph_explorer.ui.surface.paint_paths import paint_marker
from graph_explorer.ui.surface.polygons import pen
from graph_explorer.ui.surface.subject import Subject
from graph_explorer.ui.surface.writing import SMALL, elided, width_of, write
from graph_explorer.ui.theme import Theme

_ROW, _MARK, _EDGE = 18.0, 26.0, 8.0
#: The most of the plot's width that a legend may take.
_WIDEST = 0.72

Paint = Callable[[QPainter, float, float], None]


@dataclass(frozen=True)
class Row:
    """A line of the legend: what draws its mark (None: it has none), and its text."""

    mark: Paint | None
    text: str
    bold: bool = False


def rows(subject: Subject, shown: Theme, minima: bool, arrows: str = "") -> list[Row]:
    """The lines of the legend; `arrows` says what arrows are, "" where there are none."""
    found = [
        Row(lambda p, x, y, c=colour: paint_marker(p, c, x, y, shown, radius=5.0), text, chosen)  # type: ignore[misc]
        for colour, text, chosen in subject.legend
    ]
    if subject.remarks:
        found.append(Row(None, ", ".join(subject.remarks)))
    if subject.courses:
        found.append(Row(lambda p, x, y: paint_start(p, x, y, shown), "start"))
    if minima and subject.minima:
        text = "known minimum" if len(subject.minima) == 1 else "known minima"
        found.append(Row(lambda p, x, y: paint_minimum(p, x, y, shown), text))
    if subject.here is not None:
        found.append(Row(lambda p, x, y: paint_here(p, x, y, shown), "the document is here"))
    if arrows:
        found.append(Row(None, arrows))
    return found


def paint_legend(painter: QPainter, lines: list[Row], plot: Box, shown: Theme) -> None:
    """Draws the lines in the upper right corner of the plot."""
    if not lines:
        return
    room = plot[2] * _WIDEST - _MARK - 2 * _EDGE
    texts = [elided(line.text, SMALL, room, line.bold) for line in lines]
    wide = max(width_of(t, SMALL, line.bold) for t, line in zip(texts, lines, strict=True))
    width, height = wide + _MARK + 2 * _EDGE, len(lines) * _ROW + _EDGE
    x, y = plot[0] + plot[2] - width - 8, plot[1] + 8
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(shown.color("border")))
    painter.setBrush(shown.color("panel", 0.9))
    painter.drawRoundedRect(QRectF(x, y, width, height), 6, 6)
    for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
        middle = y + _EDGE / 2 + (place + 0.5) * _ROW
        if line.mark is not None:
            line.mark(painter, x + _EDGE + 8, middle)
        role = "text" if line.mark is not None else "muted"
        write(painter, text, x + _EDGE + _MARK, middle, shown.color(role), bold=line.bold)
