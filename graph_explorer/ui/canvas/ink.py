"""Colours, pens and texts ready to draw with, made once a theme.

The one rule: painting makes no Qt object that it made before.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
    QStaticText,
    QTransform,
)

from graph_explorer.ui.canvas.cards import Style, metrics, style_font
from graph_explorer.ui.theme import Theme, theme

#: How many texts are kept; numbers change with every run, names do not.
TEXTS = 20_000


def rgb(color: QColor) -> tuple[int, int, int]:
    """Red, green and blue from 0 to 255."""
    return color.red(), color.green(), color.blue()


def blended(color: QColor, other: QColor, share: float) -> QColor:
    """`share` of one colour, the rest of another; opaque."""
    pairs = zip(rgb(color), rgb(other), strict=True)
    return QColor(*(round(share * a + (1 - share) * b) for a, b in pairs))


class Ink:
    """What one theme draws with."""

    def __init__(self, colors: Theme) -> None:
        self.theme = colors
        self._texts: dict[tuple[str, Style], QStaticText] = {}
        self.color = cache(self._color)
        self.mixed = cache(self._mixed)
        self.pen = cache(self._pen)
        self.brush = cache(self._brush)

    def _color(self, role: str, alpha: float = 1.0) -> QColor:
        return self.theme.color(role, alpha)

    def _mixed(self, role: str, other: str, share: float) -> QColor:
        """`share` of the colour of `role`, the rest of `other`; opaque."""
        return blended(self.color(role), self.color(other), share)

    def _pen(self, role: str, width: float = 1.0, alpha: float = 1.0) -> QPen:
        """A pen of `width` scene pixels; of one pixel on screen where `width` is 0."""
        made = QPen(self.color(role, alpha), width or 1.0)
        made.setCosmetic(width == 0)
        made.setCapStyle(Qt.PenCapStyle.RoundCap if width else Qt.PenCapStyle.FlatCap)
        made.setJoinStyle(Qt.PenJoinStyle.RoundJoin if width else Qt.PenJoinStyle.BevelJoin)
        return made

    def _brush(self, role: str, alpha: float = 1.0) -> QBrush:
        return QBrush(self.color(role, alpha))

    def text(self, text: str, style: Style) -> QStaticText:
        """A text prepared in the font of `style`."""
        found = self._texts.get((text, style))
        if found is None:
            if len(self._texts) >= TEXTS:
                self._texts.clear()
            found = QStaticText(text)
            found.setTextFormat(Qt.TextFormat.PlainText)
            found.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            found.prepare(QTransform(), style_font(style))
            self._texts[text, style] = found
        return found


def draw_texts(painter: QPainter, style: Style, texts: Iterable[tuple[QPointF, QStaticText]]) -> None:
    """Draws texts at their upper left corners with the painter's pen.

    In an SVG file they become outlines: it looks the same where the program's fonts are not installed.
    """
    font = style_font(style)
    if painter.paintEngine().type() is not QPaintEngine.Type.SVG:
        painter.setFont(font)
        for corner, text in texts:
            painter.drawStaticText(corner, text)
        return
    ascent = metrics(style).ascent()
    for corner, text in texts:
        path = QPainterPath()
        path.addText(corner.x(), corner.y() + ascent, font, text.text())
        painter.fillPath(path, painter.pen().brush())


@cache
def ink(name: str) -> Ink:
    """What the theme called `name` draws with."""
    return Ink(theme(name))
