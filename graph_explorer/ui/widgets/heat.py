"""An array as a picture: blue above zero, orange below, as strong as the number is large.

The one rule: colour only repeats what numbers say elsewhere; a legend stands beside it, and entries that
are no finite numbers have a colour of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize
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
#: So many matrices of a stack are shown side by side.
MOST_TILES = 256
#: Pixels: largest height, largest entry, between the tiles of a stack.
_HEIGHT, _ENTRY, _BETWEEN = 168, 22, 2
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


@dataclass(frozen=True)
class Tiles:
    """Pictures side by side: one matrix of all entries, and how many tiles it has down and across."""

    entries: Array
    down: int = 1
    across: int = 1
    count: int = 1


def tiles_of(array: Array) -> Tiles:
    """An array of any number of axes as one with two; a stack of matrices becomes tiles in a grid."""
    values = np.asarray(array, dtype=np.float64)
    if values.ndim <= 2:
        return Tiles(values.reshape(1, -1) if values.ndim < 2 else values)
    stack = values.reshape(-1, *values.shape[-2:])[:MOST_TILES]
    count, height, width = stack.shape
    across = max(1, min(count, round(math.sqrt(count * height / max(width, 1) * 2))))
    down = -(-count // across)
    whole = np.zeros((down * across, height, width))
    whole[:count] = stack
    grid = whole.reshape(down, across, height, width).swapaxes(1, 2)
    return Tiles(grid.reshape(down * height, across * width), down, across, count)


class HeatView(QWidget):
    """The picture with its legend. Pointing at an entry tells its number."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.theme_name = "light"
        self._seen: Array = np.zeros((0, 0))
        self._tiles = Tiles(self._seen)
        self._shape: tuple[int, ...] = (1,)
        self._at: tuple[int, ...] = ()
        self._image = QImage()
        self._largest = 0.0
        self._lowest = self._highest = 0.0
        self._step = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_array(self, array: Array, theme_name: str, at: tuple[int, ...] = ()) -> None:
        """Shows the array as it is now; `at` chooses along the first axes, the range is that of all of it."""
        self.theme_name, self._at = theme_name, at
        chosen = np.asarray(array)[at]
        self._tiles, self._shape = tiles_of(chosen), np.shape(chosen) or (1,)
        seen = self._tiles.entries
        large = self._tiles.count == 1 and max(seen.shape, default=1) > _MOST
        self._step = -(-max(seen.shape) // _MOST) if large else 1
        self._seen = seen[:: self._step, :: self._step]
        finite = self._seen if np.size(array) > MOST_COUNTED else np.asarray(array, dtype=np.float64)
        finite = finite[np.isfinite(finite)]
        self._lowest = float(finite.min()) if finite.size else 0.0
        self._highest = float(finite.max()) if finite.size else 0.0
        self._largest = max(abs(self._lowest), abs(self._highest))
        self._image = self._made()
        self.setAccessibleDescription(f"Numbers from {number(self._lowest)} to {number(self._highest)}")
        self.updateGeometry()
        self.update()

    def _made(self) -> QImage:
        shown = theme(self.theme_name)
        with np.errstate(invalid="ignore"):
            levels = np.rint(self._seen / (self._largest or 1.0) * _LEVELS)
        known = np.isfinite(levels)
        places = np.where(known, np.clip(np.nan_to_num(levels), -_LEVELS, _LEVELS) + _LEVELS, 2 * _LEVELS + 1)
        pixels = _scale(shown)[places.astype(np.intp)]
        pixels = np.ascontiguousarray(pixels)
        height, width = pixels.shape
        made = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        return made.copy()  # which no longer needs the array's memory

    def _scaled(self) -> tuple[float, float]:
        """Width and height of one tile on the screen; whole pixels an entry while there is room."""
        down, across = self._tiles.down, self._tiles.across
        height, width = self._seen.shape[0] / down, self._seen.shape[1] / across
        if not height or not width:
            return 0.0, 0.0
        room = max(self.width(), 40) - (across - 1) * _BETWEEN
        scale = min(room / (width * across), (_HEIGHT - (down - 1) * _BETWEEN) / (height * down), _ENTRY)
        scale = math.floor(scale) if scale >= 1 else scale
        return max(1.0, width * scale), max(1.0, height * scale)

    def _places(self) -> list[tuple[QRectF, QRectF]]:
        """Of each tile where it is on the screen, and where in the picture."""
        width, height = self._scaled()
        inside_width = self._seen.shape[1] / self._tiles.across
        inside_height = self._seen.shape[0] / self._tiles.down
        found = []
        for k in range(self._tiles.count if width else 0):
            down, across = divmod(k, self._tiles.across)
            place = QRectF(across * (width + _BETWEEN), down * (height + _BETWEEN), width, height)
            inside = QRectF(across * inside_width, down * inside_height, inside_width, inside_height)
            found.append((place, inside))
        return found

    def _picture_height(self) -> int:
        return round(self._scaled()[1] * self._tiles.down) + (self._tiles.down - 1) * _BETWEEN

    def sizeHint(self) -> QSize:
        return QSize(200, self._picture_height() + 8 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown, places = theme(self.theme_name), self._places()
        for place, inside in places:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, place.width() < inside.width())
            painter.drawImage(place, self._image, inside)
        painter.setPen(shown.color("border"))
        for place, _ in places:
            painter.drawRect(place.adjusted(0, 0, -1, -1))
        if places:
            self._paint_legend(painter, self._picture_height() + 4)
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
        for place, inside in self._places():
            if place.contains(point):
                across = (point.x() - place.x()) / place.width() * inside.width() + inside.x()
                down = (point.y() - place.y()) / place.height() * inside.height() + inside.y()
                return int(down), int(across)
        return None

    def told(self, row: int, column: int) -> str:
        """The entry at a place of the picture: its index in the array, and its number."""
        height, width = self._seen.shape[0] // self._tiles.down, self._seen.shape[1] // self._tiles.across
        tile = row // height * self._tiles.across + column // width
        inside = (row % height * self._step, column % width * self._step)
        index = (*np.unravel_index(tile, self._shape[:-2] or (1,)), *inside)[-len(self._shape) :]
        index = (*self._at, *index)
        return f"[{', '.join(str(int(k)) for k in index)}] = {number(self._seen[row, column])}"

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self.entry_at(event.pos())
            if found is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.told(*found), self)
            return True
        return super().event(event)
