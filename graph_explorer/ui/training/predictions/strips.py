"""Sequences: a few examples over time, each with what is wanted and what was answered.

The one rule: a strip is one example; all strips have the same range, so that they can be compared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.surface.writing import SMALL, elided, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.predictions.choice import Choice, rows_of, sentence
from graph_explorer.ui.training.predictions.subject import Moment

Array = np.ndarray[Any, Any]

#: Pixels: a strip's least height and width, around it, and the place for what is wanted at its end.
_HIGH, _WIDE, _GAP, _END, _ABOVE = 92, 260, 12, 54.0, 20.0
#: More channels than this are not drawn.
_MOST_CHANNELS = 6


class Strips(QWidget):
    """As many strips as there is room for; the wheel and the page keys go on."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)
    #: something is pointed at: what is known there, "" for nothing
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_strips")
        self.setAccessibleName("Sequences with targets and answers: arrows move, Enter opens")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.theme_name = "light"
        self.moment: Moment | None = None
        self.choice = Choice()
        self.rows: Array = np.zeros(0, dtype=int)
        self.first = self.at = 0

    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, _HIGH)

    def show_moment(self, moment: Moment, choice: Choice, theme_name: str) -> None:
        """Shows the chosen examples with the answers of this moment."""
        self.moment, self.choice, self.theme_name = moment, choice, theme_name
        self.rows = rows_of(moment, choice)
        self.at = min(self.at, max(len(self.rows) - 1, 0))
        self.first = min(self.first, max(len(self.rows) - 1, 0))
        self.setAccessibleDescription(f"{len(self.rows)} sequences")
        self.update()

    @property
    def _grid(self) -> tuple[int, int]:
        """How many strips there are across and down."""
        return max(self.width() // _WIDE, 1), max((self.height() - 18) // _HIGH, 1)

    def _place(self, k: int) -> QRectF:
        across, down = self._grid
        wide, high = self.width() / across, (self.height() - 18) / down
        row, column = divmod(k, across)
        return QRectF(column * wide + _GAP, 18 + row * high + _ABOVE, wide - 2 * _GAP, high - _ABOVE - _GAP)

    def _shown(self) -> range:
        across, down = self._grid
        return range(self.first, min(self.first + across * down, len(self.rows)))

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = theme(self.theme_name)
        if self.moment is None or not len(self.rows):
            painter.setPen(shown.color("muted"))
            said = "No example is like that" if self.moment is not None else ""
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, said)
        else:
            self._paint_legend(painter, shown)
            for k in self._shown():
                self._paint_strip(painter, shown, k)
        painter.end()

    def _paint_legend(self, painter: QPainter, shown: Theme) -> None:
        assert self.moment is not None
        x = float(_GAP)
        signs = [("input", "", False)] if not self.moment.predictor.asked.again else []
        if not self.moment.classes:
            signs += [("wanted", "text", False), ("answered", "accent", True)]
        for text, role, filled in signs:
            color = shown.color(role) if role else shown.series_color(0)
            painter.setPen(QPen(color, 1.8))
            painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
            if role:
                painter.drawEllipse(QPointF(x + 6, 10), 4, 4)
            else:
                painter.drawLine(QLineF(x, 10, x + 13, 10))
            x = write(painter, text, x + 18, 10, shown.color("muted"), SMALL).right() + 16

    def _paint_strip(self, painter: QPainter, shown: Theme, k: int) -> None:
        assert self.moment is not None
        row, place = int(self.rows[k]), self._place(k - self.first)
        portion, answered = self.moment.portion(self.choice.portion)
        wrong = answered.found is not None and not bool(answered.right[row])
        text = elided(sentence(self.moment, self.choice, row), SMALL, place.width())
        write(painter, text, place.left(), place.top() - 9, shown.color("error" if wrong else "muted"), SMALL)
        painter.setPen(QPen(shown.color("accent" if k == self.at and self.hasFocus() else "border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
        again = self.moment.predictor.asked.again
        inputs = np.zeros((0, 0)) if again else _channels(portion.features[row])
        wanted, found = (_flat(each[row]) for each in (answered.wanted, answered.answers))
        number = answered.truth is None
        low, high = self._span(inputs, wanted if number else np.zeros(0))
        one = number and len(wanted) == 1
        room = place.adjusted(0, 0, -_END if one else 0, 0)
        for channel, values in enumerate(inputs):
            self._line(painter, room, values, low, high, QPen(shown.series_color(channel), 1.4))
        if number and not one:
            self._line(painter, room, wanted, low, high, QPen(shown.color("text"), 1.6))
            self._line(
                painter, room, found, low, high, QPen(shown.color("accent"), 2.0, Qt.PenStyle.DashLine)
            )
        elif one:
            for value, color, filled in (
                (wanted[0], shown.color("text"), False), (found[0], shown.color("accent"), True),
            ):  # fmt: skip
                if np.isfinite(value):
                    painter.setPen(QPen(color, 1.8))
                    painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
                    y = place.bottom() - (value - low) / (high - low) * place.height()
                    painter.drawEllipse(QPointF(place.right() - _END / 2, y), 4.5, 4.5)

    def _span(self, inputs: Array, wanted: Array) -> tuple[float, float]:
        """The range of all strips."""
        assert self.moment is not None
        portion, answered = self.moment.portion(self.choice.portion)
        parts = [answered.wanted] if answered.truth is None else []
        if not self.moment.predictor.asked.again:
            parts.append(portion.features)
        low = min(float(np.nanmin(each)) for each in parts)
        high = max(float(np.nanmax(each)) for each in parts)
        room = 0.08 * (high - low) or 1.0
        return low - room, high + room

    def _line(
        self, painter: QPainter, place: QRectF, values: Array, low: float, high: float, pen: QPen
    ) -> None:
        count = len(values)
        x = place.left() + (np.arange(count) + 0.5) / count * place.width()
        y = place.bottom() - (values - low) / (high - low) * place.height()
        painter.setPen(pen)
        points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True) if np.isfinite(b)]
        painter.drawPolyline(QPolygonF(points))
        if count <= 24:
            painter.setBrush(pen.color())
            for point in points:
                painter.drawEllipse(point, 1.6, 1.6)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _go_to(self, k: int) -> None:
        self.at = min(max(k, 0), max(len(self.rows) - 1, 0))
        across, down = self._grid
        if not self.first <= self.at < self.first + across * down:
            self.first = self.at // (across * down) * (across * down)
        if len(self.rows) and self.moment is not None:
            said = sentence(self.moment, self.choice, int(self.rows[self.at]))
            self.told.emit(f"{said}; press to open it")
        self.update()

    def _at(self, point: QPointF) -> int | None:
        return next((k for k in self._shown() if self._place(k - self.first).contains(point)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        said = ""
        if found is not None and self.moment is not None:
            said = f"{sentence(self.moment, self.choice, int(self.rows[found]))}; press to open it"
        self.told.emit(said)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(found)
            self.chosen.emit(self.choice.portion, int(self.rows[found]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, _ = self._grid
        self.first = min(
            max(self.first - (across if event.angleDelta().y() > 0 else -across), 0),
            max(len(self.rows) - 1, 0),
        )
        self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        across, down = self._grid
        key, page = Qt.Key(event.key()), across * down
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -across, Qt.Key.Key_Down: across,
            Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page, Qt.Key.Key_Home: -self.at,
            Qt.Key.Key_End: len(self.rows),
        }  # fmt: skip
        if key in steps:
            self._go_to(self.at + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and len(self.rows):
            self.chosen.emit(self.choice.portion, int(self.rows[self.at]))
        else:
            super().keyPressEvent(event)


def _channels(example: Array) -> Array:
    """(channels, moments) of one example."""
    values = np.asarray(example, dtype=float)
    rows = values.reshape(values.shape[0], -1).T if values.ndim > 1 else values[None]
    return rows[:_MOST_CHANNELS]


def _flat(values: Array) -> Array:
    return np.ravel(np.asarray(values, dtype=float))
