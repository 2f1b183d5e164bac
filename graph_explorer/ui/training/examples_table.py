"""The examples of a mini-batch as a table: what each says alone.

The one rule: a row that is activated opens that example's own run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.lab.unfolded import Unfolded
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
COLUMNS = ("Example", "Loss", "Gradient", "Along the batch")
_HINTS = (
    "Its place in the data set, from 0",
    "Its loss alone",
    "The length of its gradient alone, over all parameters",
    "The cosine between its gradient and that of the batch: 1 the same way, 0 across, −1 against it",
)


class ExamplesModel(QAbstractTableModel):
    """One row an example, and one for all together."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Unfolded | None = None

    def show(self, found: Unfolded) -> None:
        """Shows the examples of a step."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.found is None else len(self.found.numbers) + 1

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, COLUMNS, _HINTS)

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; the first row is the batch as a whole."""
        found = self.found
        assert found is not None
        if row == 0:
            whole = found.together or "batch"
            return (f"all ({whole})", number(found.loss), number(found.length), "1")[column]
        k = row - 1
        cells = (found.losses[k], found.norms[k], found.along[k])
        return str(int(found.numbers[k])) if not column else number(float(cells[column - 1]), 4)

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid() or self.found is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[index.column()]}: {self.text(index.row(), index.column())}"
        return RIGHT if role == Qt.ItemDataRole.TextAlignmentRole else None


class ExamplesTable(QTableView):
    """The table; `opens` is called with the numbers of the examples that are to be opened."""

    def __init__(self, opens: Callable[[tuple[int, ...]], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._opens = opens
        self.examples = ExamplesModel()
        self.setObjectName("training_examples")
        self.setAccessibleName("Examples of the mini-batch; Enter opens the run of one")
        self.setModel(self.examples)
        read_by_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setDefaultSectionSize(self.fontMetrics().averageCharWidth() * 10)
        self.activated.connect(self._activate)

    def show_unfolded(self, found: Unfolded, theme_name: str) -> None:
        """Shows the examples of a step."""
        self.examples.show(found)

    def _activate(self, index: QModelIndex) -> None:
        found = self.examples.found
        rows = sorted({each.row() for each in self.selectionModel().selectedRows()} or {index.row()})
        if found is not None and rows:
            self._opens(() if 0 in rows else tuple(int(found.numbers[row - 1]) for row in rows))
