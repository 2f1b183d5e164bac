"""Pictures of examples in a grid, each with its true class and what it was taken for.

The one rule: only what is in sight is painted, so that thousands of pictures scroll as smoothly as ten.
What is wrong has a frame and a sign, not a colour alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.writing import SMALL, elided, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.predictions.choice import Choice, class_name, rows_of, sentence
from graph_explorer.ui.training.predictions.subject import Moment, picture_shape

Array = np.ndarray[Any, Any]

#: Pixels: a picture at its smallest and largest, around it, and the line of text below.
_SIDES, _GAP, _TEXT = (48, 160), 10, 18


class Tiles(QAbstractScrollArea):
    """The grid."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)
    #: something is pointed at: what is known of it, "" for nothing
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_tiles")
        self.setAccessibleName("Pictures with their classes: arrows move, Enter opens")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.theme_name = "light"
        self.moment: Moment | None = None
        self.choice = Choice()
        self.rows: Array = np.zeros(0, dtype=int)
        self.at = 0
        self.side = 72

    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_moment(self, moment: Moment, choice: Choice, theme_name: str) -> None:
        """Shows the chosen examples with the answers of this moment."""
        self.moment, self.choice, self.theme_name = moment, choice, theme_name
        self.rows = rows_of(moment, choice)
        self.at = min(self.at, max(len(self.rows) - 1, 0))
        self.setAccessibleDescription(f"{len(self.rows)} examples")
        self._arrange()
        self.viewport().update()

    def fit(self) -> None:
        self._resize(72)

    def zoom_in(self) -> None:
        self._resize(round(self.side * 1.25))

    def zoom_out(self) -> None:
        self._resize(round(self.side / 1.25))

    def _resize(self, side: int) -> None:
        self.side = min(max(side, _SIDES[0]), _SIDES[1])
        self._arrange()
        self.viewport().update()

    @property
    def again(self) -> bool:
        """Whether each picture has what the network made of it beside it."""
        return self.moment is not None and self.moment.predictor.asked.again

    @property
    def _cell(self) -> tuple[int, int]:
        wide = (2 * self.side + 4 if self.again else self.side) + _GAP
        return max(wide, 66), self.side + _TEXT + _GAP

    @property
    def columns(self) -> int:
        return max((self.viewport().width() - _GAP) // self._cell[0], 1)

    def _arrange(self) -> None:
        down = -(-len(self.rows) // self.columns)
        height = down * self._cell[1] + _GAP
        bar = self.verticalScrollBar()
        bar.setRange(0, max(height - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._cell[1] // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def _place(self, k: int) -> QRect:
        """Where the k-th example is, in the viewport."""
        down, across = divmod(k, self.columns)
        wide, high = self._cell
        return QRect(
            _GAP + across * wide, _GAP // 2 + down * high - self.verticalScrollBar().value(),
            wide - _GAP, high - _GAP,
        )  # fmt: skip

    def _seen(self) -> range:
        high, top = self._cell[1], self.verticalScrollBar().value()
        first = max(top // high, 0) * self.columns
        last = (top + self.viewport().height()) // high + 1
        return range(first, min(last * self.columns, len(self.rows)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        shown = theme(self.theme_name)
        if self.moment is None or not len(self.rows):
            painter.setPen(shown.color("muted"))
            said = "No example is like that" if self.moment is not None else ""
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, said)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for k in self._seen():
                self._paint(painter, shown, k)
        painter.end()

    def _paint(self, painter: QPainter, shown: Theme, k: int) -> None:
        assert self.moment is not None
        row, place = int(self.rows[k]), self._place(k)
        portion, answered = self.moment.portion(self.choice.portion)
        images = [portion.features[row]]
        if self.again:
            images = [answered.wanted[row], answered.answers[row]]
        for number_of, values in enumerate(images):
            box = QRectF(place.left() + number_of * (self.side + 4), place.top(), self.side, self.side)
            painter.drawImage(box, picture(values, picture_shape(portion.features.shape[1:])))
        frame = QRectF(place.left(), place.top(), self.side + self.again * (self.side + 4), self.side)
        wrong = answered.found is not None and not bool(answered.right[row])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(shown.color("error" if wrong else "border"), 2 if wrong else 1))
        painter.drawRect(frame)
        if k == self.at and self.hasFocus():
            painter.setPen(QPen(shown.color("accent"), 2))
            painter.drawRect(frame.adjusted(-3, -3, 3, 3))
        text = self._caption(row)
        role = "error" if wrong else "muted"
        write(painter, elided(text, SMALL, place.width() + 4), place.left(), frame.bottom() + 4,
              shown.color(role), SMALL, down=0.0)  # fmt: skip

    def _caption(self, row: int) -> str:
        assert self.moment is not None
        _, answered = self.moment.portion(self.choice.portion)
        if answered.found is None or answered.truth is None:
            return f"± {number(float(answered.errors[row]), 2)}"
        truth, found = (class_name(self.moment, int(each[row])) for each in (answered.truth, answered.found))
        sure = f"{float(answered.confidence[row]):.0%}"
        return f"{truth}  {sure}" if truth == found else f"✗ {truth}→{found}  {sure}"

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def example_at(self, point: QPoint) -> int | None:
        """Which of the chosen examples is at a point."""
        return next((k for k in self._seen() if self._place(k).contains(point)), None)

    def _go_to(self, k: int) -> None:
        self.at = min(max(k, 0), max(len(self.rows) - 1, 0))
        place, bar = self._place(self.at), self.verticalScrollBar()
        if place.top() < 0:
            bar.setValue(bar.value() + place.top() - _GAP)
        elif place.bottom() > self.viewport().height():
            bar.setValue(bar.value() + place.bottom() - self.viewport().height() + _GAP)
        self._tell(self.at)
        self.viewport().update()

    def _tell(self, k: int | None) -> None:
        said = ""
        if k is not None and k < len(self.rows) and self.moment is not None:
            said = f"{sentence(self.moment, self.choice, int(self.rows[k]))}; press to open it"
        self.told.emit(said)

    def _open(self, k: int) -> None:
        if k < len(self.rows):
            self.chosen.emit(self.choice.portion, int(self.rows[k]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._tell(self.example_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.example_at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go_to(found)
            self._open(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, line = Qt.Key(event.key()), self.columns
        page = max(self.viewport().height() // self._cell[1], 1) * line
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -line, Qt.Key.Key_Down: line,
            Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page, Qt.Key.Key_Home: -self.at,
            Qt.Key.Key_End: len(self.rows),
        }  # fmt: skip
        if key in steps:
            self._go_to(self.at + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.at)
        else:
            super().keyPressEvent(event)


def picture(values: Array, shape: tuple[int, int] | None) -> QImage:
    """An example as an image: its lowest number black, its highest white; three channels in colour."""
    array = np.asarray(values, dtype=float)
    if array.ndim == 3:
        array = np.moveaxis(array, 0, -1)
        array = array[..., 0] if array.shape[-1] == 1 else array
    elif shape is not None:
        array = array.reshape(shape)
    finite = array[np.isfinite(array)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    scaled = np.clip(np.nan_to_num((array - low) / ((high - low) or 1.0)), 0, 1) * 255
    pixels = np.ascontiguousarray(scaled.astype(np.uint8))
    height, width = pixels.shape[:2]
    colour = pixels.ndim == 3
    kind = QImage.Format.Format_RGB888 if colour else QImage.Format.Format_Grayscale8
    return QImage(pixels.tobytes(), width, height, width * (3 if colour else 1), kind).copy()
