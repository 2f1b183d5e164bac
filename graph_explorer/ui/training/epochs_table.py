"""The epochs of the selected run as a table: the text twin of its curves.

The one rule: a row that is chosen is the epoch that is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableView, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.lab.epochs import Epoch
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.widgets.copying import copied
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, show_chosen

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
#: Title of a column and its number of an epoch; None where it was not measured.
Column = tuple[str, Callable[[Epoch], float | None]]


def columns_of(run: TrainingRun | None) -> tuple[Column, ...]:
    """The columns of a run: those of its metrics among them."""
    found: list[Column] = [
        ("Epoch", lambda epoch: epoch.number),
        ("Step", lambda epoch: epoch.step),
        ("Training loss", lambda epoch: epoch.loss),
        ("Validation loss", lambda epoch: epoch.validation_loss),
    ]
    for metric in run.training.metrics if run is not None else ():
        found.append((f"Training {metric.name}", partial(_metric, metric.name, False)))
        found.append((f"Validation {metric.name}", partial(_metric, metric.name, True)))
    found.append(("Learning rate", lambda epoch: epoch.learning_rate))
    found.append(("Best so far", lambda epoch: epoch.best))
    return tuple(found)


def _metric(name: str, validation: bool, epoch: Epoch) -> float | None:
    return (epoch.validation_metrics if validation else epoch.metrics).get(name)


class EpochsModel(QAbstractTableModel):
    """One row an epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.run: TrainingRun | None = None
        self.columns: tuple[Column, ...] = columns_of(None)

    def show(self, run: TrainingRun | None) -> None:
        """Shows the epochs of a run; where it has only gone on, rows are added."""
        before, count = self.run, 0 if run is None else len(run.epochs)
        had = 0 if before is None else len(before.epochs)
        longer = before is not None and run is not None and _goes_on(before, run)
        if longer and count == had:
            self.run = run
        elif longer:
            self.beginInsertRows(_NOWHERE, had, count - 1)
            self.run = run
            self.endInsertRows()
        else:
            self.beginResetModel()
            self.run, self.columns = run, columns_of(run)
            self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.run is None else len(self.run.epochs)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, [title for title, _ in self.columns])

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid() or self.run is None or index.row() >= len(self.run.epochs):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()][0]}: {self.text(index.row(), index.column())}"
        return RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        assert self.run is not None
        value = self.columns[column][1](self.run.epochs[row])
        if value is None:
            return "–"
        return str(value) if isinstance(value, int) else number(value, 5)


def _goes_on(before: TrainingRun, now: TrainingRun) -> bool:
    """Whether a run is the same as before, with epochs added at its end."""
    had = len(before.epochs)
    if before.number != now.number or before.table != now.table or len(now.epochs) < had:
        return False
    return not had or (now.epochs[had - 1] is before.epochs[-1] and now.epochs[0] is before.epochs[0])


class EpochsTable(QTableView):
    """The table."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.epochs = EpochsModel()
        self.setObjectName("training_epochs")
        self.setAccessibleName("Epochs of the selected run with their numbers")
        self.setModel(self.epochs)
        read_by_rows(self)
        self.horizontalHeader().setDefaultSectionSize(self.fontMetrics().averageCharWidth() * 17)
        self.selectionModel().currentRowChanged.connect(self._look)
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        if before.training is now.training:
            return
        run = now.training.run
        self.epochs.show(run)
        if run is None or not run.epochs:
            return
        row = len(run.epochs) - 1 if now.training.at is None else now.training.at - run.epochs[0].number
        if 0 <= row < len(run.epochs):
            show_chosen(self, row)

    def _look(self, index: QModelIndex) -> None:
        run = self.epochs.run
        if index.isValid() and run is not None:
            self.session.trainer.look(run.epochs[index.row()].number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not copied(event, self.epochs):
            super().keyPressEvent(event)
