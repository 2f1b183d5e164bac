"""The runs of a sweep as a table: the text twin of the chart.

The one rule: a row that is chosen is the run that the chart points at.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableView, QWidget

from graph_explorer.document import Document
from graph_explorer.lab.sweep import Tried, best_of
from graph_explorer.ui.race.wording import number_text
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.sweep.state import NO_SWEEP, Sweep
from graph_explorer.ui.widgets.copying import copied
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, show_chosen

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


def cells(tried: Tried[Document]) -> dict[str, str]:
    """A run as texts by the title of their column."""
    last = tried.epochs[-1]
    found = {name: _text(value) for name, value in tried.trial.settings.items()}
    found |= {"Epochs": str(last.number), "Outcome": tried.outcome, "Training loss": _text(last.loss)}
    found |= {f"Training {name}": _text(value) for name, value in last.metrics.items()}
    if last.validation_loss is not None:
        found["Validation loss"] = _text(last.validation_loss)
        found |= {f"Validation {name}": _text(value) for name, value in last.validation_metrics.items()}
    return found


def _text(value: Any) -> str:
    return number_text(value, 4) if isinstance(value, float) else str(value)


class SweepModel(QAbstractTableModel):
    """One row a run."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.columns: list[str] = []

    def show(self, sweep: Sweep) -> None:
        """Shows the runs that are done; the best one is marked."""
        self.beginResetModel()
        best = best_of(sweep.tried)
        self.rows = [cells(each) | {"": "best" if each is best else ""} for each in sweep.tried]
        self.columns = list(dict.fromkeys(name for row in self.rows for name in row))
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, self.columns)

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid():
            return None
        text = self.rows[index.row()].get(self.columns[index.column()], "–")
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()]}: {text}"
        return RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None


class SweepTable(QTableView):
    """The table. Enter, or a double click, puts the run among those of the training view."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.runs = SweepModel()
        self.setObjectName("sweep_table")
        self.setAccessibleName("Runs of the sweep with their numbers")
        self.setModel(self.runs)
        read_by_rows(self)
        self.horizontalHeader().setDefaultSectionSize(self.fontMetrics().averageCharWidth() * 16)
        self.selectionModel().currentRowChanged.connect(self._choose)
        self.doubleClicked.connect(lambda index: session.sweeper.take(index.row()))
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        old, sweep = before.sweep, now.sweep
        if old is sweep and sweep is not NO_SWEEP:
            return
        if old.tried is not sweep.tried:
            with QSignalBlocker(self.selectionModel()):
                self.runs.show(sweep)
        show_chosen(self, sweep.chosen if 0 <= sweep.chosen < self.runs.rowCount() else None)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.session.sweeper.choose(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.session.sweeper.take(self.currentIndex().row())
        elif not copied(event, self.runs):
            super().keyPressEvent(event)
