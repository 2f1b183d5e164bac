"""What was answered over what is true: examples of a good network lie on the diagonal.

The one rule: both axes have the same range, and the diagonal is drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import Theme
from graph_explorer.ui.training.predictions.chart import Chart
from graph_explorer.ui.training.predictions.choice import Choice, sentence
from graph_explorer.ui.training.predictions.plane import thinned
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment

Array = np.ndarray[Any, Any]
_POINT, _NEAR, _MARGIN = 3.6, 12.0, 0.06


class Scatter(QWidget):
    """The picture."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)
    #: something is pointed at: what is known there, "" for nothing
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_scatter")
        self.setAccessibleName("Answers over true numbers")
        self.chart = Chart("predictions_scatter_chart", "Answers over true numbers; Enter opens")
        self.chart.draw = self._draw
        self.chart.draw_over = self._draw_legend
        self.chart.pressed.connect(self._press)
        self.chart.pointed.connect(self._point)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 2, 6, 2)
        box.addWidget(self.chart)
        self.moment: Moment | None = None
        self._sprites = Sprites(self)

    def show_moment(self, moment: Moment, theme_name: str) -> None:
        """Shows the answers of this moment."""
        self.moment = moment
        values = np.concatenate([np.ravel(self._points(name)[:, 0]) for name in ("training", "validation")])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        room = (high - low) * _MARGIN or 1.0
        whole = (low - room, high + room, low - room, high + room)
        self.chart.show_axes(whole, "true", "answered", theme_name)
        self.chart.setAccessibleDescription(f"{len(values)} examples")

    def _points(self, name: str) -> Array:
        """(n, 2) true number and answer, the first where there are several."""
        assert self.moment is not None
        _, answered = self.moment.portion(name)
        parts = [each.reshape(len(each), -1)[:, :1] for each in (answered.wanted, answered.answers)]
        return np.concatenate(parts, axis=1) if len(answered) else np.zeros((0, 2))

    def _draw(self, painter: QPainter, shown: Theme) -> None:
        if self.moment is None:
            return
        left, right, bottom, top = self.chart.range
        low, high = min(left, bottom), max(right, top)
        (x0, y0), (x1, y1) = self.chart.seen([(low, low), (high, high)]).tolist()
        painter.setPen(QPen(shown.color("muted"), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
        for name in ("validation", "training"):
            points = self._points(name)
            places = self.chart.seen(points[thinned(len(points))]) if len(points) else points
            place, filled = (0, True) if name == "training" else (1, False)
            for x, y in places[np.isfinite(places).all(axis=1)].tolist():
                self._sprites.dot(painter, x, y, shown, place, filled, _POINT)

    def _draw_legend(self, painter: QPainter, shown: Theme) -> None:
        x, y = self.chart.box.left() + 10, self.chart.box.top() + 12
        for place, text in enumerate(("training", "validation")):
            self._sprites.dot(painter, x, y, shown, place, place == 0, _POINT)
            x = write(painter, text, x + 9, y, shown.color("muted"), SMALL).right() + 16

    def _nearest(self, x: float, y: float) -> tuple[str, int] | None:
        here, best = self.chart.seen([(x, y)])[0], None
        for name in ("training", "validation"):
            points = self._points(name)
            if len(points):
                apart = np.nan_to_num(np.hypot(*(self.chart.seen(points) - here).T), nan=np.inf)
                row = int(np.argmin(apart))
                if best is None or apart[row] < best[0]:
                    best = (float(apart[row]), name, row)
        return best[1:] if best is not None and best[0] <= _NEAR else None

    def _press(self, x: float, y: float) -> None:
        found = self._nearest(x, y) if self.moment is not None else None
        if found is not None:
            self.chosen.emit(*found)

    def _point(self, x: float, y: float) -> None:
        found = self._nearest(x, y) if self.moment is not None and np.isfinite([x, y]).all() else None
        if found is None or self.moment is None:
            self.told.emit("")
            return
        self.told.emit(sentence(self.moment, Choice(found[0]), found[1]) + "; press to open it")
