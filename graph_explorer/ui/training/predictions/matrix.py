"""The confusion matrix: how often each class was taken for each.

The one rule: a cell says its number; its colour only repeats it, within its row. A cell leads to its
examples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.lab.predictions import confusion
from graph_explorer.ui.style import mixed
from graph_explorer.ui.surface.writing import PLAIN, SMALL, elided, width_of, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.predictions.choice import Choice
from graph_explorer.ui.training.predictions.subject import Moment

Array = np.ndarray[Any, Any]

#: Pixels: a cell at its smallest and largest, above the matrix, and the last column.
_CELLS, _ABOVE, _RATES = (18.0, 64.0), 42.0, 92.0
_STRONGEST = 0.7
#: A cell is at most so many times as wide as high.
_FLATTEST = 1.8


class Matrix(QWidget):
    """The matrix: true classes down, found ones across, and how many of each class are right."""

    #: a cell was chosen: true class, found class
    chosen = Signal(int, int)
    #: something is pointed at: what is known of it, "" for nothing
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_matrix")
        self.setAccessibleName("Confusion matrix: arrows move, Enter shows the examples of a cell")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.theme_name = "light"
        self.classes: tuple[str, ...] = ()
        self.counts: Array = np.zeros((0, 0), dtype=int)
        self.rates = False
        self.at = (0, 0)
        self.marked: tuple[int, int] | None = None

    def sizeHint(self) -> QSize:
        return QSize(440, 340)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 140)

    def show_moment(self, moment: Moment, choice: Choice, rates: bool, theme_name: str) -> None:
        """Shows the counts of a portion, or its rates: parts of the true class."""
        self.classes, self.theme_name, self.rates = moment.classes, theme_name, rates
        self.counts = confusion(moment.portion(choice.portion)[1], len(moment.classes))
        self.marked = choice.cell
        last = len(self.classes) - 1
        self.at = (min(self.at[0], last), min(self.at[1], last))
        self.setAccessibleDescription(self.sentence(*self.at))
        self.update()

    def sentence(self, truth: int, found: int) -> str:
        """One cell, in words."""
        if not self.counts.size:
            return ""
        count, whole = int(self.counts[truth, found]), int(self.counts[truth].sum())
        share = f" ({count / whole:.1%})" if whole else ""
        taken = "found" if truth == found else f"taken for {self.classes[found]}"
        return f"{count} of {whole} of class {self.classes[truth]} {taken}{share}"

    # ── places ────────────────────────────────────────────────────────────────────────────────

    @property
    def _left(self) -> float:
        return min(max((width_of(name, SMALL) for name in self.classes), default=0) + 42, self.width() * 0.3)

    @property
    def size_of_cell(self) -> tuple[float, float]:
        """How wide and high a cell is."""
        count = max(len(self.classes), 1)
        high = min(max((self.height() - _ABOVE - 8) / count, _CELLS[0]), _CELLS[1])
        wide = (self.width() - self._left - _RATES) / count
        return min(max(wide, _CELLS[0]), _CELLS[1], _FLATTEST * high), high

    def cell(self, truth: int, found: int) -> QRectF:
        """Where a cell is."""
        wide, high = self.size_of_cell
        return QRectF(self._left + found * wide, _ABOVE + truth * high, wide, high)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Which cell is at a point."""
        wide, high = self.size_of_cell
        across = int((point.x() - self._left) // wide)
        down = int((point.y() - _ABOVE) // high)
        count = len(self.classes)
        return (down, across) if 0 <= down < count and 0 <= across < count else None

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, (side, high), count = theme(self.theme_name), self.size_of_cell, len(self.classes)
        muted = shown.color("muted")
        whole = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shares = self.counts / whole if count else self.counts
        middle = self._left + side * count / 2
        write(painter, "taken for", middle, 10, muted, SMALL, across=0.5)
        painter.save()
        painter.translate(10, _ABOVE + high * count / 2)
        painter.rotate(-90)
        write(painter, "true class", 0, 0, muted, SMALL, across=0.5)
        painter.restore()
        write(painter, "right", self._left + side * count + 12, _ABOVE - 10, muted, SMALL)
        for k, name in enumerate(self.classes):
            place = self.cell(k, k)
            write(painter, elided(name, SMALL, max(side - 2, 14)), place.center().x(), _ABOVE - 10,
                  shown.color("text"), SMALL, across=0.5)  # fmt: skip
            write(painter, elided(name, SMALL, self._left - 26), self._left - 8, place.center().y(),
                  shown.color("text"), SMALL, across=1.0)  # fmt: skip
            rate = f"{shares[k, k]:.1%}" if self.counts[k].sum() else "–"
            write(
                painter, rate, self._left + side * count + 12, place.center().y(), shown.color("text"), SMALL
            )
            for found in range(count):
                self._paint_cell(painter, shown, k, found, float(shares[k, found]))
        painter.end()

    def _paint_cell(self, painter: QPainter, shown: Theme, truth: int, found: int, share: float) -> None:
        place = self.cell(truth, found)
        role = shown.value if truth == found else shown.gradient
        strength = _STRONGEST * (share if truth == found else min(1.0, 4 * share))
        color = QColor(mixed(shown.panel, role, strength))
        painter.fillRect(place.adjusted(0.5, 0.5, -0.5, -0.5), color)
        count = int(self.counts[truth, found])
        text = (
            (f"{share:.0%}" if self.rates else str(count)) if count else ("·" if place.width() > 22 else "")
        )
        readable = shown.color("muted") if not count else _readable(color, shown)
        size = PLAIN if min(place.width(), place.height()) > 30 else SMALL
        if width_of(text, size) < place.width():
            write(painter, text, place.center().x(), place.center().y(), readable, size, across=0.5)
        focused = (truth, found) == self.at and self.hasFocus()
        if focused or (truth, found) == self.marked:
            painter.setPen(QPen(shown.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(1, 1, -1, -1))

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        self.told.emit(f"{self.sentence(*found)}; press to see them" if found is not None else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.at = found
            self.chosen.emit(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        last = max(len(self.classes) - 1, 0)
        if key in steps:
            self.at = (
                min(max(self.at[0] + steps[key][0], 0), last),
                min(max(self.at[1] + steps[key][1], 0), last),
            )
            self.setAccessibleDescription(self.sentence(*self.at))
            self.told.emit(self.sentence(*self.at))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self.at)
        else:
            super().keyPressEvent(event)


def _readable(ground: QColor, shown: Theme) -> QColor:
    """Text or panel colour, whichever is told from the ground more easily."""
    return max(
        (shown.color("text"), shown.color("panel")),
        key=lambda color: abs(color.lightnessF() - ground.lightnessF()),
    )
