"""A value of any shape: a number, a table, a picture, or how its entries are spread.

The one rule: whatever the size, it is there at once. Small arrays open as a table, large ones as a
picture; a person may choose another way to look, and that way then stays.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.notation import number
from graph_explorer.ui.widgets.heat import MOST_TILES, HeatView, magnitude
from graph_explorer.ui.widgets.histogram import MOST, Histogram, statistics
from graph_explorer.ui.widgets.matrix import MOST_EDITED, MatrixView
from graph_explorer.ui.widgets.number import NumberField
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Label

Array = np.ndarray[Any, Any]

#: Up to this many entries an array opens as a table.
_TABLE_UP_TO = 100
#: Up to this many, other ways to look would show nothing new.
_WRITTEN_OUT = 12
_WAYS = ("table", "picture", "spread")
_SHOWN = {"table": "Numbers", "picture": "Picture", "spread": "Spread"}


class ArrayView(QWidget):
    """An array with at least one axis, in one of three ways."""

    #: the index of an entry, and the number that a person gave it
    entered = Signal(object, float)

    def __init__(self, name: str, spoken: str, role: str = "value", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.array: Array = np.zeros((0,))
        self.theme_name = "light"
        self.editable = False
        self.way = ""
        self._chosen = ""
        self.table = MatrixView(f"{name}_table", spoken)
        self.picture = HeatView(f"{name}_picture", spoken)
        self.spread = Histogram(f"{name}_spread", spoken, role)
        self.table.shown.entered.connect(self.entered)
        self._pages: dict[str, QWidget] = {
            "table": self.table,
            "picture": self.picture,
            "spread": self.spread,
        }
        self.statistics = Label("", "small")
        self._slices: list[QSpinBox] = []
        self._slice_row = QWidget()
        self._slice_line = QHBoxLayout(self._slice_row)
        self._slice_line.setContentsMargins(0, 0, 0, 0)
        self._slice_line.setSpacing(4)
        self._slice_note = Label("", "small")
        self._slice_line.addWidget(self._slice_note, 1)
        self.logarithmic = QCheckBox("Logarithmic counts")
        self.logarithmic.setObjectName(f"{name}_logarithmic")
        self.logarithmic.setAccessibleName(f"{spoken}: logarithmic counts")
        self.logarithmic.setToolTip("Shows also what is rare")
        self.logarithmic.toggled.connect(self.spread.set_logarithmic)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        self._switch = self._made_switch(name)
        box.addWidget(self._switch)
        box.addWidget(self._slice_row)
        for page in self._pages.values():
            box.addWidget(page)
        box.addWidget(self.logarithmic)
        box.addWidget(self.statistics)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def _made_switch(self, name: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self._buttons = QButtonGroup(self)
        for way in _WAYS:
            shown, place = _SHOWN[way], _WAYS.index(way)
            spoken = f"{self.accessibleName()}: {shown}"
            button = segment(self._buttons, place, f"{name}_as_{way}", shown, "", spoken)
            button.clicked.connect(lambda checked=False, way=way: self.choose(way))
            line.addWidget(button)
        line.addStretch(1)
        return row

    def choose(self, way: str) -> None:
        """Shows the array in this way from now on."""
        self._chosen = way
        self._show()

    def show_array(self, array: Array, theme_name: str, editable: bool = False) -> None:
        """Shows the array as it is now; an editable one with few enough entries can be changed."""
        found = np.asarray(array)
        if found is self.array and theme_name == self.theme_name and editable == self.editable:
            return
        if found.shape[:-2] != self.array.shape[:-2] or found.ndim != self.array.ndim:
            self._make_slices(found.shape[:-2])
        self.array, self.theme_name = found, theme_name
        self.editable = editable and found.size <= MOST_EDITED
        self._show()

    def _make_slices(self, sizes: tuple[int, ...]) -> None:
        for chooser in self._slices:
            self._slice_line.removeWidget(chooser)
            chooser.deleteLater()
        self._slices = []
        for axis, size in enumerate(sizes):
            chooser = QSpinBox()
            chooser.setObjectName(f"{self.objectName()}_axis_{axis}")
            chooser.setAccessibleName(f"Place along axis {axis}, of {size}")
            chooser.setToolTip(f"Axis {axis}: 0 to {size - 1}")
            chooser.setRange(0, max(size - 1, 0))
            chooser.valueChanged.connect(self._show)
            self._slices.append(chooser)
            self._slice_line.insertWidget(axis, chooser)

    def _chosen_axes(self) -> int:
        """Along how many of the first axes a person chooses: a picture shows matrices side by side."""
        sizes = self.array.shape[:-2]
        if self.way == "table":
            return len(sizes)
        many = self.way == "picture" and math.prod(sizes) > MOST_TILES
        return max(len(sizes) - 1, 0) if many else 0

    def _left_out(self, chosen: int) -> str:
        """What a picture does not show, as a clause."""
        count = math.prod(self.array.shape[chosen:-2]) if self.way == "picture" else 0
        return f"; {MOST_TILES} of {count} are shown" if count > MOST_TILES else ""

    def _show(self) -> None:
        self.way = self._chosen or ("table" if self.array.size <= _TABLE_UP_TO else "picture")
        button = self._buttons.button(_WAYS.index(self.way))
        button.setChecked(True)
        for way, page in self._pages.items():
            page.setVisible(way == self.way)
        self.logarithmic.setVisible(self.way == "spread")
        at = tuple(chooser.value() for chooser in self._slices)
        shown = self._chosen_axes()
        for axis, chooser in enumerate(self._slices):
            chooser.setVisible(axis < shown and chooser.maximum() > 0)
        self._slice_row.setVisible(any(c.maximum() > 0 for c in self._slices[:shown]))
        self._slice_note.show_text(
            f"chosen along the first ax{'e' if shown > 1 else 'i'}s{self._left_out(shown)}"
        )
        if self.way == "table":
            largest = magnitude(self.array) if self.array.size <= MOST else 0.0
            self.table.show_array(self.array, at, largest, self.theme_name, self.editable)
        elif self.way == "picture":
            self.picture.show_array(self.array, self.theme_name, at[:shown])
        else:
            self.spread.show_array(self.array, self.theme_name)
        few = self.array.size <= _WRITTEN_OUT and not self._chosen
        self._switch.setVisible(not few)
        self.statistics.show_text("" if few else " · ".join(statistics(self.array).lines()))


class ValueView(QWidget):
    """A value: a number large and in its colour, or an array; a leaf's can be changed.

    `role` is `value` or `gradient`.
    """

    #: the number and what joins the moves of one gesture
    changed = Signal(float, str)
    #: the index of an entry of an array, and its number
    entered = Signal(object, float)

    def __init__(self, name: str, spoken: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.number = Label("", "number", role)
        self.number.setObjectName(f"{name}_number")
        self.reason = Label("", "muted")
        self.reason.setObjectName(f"{name}_reason")
        self.field = NumberField(f"{name}_field", spoken)
        self.field.setProperty("look", "number")
        self.array = ArrayView(f"{name}_array", spoken, role)
        self.field.changed.connect(self.changed)
        self.array.entered.connect(self.entered)
        self._pages: tuple[QWidget, ...] = (self.number, self.reason, self.field, self.array)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        for page in self._pages:
            page.hide()
            box.addWidget(page)

    def _turn_to(self, shown: QWidget) -> None:
        for page in self._pages:
            page.setVisible(page is shown)

    def show_value(self, value: Any, theme_name: str, editable: bool = False) -> None:
        """Shows a value of any shape."""
        found = np.asarray(value)
        if found.ndim:
            self.array.show_array(found, theme_name, editable)
            self._turn_to(self.array)
        elif editable:
            self.field.show_value(float(found))
            self._turn_to(self.field)
        else:
            self.number.setText(number(found[()]))
            self.number.setToolTip(repr(found[()].item()))
            self._turn_to(self.number)

    def show_reason(self, text: str) -> None:
        """Shows a sentence instead: why there is no number."""
        self.reason.setText(text)
        self._turn_to(self.reason)
