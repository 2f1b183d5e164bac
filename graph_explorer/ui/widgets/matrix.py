"""An array as a table of numbers with heat behind them, to read and to edit.

The one rule: the table is a window on the array, never a copy; only the cells on the screen are asked for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.heat import heat_color
from graph_explorer.ui.widgets.number import parse, written

Array = np.ndarray[Any, Any]
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

#: An array of more entries is not edited cell by cell.
MOST_EDITED = 10_000
_ROWS_SEEN = 8
#: The widths of columns follow from the numbers in this many of them.
_COLUMNS_MEASURED = 24


class MatrixModel(QAbstractTableModel):
    """The last two axes of an array; a vector is one row. `at` chooses along the axes before them."""

    #: the index of an entry in the whole array, and its new number
    entered = Signal(object, float)

    def __init__(self) -> None:
        super().__init__()
        self.array: Array = np.zeros((0, 0))
        self.at: tuple[int, ...] = ()
        self.editable = False
        self.theme_name = "light"
        self._largest = 0.0

    def show_array(
        self, array: Array, at: tuple[int, ...], largest: float, theme_name: str, editable: bool
    ) -> None:
        """Shows `array[at]`; `largest` is the magnitude that gets the full heat."""
        same = array.shape == self.array.shape and at == self.at and editable == self.editable
        if not same:
            self.beginResetModel()
        self.array, self.at, self.editable, self.theme_name = array, at, editable, theme_name
        self._largest = largest
        if not same:
            self.endResetModel()
        elif array.size:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    @property
    def seen(self) -> Array:
        """The part of the array that the table shows, with two axes."""
        part = np.asarray(self.array[self.at])
        return part.reshape(1, -1) if part.ndim < 2 else part

    def whole_index(self, row: int, column: int) -> tuple[int, ...]:
        """Where a cell stands in the whole array."""
        inside = {0: (), 1: (column,)}.get(self.array[self.at].ndim, (row, column))
        return (*self.at, *inside)

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self.seen.shape[0]

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self.seen.shape[1]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return str(section) if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self.editable else flags

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid():
            return None
        entry = self.seen[index.row(), index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return number(entry)
        if role == Qt.ItemDataRole.EditRole:
            return written(float(entry))
        if role == Qt.ItemDataRole.BackgroundRole:
            return heat_color(float(entry), self._largest, theme(self.theme_name))
        if role == Qt.ItemDataRole.ForegroundRole:
            finite = math.isfinite(float(entry))
            return theme(self.theme_name).color("text" if finite else "error")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            place = ", ".join(map(str, self.whole_index(index.row(), index.column())))
            return f"[{place}] = {written(float(entry))}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        try:
            found = parse(str(value))
        except ValueError:
            return False
        self.entered.emit(self.whole_index(index.row(), index.column()), found)
        return True


class MatrixView(QTableView):
    """The table: as high as its rows up to a bound, then it scrolls."""

    def __init__(self, name: str, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.shown = MatrixModel()
        self.setModel(self.shown)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setMinimumSectionSize(18)
            header.setHighlightSections(False)
        self._shape: tuple[int, ...] = ()
        self._widest = 0
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def show_array(
        self, array: Array, at: tuple[int, ...], largest: float, theme_name: str, editable: bool
    ) -> None:
        """Shows `array[at]`; see `MatrixModel`."""
        self.shown.show_array(array, at, largest, theme_name, editable)
        triggers = QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.AnyKeyPressed
        triggers |= QAbstractItemView.EditTrigger.EditKeyPressed
        self.setEditTriggers(triggers if editable else QAbstractItemView.EditTrigger.NoEditTriggers)
        if array.shape != self._shape:
            self._shape, self._widest = array.shape, 0
        self._fit_columns()
        several = self.shown.rowCount() > 1
        self.verticalHeader().setVisible(several)
        self._take_height()

    def _fit_columns(self) -> None:
        """Columns as wide as the numbers in them need; while an array is changed they only grow."""
        metrics = self.fontMetrics()
        rows, columns = (
            min(self.shown.rowCount(), _ROWS_SEEN),
            min(self.shown.columnCount(), _COLUMNS_MEASURED),
        )
        texts = [number(entry) for entry in self.shown.seen[:rows, :columns].flat]
        needed = max((metrics.horizontalAdvance(text) for text in texts), default=0) + 12
        least, most = metrics.horizontalAdvance("−0.000") + 12, metrics.horizontalAdvance("−0.000·10⁻⁰⁰") + 12
        self._widest = max(self._widest, min(max(needed, least), most))
        self.horizontalHeader().setDefaultSectionSize(self._widest)

    def _take_height(self) -> None:
        height = self.sizeHint().height()
        if height != self.maximumHeight():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._take_height()

    def sizeHint(self) -> QSize:
        rows, columns = self.shown.rowCount(), self.shown.columnCount()
        row = self.verticalHeader().defaultSectionSize()
        header = self.horizontalHeader().sizeHint().height()
        width = columns * self.horizontalHeader().defaultSectionSize()
        if not self.verticalHeader().isHidden():
            width += self.verticalHeader().sizeHint().width()
        if rows > _ROWS_SEEN:
            width += self.verticalScrollBar().sizeHint().width()
        bar = self.horizontalScrollBar().sizeHint().height() if width > self.width() - 2 else 0
        return QSize(min(width, 400) + 2, header + min(rows, _ROWS_SEEN) * row + bar + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())
