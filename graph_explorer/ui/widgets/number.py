"""A field for one number: typed exactly, moved with the arrow keys and the wheel, or dragged like a scrubber.

The one rule: what it tells is a number that a person meant; while the text is no number it says so and
tells nothing.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

#: Pixels that a press may move before it is a drag.
_SLACK = 3
#: A drag over this many pixels moves a number by its own power of ten.
_PIXELS_A_DECADE_UNIT = 50
#: On a logarithmic field: pixels a power of ten.
_PIXELS_A_DECADE = 120
#: Arrow keys move as far as this many pixels would.
_PIXELS_A_KEY = 5
_HINT = "Type a number, or drag sideways; Shift is finer, Ctrl coarser"


def parse(text: str) -> float:
    """The number that a text says; `ValueError` where it says none."""
    return float(text.strip().replace("−", "-").replace(",", "."))


def written(value: float) -> str:
    """A number as it is typed: exact enough, and no longer than it must be."""
    return f"{value:.12g}".replace("-", "−")


class NumberField(QLineEdit):
    """Shows and changes one number. On a `logarithmic` one, moving multiplies instead of adding."""

    #: the number, and what joins the moves of one gesture ("" where it was typed)
    changed = Signal(float, str)

    def __init__(
        self, name: str, spoken: str, logarithmic: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setAccessibleDescription(_HINT)
        self.setToolTip(_HINT)
        self.logarithmic = logarithmic
        self._value = 0.0
        self._editing = False
        self._pressed: QPointF | None = None
        self._start = 0.0
        self._dragging = False
        self._gestures = 0
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.textEdited.connect(self._edited)
        self.show_value(0.0)

    @property
    def value(self) -> float:
        return self._value

    def show_value(self, value: float) -> None:
        """Shows a number without telling it; what is being typed is left alone."""
        self._value = float(value)
        if not self._editing:
            self._write()

    def _write(self) -> None:
        self._editing = False
        self._mark(False)
        text = written(self._value)
        if text != self.text():
            self.setText(text)
        self.setCursorPosition(0)
        if self.hasFocus():
            self.selectAll()
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def _mark(self, wrong: bool) -> None:
        if bool(self.property("wrong")) == wrong:
            return
        self.setProperty("wrong", wrong)
        self.setToolTip(f"'{self.text()}' is not a number; write it like 0.25 or 1e−3" if wrong else _HINT)
        self.style().unpolish(self)
        self.style().polish(self)

    def _edited(self) -> None:
        self._editing = True
        self.setCursor(Qt.CursorShape.IBeamCursor)
        try:
            parse(self.text())
        except ValueError:
            self._mark(bool(self.text().strip()))
        else:
            self._mark(False)

    # ── moving ────────────────────────────────────────────────────────────────────────────────

    def _moved(self, start: float, pixels: float, modifiers: Qt.KeyboardModifier) -> float:
        """Where `pixels` to the right lead from `start`."""
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            pixels *= 0.1
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            pixels *= 10
        if self.logarithmic and start > 0:
            return float(f"{start * 10 ** (pixels / _PIXELS_A_DECADE):.3g}")
        if not math.isfinite(start):
            start = 0.0
        unit = 10.0 ** math.floor(math.log10(max(abs(start), 0.1))) / _PIXELS_A_DECADE_UNIT
        fine = unit / 10 if modifiers & Qt.KeyboardModifier.ShiftModifier else unit
        return float(f"{round((start + pixels * unit) / fine) * fine:.12g}")

    def _tell(self, value: float, gesture: str) -> None:
        self._value = value
        self._write()
        self.changed.emit(value, gesture)

    def _gesture(self) -> str:
        return f"drag {self._gestures}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._editing:
            self._pressed, self._start, self._dragging = event.position(), self._value, False
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        pixels = event.position().x() - self._pressed.x()
        if not self._dragging and abs(pixels) <= _SLACK:
            return
        if not self._dragging:
            self._dragging = True
            self._gestures += 1
        self._tell(self._moved(self._start, pixels, event.modifiers()), self._gesture())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        self._pressed = None
        if not self._dragging:
            self.selectAll()
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or self._editing:
            event.ignore()
            return
        turns = event.angleDelta().y() / 120
        self._tell(self._moved(self._value, turns * _PIXELS_A_KEY, event.modifiers()), self._gesture())
        event.accept()

    # ── typing ────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            pixels = _PIXELS_A_KEY if key == Qt.Key.Key_Up else -_PIXELS_A_KEY
            if self._editing:
                self._take()
            self._tell(self._moved(self._value, pixels, event.modifiers()), self._gesture())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
            self.selectAll()
        elif key == Qt.Key.Key_Escape and self._editing:
            self._write()
        else:
            super().keyPressEvent(event)

    def _take(self) -> None:
        """Takes over what was typed, if it is a number."""
        if not self._editing:
            return
        try:
            value = parse(self.text())
        except ValueError:
            self._mark(True)
            return
        self._editing = False
        self._gestures += 1
        if value != self._value:
            self._tell(value, "")
        else:
            self._write()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._gestures += 1

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._take()
        super().focusOutEvent(event)
        self._write()
        self.deselect()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance("−0.00000000") + 20, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("−0.000") + 18, super().minimumSizeHint().height())
