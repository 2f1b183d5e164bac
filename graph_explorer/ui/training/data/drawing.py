"""A set of examples as a picture: points of a plane, a curve, pictures, or sequences.

The one rule: filled points are trained on, hollow ones validate; a class has its colour and its shape
together. What no picture suits is left to the table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from graph_explorer.lab.preview import Preview
from graph_explorer.ui.race.chip import draw_marker
from graph_explorer.ui.surface.writing import SMALL, width_of, write
from graph_explorer.ui.theme import Theme
from graph_explorer.ui.training.data.pictures import PictureGrid
from graph_explorer.ui.training.predictions.chart import Chart, Range
from graph_explorer.ui.widgets.text import Label

Array = np.ndarray[Any, Any]

_POINT, _MARGIN = 3.6, 0.06
#: More points than this are thinned, evenly; more sequences are not drawn.
_MOST_POINTS, _MOST_SEQUENCES, _MOST_PICTURES = 3000, 40, 600
_MOST_NAMES = 12
#: Room above all examples for the legend, as a part of the height.
_FOR_LEGEND = 0.16
_TABLE = "An example of this set has more numbers than a plane has axes: see the columns."


class SetDrawing(QStackedWidget):
    """The picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_drawing")
        self.setAccessibleName("Picture of the examples")
        self.chart = Chart("data_chart", "The examples; arrows move, Home shows all")
        self.chart.draw, self.chart.draw_over = self._draw, self._draw_legend
        self.pictures = PictureGrid()
        self.nothing = QWidget()
        column = QVBoxLayout(self.nothing)
        self.said = Label(_TABLE, "muted")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.said)
        for widget in (self.chart, self.pictures, self.nothing):
            self.addWidget(widget)
        self.found: Preview | None = None
        self.rows: Array = np.zeros(0, dtype=int)
        self._trained: Array = np.zeros(0, dtype=bool)

    def show_set(self, found: Preview, rows: Array, theme_name: str) -> None:
        """Shows the examples at these places of the set."""
        self.found, self.rows = found, rows
        self._trained = np.zeros(len(found.texts), dtype=bool)
        self._trained[list(found.training)] = True
        if found.found is None or not found.drawing:
            self.setCurrentWidget(self.nothing)
        elif found.drawing == "pictures":
            some = rows[:_MOST_PICTURES]
            pictures = found.found.features[some].reshape(len(some), *found.side)
            names = [found.texts.text(int(row), len(found.columns) - 1) for row in some]
            self.pictures.show_pictures(pictures, names, len(rows), theme_name)
            self.setCurrentWidget(self.pictures)
        else:
            self._show_chart(found, theme_name)

    def _show_chart(self, found: Preview, theme_name: str) -> None:
        self.chart.shaped = found.drawing == "plane"
        names = [column.name for column in found.columns]
        below, beside = names[0], names[1]
        if found.drawing == "sequences":
            below, beside = "moment", "number"
        self.chart.show_axes(_whole(found), below, beside, theme_name)
        self.chart.setAccessibleDescription(f"{len(self.rows)} examples")
        self.chart.update()
        self.setCurrentWidget(self.chart)

    def fit(self) -> None:
        """Shows all of it."""
        self.chart.fit()

    # ── drawing ───────────────────────────────────────────────────────────────────────────────

    def _draw(self, painter: QPainter, shown: Theme) -> None:
        if self.found is None or self.found.found is None:
            return
        if self.found.drawing == "sequences":
            self._draw_sequences(painter, shown)
            return
        rows = self.rows[:: max(-(-len(self.rows) // _MOST_POINTS), 1)]
        points = _points(self.found)[rows]
        classes = self.found.found.targets[rows] if self.found.found.classes else np.zeros(len(rows))
        places = self.chart.seen(points).tolist()
        for (x, y), each, filled in zip(places, classes.tolist(), self._trained[rows].tolist(), strict=True):
            draw_marker(painter, x, y, _POINT, int(each), self.chart.theme_name, filled)

    def _draw_sequences(self, painter: QPainter, shown: Theme) -> None:
        """The first number of every moment; where there are several, the others are dotted."""
        assert self.found is not None
        assert self.found.found is not None
        given = self.found.found
        for row in self.rows[:_MOST_SEQUENCES].tolist():
            place = int(given.targets[row]) if given.classes else 0
            for channel in reversed(range(given.features.shape[2])):
                line = given.features[row, :, channel]
                points = self.chart.seen(np.stack([np.arange(len(line)), line], axis=1))
                style = Qt.PenStyle.DotLine if channel else Qt.PenStyle.SolidLine
                painter.setPen(QPen(shown.series_color(place, 0.4 if channel else 0.75), 1.4, style))
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))

    def _draw_legend(self, painter: QPainter, shown: Theme) -> None:
        """What colours, shapes and fillings mean, in a line at the top, where the range leaves room."""
        if self.found is None or self.found.found is None:
            return
        names = self.found.found.classes[:_MOST_NAMES]
        parts = [(f"class {name}" if name.isdigit() else name, k, True) for k, name in enumerate(names)]
        if self.found.drawing != "sequences":
            parts += [] if names else [("training", 0, True)]
            if self.found.validation:
                parts.append(("validation is hollow" if names else "validation", 0, False))
        elif len(self.rows) > _MOST_SEQUENCES:
            parts.append((f"the first {_MOST_SEQUENCES} of {len(self.rows):,}", -1, True))
        box = self.chart.box
        x, y = box.left() + 12, box.top() + 13
        for text, entry, filled in parts:
            if x + 14 + width_of(text, SMALL) > box.right():
                return
            if entry >= 0:
                draw_marker(painter, x, y, _POINT + 0.6, entry, self.chart.theme_name, filled)
                x += 10
            x = write(painter, text, x, y, shown.color("text"), SMALL).right() + 16


def _points(found: Preview) -> Array:
    """(n, 2): the two numbers of an example, or its number and its target."""
    assert found.found is not None
    flat = found.found.features.reshape(len(found.found), -1)
    if found.drawing == "plane":
        return flat[:, :2]
    return np.column_stack([flat[:, 0], found.found.targets.reshape(len(flat), -1)[:, 0]])


def _whole(found: Preview) -> Range:
    """What shows all examples, with some room."""
    assert found.found is not None
    if found.drawing == "sequences":
        values = found.found.features
        low = np.array([0.0, values.min()])
        high = np.array([values.shape[1] - 1.0, values.max()])
    else:
        points = _points(found)
        low, high = points.min(axis=0), points.max(axis=0)
    room = np.where(high > low, (high - low) * _MARGIN, 1.0)
    low, high = low - room, high + room
    high[1] += _FOR_LEGEND * (high[1] - low[1])
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])
