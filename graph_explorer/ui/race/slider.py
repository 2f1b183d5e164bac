"""A slider that goes where it is pressed, on any scale.

The one rule: it tells values, not positions, and only those that a person chose.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from graph_explorer.ui.race.scales import Scale
from graph_explorer.ui.theme import theme

#: Pixels: at both ends, half the height of the bar, radius of the handle, height of it all.
_MARGIN, _BAR, _HANDLE, _HEIGHT = 8, 1.5, 5.5, 24


class ScaledSlider(QSlider):
    """A horizontal slider over a `Scale`."""

    #: the value, and what joins the moves of one gesture
    chosen = Signal(float, str)

    def __init__(self, name: str, spoken: str, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.scale = scale
        self.theme_name = "light"
        self._gestures = 0
        self.setRange(0, scale.positions)
        self.setPageStep(scale.page)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.valueChanged.connect(self._moved)

    def show_value(self, value: float, theme_name: str) -> None:
        """Moves the handle without telling."""
        place = self.scale.position(value)
        if theme_name != self.theme_name:
            self.theme_name = theme_name
            self.update()
        if place != self.value() and self.scale.value(self.value()) != value:
            blocked = self.blockSignals(True)
            self.setValue(place)
            self.blockSignals(blocked)
            self.update()

    def _moved(self, position: int) -> None:
        self.chosen.emit(self.scale.value(position), f"slide {self._gestures}")

    # ── the mouse ─────────────────────────────────────────────────────────────────────────────

    def _position_at(self, x: float) -> int:
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return round(min(max(share, 0.0), 1.0) * self.maximum())

    def _x_of(self, position: int) -> float:
        return _MARGIN + position / max(self.maximum(), 1) * max(self.width() - 2 * _MARGIN, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._gestures += 1
            self.setSliderDown(True)
            self.setValue(self._position_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self._position_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:  # the list scrolls, and no value changes by the way
            event.ignore()

    # ── the look ──────────────────────────────────────────────────────────────────────────────

    def sizeHint(self) -> QSize:
        return QSize(140, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(50, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown, middle, x = theme(self.theme_name), self.height() / 2, self._x_of(self.value())
        role = "accent" if self.isEnabled() else "muted"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shown.color("muted", 0.35))
        end = self._x_of(self.maximum())
        painter.drawRoundedRect(QRectF(_MARGIN, middle - _BAR, end - _MARGIN, 2 * _BAR), _BAR, _BAR)
        if self.scale.kind != "even":
            for decade in range(self.scale.zero, self.maximum() + 1, self.scale.page):
                painter.drawRect(QRectF(self._x_of(decade) - 0.5, middle + 4.5, 1, 3.5))
        painter.setBrush(shown.color(role))
        painter.drawRoundedRect(QRectF(_MARGIN, middle - _BAR, x - _MARGIN, 2 * _BAR), _BAR, _BAR)
        painter.setBrush(shown.color("panel"))
        painter.setPen(QPen(shown.color(role), 2))
        painter.drawEllipse(QPointF(x, middle), _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(shown.color("accent"), 1.2))
            painter.drawEllipse(QPointF(x, middle), _HANDLE + 2.5, _HANDLE + 2.5)
        painter.end()
