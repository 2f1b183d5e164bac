"""An array as a picture: blue above zero, orange below, as strong as the number is large.

The one rule: colour only repeats what numbers say elsewhere; a legend stands beside it, and entries that
are no finite numbers have a colour of their own.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.style import mixed
from graph_explorer.ui.theme import Theme, theme

Array = np.ndarray[Any, Any]

#: Behind text a colour is at most this strong, so that the text stays readable.
_BEHIND_TEXT = 0.45
#: Levels of colour on each side of zero.
_LEVELS = 127
#: The range of an array of more entries is the range of what is seen of it.
MOST_COUNTED = 4_000_000
#: Pictures are cut down to this many entries a side, by leaving entries out.
_MOST = 512
#: Pixels: largest height, largest entry, between the tiles of a stack.
_HEIGHT, _ENTRY, _BETWEEN = 168, 22, 1
_TILES = 64
_LEGEND = 9


@lru_cache(maxsize=4096)
def _behind(level: int, shown: Theme) -> QColor:
    role = shown.value if level > 0 else shown.gradient
    return QColor(mixed(shown.panel, role, _BEHIND_TEXT * abs(level) / _LEVELS))


def heat_color(value: float, largest: float, shown: Theme) -> QColor | None:
    """What stands behind a number in a table; None for zero and for what is no finite number."""
    if not math.isfinite(value) or largest <= 0 or value == 0:
        return None
    return _behind(round(max(-1.0, min(1.0, value / largest)) * _LEVELS), shown)


@lru_cache(maxsize=8)
def _scale(shown: Theme) -> Array:
    """Colours from the lowest number over zero to the highest, then the one for no number."""
    colors = [
        QColor(mixed(shown.panel, shown.value if k > 0 else shown.gradient, abs(k) / _LEVELS)).rgb()
        for k in range(-_LEVELS, _LEVELS + 1)
    ]
    return np.array([*colors, shown.color("error").rgb()], dtype=np.uint32)


def magnitude(array: Array) -> float:
    """The largest finite magnitude, 0 where there is none."""
    values = np.abs(np.asarray(array, dtype=np.float64))
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else 0.0


def mosaic(array: Array) -> tuple[Array, Array]:
    """An array of any number of axes as one with two, stacks as tiles; and where the gaps between them are."""
    values = np.asarray(array, dtype=np.float64)
    if values.ndim <= 2:
        flat = values.reshape(1, -1) if values.ndim < 2 else values
        return flat, np.zeros(flat.shape, dtype=bool)
    tiles = values.reshape(-1, *values.shape[-2:])[:_TILES]
    count, height, width = tiles.shape
    columns = max(1, min(count, round(math.sqrt(count * height / max(width, 1) * 2))))
    rows = -(-count // columns)
    size = (rows * (height + _BETWEEN) - _BETWEEN, columns * (width + _BETWEEN) - _BETWEEN)
    whole, gaps = np.zeros(size), np.ones(size, dtype=bool)
    for k, tile in enumerate(tiles):
        top, left = k // columns * (height + _BETWEEN), k % columns * (width + _BETWEEN)
        whole[top : top + height, left : left + width] = tile
        gaps[top : top + height, left : left + width] = False
    return whole, gaps


class HeatView(QWidget):
    """The picture with its legend. Pointing at an entry tells its number."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.theme_name = "light"
        self._seen: Array = np.zeros((0, 0))
        self._image = QImage()
        self._largest = 0.0
        self._lowest = self._highest = 0.0
        self._step = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_array(self, array: Array, theme_name: str) -> None:
        """Shows the array as it is now."""
        self.theme_name = theme_name
        seen, gaps = mosaic(array)
        self._step = max(1, -(-max(seen.shape, default=1) // _MOST))
        self._seen = seen[:: self._step, :: self._step]
        finite = self._seen if np.size(array) > MOST_COUNTED else np.asarray(array, dtype=np.float64)
        finite = finite[np.isfinite(finite)]
        self._lowest = float(finite.min()) if finite.size else 0.0
        self._highest = float(finite.max()) if finite.size else 0.0
        self._largest = max(abs(self._lowest), abs(self._highest))
        self._image = self._made(gaps[:: self._step, :: self._step])
        self.setAccessibleDescription(f"Numbers from {number(self._lowest)} to {number(self._highest)}")
        self.updateGeometry()
        self.update()

    def _made(self, gaps: Array) -> QImage:
        shown = theme(self.theme_name)
        with np.errstate(invalid="ignore"):
            levels = np.rint(self._seen / (self._largest or 1.0) * _LEVELS)
        known = np.isfinite(levels)
        places = np.where(known, np.clip(np.nan_to_num(levels), -_LEVELS, _LEVELS) + _LEVELS, 2 * _LEVELS + 1)
        pixels = _scale(shown)[places.astype(np.intp)]
        pixels[gaps] = shown.color("border").rgb()
        pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape
        made = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        return made.copy()  # which no longer needs the array's memory

    def _place(self) -> QRect:
        """Where the picture is: whole pixels an entry while there is room."""
        height, width = self._seen.shape
        if not height or not width:
            return QRect()
        room = max(self.width(), 40)
        scale = min(room / width, _HEIGHT / height, _ENTRY)
        scale = math.floor(scale) if scale >= 1 else scale
        return QRect(0, 0, max(1, round(width * scale)), max(1, round(height * scale)))

    def sizeHint(self) -> QSize:
        return QSize(200, self._place().height() + _LEGEND + 6 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, place = theme(self.theme_name), self._place()
        if not place.isEmpty():
            smaller = place.width() < self._seen.shape[1]
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
            painter.drawImage(place, self._image)
            painter.setPen(shown.color("border"))
            painter.drawRect(place.adjusted(0, 0, -1, -1))
            self._paint_legend(painter, place.bottom() + 5)
        painter.end()

    def _paint_legend(self, painter: QPainter, top: int) -> None:
        """A strip of the scale between the lowest and the highest number."""
        shown = theme(self.theme_name)
        metrics = self.fontMetrics()
        low, high = number(self._lowest), number(self._highest)
        baseline = top + (metrics.height() + metrics.ascent() - metrics.descent()) // 2
        left = metrics.horizontalAdvance(low) + 6
        strip = QRect(left, top + (metrics.height() - _LEGEND) // 2, 64, _LEGEND)
        painter.setPen(shown.color("muted"))
        painter.drawText(0, baseline, low)
        painter.drawText(strip.right() + 6, baseline, high)
        span = (self._highest - self._lowest) or 1.0
        for x in range(strip.width()):
            value = self._lowest + span * x / (strip.width() - 1)
            level = round(value / (self._largest or 1.0) * _LEVELS) + _LEVELS
            color = QColor.fromRgb(int(_scale(shown)[min(max(level, 0), 2 * _LEVELS)]))
            painter.fillRect(strip.left() + x, strip.top(), 1, strip.height(), color)
        painter.drawRect(strip.adjusted(-1, -1, 0, 0))

    def entry_at(self, point: QPoint) -> tuple[int, int] | None:
        """Row and column of the picture at a point; None outside."""
        place = self._place()
        if not place.contains(point):
            return None
        height, width = self._seen.shape
        return point.y() * height // place.height(), point.x() * width // place.width()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.entry_at(event.pos())
            if found is None:
                QToolTip.hideText()
            else:
                row, column = found[0] * self._step, found[1] * self._step
                QToolTip.showText(event.globalPos(), f"[{row}, {column}]  {number(self._seen[found])}", self)
            return True
        return super().event(event)
