"""A table of a set: what every picture says, in text.

The one rule: it holds no texts of its own; it asks its subject for the cells that are seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.data.subjects import Subject

Array = np.ndarray[Any, Any]
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LEFT, _RIGHT = (
    int(side | Qt.AlignmentFlag.AlignVCenter)
    for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
)
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
        if orientation is not Qt.Orientation.Horizontal or self.subject is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.subject.headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self.subject.is_words(section) else _RIGHT
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        if self.subject is None or not index.isValid():
            return None
        row, column = int(self.rows[index.row()]), index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.subject.text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.subject.headings[column]}: {self.subject.text(row, column) or 'nothing'}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self.subject.is_words(column) else _RIGHT
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
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_rows(self, subject: Subject, rows: Array, theme_name: str) -> None:
        """Shows these rows; columns that were there keep their widths."""
        before = self.shown.columnCount()
        self.shown.show(subject, rows, theme_name)
        if self.shown.columnCount() == before:
            return
        letter, some = self.fontMetrics().averageCharWidth(), rows[:20].tolist()
        for column, heading in enumerate(subject.headings):
            texts = (heading, *(subject.text(row, column) for row in some))
            self.setColumnWidth(column, (max(_LEAST, *map(len, texts)) + _ROOM) * letter)
        self.horizontalHeader().setStretchLastSection(subject.is_words(len(subject.headings) - 1))
