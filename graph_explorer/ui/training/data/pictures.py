"""Examples as pictures, with their classes below them.

The one rule: pictures keep their size in whole pixels a point, and as many are shown as there is room for;
how many that is of how many is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.style import mixed
from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import theme

Array = np.ndarray[Any, Any]

#: Pixels: a picture's usual, least and largest side; between pictures, below one for its class, around all.
_SIDE, _LEAST, _LARGEST, _GAP, _TEXT, _AROUND = 56, 32, 120, 10, 16, 12
_LEVELS = 256


class PictureGrid(QWidget):
    """The pictures, row by row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_pictures")
        self.setAccessibleName("Pictures of the examples")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.theme_name = "light"
        self.pictures: Array = np.zeros((0, 1, 1))
        self.names: Sequence[str] = ()
        self.total = 0

    def sizeHint(self) -> QSize:
        return QSize(420, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def show_pictures(self, pictures: Array, names: Sequence[str], total: int, theme_name: str) -> None:
        """Shows pictures (n, height, width), each with its name; they are the first of `total`."""
        self.pictures, self.names, self.total, self.theme_name = pictures, names, total, theme_name
        self.setAccessibleDescription(f"{len(pictures)} pictures: {', '.join(names[:20])}")
        self.update()

    def _images(self, count: int) -> list[QImage]:
        """The first pictures, from the ground of the panel to the colour of text."""
        shown = theme(self.theme_name)
        low, high = float(self.pictures.min()), float(self.pictures.max())
        levels = np.rint((self.pictures[:count] - low) / ((high - low) or 1.0) * (_LEVELS - 1)).astype(int)
        scale = np.array(
            [
                int(mixed(shown.panel, shown.text, k / (_LEVELS - 1)).lstrip("#"), 16) | 0xFF000000
                for k in range(_LEVELS)
            ],
            dtype=np.uint32,
        )
        height, width = self.pictures.shape[1:]
        made = np.ascontiguousarray(scale[levels])
        return [
            QImage(each.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()
            for each in made
        ]

    def _scale(self) -> float:
        """Pixels a point: as many as let all pictures be seen, if that is possible, else a usual number."""
        height, width = self.pictures.shape[1:]
        side = max(height, width, 1)
        for scale in range(_LARGEST // side, max(_LEAST // side, 1) - 1, -1):
            across, down = self._grid(width * scale, height * scale)
            if across * down >= len(self.pictures):
                return scale
        return float(_SIDE // side if side <= _SIDE else _SIDE / side)

    def _grid(self, wide: float, high: float) -> tuple[int, int]:
        """How many pictures of a size there is room for: across, and down."""
        across = (self.width() - 2 * _AROUND + _GAP) // (wide + _GAP)
        down = (self.height() - 2 * _AROUND - _TEXT + _GAP) // (high + _TEXT + _GAP)
        return max(int(across), 1), max(int(down), 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = theme(self.theme_name)
        height, width = self.pictures.shape[1:]
        scale = self._scale()
        wide, high = width * scale, height * scale
        across, down = self._grid(wide, high)
        count = min(across * down, len(self.pictures))
        for place, image in enumerate(self._images(count) if count else []):
            row, column = divmod(place, across)
            box = QRectF(_AROUND + column * (wide + _GAP), _AROUND + row * (high + _TEXT + _GAP), wide, high)
            painter.drawImage(box, image)
            painter.setPen(shown.color("border"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            text = shown.color("muted")
            write(painter, self.names[place], box.center().x(), box.bottom() + 3, text, SMALL, 0.5, 0.0)
        if count < self.total:
            said = f"the first {count:,} of {self.total:,}"
            write(
                painter,
                said,
                self.width() - _AROUND,
                self.height() - 4,
                shown.color("muted"),
                SMALL,
                1.0,
                1.0,
            )
        painter.end()
