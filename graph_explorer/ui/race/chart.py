"""A chart: curves over two axes with numbers, a marker where each is now, and flags at places of note.

The one rule: it knows no widget, so that a file shows what the window shows. The curves are laid out once
for a range and a size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPolygonF

from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.race.numbers import numbers
from graph_explorer.ui.race.series import Curve, Stroke
from graph_explorer.ui.surface.clip import clipped
from graph_explorer.ui.surface.polygons import draw_line, pen, polygon_of, thinned
from graph_explorer.ui.surface.writing import PLAIN, SMALL, elided, width_of, write
from graph_explorer.ui.theme import theme

Array = np.ndarray[Any, Any]
Range = tuple[float, float, float, float]

#: Pixels: a curve, the chosen one, the radius of a marker.
_LINE, _CHOSEN, _MARKER = 1.3, 2.2, 4.5
#: How much is seen of a curve that is drawn faint.
_FAINT = 0.2
#: Pixels around the curves: left, above, right, below; from number to number across and up.
_LEFT, _ABOVE, _RIGHT, _BELOW, _ACROSS, _UP = 46.0, 22.0, 10.0, 20.0, 60.0, 26.0
#: Pixels from one row of flags to the next, and of room around the text of one.
_ROW, _ROOM = 15.0, 4.0


@dataclass(frozen=True)
class Flag:
    """A place on the axis to the right that is worth a word, in the colour of an entry."""

    x: float
    text: str
    colour: int


@dataclass(frozen=True)
class _Line:
    """A curve in pixels."""

    pieces: tuple[QPolygonF, ...]
    colour: int
    chosen: bool
    stroke: Stroke

    @property
    def depth(self) -> tuple[bool, bool]:
        """What is drawn later lies above."""
        return self.stroke != "faint", self.chosen


class Chart:
    """What is drawn, and how large: `size` in pixels."""

    def __init__(self) -> None:
        self.size = (300.0, 200.0)
        self.theme_name, self.title, self.below = "light", "", ""
        self.logarithmic = (False, False)
        self.curves: tuple[Curve, ...] = ()
        self.colours: tuple[int, ...] = ()
        self.chosen = -1
        self.range: Range | None = None
        self.at: float | None = None
        self.marks: tuple[tuple[float, float, int], ...] = ()
        self.flags: tuple[Flag, ...] = ()
        self._lines: list[_Line] | None = None

    def show_curves(self, curves: Sequence[Curve], colours: Sequence[int], chosen: int) -> None:
        """Draws these curves in the colours of their entries, the chosen entry above the others."""
        self.curves, self.colours, self.chosen = tuple(curves), tuple(colours), chosen
        self._lines = None

    def resize(self, width: float, height: float) -> None:
        """Draws it as large as this, in pixels."""
        self.size, self._lines = (width, height), None

    def look(self, part: Range | None) -> None:
        """Shows this part: left, right, bottom and top of the axes."""
        self.range, self._lines = part, None

    # ── places ────────────────────────────────────────────────────────────────────────────────

    @property
    def box(self) -> QRectF:
        """Where the curves are."""
        below = _BELOW + (_ROW if self.below else 0.0)
        width, height = self.size[0] - _LEFT - _RIGHT, self.size[1] - _ABOVE - below
        return QRectF(_LEFT, _ABOVE, max(width, 8.0), max(height, 8.0))

    def seen(self, points: object) -> Array:
        """Points (n, 2) of the axes in pixels."""
        assert self.range is not None
        left, right, bottom, top = self.range
        box = self.box
        scale = np.array([box.width() / (right - left), -box.height() / (top - bottom)])
        with np.errstate(all="ignore"):
            found = (np.asarray(points, dtype=float) - [left, top]) * scale + [box.left(), box.top()]
        return np.asarray(found)

    def place(self, at: QPointF) -> tuple[float, float]:
        """The place of the axes under a pixel."""
        assert self.range is not None
        left, right, bottom, top = self.range
        box = self.box
        x = left + (at.x() - box.left()) / box.width() * (right - left)
        return x, top - (at.y() - box.top()) / box.height() * (top - bottom)

    def _laid_out(self) -> list[_Line]:
        if self._lines is None:
            box = self.box
            frame = (box.left(), box.top(), box.width(), box.height())
            self._lines = []
            for each in self.curves:
                points = thinned(self.seen(np.stack([each.x, each.y], axis=-1)))
                pieces = tuple(polygon_of(piece) for piece in clipped(points, frame)[0])
                chosen = each.entry == self.chosen
                self._lines.append(_Line(pieces, self.colours[each.entry], chosen, each.stroke))
            self._lines.sort(key=lambda line: line.depth)
        return self._lines

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paint(self, painter: QPainter) -> None:
        """Paints all of it, from the upper left corner on."""
        shown, box = theme(self.theme_name), self.box
        muted = shown.color("muted")
        title = elided(self.title, PLAIN, self.size[0] - 8)
        write(painter, title, box.center().x(), _ABOVE / 2 - 1, muted, PLAIN, across=0.5)
        if self.below:
            write(painter, self.below, box.right(), box.bottom() + _BELOW, muted, SMALL, across=1.0, down=0.0)
        if self.range is None:
            return
        self._paint_numbers(painter, self.range)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._laid_out():
            color = shown.series_color(line.colour, _FAINT if line.stroke == "faint" else 1.0)
            faint = line.stroke == "faint"
            width = 1.0 if faint else _CHOSEN if line.chosen else _LINE
            # a line that goes up and down a thousand times takes 10 ms with smooth edges, and 0.3 without
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, not faint)
            for piece in line.pieces:
                draw_line(painter, piece, color, width, dashed=line.stroke == "dashed")
        self._paint_flags(painter)
        self._paint_moment(painter)

    def _paint_numbers(self, painter: QPainter, shown_range: Range) -> None:
        shown, box = theme(self.theme_name), self.box
        left, right, bottom, top = shown_range
        grid, muted = shown.color("border", 0.55), shown.color("muted")
        for x, text in numbers(left, right, max(int(box.width() / _ACROSS), 2), self.logarithmic[0]):
            across = float(self.seen([(x, bottom)])[0, 0])
            painter.setPen(grid)
            painter.drawLine(QLineF(across, box.top(), across, box.bottom()))
            write(painter, text, across, box.bottom() + 3, muted, SMALL, across=0.5, down=0.0)
        for y, text in numbers(bottom, top, max(int(box.height() / _UP), 2), self.logarithmic[1]):
            down = float(self.seen([(left, y)])[0, 1])
            painter.setPen(grid)
            painter.drawLine(QLineF(box.left(), down, box.right(), down))
            write(painter, text, box.left() - 5, down, muted, SMALL, across=1.0)
        painter.setPen(shown.color("border"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topLeft(), box.bottomLeft())

    def _paint_flags(self, painter: QPainter) -> None:
        """A line down and a word above it; words that would touch stand in rows below each other."""
        box, shown = self.box, theme(self.theme_name)
        rows: list[float] = []
        for flag in sorted(self.flags, key=lambda flag: flag.x):
            x = float(self.seen([(flag.x, 0.0)])[0, 0])
            if not box.left() - 1 <= x <= box.right() + 1:
                continue
            room = width_of(flag.text, SMALL) + 2 * _ROOM
            left = min(x, box.right() - room)
            row = next((k for k, end in enumerate(rows) if end <= left), len(rows))
            rows[row : row + 1] = [left + room]
            color = shown.series_color(flag.colour)
            painter.setPen(pen(shown.series_color(flag.colour, 0.7), 1.0, dashed=True))
            painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
            top = box.top() + 2 + row * _ROW
            painter.fillRect(QRectF(left, top, room, _ROW - 1), shown.color("panel", 0.85))
            write(painter, flag.text, left + _ROOM, top + _ROW / 2, color, SMALL)

    def _paint_moment(self, painter: QPainter) -> None:
        box, shown = self.box, theme(self.theme_name)
        if self.at is not None:
            x = float(self.seen([(self.at, 0.0)])[0, 0])
            if box.left() - 1 <= x <= box.right() + 1:
                painter.setPen(shown.color("accent"))
                painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
        for (_, _, colour), (x, y) in zip(self.marks, self._seen_marks(), strict=True):
            if box.adjusted(-1, -1, 1, 1).contains(QPointF(x, y)):
                draw_marker(painter, x, y, _MARKER, colour, self.theme_name)

    def _seen_marks(self) -> list[tuple[float, float]]:
        found = self.seen([mark[:2] for mark in self.marks]) if self.marks else np.empty((0, 2))
        return [(float(x), float(y)) for x, y in found]
