"""The picture of a question: a few named lines over two axes.

The one rule: lines differ in dash and name, not in colour alone, and the text of the question says in
numbers what the picture shows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.quiz.question import Curve, Figure
from graph_explorer.ui.challenge.ground import ground_image
from graph_explorer.ui.theme import Theme, theme

Array = np.ndarray[Any, Any]

_HEIGHT = 240
#: How much room is left around the paths, as a part of their extent.
_MARGIN = 0.08
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 92, 10, 34
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


class FigureView(QWidget):
    """Draws a figure; takes no room where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("challenge_figure")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.figure: Figure | None = None
        self.ground: Array | None = None
        self.theme = theme("light")

    def sizeHint(self) -> QSize:
        return QSize(480, _HEIGHT)

    def show_figure(self, figure: Figure | None, theme_name: str) -> None:
        self.theme = theme(theme_name)
        if figure is not self.figure:
            self.ground = None
        self.figure = figure
        self.setVisible(figure is not None)
        if figure is not None:
            names = ", ".join(curve.name for curve in figure.curves)
            self.setAccessibleName(f"{figure.y} over {figure.x}: {names}")
        self.update()

    def show_ground(self, figure: Figure, values: Array) -> None:
        """The surface below the paths, sampled over `window_of(figure)`; too late for another figure."""
        if figure is self.figure:
            self.ground = values
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.figure is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
        drawing = Drawing(self.figure, box, self.theme)
        if self.ground is not None:
            drawing.paint_ground(painter, self.ground, self.devicePixelRatioF())
        drawing.paint(painter)
        painter.end()


def window_of(figure: Figure) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of a figure of paths, with a margin around them."""
    points = np.array([point for curve in figure.curves for point in curve.points])
    low, high = points.min(axis=0), points.max(axis=0)
    spare = np.maximum(_MARGIN * (high - low), 1e-6 * np.maximum(np.abs(high), 1.0))
    (left, bottom), (right, top) = low - spare, high + spare
    return float(left), float(right), float(bottom), float(top)


class Drawing:
    """A figure within a box: axes with their numbers, lines, and a name at the end of each."""

    def __init__(self, figure: Figure, box: QRectF, shown: Theme) -> None:
        self.figure, self.box, self.theme = figure, box, shown
        points = np.array([point for curve in figure.curves for point in curve.points])
        x, y = points[:, 0], self._scaled(points[:, 1])
        self.x = (float(x.min()), float(x.max()))
        low, high = float(y.min()), float(y.max())
        if not figure.log and not figure.surface:
            low = min(low, 0.0)
        self.y = (low, high) if high > low else (low - 1, low + 1)
        if self.x[0] == self.x[1]:
            self.x = (self.x[0] - 1, self.x[1] + 1)
        if figure.surface:
            left, right, bottom, top = window_of(figure)
            self.x, self.y = (left, right), (bottom, top)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(values, 1e-300)) if self.figure.log else values

    def _at(self, x: float, y: float) -> QPointF:
        value = math.log10(max(y, 1e-300)) if self.figure.log else y
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (value - self.y[0]) / (self.y[1] - self.y[0])
        return QPointF(
            self.box.left() + across * self.box.width(), self.box.bottom() - up * self.box.height()
        )

    def paint_ground(self, painter: QPainter, values: Array, ratio: float) -> None:
        """The surface in bands, behind all else."""
        size = (self.box.size() * ratio).toSize()
        low, high = self.theme.color("panel"), self.theme.color("muted")
        image = ground_image(values, max(size.width(), 2), max(size.height(), 2), low, high)
        painter.drawImage(self.box, image)

    def paint(self, painter: QPainter) -> None:
        self._axes(painter)
        ends: list[float] = []
        for place, curve in enumerate(self.figure.curves):
            self._curve(painter, curve, place, ends)

    def _axes(self, painter: QPainter) -> None:
        painter.setPen(QPen(self.theme.color("border"), 1))
        painter.drawLine(self.box.bottomLeft(), self.box.bottomRight())
        painter.drawLine(self.box.bottomLeft(), self.box.topLeft())
        painter.setPen(self.theme.color("muted"))
        for side, flag in ((0, Qt.AlignmentFlag.AlignLeft), (1, Qt.AlignmentFlag.AlignRight)):
            text = number(self.x[side], 3)
            painter.drawText(QRectF(self.box.left(), self.box.bottom() + 2, self.box.width(), 16), flag, text)
            value = 10 ** self.y[side] if self.figure.log else self.y[side]
            top = self.box.bottom() - 14 if side == 0 else self.box.top()
            painter.drawText(QRectF(0, top, _LEFT - 6, 16), Qt.AlignmentFlag.AlignRight, number(value, 3))
        middle = QRectF(self.box.left(), self.box.bottom() + 2, self.box.width(), 16)
        painter.drawText(middle, Qt.AlignmentFlag.AlignHCenter, self.figure.x)
        title = self.figure.y + (" (log)" if self.figure.log else "")
        painter.save()
        painter.translate(_LEFT - 40, self.box.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-80, -8, 160, 16), Qt.AlignmentFlag.AlignCenter, title)
        painter.restore()

    def _curve(self, painter: QPainter, curve: Curve, place: int, ends: list[float]) -> None:
        pen = QPen(self.theme.series_color(place), 2, _DASHES[place % len(_DASHES)])
        painter.setPen(pen)
        points = [self._at(x, y) for x, y in curve.points]
        painter.drawPolyline(QPolygonF(points))
        if self.figure.surface:
            painter.setBrush(self.theme.series_color(place))
            for point in points[1:5]:
                painter.drawEllipse(point, 2.5, 2.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        height = points[-1].y()
        while any(abs(height - other) < 15 for other in ends):
            height += 15
        ends.append(height)
        painter.setPen(self.theme.color("text"))
        start = points[-1].x() if not self.figure.surface else self.box.right()
        painter.setPen(pen)
        painter.drawLine(QPointF(start + 6, height), QPointF(start + 20, height))
        painter.setPen(self.theme.color("text"))
        painter.drawText(
            QRectF(start + 24, height - 8, _RIGHT - 24, 16), Qt.AlignmentFlag.AlignVCenter, curve.name
        )
