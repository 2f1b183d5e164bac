"""The blocks of a stack side by side: how large values and gradients are from the first to the last.

The one rule: the scale is logarithmic, since a gradient that dies does so by powers of ten; what is not
computed yet is drawn faintly, and what is exactly 0 stands on the lowest line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from graph_explorer.engine.notation import number, raised
from graph_explorer.ui.theme import theme

Floats = NDArray[np.float64]

_HEIGHT, _TOP, _BOTTOM, _RIGHT = 132, 22, 18, 8
#: The scale shows at least so many powers of ten, and at most so many labels.
_LEAST_DECADES, _MOST_LABELS = 2, 4
_DOT = 2.5
#: With more blocks than this the dots are left out.
_MOST_DOTS = 60


@dataclass(frozen=True, eq=False)
class Series:
    """One line: a number (n,) for each block, NaN for none; of these `known` (n,) are computed already."""

    title: str
    role: str
    numbers: Floats
    known: NDArray[np.bool_]


class BlockChart(QWidget):
    """Lines over the blocks; a click or Return selects one."""

    #: a block was chosen, by its place
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_block_chart")
        self.setAccessibleName("Blocks compared")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.names: tuple[str, ...] = ()
        self.series: tuple[Series, ...] = ()
        self.at = -1
        self.theme_name = "light"

    def show_series(self, names: tuple[str, ...], series: tuple[Series, ...], theme_name: str) -> None:
        """Shows these lines over blocks of these names."""
        if names != self.names:
            self.at = -1
        self.names, self.series, self.theme_name = names, series, theme_name
        ends = [self.told(place) for place in (0, len(names) - 1) if names]
        self.setAccessibleDescription(". ".join(ends))
        self.update()

    def told(self, place: int) -> str:
        """One block in words: its name and its numbers."""
        found = [(one.title, one.numbers[place]) for one in self.series if not np.isnan(one.numbers[place])]
        return f"{self.names[place]}: " + ", ".join(f"{title} {number(size)}" for title, size in found)

    def sizeHint(self) -> QSize:
        return QSize(260, _HEIGHT)

    # ── where things are ──────────────────────────────────────────────────────────────────────

    def _decades(self) -> tuple[int, int]:
        """The lowest and the highest power of ten."""
        sizes = [one.numbers[np.isfinite(one.numbers) & (one.numbers > 0)] for one in self.series]
        joined = np.concatenate(sizes) if sizes else np.zeros(0)
        if not joined.size:
            return -1, 1
        low, high = math.floor(math.log10(joined.min())), math.ceil(math.log10(joined.max()))
        return low, max(high, low + _LEAST_DECADES)

    def _left(self) -> int:
        metrics = self.fontMetrics()
        return 6 + max(metrics.horizontalAdvance(_power(decade)) for decade in self._decades())

    def _inside(self) -> QRectF:
        left = self._left()
        return QRectF(left, _TOP, max(self.width() - left - _RIGHT, 10), _HEIGHT - _TOP - _BOTTOM)

    def _x(self, place: float) -> float:
        inside = self._inside()
        return inside.left() + inside.width() * (place + 0.5) / max(len(self.names), 1)

    def place_at(self, x: float) -> int:
        """The block at a horizontal position of the widget, −1 for none."""
        inside = self._inside()
        place = math.floor((x - inside.left()) / inside.width() * len(self.names))
        return place if 0 <= place < len(self.names) else -1

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_legend(painter)
        if self.names:
            self._paint_grid(painter)
            for one in self.series:
                self._paint_line(painter, one)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme(self.theme_name).color("selection"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _paint_legend(self, painter: QPainter) -> None:
        shown, metrics = theme(self.theme_name), self.fontMetrics()
        left = float(self._left())
        for one in self.series:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.color(one.role))
            painter.drawEllipse(QPointF(left + 4, _TOP / 2 - 1), 3.5, 3.5)
            painter.setPen(shown.color("text"))
            painter.drawText(QPointF(left + 12, _TOP / 2 - 1 + metrics.ascent() / 2 - 1), one.title)
            left += 12 + metrics.horizontalAdvance(one.title) + 14

    def _paint_grid(self, painter: QPainter) -> None:
        shown, inside, metrics = theme(self.theme_name), self._inside(), self.fontMetrics()
        low, high = self._decades()
        step = max(1, math.ceil((high - low) / _MOST_LABELS))
        for decade in range(low, high + 1, step):
            y = inside.bottom() - inside.height() * (decade - low) / (high - low)
            painter.setPen(QPen(shown.color("border"), 1))
            painter.drawLine(QPointF(inside.left(), y), QPointF(inside.right(), y))
            painter.setPen(shown.color("muted"))
            text = _power(decade)
            x = inside.left() - 4 - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(x, y + metrics.ascent() / 2 - 1), text)
        first, last = self.names[0], self.names[-1]
        painter.drawText(QPointF(inside.left(), _HEIGHT - 4), first)
        painter.drawText(QPointF(inside.right() - metrics.horizontalAdvance(last), _HEIGHT - 4), last)
        if self.at >= 0:
            painter.fillRect(
                QRectF(self._x(self.at) - 4, inside.top(), 8, inside.height()), shown.color("raised")
            )

    def _paint_line(self, painter: QPainter, one: Series) -> None:
        inside, (low, high) = self._inside(), self._decades()
        color = theme(self.theme_name).color(one.role)
        faint = theme(self.theme_name).color(one.role)
        faint.setAlphaF(0.25)
        with np.errstate(divide="ignore"):
            heights = np.clip((np.log10(one.numbers) - low) / (high - low), 0, 1)
        places = needed(one.numbers, max(1, round(inside.width())))
        across = inside.left() + inside.width() * (places + 0.5) / len(one.numbers)
        points = [
            None if math.isnan(height) else QPointF(x, inside.bottom() - inside.height() * height)
            for x, height in zip(across.tolist(), heights[places].tolist(), strict=True)
        ]
        dots = len(points) <= _MOST_DOTS
        known = one.known[places].tolist()
        for place, point in enumerate(points):
            if point is None:
                continue
            shade = color if known[place] else faint
            before = points[place - 1] if place else None
            if before is not None:
                painter.setPen(QPen(shade if known[place - 1] else faint, 1.5))
                painter.drawLine(before, point)
            if dots:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(shade)
                painter.drawEllipse(point, _DOT, _DOT)

    # ── events ────────────────────────────────────────────────────────────────────────────────

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(self.place_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self._go(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().x())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in steps and self.names:
            self._go(min(max(self.at + steps[key], 0), len(self.names) - 1))
            self.setAccessibleDescription(self.told(self.at))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at >= 0:
            self.chosen.emit(self.at)
        else:
            super().keyPressEvent(event)

    def _go(self, place: int) -> None:
        if place != self.at:
            self.at = place
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            place = self.place_at(event.pos().x())
            QToolTip.showText(event.globalPos(), self.told(place) if place >= 0 else "", self)
            return True
        return super().event(event)


def needed(numbers: Floats, columns: int) -> NDArray[np.int64]:
    """The places of the numbers (n,) that a line over so many columns of pixels needs: all of a few.

    Of many, the least and the largest of each column; where a column has none, a NaN leaves its gap.
    """
    count = len(numbers)
    if count <= 2 * columns:
        return np.arange(count)
    column = np.arange(count) * columns // count
    order = np.lexsort((numbers, column))  # what is NaN stands last in its column
    first = np.searchsorted(column, np.arange(columns))
    known = np.add.reduceat(~np.isnan(numbers), first, dtype=np.int64)
    return np.unique(np.concatenate((order[first], order[first + np.maximum(known, 1) - 1])))


def _power(decade: int) -> str:
    return number(10.0**decade) if -3 < decade < 4 else f"10{raised(decade)}"
