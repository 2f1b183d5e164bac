"""A table of a set: what every picture says, in text.

The one rule: it holds no texts of its own; it asks its subject for the cells that are seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QTableView, QWidget

from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.data.subjects import Subject
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths

Array = np.ndarray[Any, Any]
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
#: Letters: a column at least, and of what it says beyond its heading.
_LEAST, _ROOM = 8, 2


class SetModel(QAbstractTableModel):
    """The rows of a subject, in an order."""

    def __init__(self) -> None:
        super().__init__()
        self.subject: Subject | None = None
        self.rows: Array = np.zeros(0, dtype=int)
        self.theme_name = "light"

    def show(self, subject: Subject, rows: Array, theme_name: str) -> None:
        """Shows these rows of a subject."""
        self.beginResetModel()
        self.subject, self.rows, self.theme_name = subject, rows, theme_name
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.subject is None else len(self.subject.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if self.subject is None:
            return None
        titles = self.subject.headings
        numbers = () if self.subject.is_words(section) else (section,)
        return heading(section, orientation, role, titles, titles, numbers)

    def data(self, index: Index, role: int = 0) -> Any:
        if self.subject is None or not index.isValid():
            return None
        row, column = int(self.rows[index.row()]), index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.subject.text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.subject.headings[column]}: {self.subject.text(row, column) or 'nothing'}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return None if self.subject.is_words(column) else RIGHT
        if role == Qt.ItemDataRole.ForegroundRole and self.subject.is_wrong(row, column):
            return theme(self.theme_name).color("error")
        if role == Qt.ItemDataRole.BackgroundRole and self.subject.is_wrong(row, column):
            return theme(self.theme_name).color("error", 0.18)
        return None


class SetTable(QTableView):
    """The table."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.shown = SetModel()
        self.setModel(self.shown)
        read_by_rows(self)

    def show_rows(self, subject: Subject, rows: Array, theme_name: str) -> None:
        """Shows these rows; columns that were there keep their widths."""
        before = self.shown.columnCount()
        self.shown.show(subject, rows, theme_name)
        if self.shown.columnCount() == before:
            return
        some = rows[:20].tolist()
        columns = (
            (title, *(subject.text(row, column) for row in some))
            for column, title in enumerate(subject.headings)
        )
        set_widths(self, (max(_LEAST, *map(len, texts)) + _ROOM for texts in columns), room=0)
        self.horizontalHeader().setStretchLastSection(subject.is_words(len(subject.headings) - 1))
