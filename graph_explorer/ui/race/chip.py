"""The chip of an entry: its colour and its marker, and whether its paths are shown.

The one rule: hollow is hidden; colour and shape are those of the picture.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from graph_explorer.ui.race.markers import marker, marker_name
from graph_explorer.ui.theme import theme

_SIZE, _RADIUS = 24, 6.5


def draw_marker(
    painter: QPainter, x: float, y: float, radius: float, colour: int, theme_name: str, filled: bool = True
) -> None:
    """An entry's marker around a place, in its colour."""
    shown = theme(theme_name)
    color = shown.series_color(colour)
    painter.save()
    painter.translate(x, y)
    painter.scale(radius, radius)
    pen = QPen(color, 1.6)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
    painter.drawPath(marker(colour))
    painter.restore()


def marker_icon(colour: int, theme_name: str) -> QIcon:
    """The marker as an icon, for tables and menus."""
    picture = QPixmap(32, 32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_marker(painter, 16, 16, 11, colour, theme_name)
    painter.end()
    return QIcon(picture)


class Chip(QToolButton):
    """A switch: filled while the entry is shown."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setCheckable(True)
        self.setFixedSize(_SIZE, _SIZE)
        self.colour, self.theme_name = 0, "light"

    def show_entry(self, title: str, colour: int, shown: bool, theme_name: str) -> None:
        """Shows colour and marker of an entry, and whether it is shown."""
        self.colour, self.theme_name = colour, theme_name
        blocked = self.blockSignals(True)
        self.setChecked(shown)
        self.blockSignals(blocked)
        self.setAccessibleName(f"Show {title}, marked by a {marker_name(colour)}")
        self.setToolTip("Shown; press to hide it" if shown else "Hidden; press to show it")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIZE, _SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = theme(self.theme_name)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QPen(shown.color("accent" if self.hasFocus() else "border"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(0.5, 0.5, _SIZE - 1, _SIZE - 1), 5, 5)
        draw_marker(painter, _SIZE / 2, _SIZE / 2, _RADIUS, self.colour, self.theme_name, self.isChecked())
        painter.end()
