"""The runs as a table, which is also the legend of the curves: a row a run, ticked while it is shown.

The one rule: the numbers are those of the last epoch of a run; what was not measured is said as such.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.race.chip import marker_icon
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.state import TrainingRun, TrainingState
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths, show_chosen

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
COLUMNS = (
    "Run", "Epoch", "Loss", "Validation", "Accuracy", "Best", "Steps", "Examples", "Seconds", "Outcome",
    "From",
)  # fmt: skip
_HINTS = (
    "Ticked while its curves are shown; F2 renames it",
    "How many epochs it has done",
    "The loss of all training examples after its last epoch",
    "The loss of all validation examples after its last epoch",
    "Of the validation examples, or of the training examples where none validate",
    "The epoch with the lowest loss",
    "How many steps it has taken, those of the runs it came from included",
    "How many examples were gone through, forward and backward",
    "How long its steps have taken",
    "How it ended",
    "The run from which it was replayed with other settings",
)
_WIDTHS = (30, 6, 9, 9, 9, 5, 7, 9, 8, 13, 16)
_ROLES = {"done": "success", "diverged": "error", "stopped early": "warning", "running": "muted"}
_RUN, _OUTCOME = 0, 9
_NUMBERS = range(_RUN + 1, _OUTCOME)


def cells(run: TrainingRun, training: TrainingState) -> tuple[str, ...]:
    """What stands in the row of a run."""
    last = run.epochs[-1] if run.epochs else None
    found = {} if last is None else last.validation_metrics or last.metrics
    accuracy = next(iter(found.values()), None)
    validation = last.validation_loss if last is not None else None
    under_way = training.running and training.selected == run.number
    outcome = ("running" if under_way else "paused") if run.outcome == "running" else run.outcome
    parent = training.numbered(run.parent.run) if run.parent is not None else None
    came = (
        ""
        if run.parent is None
        else f"step {run.parent.step} of {parent.title if parent else 'a removed run'}"
    )
    return (
        run.title,
        f"{run.reached} / {run.training.epochs}",
        "–" if last is None else number(last.loss, 4),
        "–" if validation is None else number(validation, 4),
        "–" if accuracy is None else f"{accuracy:.2%}",
        "–" if last is None or not last.best else str(last.best),
        _thousands(run.step),
        _thousands(run.gone_through) if run.examples else "–",
        f"{run.seconds:.1f}",
        outcome,
        came,
    )


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u2009")


class RunsModel(QAbstractTableModel):
    """One row a run."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.state = State()

    @property
    def runs(self) -> tuple[TrainingRun, ...]:
        return self.state.training.runs

    def show(self, now: State) -> None:
        """Shows the runs of this state; the same number of rows stay where they are."""
        before = self.runs
        same = [run.number for run in before] == [run.number for run in now.training.runs]
        if not same:
            self.beginResetModel()
        self.state = now
        if not same:
            self.endResetModel()
        elif before:
            self.dataChanged.emit(self.index(0, 0), self.index(len(before) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        if index.isValid() and index.column() == _RUN:
            found |= Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
        return found

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, COLUMNS, _HINTS, _NUMBERS)

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid() or index.row() >= len(self.runs):
            return None
        run, column = self.runs[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cells(run, self.state.training)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _told(run) if column == _RUN else cells(run, self.state.training)[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = cells(run, self.state.training)[column]
            return said if column == _RUN else f"{COLUMNS[column]}: {said}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return RIGHT
        if role == Qt.ItemDataRole.DecorationRole and column == _RUN:
            return marker_icon(run.colour, self.state.theme)
        if role == Qt.ItemDataRole.CheckStateRole and column == _RUN:
            shown = run.number in self.state.training.shown
            return Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ForegroundRole and column == _OUTCOME:
            return theme(self.state.theme).color(_ROLES[run.outcome])
        return None

    def setData(self, index: Index, value: Any, role: int = 0) -> bool:
        if not index.isValid() or index.row() >= len(self.runs):
            return False
        number = self.runs[index.row()].number
        if role == Qt.ItemDataRole.CheckStateRole:
            self.session.trainer.show(number, Qt.CheckState(value) == Qt.CheckState.Checked)
        elif role == Qt.ItemDataRole.EditRole:
            self.session.trainer.rename(number, str(value))
        return True


def _told(run: TrainingRun) -> str:
    """The settings of a run, as its file has them."""
    return "\n".join([run.title, *(f"{key} = {value}" for key, value in run.table.items())])


class RunsTable(QTableView):
    """The table."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.runs = RunsModel(session)
        self.setObjectName("training_runs")
        self.setAccessibleName("Runs of the training with their results")
        self.setModel(self.runs)
        read_by_rows(self, 8)
        set_widths(self, _WIDTHS)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().currentRowChanged.connect(self._select)
        session.follow(self.show_state)

    @property
    def chosen(self) -> tuple[int, ...]:
        """The numbers of the runs whose rows are selected, in their order."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(self.runs.runs[row].number for row in rows if row < len(self.runs.runs))

    def show_state(self, before: State, now: State) -> None:
        if before.training is now.training and before.theme == now.theme:
            return
        self.runs.show(now)
        numbers = [run.number for run in now.training.runs]
        current = self.currentIndex().row()
        if now.training.selected in numbers and current != numbers.index(now.training.selected):
            show_chosen(self, numbers.index(now.training.selected))

    def _select(self, index: QModelIndex) -> None:
        if index.isValid():
            training, number = self.session.state.training, self.runs.runs[index.row()].number
            if number != training.selected and not training.running:
                self.session.change(training=training.with_parts(selected=number, at=None))

    def as_text(self, separator: str = "\t") -> str:
        """The whole table, a line a run."""
        made = io.StringIO()
        writer = csv.writer(made, delimiter=separator, lineterminator="\n")
        writer.writerow((*COLUMNS, "Settings"))
        for run in self.runs.runs:
            settings = "; ".join(f"{key}={value}" for key, value in run.table.items())
            writer.writerow((*cells(run, self.runs.state.training), settings))
        return made.getvalue()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        elif event.matches(QKeySequence.StandardKey.Delete):
            for number in self.chosen:
                self.session.trainer.remove(number)
        else:
            super().keyPressEvent(event)
