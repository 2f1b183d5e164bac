"""Knobs: one for each kind of hyper-parameter, made from its row in the table.

The one rule: nothing here knows a method or a setting by name. A knob shows a value and tells the one
that a person chose; whether it may be is for the table to say.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from graph_explorer.lab.hyperparameters import (
    Hyperparameter,
    HyperparameterError,
    Value,
    example,
    read_value,
    write_value,
)
from graph_explorer.ui.race.scales import scale_of
from graph_explorer.ui.race.slider import ScaledSlider
from graph_explorer.ui.widgets.number import NumberField

#: What a person chose, and what joins the moves of one gesture.
Told = Callable[[Value, str], None]
#: Pixels of the column of numbers.
_FIELD = 84


class Knob(Protocol):
    """Shows and changes one value."""

    def place(self, grid: QGridLayout, row: int) -> int:
        """Puts its widgets into the three columns from a row on; the row after them."""

    def show_value(self, value: Value, theme_name: str) -> None: ...


class NumberKnob:
    """A number: a field for exact typing, and a slider."""

    def __init__(self, row: Hyperparameter, name: str, told: Told, part: int = 0) -> None:
        self.row, self.told = row, told
        title = row.parts[part] if row.parts else row.name
        self.scale = scale_of(row, part)
        self.label: QWidget = QLabel(title)
        if row.optional and (not isinstance(row.default, tuple) or row.default[part] is None):
            self.label = QCheckBox(title)
            self.label.setAccessibleName(f"Use {title}")
            self.label.toggled.connect(self._toggle)
        self.label.setObjectName(f"{name}_{title}_label")
        self.label.setToolTip(row.meaning)
        self.field = NumberField(f"{name}_{title}", f"{title}: {row.meaning}", row.log)
        self.field.setToolTip(f"{row.meaning}\n{self.field.toolTip()}")
        self.field.setFixedWidth(_FIELD)
        self.slider = ScaledSlider(f"{name}_{title}_slider", f"{title}, by sliding", self.scale)
        self.slider.setToolTip(row.meaning)
        for signal in (self.field.changed, self.slider.chosen):
            signal.connect(self._tell)

    def place(self, grid: QGridLayout, row: int) -> int:
        for column, widget in enumerate((self.label, self.field, self.slider)):
            grid.addWidget(widget, row, column)
        return row + 1

    def show_value(self, value: Value, theme_name: str) -> None:
        there = isinstance(value, int | float)
        if isinstance(self.label, QCheckBox):
            blocker = QSignalBlocker(self.label)
            self.label.setChecked(there)
            blocker.unblock()
        for widget in (self.field, self.slider):
            widget.setVisible(there)
        if isinstance(value, int | float):
            self.field.show_value(value)
            self.slider.show_value(value, theme_name)

    def _tell(self, value: float, gesture: str) -> None:
        whole = self.row.kind == "integer" and float(value).is_integer()
        self.told(int(value) if whole else value, gesture)

    def _toggle(self, on: bool) -> None:
        middle = self.scale.value(self.scale.positions // 2)
        first = middle if self.row.parts else read_value(self.row, example(self.row))
        self.told(first if on else None, "")


class PairKnob:
    """Several numbers, each with a knob of its own."""

    def __init__(self, row: Hyperparameter, name: str, told: Told) -> None:
        self.told = told
        self._values: tuple[float | None, ...] = ()
        self.knobs = [
            NumberKnob(row, name, partial(self._tell, part), part) for part in range(len(row.parts))
        ]

    def place(self, grid: QGridLayout, row: int) -> int:
        for knob in self.knobs:
            row = knob.place(grid, row)
        return row

    def show_value(self, value: Value, theme_name: str) -> None:
        assert isinstance(value, tuple)
        self._values = value
        for knob, number in zip(self.knobs, value, strict=True):
            knob.show_value(number, theme_name)

    def _tell(self, part: int, value: Value, gesture: str) -> None:
        assert value is None or isinstance(value, int | float)
        self.told((*self._values[:part], value, *self._values[part + 1 :]), gesture)


class FlagKnob:
    """Yes or no."""

    def __init__(self, row: Hyperparameter, name: str, told: Told) -> None:
        self.box = QCheckBox(row.name)
        self.box.setObjectName(f"{name}_{row.name}")
        self.box.setAccessibleName(f"{row.name}: {row.meaning}")
        self.box.setToolTip(row.meaning)
        self.box.toggled.connect(lambda on: told(on, ""))

    def place(self, grid: QGridLayout, row: int) -> int:
        grid.addWidget(self.box, row, 0, 1, 3)
        return row + 1

    def show_value(self, value: Value, theme_name: str) -> None:
        blocker = QSignalBlocker(self.box)
        self.box.setChecked(bool(value))
        blocker.unblock()


class ChoiceKnob:
    """One of a few words; "none" where it may be absent."""

    def __init__(self, row: Hyperparameter, name: str, told: Told) -> None:
        self.row = row
        self.label = QLabel(row.name)
        self.label.setToolTip(row.meaning)
        self.box = QComboBox()
        self.box.setObjectName(f"{name}_{row.name}")
        self.box.setAccessibleName(f"{row.name}: {row.meaning}")
        self.box.setToolTip(row.meaning)
        self.label.setBuddy(self.box)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for choice in (*(("none",) if row.optional else ()), *row.choices):
            self.box.addItem(choice)
        self.box.textActivated.connect(lambda text: told(None if text == "none" else text, ""))

    def place(self, grid: QGridLayout, row: int) -> int:
        grid.addWidget(self.label, row, 0)
        grid.addWidget(self.box, row, 1, 1, 2)
        return row + 1

    def show_value(self, value: Value, theme_name: str) -> None:
        self.box.setCurrentText("none" if value is None else str(value))


class TextKnob:
    """A value that is best written: numbers with slashes between them."""

    def __init__(self, row: Hyperparameter, name: str, told: Told) -> None:
        self.row, self.told = row, told
        self.label = QLabel(row.name)
        self.label.setToolTip(row.meaning)
        self.field = QLineEdit()
        self.field.setObjectName(f"{name}_{row.name}")
        self.field.setAccessibleName(f"{row.name}: {row.meaning}")
        self.field.setPlaceholderText(f"by itself; or {example(row)}")
        self.field.setToolTip(row.meaning)
        self.field.editingFinished.connect(self._read)
        self._shown = ""

    def place(self, grid: QGridLayout, row: int) -> int:
        grid.addWidget(self.label, row, 0)
        grid.addWidget(self.field, row, 1, 1, 2)
        return row + 1

    def show_value(self, value: Value, theme_name: str) -> None:
        self._shown = "" if value is None else write_value(value)
        self.field.setText(self._shown)

    def _read(self) -> None:
        text = self.field.text().strip()
        if text == self._shown:
            return
        try:
            value = None if not text else read_value(self.row, text)
        except HyperparameterError:
            self.told(text, "")  # who is told says what is wrong with it
        else:
            self.told(value, "")


_KINDS: dict[str, Callable[[Hyperparameter, str, Told], Knob]] = {
    "number": NumberKnob,
    "integer": NumberKnob,
    "numbers": PairKnob,
    "flag": FlagKnob,
    "choice": ChoiceKnob,
    "integers": TextKnob,
}


def knob_for(row: Hyperparameter, name: str, told: Told) -> Knob:
    """The knob of a hyper-parameter. `name` begins the object names of its widgets."""
    return _KINDS[row.kind](row, name, told)
