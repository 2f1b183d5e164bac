"""Which line is which: markers with names, in as many rows as it takes.

The one rule: shape and colour are those of the marker at the end of the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.surface.writing import SMALL, width_of, write
from graph_explorer.ui.theme import theme

_ROW, _MARKER, _GAP = 18, 4.5, 16


class Legend(QWidget):
    """The legend. An entry is its colour and its name."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Legend")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.theme_name = "light"
        self.entries: tuple[tuple[int, str], ...] = ()

    def show_entries(self, entries: Sequence[tuple[int, str]], theme_name: str) -> None:
        """Shows these markers and names."""
        self.entries, self.theme_name = tuple(entries), theme_name
        self.setAccessibleDescription(", ".join(name for _, name in entries))
        self.updateGeometry()
        self.update()

    def _places(self) -> Iterator[tuple[float, float, int, str]]:
        x, y = float(_GAP), _ROW / 2
        for colour, name in self.entries:
            wide = width_of(name, SMALL) + 14 + _GAP
            if x + wide > self.width() and x > _GAP:
                x, y = float(_GAP), y + _ROW
            yield x, y, colour, name
            x += wide

    def sizeHint(self) -> QSize:
        lowest = max((y for _, y, _, _ in self._places()), default=_ROW / 2)
        return QSize(200, int(lowest + _ROW / 2))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme(self.theme_name).color("text")
        for x, y, colour, name in self._places():
            draw_marker(painter, x, y, _MARKER, colour, self.theme_name)
            write(painter, name, x + 10, y, color, SMALL)
        painter.end()
