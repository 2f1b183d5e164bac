"""The layers as a table, which is also the text twin of maps, lines and histograms: at one epoch.

The one rule: the numbers are those of the epoch that is looked at; what is not known is a dash, not 0.
"""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QTableView, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.training.flow.history import History, layer_title
from graph_explorer.ui.widgets.copying import copied
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
#: Title, hint, and which numbers of the flow; "" for the update.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("Gradient", "The norm of the gradient of what the layer gives", "gradients"),
    ("Weights", "The norm of the weights", "weights"),
    ("Their gradient", "The norm of the gradient of the weights", "weight_gradients"),
    ("Update", "The last update relative to the parameters; around 0.001 is usual", ""),
    ("Mean", "The mean of the activations", "means"),
    ("Deviation", "The standard deviation of the activations", "deviations"),
    ("Dead", "The share of units that are closed for all of the examples", "dead"),
    ("Saturated", "The share of entries where the activation is flat", "saturated"),
)
_TITLES = ("Layer", *(title for title, _, _ in COLUMNS))
_HINTS = ("What is learnt there", *(hint for _, hint, _ in COLUMNS))
_SHARES = ("dead", "saturated")
#: Letters that a column has room for.
_WIDTHS = (18, 12, 11, 15, 11, 11, 11, 9, 11)


class LayerModel(QAbstractTableModel):
    """A row a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.history: History | None = None

    def show(self, history: History) -> None:
        """Shows the layers of this history."""
        before, count = 0 if self.history is None else len(self.history.layers), len(history.layers)
        if before != count:
            self.beginResetModel()
        self.history = history
        if before != count:
            self.endResetModel()
        elif count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(COLUMNS)))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() or self.history is None else len(self.history.layers)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, _TITLES, _HINTS, range(1, len(_TITLES)))

    def data(self, index: Index, role: int = 0) -> Any:
        if self.history is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return RIGHT
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        text = self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole or not index.column():
            return text
        return f"{COLUMNS[index.column() - 1][0]}: {text}"

    def text(self, k: int, column: int) -> str:
        """What stands in a cell."""
        assert self.history is not None
        if not column:
            return layer_title(self.history.layers[k])
        of = COLUMNS[column - 1][2]
        value = float(getattr(self.history.now, of)[k]) if of else self.history.update(k)
        if math.isnan(value):
            return "–"
        return f"{value:.0%}" if of in _SHARES else number(value, 3)


class LayerTable(QTableView):
    """The table. Enter or a double click selects the layer in the graph."""

    #: a layer was chosen
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("flow_table")
        self.setAccessibleName("Layers with their gradients, updates and activations; Enter selects one")
        self.layers = LayerModel()
        self.setModel(self.layers)
        read_by_rows(self)
        set_widths(self, _WIDTHS, room=0)
        self.activated.connect(lambda index: self._choose(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not copied(event, self.layers):
            super().keyPressEvent(event)

    def _choose(self, k: int) -> None:
        if self.layers.history is not None:
            self.chosen.emit(self.layers.history.layers[k].place)
