"""The curve over one input: examples, what the network answers, and by how much it misses.

The one rule: every run that is shown has its curve; the short lines to the examples are those of the
selected one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import Theme
from graph_explorer.ui.training.predictions.chart import Chart, Range
from graph_explorer.ui.training.predictions.plane import thinned
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment, around

Array = np.ndarray[Any, Any]

_POINT, _NEAR = 3.6, 12.0
#: More residuals than this are not drawn one by one.
_MOST_RESIDUALS = 400
_MARGIN = 0.08


class FitView(QWidget):
    """The picture."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)
    #: something is pointed at: what is known there, "" for nothing
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_fit")
        self.setAccessibleName("Answers over the one input")
        self.chart = Chart("predictions_fit_chart", "The curve: arrows move the cursor, Enter opens")
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
        examples = moment.predictor.examples
        name = examples.inputs + (" (standardised)" if examples.mean is not None else "")
        beside = "probability of class 1" if moment.classes else f"{examples.target} and the answer"
        self.chart.show_axes(_whole(moment), name, beside, theme_name)
        self.chart.setAccessibleDescription(
            f"{len(moment.lines)} curve{'s' * (len(moment.lines) != 1)}, {len(moment.training)} training and "
            f"{len(moment.validation)} validation examples"
        )

    def _points(self, name: str) -> tuple[Array, Array]:
        """Of a portion: examples (n, 2), and the answers (n,)."""
        assert self.moment is not None
        portion, answered = self.moment.portion(name)
        x = portion.features.reshape(len(portion), 1)
        if answered.truth is not None and answered.probabilities is not None:
            return np.concatenate([x, answered.truth[:, None]], axis=1), answered.probabilities[:, -1]
        wanted = answered.wanted.reshape(len(portion), -1)[:, :1]
        return np.concatenate([x, wanted], axis=1), answered.answers.reshape(len(portion), -1)[:, 0]

    def _draw(self, painter: QPainter, shown: Theme) -> None:
        if self.moment is None:
            return
        for line in self.moment.lines:
            points = self.chart.seen(np.stack([line.x, line.y], axis=1))
            points = points[np.isfinite(points).all(axis=1)]
            chosen = line.number == self.moment.asked.number
            painter.setPen(QPen(shown.series_color(line.colour), 2.6 if chosen else 1.4))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
        for name in ("validation", "training"):
            if not len(self.moment.portion(name)[0]):
                continue
            examples, answers = self._points(name)
            rows = thinned(len(examples))
            places = self.chart.seen(examples[rows])
            ends = self.chart.seen(np.stack([examples[rows, 0], answers[rows]], axis=1))
            if len(rows) <= _MOST_RESIDUALS:
                painter.setPen(QPen(shown.color("error", 0.55), 1))
                for (x, y), (_, end) in zip(places.tolist(), ends.tolist(), strict=True):
                    if np.isfinite(end):
                        painter.drawLine(QLineF(x, y, x, end))
            for x, y in places.tolist():
                self._sprites.dot(painter, x, y, shown, "text", name == "training", _POINT)

    def _draw_legend(self, painter: QPainter, shown: Theme) -> None:
        if self.moment is None:
            return
        x, y = self.chart.box.left() + 10, self.chart.box.top() + 12
        for filled, text in ((True, "training"), (False, "validation")):
            if filled or len(self.moment.validation):
                self._sprites.dot(painter, x, y, shown, "text", filled, _POINT)
                x = write(painter, text, x + 9, y, shown.color("muted"), SMALL).right() + 16
        for line in self.moment.lines:
            painter.setPen(QPen(shown.series_color(line.colour), 2.4))
            painter.drawLine(QLineF(x, y, x + 16, y))
            x = write(painter, line.title, x + 21, y, shown.color("muted"), SMALL).right() + 14
            if x > self.chart.box.right() - 60:
                return
        painter.setPen(QPen(shown.color("error", 0.7), 1))
        painter.drawLine(QLineF(x + 3, y - 6, x + 3, y + 6))
        write(painter, "residual", x + 10, y, shown.color("muted"), SMALL)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _nearest(self, x: float, y: float) -> tuple[str, int] | None:
        assert self.moment is not None
        here, best = self.chart.seen([(x, y)])[0], None
        for name in ("training", "validation"):
            if len(self.moment.portion(name)[0]):
                apart = np.hypot(*(self.chart.seen(self._points(name)[0]) - here).T)
                row = int(np.argmin(apart))
                if best is None or apart[row] < best[0]:
                    best = (float(apart[row]), name, row)
        return best[1:] if best is not None and best[0] <= _NEAR else None

    def _press(self, x: float, y: float) -> None:
        found = self._nearest(x, y) if self.moment is not None else None
        if found is not None:
            self.chosen.emit(*found)

    def _point(self, x: float, y: float) -> None:
        if self.moment is None or not np.isfinite([x, y]).all():
            self.told.emit("")
            return
        line = next((each for each in self.moment.lines if each.number == self.moment.asked.number), None)
        said = "" if line is None else f"{number(x, 3)} → {number(float(np.interp(x, line.x, line.y)), 4)}"
        found = self._nearest(x, y)
        if found is not None:
            name, row = found
            examples, answers = self._points(name)
            said += (
                f" · {name} example {int(self.moment.portion(name)[0].numbers[row])}: "
                f"{number(float(examples[row, 1]), 4)}, missed by "
                f"{number(float(examples[row, 1] - answers[row]), 3)}; press to open it"
            )
        self.told.emit(said)


def _whole(moment: Moment) -> Range:
    """All examples and the selected curve, as far as it does not run away from them."""
    examples = moment.predictor.examples
    left, right, _, _ = around(examples.training.features)
    if moment.classes:
        return left, right, -0.1, 1.1
    values = np.concatenate([np.ravel(moment.training.wanted), np.ravel(moment.validation.wanted)])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    span = (high - low) or 1.0
    for line in moment.lines:
        finite = line.y[np.isfinite(line.y)]
        if finite.size:
            low = min(low, max(float(finite.min()), low - span / 2))
            high = max(high, min(float(finite.max()), high + span / 2))
    room = (high - low) * _MARGIN or 1.0
    return left, right, low - room, high + room
