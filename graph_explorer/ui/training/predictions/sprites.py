"""Marks that are painted once and then copied: a chart may have thousands of the same.

The one rule: a sprite is known by all that it looks like, the theme and the pixels of the screen included.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from graph_explorer.ui.theme import Theme

#: Pixels from the middle of a sprite to its edge.
_HALF = 10


class Sprites:
    """The marks of one widget."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._made: dict[Hashable, QPixmap] = {}

    def draw(
        self, painter: QPainter, x: float, y: float, key: Hashable, paint: Callable[[QPainter], None]
    ) -> None:
        """Draws the mark `key` around a place; `paint` paints it around the origin, the first time."""
        ratio = self._widget.devicePixelRatioF()
        if (key, ratio) not in self._made:
            self._made[(key, ratio)] = self._painted(paint, ratio)
        painter.drawPixmap(QPointF(x - _HALF, y - _HALF), self._made[(key, ratio)])

    def _painted(self, paint: Callable[[QPainter], None], ratio: float) -> QPixmap:
        made = QPixmap(round(2 * _HALF * ratio), round(2 * _HALF * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(_HALF, _HALF)
        paint(painter)
        painter.end()
        return made

    def dot(
        self,
        painter: QPainter,
        x: float,
        y: float,
        shown: Theme,
        colour: int | str,
        filled: bool,
        size: float,
    ) -> None:
        """Draws a dot in a colour of a series, or of a role; a hollow one shows the panel."""

        def paint(on: QPainter) -> None:
            color = shown.color(colour) if isinstance(colour, str) else shown.series_color(colour)
            on.setPen(QPen(color, 1.4))
            on.setBrush(color if filled else shown.color("panel"))
            on.drawEllipse(QPointF(0, 0), size, size)

        self.draw(painter, x, y, (shown.name, colour, filled, size), paint)
