"""A chart: two axes with round numbers, and whatever is drawn between them.

The one rule: it knows where a pair of numbers is on the screen, and nothing of what they mean. The wheel
and a drag choose a part, a double click shows all; the arrow keys move a cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.race.numbers import numbers
from graph_explorer.ui.surface.writing import SMALL, elided, write
from graph_explorer.ui.theme import Theme, theme

Array = np.ndarray[Any, Any]
Range = tuple[float, float, float, float]

#: Pixels around the drawing: left, above, right, below; from number to number across and up.
_LEFT, _ABOVE, _RIGHT, _BELOW, _ACROSS, _UP = 56.0, 8.0, 10.0, 34.0, 70.0, 34.0
#: A press that moves less is no drag; one notch of the wheel; one arrow key, as a part of the whole.
_SLACK, _ZOOM, _ARROW = 4.0, 1.2, 0.02
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Chart(QWidget):
    """The chart. `shape` keeps one unit as long across as up."""

    #: a place was pressed, or Enter pressed with the cursor there: x, y
    pressed = Signal(float, float)
    #: the mouse or the cursor is at a place: x, y
    pointed = Signal(float, float)
    #: another part is shown
    ranged = Signal()

    def __init__(self, name: str, spoken: str, shape: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.theme_name, self.below, self.beside = "light", "", ""
        self.draw: Callable[[QPainter, Theme], None] = lambda painter, shown: None
        self.draw_over: Callable[[QPainter, Theme], None] = lambda painter, shown: None
        self.shaped = shape
        self.whole: Range = (0.0, 1.0, 0.0, 1.0)
        self._part: Range | None = None
        self.cursor_at: tuple[float, float] | None = None
        self._pressed: tuple[QPointF, Range] | None = None
        self._dragging = False

    def sizeHint(self) -> QSize:
        return QSize(420, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 140)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_axes(self, whole: Range, below: str, beside: str, theme_name: str) -> None:
        """The range of all, and what the axes mean."""
        self.whole, self.below, self.beside = whole, below, beside
        self.theme_name = theme_name
        self.update()

    @property
    def range(self) -> Range:
        """What is shown: left, right, bottom, top."""
        found = self._part or self.whole
        if not self.shaped:
            return found
        left, right, bottom, top = found
        box = self.box
        scale = max((right - left) / box.width(), (top - bottom) / box.height())
        across, up = scale * box.width() / 2, scale * box.height() / 2
        x, y = (left + right) / 2, (bottom + top) / 2
        return x - across, x + across, y - up, y + up

    def fit(self) -> None:
        """Shows all."""
        self._part = None
        self.update()
        self.ranged.emit()

    def zoom(self, factor: float, at: tuple[float, float] | None = None) -> None:
        """Shows a smaller part (factor below 1) around a place, the middle if none is given."""
        left, right, bottom, top = self.range
        x, y = at or ((left + right) / 2, (bottom + top) / 2)
        self._look((
            x + (left - x) * factor, x + (right - x) * factor,
            y + (bottom - y) * factor, y + (top - y) * factor,
        ))  # fmt: skip

    def _look(self, part: Range) -> None:
        self._part = part
        self.update()
        self.ranged.emit()

    # ── places ────────────────────────────────────────────────────────────────────────────────

    @property
    def box(self) -> QRectF:
        """Where things are drawn."""
        width, height = self.width() - _LEFT - _RIGHT, self.height() - _ABOVE - _BELOW
        return QRectF(_LEFT, _ABOVE, max(width, 8.0), max(height, 8.0))

    def seen(self, points: Any) -> Array:
        """Points (n, 2) in pixels."""
        left, right, bottom, top = self.range
        box = self.box
        scale = np.array([box.width() / (right - left), -box.height() / (top - bottom)])
        with np.errstate(all="ignore"):
            return np.asarray((np.asarray(points, float) - [left, top]) * scale + [box.left(), box.top()])

    def place(self, at: QPointF) -> tuple[float, float]:
        """The numbers under a pixel."""
        left, right, bottom, top = self.range
        box = self.box
        x = left + (at.x() - box.left()) / box.width() * (right - left)
        return x, top - (at.y() - box.top()) / box.height() * (top - bottom)

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, box = theme(self.theme_name), self.box
        muted = shown.color("muted")
        self._paint_numbers(painter, shown)
        write(painter, elided(self.below, SMALL, box.width()), box.center().x(), self.height() - 3, muted,
              SMALL, across=0.5, down=1.0)  # fmt: skip
        painter.save()
        painter.translate(9, box.center().y())
        painter.rotate(-90)
        write(painter, elided(self.beside, SMALL, box.height()), 0, 0, muted, SMALL, across=0.5)
        painter.restore()
        painter.save()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, shown)
        painter.restore()
        painter.setPen(shown.color("accent" if self.hasFocus() else "border"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw_over(painter, shown)
        self._paint_cursor(painter, shown)
        painter.end()

    def _paint_numbers(self, painter: QPainter, shown: Theme) -> None:
        box, (left, right, bottom, top) = self.box, self.range
        grid, muted = shown.color("border", 0.6), shown.color("muted")
        for x, text in numbers(left, right, max(int(box.width() / _ACROSS), 2), False):
            across = float(self.seen([(x, bottom)])[0, 0])
            painter.setPen(grid)
            painter.drawLine(QLineF(across, box.top(), across, box.bottom()))
            write(painter, text, across, box.bottom() + 3, muted, SMALL, across=0.5, down=0.0)
        for y, text in numbers(bottom, top, max(int(box.height() / _UP), 2), False):
            down = float(self.seen([(left, y)])[0, 1])
            painter.setPen(grid)
            painter.drawLine(QLineF(box.left(), down, box.right(), down))
            write(painter, text, box.left() - 5, down, muted, SMALL, across=1.0)

    def _paint_cursor(self, painter: QPainter, shown: Theme) -> None:
        if self.cursor_at is None or not self.hasFocus():
            return
        (x, y), box = self.seen([self.cursor_at])[0].tolist(), self.box
        if box.contains(QPointF(x, y)):
            painter.setPen(shown.color("accent"))
            painter.drawLine(QLineF(x - 9, y, x + 9, y))
            painter.drawLine(QLineF(x, y - 9, x, y + 9))

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = (event.position(), self.range), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            if self.box.contains(event.position()):
                self.pointed.emit(*self.place(event.position()))
            return
        (begin, (left, right, bottom, top)), box = self._pressed, self.box
        gap = event.position() - begin
        self._dragging = self._dragging or gap.manhattanLength() > _SLACK
        if self._dragging:
            x, y = gap.x() / box.width() * (right - left), gap.y() / box.height() * (top - bottom)
            self._look((left - x, right - x, bottom + y, top + y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self._dragging and self.box.contains(event.position()):
            self.pressed.emit(*self.place(event.position()))
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(float("nan"), float("nan"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.shaped:  # then another part is seen
            self.ranged.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_ZOOM ** (-event.angleDelta().y() / 120), self.place(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        left, right, bottom, top = self.range
        if key in _ARROWS:
            x, y = self.cursor_at or ((left + right) / 2, (bottom + top) / 2)
            across, up = _ARROWS[key]
            x = min(max(x + across * _ARROW * (right - left), left), right)
            y = min(max(y + up * _ARROW * (top - bottom), bottom), top)
            self.cursor_at = (x, y)
            self.pointed.emit(x, y)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cursor_at is not None:
            self.pressed.emit(*self.cursor_at)
        elif key == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)
