"""The table of parameters: value, the gradient of this pass, and what `.grad` holds.

The one rule: what this run has not computed is said, not shown as zero.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from graph_explorer.ui.panels.acts.remarks import size
from graph_explorer.ui.session import State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_COLUMNS = ("Name", "Value", "Gradient", ".grad")
_HINTS = (
    "", "Its value now", "The gradient of one backward pass at the present values",
    "What has been added up since Zero: this is what Update uses",
)  # fmt: skip
_ROLES = ("text", "value", "gradient", "gradient")
_ROWS_SEEN = 8
#: The first column is made for the longest of so many names.
_MEASURED = 64


class ParameterModel(QAbstractTableModel):
    """One row a parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.names: tuple[str, ...] = ()

    def show(self, now: State) -> None:
        """Shows the parameters of this state."""
        names = tuple(now.document.parameters) if now.document is not None else ()
        same = names == self.names
        if not same:
            self.beginResetModel()
        self.state, self.names = now, names
        if not same:
            self.endResetModel()
        elif names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(names) - 1, len(_COLUMNS) - 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.names)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, _COLUMNS, _HINTS, range(1, len(_COLUMNS)))

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid():
            return None
        name, column = self.names[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(name, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{self._text(name, column)}\n{_HINTS[column]}".strip()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            spoken = self._text(name, column).replace("|", "")
            return f"{_COLUMNS[column]} of {name}: {spoken}" if column else name
        if role == Qt.ItemDataRole.ForegroundRole:
            known = self._text(name, column) != "none"
            return theme(self.state.theme).color(_ROLES[column] if known else "muted")
        if role == Qt.ItemDataRole.TextAlignmentRole and column:
            return RIGHT
        return None

    def _text(self, name: str, column: int) -> str:
        trace, document = self.state.trace, self.state.document
        if column == 0:
            return name
        if column == 1:
            return size(document.entry(name).array) if document is not None else ""
        if column == 2:
            known = trace is not None and name in trace.graph and trace.has_gradient(name, self.state.time)
            return size(trace.gradient(name, self.state.time)) if known and trace is not None else "none"
        held = self.state.accumulator.gradients.get(name)
        return "none" if held is None else size(held)


class ParameterTable(QTableView):
    """The table, as high as its rows up to a bound."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("acts_parameters")
        self.setAccessibleName("Parameters, their gradients, and what has been added up")
        self.shown = ParameterModel()
        self.setModel(self.shown)
        read_by_rows(self)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(30)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)

    def show_state(self, now: State) -> None:
        """Shows the parameters of this state."""
        self.shown.show(now)
        measured = self.shown.names[:_MEASURED]
        longest = max((self.fontMetrics().horizontalAdvance(name) for name in measured), default=0)
        self.horizontalHeader().resizeSection(0, min(max(longest + 12, 54), 90))
        height = self.sizeHint().height()
        if height != self.maximumHeight():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        rows = min(self.shown.rowCount(), _ROWS_SEEN)
        header = self.horizontalHeader().sizeHint().height()
        return QSize(240, header + rows * self.verticalHeader().defaultSectionSize() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())
