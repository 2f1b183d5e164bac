"""Texts of the picture: the fonts, and texts placed by a corner, an edge or their middle.

The one rule: in a file of shapes a text becomes outlines, so that it looks the same where the program's
fonts are not installed.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath

from graph_explorer.ui.fonts import font
from graph_explorer.ui.surface.polygons import is_vector

SMALL, PLAIN, LARGE = 11.0, 12.0, 16.0


@cache
def face(pixels: float, bold: bool = False) -> QFont:
    """The font of a height, made once."""
    return font(pixels, QFont.Weight.DemiBold if bold else QFont.Weight.Normal)


@cache
def metrics(pixels: float, bold: bool = False) -> QFontMetricsF:
    return QFontMetricsF(face(pixels, bold))


@lru_cache(maxsize=2048)
def width_of(text: str, pixels: float, bold: bool = False) -> float:
    """How wide a text is drawn."""
    return metrics(pixels, bold).horizontalAdvance(text)


def elided(text: str, pixels: float, room: float, bold: bool = False) -> str:
    """As much of a text as there is room for."""
    return metrics(pixels, bold).elidedText(text, Qt.TextElideMode.ElideRight, room)


def write(
    painter: QPainter, text: str, x: float, y: float, color: QColor, pixels: float = SMALL,
    across: float = 0.0, down: float = 0.5, bold: bool = False,
) -> QRectF:  # fmt: skip
    """Draws a text at a point: `across` is 0 where it begins there, 1 where it ends there; `down` likewise.

    Returns the box that it fills.
    """
    measured = metrics(pixels, bold)
    width, height = measured.horizontalAdvance(text), measured.ascent() + measured.descent()
    box = QRectF(x - across * width, y - down * height, width, height)
    baseline = QPointF(box.left(), box.top() + measured.ascent())
    if is_vector(painter):
        path = QPainterPath()
        path.addText(baseline, face(pixels, bold), text)
        painter.fillPath(path, color)
    else:
        painter.setPen(color)
        painter.setFont(face(pixels, bold))
        painter.drawText(baseline, text)
    return box
