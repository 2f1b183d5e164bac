"""What holds for every entry: how many steps, how many evaluations, the seed, and the starts.

The one rule: all entries run the same course, so that they can be compared.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.lab.hyperparameters import NOT_NEGATIVE, Value, integer
from graph_explorer.ui.race.knobs import NumberKnob
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.number import NumberField
from graph_explorer.ui.widgets.section import Section

#: The most steps of a path: enough for every lesson, and no path fills the memory.
MOST_STEPS = 100_000
_ROWS = (
    integer("steps", 200, "the most steps of every path", usual=(10, 10_000)),
    integer(
        "budget", None, "the most evaluations of every path, whatever a step needs of them",
        usual=(10, 10_000), optional=True,
    ),
    integer("seed", 0, "where the random numbers of noise and batches begin", NOT_NEGATIVE, (0, 100)),
)  # fmt: skip


class StartRow(QWidget):
    """One start: its two coordinates, and a button that takes it away."""

    def __init__(self, session: Session, place: int) -> None:
        super().__init__()
        self.session, self.place = session, place
        self.setObjectName(f"race_start_{place}")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        self.fields: list[NumberField] = []
        for axis in range(2):
            field = NumberField(f"race_start_{place}_{axis}", f"Start {place + 1}, coordinate {axis + 1}")
            field.changed.connect(partial(self._moved, axis))
            self.fields.append(field)
            line.addWidget(field, 1)
        self.close_button = QToolButton()
        self.close_button.setObjectName(f"race_start_{place}_remove")
        self.close_button.setProperty("look", "small")
        self.close_button.setAccessibleName(f"Remove start {place + 1}")
        self.close_button.setToolTip("Take this start away")
        self.close_button.clicked.connect(
            lambda: session.racer.set(session.state.race.without_start(self.place))
        )
        line.addWidget(self.close_button)

    def show_start(self, race: Race, names: tuple[str, str], theme_name: str) -> None:
        for field, name, value in zip(self.fields, names, race.starts[self.place], strict=True):
            field.setAccessibleName(f"Start {self.place + 1}, {name}")
            field.show_value(value)
        self.close_button.setIcon(icon("close", theme_name, "muted"))
        self.close_button.setEnabled(len(race.starts) > 1)

    def _moved(self, axis: int, value: float, gesture: str) -> None:
        race = self.session.state.race
        point = list(race.starts[self.place])
        point[axis] = value
        starts = (*race.starts[: self.place], (point[0], point[1]), *race.starts[self.place + 1 :])
        self.session.racer.set(starts=starts)


class Course(QWidget):
    """The sections about the course."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("race_course")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(self._make_knobs())
        box.addWidget(self._make_starts())

    def _make_knobs(self) -> Section:
        section = Section("race_length", "Course")
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        self.knobs = {row.name: NumberKnob(row, "race", partial(self._set, row.name)) for row in _ROWS}
        for at, knob in enumerate(self.knobs.values()):
            knob.place(grid, at)
        self.linked = QCheckBox("Stepping moves the graph's parameters")
        self.linked.setObjectName("race_linked")
        self.linked.setToolTip("The graph, the inspector and the timeline show the selected path's point")
        self.linked.toggled.connect(lambda on: self.session.racer.set(linked=on))
        section.add(inside)
        section.add(self.linked)
        return section

    def _make_starts(self) -> Section:
        self.starts = Section("race_starts", "Starts")
        self.rows: list[StartRow] = []
        self.add = QPushButton("Add the present point")
        self.add.setObjectName("race_add_start")
        self.add.setProperty("look", "small")
        self.add.setToolTip("Every method also starts where the graph's parameters are now")
        self.add.clicked.connect(self.session.racer.add_start)
        self.starts.add(self.add)
        return self.starts

    # ── showing and changing ──────────────────────────────────────────────────────────────────

    def show_course(self, now: State) -> None:
        race = now.race
        for name, knob in self.knobs.items():
            knob.show_value(getattr(race, name), now.theme)
        blocker = QSignalBlocker(self.linked)
        self.linked.setChecked(race.linked)
        blocker.unblock()
        while len(self.rows) < len(race.starts):
            self.rows.append(StartRow(self.session, len(self.rows)))
            self.starts.body.insertWidget(self.starts.body.count() - 1, self.rows[-1])
        names = tuple(axis.label for axis in now.surface.axes) if now.surface is not None else ("x", "y")
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(race.starts))
            if place < len(race.starts):
                row.show_start(race, (names[0], names[1]), now.theme)
        short = f"{names[0]} and {names[1]}; " if len("".join(names)) < 16 else ""
        self.starts.show_title("Starts", remark=f"{short}Shift+click on the surface adds one")
        self.add.setEnabled(now.here is not None)

    def _set(self, name: str, value: Value, gesture: str) -> None:
        race = self.session.state.race
        most = {"steps": MOST_STEPS, "seed": 2**32 - 1}.get(name, MOST_STEPS * 100)
        row = next(row for row in _ROWS if row.name == name)
        good = value is None if row.optional else False
        if isinstance(value, int) and row.bounds[0].low <= value <= most:
            good = True
        if not good:
            self.session.say(f"{name} is a whole number from {row.bounds[0].low:g} to {most}, not {value}")
            self.knobs[name].show_value(getattr(race, name), self.session.state.theme)
        elif name == "steps":
            assert isinstance(value, int)
            self.session.racer.set(race.with_steps(value))
        else:
            self.session.racer.set(race, **{name: value})
