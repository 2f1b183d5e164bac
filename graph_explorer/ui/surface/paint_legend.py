"""The legend inside the picture: every method with its settings, and what the other marks mean.

The one rule: what is drawn is explained in the same picture, with the same marks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from graph_explorer.ui.surface.frame import Box
from graph_explorer.ui.surface.landscape import Way
from graph_explorer.ui.surface.paint_marks import paint_here, paint_minimum, paint_start
from graph_explorer.ui.surface.paint_paths import paint_marker
from graph_explorer.ui.surface.paint_way import ink, paint_dot
from graph_explorer.ui.surface.polygons import pen
from graph_explorer.ui.surface.subject import Subject
from graph_explorer.ui.surface.writing import SMALL, elided, width_of, write
from graph_explorer.ui.theme import Theme

#: Height of a line, room for a mark, at the edges of the legend, and around it.
_ROW, _MARK, _EDGE, _AWAY = 17.0, 24.0, 8.0, 8.0
#: Lines stand closer in a plot that is lower than this.
_CLOSE_ROW, _LOW = 15.0, 320.0
#: Room for the title of a training run.
_TITLE = 150.0
#: The most of the plot's height that a legend may take.
_TALLEST = 0.55

Array = np.ndarray[Any, Any]
Paint = Callable[[QPainter, float, float], None]


@dataclass(frozen=True)
class Row:
    """A line of the legend: what draws its mark (None: it has none), and its text.

    `more` is what did not fit into the line before.
    """

    mark: Paint | None
    text: str
    bold: bool = False
    more: bool = False


def rows(subject: Subject, shown: Theme, points: bool, minima: bool, arrows: str = "") -> list[Row]:
    """The lines of the legend: methods, what holds for all, and the marks of single `points`.

    `arrows` says what arrows are, "" where there are none.
    """
    found = [
        Row(lambda p, x, y, c=colour: paint_marker(p, c, x, y, shown, radius=5.0), text, chosen)  # type: ignore[misc]
        for colour, text, chosen in subject.legend
    ]
    found += [_way_row(way, shown) for way in subject.ways]
    found += [Row(None, remark) for remark in subject.remarks]
    if points:
        found += [Row(None, sentence) for sentence in subject.told]
    if arrows:
        found.append(Row(None, arrows))
    if not points:
        return found
    if subject.courses:
        found.append(Row(lambda p, x, y: paint_start(p, x, y, shown), "start"))
    if minima and subject.minima:
        text = "known minimum" if len(subject.minima) == 1 else "known minima"
        found.append(Row(lambda p, x, y: paint_minimum(p, x, y, shown), text))
    if subject.here is not None:
        found.append(Row(lambda p, x, y: paint_here(p, x, y, shown), "the document is here"))
    return found


def _way_row(way: Way, shown: Theme) -> Row:
    epochs, color = way.trail.epochs, ink(way, shown)
    title = elided(way.title, SMALL, _TITLE)
    text = f"path of {title}, epochs {epochs[0]} to {epochs[-1]}"
    return Row(lambda p, x, y: paint_dot(p, x, y, color, shown), text, way.chosen)


def _wrapped(line: Row, room: float) -> list[Row]:
    """A line, or several where there is not room enough."""
    found, words = [""], line.text.split(" ")
    for word in words:
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and width_of(longer, SMALL, line.bold) > room:
            found.append(word)
        else:
            found[-1] = longer
    after = [replace(line, mark=None, text=part, more=line.mark is not None) for part in found[1:]]
    return [replace(line, text=found[0]), *after]


def _corner(plot: Box, width: float, height: float, avoided: Array) -> tuple[float, float]:
    """Where the legend begins: in the upper right corner, unless another one hides fewer points."""
    left, right = plot[0] + _AWAY, plot[0] + plot[2] - width - _AWAY
    upper, lower = plot[1] + _AWAY, plot[1] + plot[3] - height - _AWAY

    def hidden(corner: tuple[float, float]) -> int:
        low = np.array(corner) - _AWAY
        high = low + np.array([width + 2 * _AWAY, height + 2 * _AWAY])
        return int(((avoided >= low) & (avoided <= high)).all(axis=1).sum())

    return min(((right, upper), (left, upper), (right, lower), (left, lower)), key=hidden)


def paint_legend(painter: QPainter, lines: list[Row], plot: Box, avoided: Array, shown: Theme) -> None:
    """Draws the lines in the corner of the plot that has the fewest of the points (n, 2) to be `avoided`."""
    if not lines:
        return
    room = plot[2] - _MARK - 2 * _EDGE - 2 * _AWAY
    lines = [part for line in lines for part in _wrapped(line, room)]
    row = _ROW if plot[3] > _LOW else _CLOSE_ROW
    most = max(1, int(plot[3] * _TALLEST / row))
    if len(lines) > most:
        rest = len(lines) - most + 1
        lines = [*lines[: most - 1], Row(None, f"{rest} more lines: make the picture larger")]
    texts = [elided(line.text, SMALL, room, line.bold) for line in lines]
    wide = max(width_of(t, SMALL, line.bold) for t, line in zip(texts, lines, strict=True))
    width, height = wide + _MARK + 2 * _EDGE, len(lines) * row + _EDGE
    x, y = _corner(plot, width, height, avoided)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(shown.color("border")))
    painter.setBrush(shown.color("panel", 0.9))
    painter.drawRoundedRect(QRectF(x, y, width, height), 6, 6)
    for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
        middle = y + _EDGE / 2 + (place + 0.5) * row
        if line.mark is not None:
            line.mark(painter, x + _EDGE + 8, middle)
        role = "text" if line.mark is not None or line.more else "muted"
        write(painter, text, x + _EDGE + _MARK, middle, shown.color(role), bold=line.bold)
