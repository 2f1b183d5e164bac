"""A picture of numbers over two axes: an image, round numbers along it, and marks upon it.

The one rule: it shows an image that was made elsewhere; what is under the pointer is asked for, and a
press is told as a cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from graph_explorer.ui.race.numbers import decades, written
from graph_explorer.ui.race.wording import number_text
from graph_explorer.ui.surface.ticks import labels, ticks
from graph_explorer.ui.theme import theme

#: Pixels: left of the picture and below it, above it and right of it, half the arm of a mark.
_LEFT, _BELOW, _EDGE, _ARM = 66, 36, 8, 6
#: Pixels from number to number at the least.
_APART = (48, 30)


@dataclass(frozen=True)
class Raster:
    """`image` (rows × columns, the lowest row first) over `x` and `y`, the values of columns and rows.

    `marks` are cells as (column, row), with fractions. Where the values are `even`, or of even ratios, round
    numbers stand along the axes, else some of the values.
    """

    image: QImage
    x: Sequence[float]
    y: Sequence[float]
    names: tuple[str, str]
    marks: tuple[tuple[float, float], ...] = ()
    even: bool = False


class RasterView(QWidget):
    """Shows a raster, square where there is room. `told` says what a cell holds."""

    #: the column and the row that was pressed
    chosen = Signal(int, int)

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.raster: Raster | None = None
        self.theme_name = "light"
        self.cell = (0, 0)
        self.told: Callable[[int, int], str] = lambda column, row: ""

    def show_raster(self, raster: Raster | None, theme_name: str) -> None:
        self.raster, self.theme_name = raster, theme_name
        self.cell = (0, 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 180)

    # ── places ────────────────────────────────────────────────────────────────────────────────

    @property
    def box(self) -> QRectF:
        """Where the image is."""
        width, height = self.width() - _LEFT - _EDGE, self.height() - _BELOW - _EDGE
        return QRectF(_LEFT, _EDGE, max(width, 10), max(height, 10))

    def place(self, column: float, row: float) -> QPointF:
        """The middle of a cell."""
        assert self.raster is not None
        box, size = self.box, (len(self.raster.x), len(self.raster.y))
        x = box.left() + (column + 0.5) / size[0] * box.width()
        return QPointF(x, box.bottom() - (row + 0.5) / size[1] * box.height())

    def cell_at(self, place: QPointF) -> tuple[int, int] | None:
        if self.raster is None or not self.box.contains(place):
            return None
        box = self.box
        column = int((place.x() - box.left()) / box.width() * len(self.raster.x))
        row = int((box.bottom() - place.y()) / box.height() * len(self.raster.y))
        return min(column, len(self.raster.x) - 1), min(row, len(self.raster.y) - 1)

    # ── the mouse and the keys ────────────────────────────────────────────────────────────────

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        text = self.told(*cell) if cell is not None else ""
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._go(*cell)
            self.chosen.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
        }  # fmt: skip
        if self.raster is None:
            event.ignore()
        elif (move := moves.get(Qt.Key(event.key()))) is not None:
            step = max(1, len(self.raster.x) // 32)
            column, row = self.cell[0] + step * move[0], self.cell[1] + step * move[1]
            self._go(min(max(column, 0), len(self.raster.x) - 1), min(max(row, 0), len(self.raster.y) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self.cell)
        else:
            event.ignore()

    def _go(self, column: int, row: int) -> None:
        self.cell = (column, row)
        self.setAccessibleDescription(self.told(column, row))
        self.update()

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        raster = self.raster
        if raster is None:
            return
        painter = QPainter(self)
        shown, box = theme(self.theme_name), self.box
        painter.drawImage(box, raster.image.flipped(Qt.Orientation.Vertical))
        painter.setPen(QPen(shown.color("border"), 1))
        painter.drawRect(box)
        painter.setPen(shown.color("muted"))
        self._paint_numbers(painter, raster)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for column, row in raster.marks:
            at = self.place(column, row)
            for color, width in ((shown.color("panel"), 4.0), (shown.color("text"), 1.6)):
                painter.setPen(QPen(color, width))
                painter.drawLine(at - QPointF(_ARM, 0), at + QPointF(_ARM, 0))
                painter.drawLine(at - QPointF(0, _ARM), at + QPointF(0, _ARM))
        if self.hasFocus():
            painter.setPen(QPen(shown.color("accent"), 2))
            painter.drawEllipse(self.place(*self.cell), 5.0, 5.0)
        painter.end()

    def _paint_numbers(self, painter: QPainter, raster: Raster) -> None:
        box, height = self.box, self.fontMetrics().height()
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        middle = int(Qt.AlignmentFlag.AlignCenter)
        for column, text in _numbers(raster.x, box.width() / _APART[0], raster.even):
            x = self.place(column, 0).x()
            painter.drawText(QRectF(x - 40, box.bottom() + 2, 80, height), middle, text)
        for row, text in _numbers(raster.y, box.height() / _APART[1], raster.even):
            y = self.place(0, row).y()
            painter.drawText(QRectF(0, y - height / 2, _LEFT - 5, height), right, text)
        painter.drawText(
            QRectF(box.left(), box.bottom() + height, box.width(), height + 2), middle, raster.names[0]
        )
        painter.save()
        painter.translate(height / 2 - 1, box.center().y())
        painter.rotate(-90)
        painter.drawText(
            QRectF(-box.height() / 2, -height / 2, box.height(), height), middle, raster.names[1]
        )
        painter.restore()


def _numbers(values: Sequence[float], most: float, even: bool) -> list[tuple[float, str]]:
    """The numbers along an axis: which cell, with fractions, and what stands there."""
    if even:
        low, high = values[0], values[-1]
        round_ones = ticks(low, high, max(int(most), 2))
        cells = [(value - low) / (high - low) * (len(values) - 1) for value in round_ones]
        return list(zip(cells, labels(round_ones), strict=True))
    if _even_ratios(values):
        low, high = math.log10(values[0]), math.log10(values[-1])
        return [
            ((power - low) / (high - low) * (len(values) - 1), written(power))
            for power in decades(low, high, max(int(most), 2))
        ]
    places = np.linspace(0, len(values) - 1, max(2, min(int(most), len(values)))).round().astype(int)
    chosen = [values[place] for place in np.unique(places)]
    apart = float(np.abs(np.diff(chosen)).min())
    digits = next(
        (n for n in range(2, 17) if all(abs(float(f"{v:.{n}g}") - v) < apart / 10 for v in chosen)), 17
    )
    return [(int(p), number_text(v, digits)) for p, v in zip(np.unique(places), chosen, strict=True)]


def _even_ratios(values: Sequence[float]) -> bool:
    if len(values) < 3 or min(values) <= 0:
        return False
    steps = np.diff(np.log(values))
    return bool(np.allclose(steps, steps[0]))
