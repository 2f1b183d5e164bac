"""The scrub bar of the timeline: all events of a run in one line, forward in one colour, backward in another.

The one rule: it is a slider in every way that a keyboard or a screen reader asks for; only its look and
its answer to a press are its own: it goes where one presses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip, QWidget

from graph_explorer.ui.theme import theme

#: Pixels: at both ends, half the height of the bar, radius of the handle, height of it all.
_MARGIN, _BAR, _HANDLE, _HEIGHT = 9, 3.5, 7.0, 30


class Scrub(QSlider):
    """A slider from 0 to the length of a run."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.theme_name = "light"
        self.turn = 0
        self.breakpoints: tuple[int, ...] = ()
        #: what happens just before a time, for the tooltip
        self.told: Callable[[int], str] = lambda time: ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTracking(True)

    def show_run(self, length: int, turn: int, breakpoints: Sequence[int], theme_name: str) -> None:
        """A run of `length` events of which the first `turn` are forward."""
        self.turn, self.breakpoints, self.theme_name = turn, tuple(breakpoints), theme_name
        blocked = self.blockSignals(True)
        self.setRange(0, length)
        self.setPageStep(max(1, length // 10))
        self.blockSignals(blocked)
        self.update()

    def show_time(self, time: int) -> None:
        """Moves the handle without telling."""
        blocked = self.blockSignals(True)
        self.setValue(time)
        self.blockSignals(blocked)
        self.update()

    # ── places ────────────────────────────────────────────────────────────────────────────────

    def x_of(self, time: int) -> float:
        """Where a time is, in pixels."""
        span = max(self.maximum(), 1)
        return _MARGIN + time / span * max(self.width() - 2 * _MARGIN, 1)

    def time_at(self, x: float) -> int:
        """The time nearest to a place."""
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return round(min(max(share, 0.0), 1.0) * self.maximum())

    def sizeHint(self) -> QSize:
        return QSize(220, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(90, _HEIGHT)

    # ── pressing ──────────────────────────────────────────────────────────────────────────────

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.time_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.time_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.told(self.time_at(event.pos().x())) if self.maximum() else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        shown, middle = theme(self.theme_name), self.height() / 2
        start, end, now = self.x_of(0), self.x_of(self.maximum()), self.x_of(self.value())
        turn = self.x_of(self.turn)
        for role, left, right in (("value", start, turn), ("gradient", turn, end)):
            if right > left:
                self._part(painter, role, left, right, 0.28 if self.isEnabled() else 0.12)
                self._part(painter, role, left, min(right, max(now, left)), 1.0)
        if start < turn < end:
            painter.fillRect(QRectF(turn - 0.75, middle - 8, 1.5, 16), shown.color("muted"))
        painter.setBrush(shown.color("error"))
        for time in self.breakpoints:
            x = self.x_of(time)
            painter.drawPolygon(
                QPolygonF([QPointF(x - 4.5, 1), QPointF(x + 4.5, 1), QPointF(x, middle - _BAR - 1)])
            )
        if self.isEnabled():
            self._handle(painter, now, middle)
        painter.end()

    def _part(self, painter: QPainter, role: str, left: float, right: float, alpha: float) -> None:
        if right <= left:
            return
        painter.setBrush(theme(self.theme_name).color(role, alpha))
        painter.drawRoundedRect(QRectF(left, self.height() / 2 - _BAR, right - left, 2 * _BAR), 2, 2)

    def _handle(self, painter: QPainter, x: float, y: float) -> None:
        shown = theme(self.theme_name)
        role = "gradient" if self.value() > self.turn else "value"
        painter.setBrush(shown.color("panel"))
        painter.setPen(shown.color(role))
        pen = painter.pen()
        pen.setWidthF(2.5)
        painter.setPen(pen)
        painter.drawEllipse(QPointF(x, y), _HANDLE - 1, _HANDLE - 1)
        if self.hasFocus():
            pen.setColor(shown.color("accent"))
            pen.setWidthF(1.5)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), _HANDLE + 3, _HANDLE + 3)
