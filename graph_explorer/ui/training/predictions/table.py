"""The examples as a table, which is also the text twin of every picture.

The one rule: it has a row for each chosen example, in the order that is chosen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableView, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.predictions.choice import Choice, class_name, rows_of
from graph_explorer.ui.training.predictions.subject import Moment
from graph_explorer.ui.widgets.copying import copied
from graph_explorer.ui.widgets.read_only import heading, read_by_rows, set_widths

Array = np.ndarray[Any, Any]
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
COLUMNS = {
    "classes": ("Example", "True class", "Taken for", "Confidence", "Right"),
    "numbers": ("Example", "True", "Answer", "Missed by"),
}
_WIDTHS = (12, 16, 16, 14, 12)
_FEW = 4


class ExampleModel(QAbstractTableModel):
    """A row an example."""

    def __init__(self) -> None:
        super().__init__()
        self.moment: Moment | None = None
        self.choice = Choice()
        self.rows: Array = np.zeros(0, dtype=int)
        self.theme_name = "light"

    def show(self, moment: Moment, choice: Choice, theme_name: str) -> None:
        """Shows these examples; as many rows of the same columns stay where they are."""
        rows = rows_of(moment, choice)
        stays = (
            self.moment is not None and len(rows) == len(self.rows) and self.moment.classes == moment.classes
        )
        if not stays:
            self.beginResetModel()
        self.moment, self.choice, self.rows, self.theme_name = moment, choice, rows, theme_name
        if not stays:
            self.endResetModel()
        elif len(rows):
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS["classes" if self.moment is not None and self.moment.classes else "numbers"]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, self.columns, numbers=())

    def data(self, index: Index, role: int = 0) -> Any:
        if self.moment is None or not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            text = self.text(int(self.rows[index.row()]), index.column())
            return text if role == Qt.ItemDataRole.DisplayRole else f"{self.columns[index.column()]}: {text}"
        if role == Qt.ItemDataRole.ForegroundRole and self.columns[index.column()] == "Right":
            _, answered = self.moment.portion(self.choice.portion)
            right = bool(answered.right[self.rows[index.row()]])
            return theme(self.theme_name).color("success" if right else "error")
        return None

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        assert self.moment is not None
        portion, answered = self.moment.portion(self.choice.portion)
        if column == 0:
            return str(int(portion.numbers[row]))
        if answered.truth is None or answered.found is None:
            if column == 3:
                return number(float(answered.errors[row]), 4)
            values = np.ravel((answered.wanted, answered.answers)[column - 1][row])
            more = ", …" if values.size > _FEW else ""
            return ", ".join(number(float(each), 4) for each in values[:_FEW]) + more
        if column in (1, 2):
            return class_name(self.moment, int((answered.truth, answered.found)[column - 1][row]))
        if column == 3:
            return f"{float(answered.confidence[row]):.1%}"
        return "right" if bool(answered.right[row]) else "wrong"


class ExampleTable(QTableView):
    """The table. Enter or a double click opens an example."""

    #: an example was chosen: its portion, and its row there
    chosen = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("predictions_table")
        self.setAccessibleName("Examples with their answers; Enter opens one")
        self.examples = ExampleModel()
        self.setModel(self.examples)
        read_by_rows(self)
        set_widths(self, _WIDTHS, room=0)
        self.horizontalHeader().setStretchLastSection(True)
        self.activated.connect(lambda index: self._open(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not copied(event, self.examples):
            super().keyPressEvent(event)

    def _open(self, place: int) -> None:
        if 0 <= place < len(self.examples.rows):
            self.chosen.emit(self.examples.choice.portion, int(self.examples.rows[place]))

    def show_moment(self, moment: Moment, choice: Choice, theme_name: str) -> None:
        """Shows the chosen examples with the answers of this moment."""
        self.examples.show(moment, choice, theme_name)
