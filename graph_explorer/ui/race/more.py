"""Every other knob of a method: its own, its schedule's, and what any method can be asked for beside.

The one rule: the widgets are made when they are first looked at, from the rows of the table, and made
anew only where those rows are others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from graph_explorer.lab.hyperparameters import Hyperparameter, Value
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.optimizers.shared import SCHEDULE, SHARED
from graph_explorer.lab.schedules import SCHEDULES
from graph_explorer.ui.race.edit import with_schedule, with_schedule_setting, with_setting
from graph_explorer.ui.race.knobs import Knob, knob_for
from graph_explorer.ui.widgets.text import Elided

#: What changes the settings: a function from those of now to the new text.
Try = Callable[[Callable[[MethodSettings], str]], None]
_BESIDE = frozenset(row.name for row in SHARED)


def own_rows(settings: MethodSettings) -> tuple[Hyperparameter, ...]:
    """The method's own hyper-parameters but the learning rate, which stands above."""
    rows = settings.method.hyperparameters
    return tuple(row for row in rows if row.name != "lr" and row.name not in _BESIDE)


def shared_rows(settings: MethodSettings, leave_out: Collection[str] = ()) -> tuple[Hyperparameter, ...]:
    """Decay, clipping, noise: what methods have in common."""
    rows = settings.method.hyperparameters
    found = (row for row in rows if row.name in _BESIDE and row.kind != "schedule")
    return tuple(row for row in found if row.name not in leave_out)


class MoreKnobs(QWidget):
    """The expanded part of a card, without the knobs in `leave_out`."""

    def __init__(
        self, name: str, change: Try, parent: QWidget | None = None, *, leave_out: Collection[str] = ()
    ) -> None:
        super().__init__(parent)
        self._leave_out = leave_out
        self.setObjectName(name)
        self._change = change
        self._settings: MethodSettings | None = None
        self._theme = "light"
        self._made_for: tuple[str, str] = ("", "")
        self._knobs: dict[str, Knob] = {}
        self._schedule_knobs: dict[str, Knob] = {}
        self.text = QLineEdit(self)
        self.text.hide()
        self.text.setObjectName(f"{name}_text")
        self.text.setAccessibleName("The settings as text")
        self.text.setToolTip("The settings as one text, as the command line and a file take them")
        self.text.editingFinished.connect(self._typed)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(2, 4, 0, 2)
        self._box.addWidget(self.text)
        self._inside: QWidget | None = None

    def show_settings(self, settings: MethodSettings, theme_name: str) -> None:
        """Shows the values; nothing is made while nobody looks."""
        self._settings, self._theme = settings, theme_name
        if self.isVisible():
            self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def _show(self) -> None:
        settings = self._settings
        if settings is None:
            return
        wanted = (settings.method.name, settings.schedule.schedule.name)
        if wanted != self._made_for:
            self._make(settings)
            self._made_for = wanted
        for key, knob in self._knobs.items():
            knob.show_value(settings.values[key], self._theme)
        for row in settings.schedule.schedule.parameters if self._schedule_knobs else ():
            value = settings.schedule.given.get(row.name, row.default)
            self._schedule_knobs[row.name].show_value(value, self._theme)
        self.schedule.setCurrentIndex(self.schedule.findData(wanted[1]))
        if not self.text.hasFocus():
            self.text.setText(str(settings))
            self.text.setCursorPosition(0)

    # ── making ────────────────────────────────────────────────────────────────────────────────

    def _make(self, settings: MethodSettings) -> None:
        if self._inside is not None:
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = QWidget()
        grid = QGridLayout(self._inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        self._knobs, at = {}, 0
        at = self._fill(grid, at, own_rows(settings), self._set, self._knobs)
        at = self._make_schedule(grid, at, settings)
        if shared := shared_rows(settings, self._leave_out):
            at = self._head(grid, at, "Decay, clipping, noise")
            at = self._fill(grid, at, shared, self._set, self._knobs)
        at = self._head(grid, at, "As text")
        self._box.insertWidget(0, self._inside)
        self.text.show()

    def _head(self, grid: QGridLayout, at: int, title: str) -> int:
        label = Elided(title, "section")
        label.setContentsMargins(0, 6, 0, 0)
        grid.addWidget(label, at, 0, 1, 3)
        return at + 1

    def _fill(
        self,
        grid: QGridLayout,
        at: int,
        rows: Sequence[Hyperparameter],
        told: Callable[[str, Value, str], None],
        knobs: dict[str, Knob],
    ) -> int:
        for row in rows:
            knobs[row.name] = knob_for(row, self.objectName(), partial(told, row.name))
            at = knobs[row.name].place(grid, at)
        return at

    def _make_schedule(self, grid: QGridLayout, at: int, settings: MethodSettings) -> int:
        at = self._head(grid, at, "Schedule of the learning rate")
        self.schedule = QComboBox()
        self.schedule.setObjectName(f"{self.objectName()}_schedule")
        self.schedule.setAccessibleName("Schedule of the learning rate")
        self.schedule.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for name, row in SCHEDULES.items():
            self.schedule.addItem(row.title, name)
        self.schedule.activated.connect(lambda: self._choose(self.schedule.currentData()))
        label = QLabel("schedule")
        label.setBuddy(self.schedule)
        grid.addWidget(label, at, 0)
        grid.addWidget(self.schedule, at, 1, 1, 2)
        self._schedule_knobs = {}
        plain = settings.schedule.schedule.name == SCHEDULE.default
        rows = () if plain else settings.schedule.schedule.parameters
        return self._fill(grid, at + 1, rows, self._set_schedule, self._schedule_knobs)

    # ── changing ──────────────────────────────────────────────────────────────────────────────

    def _set(self, key: str, value: Value, gesture: str) -> None:
        self._change(lambda settings: with_setting(settings, key, value))

    def _set_schedule(self, key: str, value: Value, gesture: str) -> None:
        self._change(lambda settings: with_schedule_setting(settings, key, value))

    def _choose(self, name: str) -> None:
        self._change(lambda settings: with_schedule(settings, name))

    def _typed(self) -> None:
        text = self.text.text().strip()
        if self._settings is None or text == str(self._settings):
            return
        self._change(lambda settings: str(read_method(text)))
