"""A chart of examples: each is a point; pressing one opens it, pointing at one tells of it.

The one rule: what is drawn belongs to a drawing (the plane, the curve, the scatter), which says where each
example stands; finding the one that is meant is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.theme import Theme
from graph_explorer.ui.training.predictions.chart import Chart, Range
from graph_explorer.ui.training.predictions.sprites import Sprites
from graph_explorer.ui.training.predictions.subject import Moment

Array = np.ndarray[Any, Any]
#: An example: its portion, and its row there.
Found = tuple[str, int]

#: Pixels: how near to a point a press must be.
_NEAR = 12.0
#: More points of a portion than this are thinned.
MOST_POINTS = 1500


@dataclass(frozen=True)
class Axes:
    """The range of all, what stands below and beside the chart, and what is said of it."""

    whole: Range
    below: str
    beside: str
    spoken: str


class Drawing(Protocol):
    """What is drawn on the chart."""

    def show(self, moment: Moment, theme_name: str) -> Axes:
        """Gets ready for a moment; its axes."""

    def points(self, moment: Moment, name: str) -> Array:
        """(n, 2): where the examples of a portion stand."""

    def draw(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        """Draws what lies between the axes."""

    def draw_legend(self, moment: Moment, painter: QPainter, shown: Theme) -> None:
        """Draws what the marks mean."""

    def told(self, moment: Moment, x: float, y: float, near: Found | None) -> str:
        """What is known of a place, and of the example near it; "" for nothing."""


class ExampleChart(QWidget):
    """The chart. `make` makes its drawing; `shape` keeps one unit as long across as up."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)
    #: something is pointed at: what is known there, "" for nothing
    told = Signal(str)

    def __init__(
        self,
        name: str,
        spoken: str,
        hint: str,
        make: Callable[[Chart, Sprites], Drawing],
        shape: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"predictions_{name}")
        self.setAccessibleName(spoken)
        self.chart = Chart(f"predictions_{name}_chart", hint, shape)
        self.chart.draw, self.chart.draw_over = self._draw, self._draw_legend
        self.chart.pressed.connect(self._press)
        self.chart.pointed.connect(self._point)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 2, 6, 2)
        box.addWidget(self.chart)
        self.moment: Moment | None = None
        self.drawing = make(self.chart, Sprites(self))

    def show_moment(self, moment: Moment, theme_name: str) -> None:
        """Shows the answers of this moment."""
        self.moment = moment
        axes = self.drawing.show(moment, theme_name)
        self.chart.show_axes(axes.whole, axes.below, axes.beside, theme_name)
        self.chart.setAccessibleDescription(axes.spoken)

    def _draw(self, painter: QPainter, shown: Theme) -> None:
        if self.moment is not None:
            self.drawing.draw(self.moment, painter, shown)

    def _draw_legend(self, painter: QPainter, shown: Theme) -> None:
        if self.moment is not None:
            self.drawing.draw_legend(self.moment, painter, shown)

    def _nearest(self, moment: Moment, x: float, y: float) -> Found | None:
        """The example near a place."""
        here, best, found = self.chart.seen([(x, y)])[0], _NEAR, None
        for name in ("training", "validation"):
            places = self.chart.seen(self.drawing.points(moment, name))
            if len(places):
                apart = np.nan_to_num(np.hypot(*(places - here).T), nan=np.inf)
                row = int(np.argmin(apart))
                if apart[row] < best:
                    best, found = float(apart[row]), (name, row)
        return found

    def _press(self, x: float, y: float) -> None:
        found = self._nearest(self.moment, x, y) if self.moment is not None else None
        if found is not None:
            self.chosen.emit(*found)

    def _point(self, x: float, y: float) -> None:
        if self.moment is None or not np.isfinite([x, y]).all():
            self.told.emit("")
        else:
            self.told.emit(self.drawing.told(self.moment, x, y, self._nearest(self.moment, x, y)))


def thinned(count: int) -> Array:
    """The rows that are drawn: all, or evenly spaced ones."""
    return np.arange(count) if count <= MOST_POINTS else np.linspace(0, count - 1, MOST_POINTS).astype(int)
