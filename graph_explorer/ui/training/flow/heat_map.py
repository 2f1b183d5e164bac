"""Layers down, epochs across, and how large something is as colour.

The one rule: colour goes from light to dark with the number alone, by the same scale in every map beside
it; the number itself is told where one points, and stands in the table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.colours import packed
from graph_explorer.ui.surface.ticks import ticks
from graph_explorer.ui.surface.writing import SMALL, elided, width_of, write
from graph_explorer.ui.theme import Theme, theme
from graph_explorer.ui.training.flow.history import Quantity, Rows

Array = np.ndarray[Any, Any]

#: Pixels: a row at its highest, above and below the map, the legend's width and height.
_ROW, _ABOVE, _BELOW, _LEGEND = 56.0, 20.0, 42.0, (120.0, 9.0)
#: A logarithmic scale shows at most this many powers of ten below the largest number.
_DECADES = 12.0
_NOTHING = Rows((), (), (), np.zeros((0, 0)))


def scale_of(several: Sequence[Rows], quantity: Quantity) -> tuple[float, float]:
    """The lowest and highest number that are told apart by colour: logarithms where the quantity has them."""
    if not quantity.logarithmic:
        return 0.0, 1.0
    values = np.concatenate([np.ravel(rows.values) for rows in several]) if several else np.zeros(0)
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return -1.0, 0.0
    high = math.log10(float(values.max()))
    low = max(math.log10(float(values.min())), high - _DECADES)
    return (low, high) if high - low > 0.5 else (low - 0.25, high + 0.25)


def shares(values: Array, scale: tuple[float, float], logarithmic: bool) -> Array:
    """Numbers as parts of the scale, from 0 to 1; NaN where there is none."""
    low, high = scale
    with np.errstate(all="ignore"):
        levels = np.log10(values) if logarithmic else values
        levels = np.where(np.isneginf(levels), low, levels)
        return np.where(np.isnan(values), np.nan, np.clip((levels - low) / (high - low), 0, 1))


class HeatMap(QWidget):
    """The map."""

    #: a layer and an epoch were chosen
    chosen = Signal(str, int)
    #: something is pointed at: what is known there, "" for nothing
    told = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Layers over time: arrows move, Enter selects the layer and goes to the epoch")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.theme_name, self.title, self.note = "light", "", ""
        self.rows, self.quantity = _NOTHING, Quantity("", "", True, True)
        self.scale = (-1.0, 0.0)
        self.at_epoch: int | None = None
        self.selected = ""
        self.at = (0, 0)
        self._image = QImage()

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 110)

    def show_rows(
        self,
        rows: Rows,
        quantity: Quantity,
        scale: tuple[float, float],
        title: str,
        note: str,
        theme_name: str,
    ) -> None:
        """Shows the numbers of a quantity."""
        self.rows, self.quantity, self.scale = rows, quantity, scale
        self.title, self.note, self.theme_name = title, note, theme_name
        count, columns = rows.values.shape
        self.at = (min(self.at[0], max(count - 1, 0)), min(self.at[1], max(columns - 1, 0)))
        self._image = self._made()
        self.setAccessibleDescription(f"{quantity.title}: {count} rows, {columns} epochs. {self._sentence()}")
        self.update()

    def show_place(self, epoch: int | None, selected: str) -> None:
        """Marks the epoch that is looked at, and the layer that is selected."""
        self.at_epoch, self.selected = epoch, selected
        self.update()

    def _made(self) -> QImage:
        shown = theme(self.theme_name)
        parts = shares(self.rows.values, self.scale, self.quantity.logarithmic)
        if not parts.size:
            return QImage()
        ramp = _ramp(shown)
        colours = ramp[np.clip(np.nan_to_num(parts) * 255, 0, 255).astype(int)]
        panel = shown.color("raised")
        colours[np.isnan(parts)] = (panel.red(), panel.green(), panel.blue())
        error = shown.color("error")
        colours[np.isinf(self.rows.values)] = (error.red(), error.green(), error.blue())
        pixels = np.ascontiguousarray(packed(colours).astype(np.uint32))
        height, width = pixels.shape
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    # ── places ────────────────────────────────────────────────────────────────────────────────

    @property
    def box(self) -> QRectF:
        """Where the map is."""
        labels = max((width_of(label, SMALL) for label in self.rows.labels), default=0.0)
        left = min(labels + 14, self.width() * 0.34)
        count = max(len(self.rows.labels), 1)
        height = min(max(self.height() - _ABOVE - _BELOW, 20.0), count * _ROW)
        return QRectF(left, _ABOVE, max(self.width() - left - 8, 20.0), height)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Row and column at a point."""
        box, (count, columns) = self.box, self.rows.values.shape
        if not box.contains(point) or not count or not columns:
            return None
        down = int((point.y() - box.top()) / box.height() * count)
        across = int((point.x() - box.left()) / box.width() * columns)
        return min(down, count - 1), min(across, columns - 1)

    def _sentence(self) -> str:
        """The cell under the cursor, in words."""
        if not self.rows.values.size:
            return ""
        down, across = self.at
        value = float(self.rows.values[down, across])
        said = number(value, 3) if not math.isnan(value) else "not known"
        return f"{self.rows.labels[down]}, epoch {self.rows.epochs[across]}: {said}"

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, box = theme(self.theme_name), self.box
        self._paint_title(painter, shown, box)
        if self._image.isNull():
            painter.setPen(shown.color("muted"))
            said = "Known after the first epoch" if not self.quantity.of_layers else "No layers"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, said)
            painter.end()
            return
        painter.drawImage(box, self._image)
        painter.setPen(shown.color("border"))
        painter.drawRect(box)
        self._paint_labels(painter, shown, box)
        self._paint_legend(painter, shown, box)
        painter.end()

    def _paint_title(self, painter: QPainter, shown: Theme, box: QRectF) -> None:
        """The title, and at the right the note, where it leaves the title room."""
        room, y = self.width() - box.left() - 8, _ABOVE / 2
        noted = width_of(self.note, SMALL) + 12
        if self.note and noted < 0.6 * room:
            write(painter, self.note, box.right(), y, shown.color("muted"), SMALL, across=1.0)
            room -= noted
        title = elided(self.title, SMALL, room, bold=True)
        write(painter, title, box.left(), y, shown.color("text"), SMALL, bold=True)

    def _paint_labels(self, painter: QPainter, shown: Theme, box: QRectF) -> None:
        count, columns = self.rows.values.shape
        high, wide = box.height() / count, box.width() / columns
        every = max(1, math.ceil(13 / high))
        for k, label in enumerate(self.rows.labels):
            chosen = bool(self.selected) and self.rows.places[k] == self.selected
            y = box.top() + (k + 0.5) * high
            if k % every == 0 or chosen:
                role = "accent" if chosen else "text"
                write(painter, elided(label, SMALL, box.left() - 8), box.left() - 6, y, shown.color(role),
                      SMALL, across=1.0, bold=chosen)  # fmt: skip
            if chosen:
                painter.setPen(QPen(shown.color("accent"), 2))
                painter.drawRect(QRectF(box.left(), box.top() + k * high, box.width(), high))
        epochs = np.array(self.rows.epochs, dtype=float)
        for epoch in ticks(epochs[0], max(epochs[-1], epochs[0] + 1), max(int(box.width() / 60), 2)):
            if epoch == int(epoch) and epochs[0] <= epoch <= epochs[-1]:
                x = box.left() + (float(np.interp(epoch, epochs, np.arange(columns))) + 0.5) * wide
                write(painter, f"{int(epoch)}", x, box.bottom() + 3, shown.color("muted"), SMALL,
                      across=0.5, down=0.0)  # fmt: skip
        if self.at_epoch is not None and columns > 1:
            x = box.left() + (float(np.interp(self.at_epoch, epochs, np.arange(columns))) + 0.5) * wide
            painter.setPen(QPen(shown.color("accent"), 2))
            painter.drawLine(QPointF(x, box.top() - 3), QPointF(x, box.bottom() + 3))
        if self.hasFocus():
            down, across = self.at
            painter.setPen(QPen(shown.color("accent"), 2))
            painter.drawRect(QRectF(box.left() + across * wide, box.top() + down * high, max(wide, 3), high))

    def _paint_legend(self, painter: QPainter, shown: Theme, box: QRectF) -> None:
        low, high = self.scale
        ends = [10**low, 10**high] if self.quantity.logarithmic else [low, high]
        texts = [number(end, 2) for end in ends]
        width, height = _LEGEND
        y = box.bottom() + 27
        left = box.left() + width_of(texts[0], SMALL) + 6
        width = max(min(width, self.width() - left - width_of(texts[1], SMALL) - 10), 20.0)
        write(painter, texts[0], box.left(), y, shown.color("muted"), SMALL)
        ramp = _ramp(shown)
        for k in range(int(width)):
            red, green, blue = ramp[int(k / width * 255)].astype(int).tolist()
            painter.fillRect(QRectF(left + k, y - height / 2, 1.5, height), QColor(red, green, blue))
        right = write(painter, texts[1], left + width + 6, y, shown.color("muted"), SMALL).right()
        usual = self.quantity.usual
        if usual is not None and low < math.log10(usual) < high:
            x = left + (math.log10(usual) - low) / (high - low) * width
            painter.setPen(QPen(shown.color("text"), 2))
            painter.drawLine(QPointF(x, y - height), QPointF(x, y + height))
            write(painter, f"| {usual:g} is usual", right + 10, y, shown.color("muted"), SMALL)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _choose(self) -> None:
        down, across = self.at
        if self.rows.values.size:
            self.chosen.emit(self.rows.places[down], self.rows.epochs[across])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found is None:
            self.told.emit("")
            return
        kept, self.at = self.at, found
        self.told.emit(self._sentence())
        self.at = kept

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.at = found
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        count, columns = self.rows.values.shape
        if key in steps and count and columns:
            down, across = self.at[0] + steps[key][0], self.at[1] + steps[key][1]
            self.at = min(max(down, 0), count - 1), min(max(across, 0), columns - 1)
            self.setAccessibleDescription(self._sentence())
            self.told.emit(self._sentence())
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose()
        else:
            super().keyPressEvent(event)


def _ramp(shown: Theme) -> Array:
    """The theme's colours of heat from low to high, (256, 3)."""
    points = np.array([[c.red(), c.green(), c.blue()] for c in map(QColor, shown.heat)], dtype=float)
    places = np.linspace(0, len(points) - 1, 256)
    return np.stack([np.interp(places, np.arange(len(points)), points[:, k]) for k in range(3)], axis=-1)
