"""The curve over one input: examples, what the network answers, and by how much it misses.

The one rule: every run that is shown has its curve; the short lines to the examples are those of the
selected one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.writing import SMALL, write
from graph_explorer.ui.theme import Theme
from graph_explorer.ui.training.predictions.chart import Chart, Range
from graph_explorer.ui.training.predictions.example_chart import Axes, Found, thinned
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment, around

Array = np.ndarray[Any, Any]

_POINT = 3.6
#: More residuals than this are not drawn one by one.
_MOST_RESIDUALS = 400
_MARGIN = 0.08


class FitDrawing:
    """What is drawn on the chart."""

    def __init__(self, chart: Chart, sprites: Sprites) -> None:
        self._chart, self._sprites = chart, sprites

    def show(self, moment: Moment, theme_name: str) -> Axes:
        examples = moment.predictor.examples
        name = examples.inputs + (" (standardised)" if examples.mean is not None else "")
        beside = "probability of class 1" if moment.classes else f"{examples.target} and the answer"
        spoken = (
            f"{len(moment.lines)} curve{'s' * (len(moment.lines) != 1)}, {len(moment.training)} training and "
            f"{len(moment.validation)} validation examples"
        )
        return Axes(_whole(moment), name, beside, spoken)

    def points(self, moment: Moment, name: str) -> Array:
        return _points(moment, name)[0]

    def draw(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        for line in moment.lines:
            points = self._chart.seen(np.stack([line.x, line.y], axis=1))
            points = points[np.isfinite(points).all(axis=1)]
            chosen = line.number == moment.asked.number
            painter.setPen(QPen(shown.series_color(line.colour), 2.6 if chosen else 1.4))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
        for name in ("validation", "training"):
            if not len(moment.portion(name)[0]):
                continue
            examples, answers = _points(moment, name)
            rows = thinned(len(examples))
            places = self._chart.seen(examples[rows])
            ends = self._chart.seen(np.stack([examples[rows, 0], answers[rows]], axis=1))
            if len(rows) <= _MOST_RESIDUALS:
                painter.setPen(QPen(shown.color("error", 0.55), 1))
                for (x, y), (_, end) in zip(places.tolist(), ends.tolist(), strict=True):
                    if np.isfinite(end):
                        painter.drawLine(QLineF(x, y, x, end))
            for x, y in places.tolist():
                self._sprites.dot(painter, x, y, shown, "text", name == "training", _POINT)

    def draw_legend(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        x, y = self._chart.box.left() + 10, self._chart.box.top() + 12
        for filled, text in ((True, "training"), (False, "validation")):
            if filled or len(moment.validation):
                self._sprites.dot(painter, x, y, shown, "text", filled, _POINT)
                x = write(painter, text, x + 9, y, shown.color("muted"), SMALL).right() + 16
        for line in moment.lines:
            painter.setPen(QPen(shown.series_color(line.colour), 2.4))
            painter.drawLine(QLineF(x, y, x + 16, y))
            x = write(painter, line.title, x + 21, y, shown.color("muted"), SMALL).right() + 14
            if x > self._chart.box.right() - 60:
                return
        painter.setPen(QPen(shown.color("error", 0.7), 1))
        painter.drawLine(QLineF(x + 3, y - 6, x + 3, y + 6))
        write(painter, "residual", x + 10, y, shown.color("muted"), SMALL)

    def told(self, moment: Moment, x: float, y: float, near: Found | None) -> str:
        line = next((each for each in moment.lines if each.number == moment.asked.number), None)
        said = "" if line is None else f"{number(x, 3)} → {number(float(np.interp(x, line.x, line.y)), 4)}"
        if near is None:
            return said
        name, row = near
        examples, answers = _points(moment, name)
        return said + (
            f" · {name} example {int(moment.portion(name)[0].numbers[row])}: "
            f"{number(float(examples[row, 1]), 4)}, missed by "
            f"{number(float(examples[row, 1] - answers[row]), 3)}; press to open it"
        )


def _points(moment: Moment, name: str) -> tuple[Array, Array]:
    """Of a portion: examples (n, 2), and the answers (n,)."""
    portion, answered = moment.portion(name)
    if not len(portion):
        return np.zeros((0, 2)), np.zeros(0)
    x = portion.features.reshape(len(portion), 1)
    if answered.truth is not None and answered.probabilities is not None:
        return np.concatenate([x, answered.truth[:, None]], axis=1), answered.probabilities[:, -1]
    wanted = answered.wanted.reshape(len(portion), -1)[:, :1]
    return np.concatenate([x, wanted], axis=1), answered.answers.reshape(len(portion), -1)[:, 0]


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
