"""Layers over time as lines, with a legend.

The one rule: of many layers some are drawn, evenly spaced, the selected one among them; each has a colour
and a shape of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.race.plot import Plot
from graph_explorer.ui.race.series import Curve, bounds
from graph_explorer.ui.training.flow.history import Quantity, Rows
from graph_explorer.ui.training.flow.legend import Legend

Array = np.ndarray[Any, Any]

#: As many lines as there are colours and shapes.
MOST = 8
#: The colour of what is usual.
_USUAL = 5


class Lines(QWidget):
    """The lines. `go` is called with the epoch that was pressed, `step` with ±1."""

    def __init__(self, go: Callable[[float], None], step: Callable[[int], None]) -> None:
        super().__init__()
        self.plot = Plot("flow_lines", "Layers over time, as lines", go, step)
        self.legend = Legend("flow_legend")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.plot, 1)
        column.addWidget(self.legend)
        self._whole: tuple[float, float, float, float] | None = None

    def fit(self) -> None:
        """Shows all."""
        self.plot.chart.look(self._whole)
        self.plot.update()

    def show_rows(self, rows: Rows, quantity: Quantity, epoch: int, selected: str, theme_name: str) -> None:
        """Shows the rows of a quantity, and the epoch that is looked at."""
        chosen = drawn(rows, selected)
        curves = [_curve(rows, k, place, quantity) for place, k in enumerate(chosen)]
        curves = [each for each in curves if len(each.x)]
        ends = [(float(each.x[-1]), float(each.y[-1]), each.entry) for each in curves]
        if quantity.usual is not None and curves:
            across = np.array([rows.epochs[0], rows.epochs[-1]], dtype=float)
            level = np.full(2, math.log10(quantity.usual))
            curves.append(Curve(-1, len(chosen), across, level, "dashed"))
        marked = next((place for place, k in enumerate(chosen) if rows.places[k] == selected), -1)
        self._whole = bounds(curves, quantity.logarithmic) if curves else None
        self.plot.show_axes(False, quantity.logarithmic, quantity.title, "epoch")
        self.plot.show_coloured(curves, [*range(len(chosen)), _USUAL], theme_name, marked)
        self.plot.show_range(self._whole)
        self.plot.show_moment(float(epoch), ends, theme_name)
        names = [rows.labels[k] for k in chosen]
        self.plot.setAccessibleDescription(f"{quantity.title} of {', '.join(names)}")
        self.legend.show_entries(list(enumerate(names)), theme_name)


def drawn(rows: Rows, selected: str) -> list[int]:
    """Which rows are drawn: all, or some of them and the selected one."""
    count = len(rows.labels)
    if count <= MOST:
        return list(range(count))
    found = np.linspace(0, count - 1, MOST).round().astype(int).tolist()
    if selected in rows.places and (here := rows.places.index(selected)) not in found:
        nearest = min(range(1, MOST - 1), key=lambda place: abs(found[place] - here))
        found[nearest] = here
    return sorted(found)


def _curve(rows: Rows, k: int, place: int, quantity: Quantity) -> Curve:
    with np.errstate(all="ignore"):
        y = np.log10(rows.values[k]) if quantity.logarithmic else rows.values[k]
    known = np.isfinite(y)
    return Curve(k, place, np.array(rows.epochs, dtype=float)[known], y[known])
