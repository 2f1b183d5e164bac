"""What was answered over what is true: examples of a good network lie on the diagonal.

The one rule: both axes have the same range, and the diagonal is drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import Theme
from graph_explorer.ui.training.predictions.chart import Chart
from graph_explorer.ui.training.predictions.choice import Choice, sentence
from graph_explorer.ui.training.predictions.example_chart import Axes, Found, thinned
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment

Array = np.ndarray[Any, Any]
_POINT, _MARGIN = 3.6, 0.06


class ScatterDrawing:
    """What is drawn on the chart."""

    def __init__(self, chart: Chart, sprites: Sprites) -> None:
        self._chart, self._sprites = chart, sprites

    def show(self, moment: Moment, theme_name: str) -> Axes:
        values = np.concatenate([self.points(moment, name)[:, 0] for name in ("training", "validation")])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        room = (high - low) * _MARGIN or 1.0
        whole = (low - room, high + room, low - room, high + room)
        return Axes(whole, "true", "answered", f"{len(values)} examples")

    def points(self, moment: Moment, name: str) -> Array:
        """True number and answer, the first where there are several."""
        _, answered = moment.portion(name)
        parts = [each.reshape(len(each), -1)[:, :1] for each in (answered.wanted, answered.answers)]
        return np.concatenate(parts, axis=1) if len(answered) else np.zeros((0, 2))

    def draw(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        left, right, bottom, top = self._chart.range
        low, high = min(left, bottom), max(right, top)
        (x0, y0), (x1, y1) = self._chart.seen([(low, low), (high, high)]).tolist()
        painter.setPen(QPen(shown.color("muted"), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
        for name in ("validation", "training"):
            points = self.points(moment, name)
            places = self._chart.seen(points[thinned(len(points))]) if len(points) else points
            place, filled = (0, True) if name == "training" else (1, False)
            for x, y in places[np.isfinite(places).all(axis=1)].tolist():
                self._sprites.dot(painter, x, y, shown, place, filled, _POINT)

    def draw_legend(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        x, y = self._chart.box.left() + 10, self._chart.box.top() + 12
        for place, text in enumerate(("training", "validation")):
            self._sprites.dot(painter, x, y, shown, place, place == 0, _POINT)
            x = write(painter, text, x + 9, y, shown.color("muted"), SMALL).right() + 16

    def told(self, moment: Moment, x: float, y: float, near: Found | None) -> str:
        return "" if near is None else sentence(moment, Choice(near[0]), near[1]) + "; press to open it"
