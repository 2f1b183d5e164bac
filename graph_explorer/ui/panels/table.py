"""The text twin of the graph: all nodes as a table, to sort, to filter, and to hear.

The one rule: the table holds no numbers of its own; it asks the trace for the rows that are seen. Only
another graph makes new rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTableView, QVBoxLayout, QWidget

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.graph import Node
from graph_explorer.engine.notation import brief, number, shape
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths
from graph_explorer.ui.widgets.text import Elided, Label

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
COLUMNS = ("Node", "Operation", "Shape", "Value", "Gradient", "Reached", "Change", "Caption")
_NODE, _OPERATION, _SHAPE, _VALUE, _GRADIENT, _REACHED, _CHANGE, _CAPTION = range(len(COLUMNS))
#: Letters of each column but the last, which takes what is left.
_WIDTHS = (15, 12, 10, 13, 13, 12, 14)
_EMPTY = "Open an example to see its nodes as a table."
#: What is said of a value that cannot be compared with the kept run.
_STATUS = {"shape": "other shape", "added": "new"}


def key(array: Any) -> float:
    """What an array sorts by: the number, or the norm; what is no number comes last."""
    found = np.asarray(array, dtype=np.float64)
    with np.errstate(all="ignore"):
        size = float(found) if found.ndim == 0 else float(np.sqrt(np.sum(np.square(found))))
    return np.inf if np.isnan(size) else size


def changed(apart: Difference | None, name: str) -> str:
    """How much a value and its gradient differ from the kept run, in a few letters; empty for not at all."""
    if apart is None or name not in apart.now.graph:
        return ""
    place = apart.now.plan.number[name]
    status = apart.status[place]
    if status in _STATUS:
        return _STATUS[status]
    value, gradient = (float(c.relative[place]) for c in (apart.values, apart.gradients))
    parts = [number(value, 2) if value > 0 else "", f"∂ {number(gradient, 2)}" if gradient > 0 else ""]
    return ", ".join(part for part in parts if part)


def _change(apart: Difference | None, name: str) -> float:
    """What a node sorts by when it is about change: the larger one; −1 where there is none."""
    if apart is None or name not in apart.now.graph:
        return -1.0
    place = apart.now.plan.number[name]
    if apart.status[place] in _STATUS:
        return float(np.inf)
    return float(np.fmax(np.fmax(apart.values.relative[place], apart.gradients.relative[place]), -1.0))


class NodeModel(QAbstractTableModel):
    """One row a node: those that fit what is typed, in the order of a column."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.nodes: tuple[Node, ...] = ()
        #: which nodes the rows show
        self.rows: list[int] = []
        self._rows_of: dict[int, int] = {}
        self._typed = ""
        self._by, self._down = _NODE, False

    def show(self, now: State) -> None:
        """Shows the nodes of this state; the same graph keeps its rows where they are."""
        nodes = now.graph.nodes if now.graph is not None else ()
        self.state = now
        if nodes is not self.nodes:
            self.nodes = nodes
            self._arrange()
        elif self.rows:
            last = self.index(len(self.rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.DisplayRole])

    def row_of(self, position: int) -> int:
        """The row of the node at a position of the graph; −1 where it is filtered out."""
        return self._rows_of.get(position, -1)

    def filter(self, typed: str) -> None:
        """Shows the nodes whose name, operation or caption has every typed word."""
        self._typed = typed
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by, self._down = column, order is Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        words = self._typed.lower().split()
        self.rows = [
            position
            for position, node in enumerate(self.nodes)
            if not words or all(word in f"{node.id} {node.op} {node.caption}".lower() for word in words)
        ]
        if self._by != _NODE:
            self.rows.sort(key=lambda position: self._sorts_by(self.nodes[position], self._by))
        if self._down:
            self.rows.reverse()
        self._rows_of = {position: row for row, position in enumerate(self.rows)}
        self.endResetModel()

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, COLUMNS, numbers=(_VALUE, _GRADIENT))

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid():
            return None
        node, column = self.nodes[self.rows[index.row()]], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.text(node, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = self.text(node, column) or "none"
            return said if column == _NODE else f"{COLUMNS[column]} of {node.id}: {said}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (_VALUE, _GRADIENT):
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme(self.state.theme).color(self._role(node, column))
        return None

    def text(self, node: Node, column: int) -> str:
        """What stands in a cell."""
        if column == _NODE:
            return node.id
        if column == _OPERATION:
            return node.op
        if column == _SHAPE:
            made = self._made(node)
            return shape(np.shape(made)) if made is not None else ""
        if column == _VALUE:
            value = self.state.value(node.id)
            return brief(value) if value is not None else ""
        if column == _GRADIENT:
            gradient = self._gradient(node)
            return brief(gradient) if gradient is not None else ""
        if column == _CHANGE:
            return changed(self.state.difference, node.id)
        return self._reached(node) if column == _REACHED else node.caption

    def _reached(self, node: Node) -> str:
        """How far the run is with this node."""
        trace, at = self.state.trace, self.state.time
        if trace is None:
            return "given" if node.is_leaf else "not run"
        if not trace.has_value(node.id, at):
            return "not yet" if trace.has_value(node.id) else "failed"
        if trace.has_gradient(node.id, at):
            return "complete" if trace.is_complete(node.id, at) else "in part"
        return "value" if trace.takes_gradient(node.id) else "no gradient"

    def _sorts_by(self, node: Node, column: int) -> Any:
        """What a node sorts by; where there is nothing, first."""
        if column in (_VALUE, _GRADIENT):
            found = self.state.value(node.id) if column == _VALUE else self._gradient(node)
            return key(found) if found is not None else -np.inf
        if column == _CHANGE:
            return _change(self.state.difference, node.id)
        if column == _SHAPE:
            made = self._made(node)
            return int(np.size(made)) if made is not None else -1
        return self.text(node, column)

    def _made(self, node: Node) -> Any:
        """The value of a node that has one in this run, now or later: its shape is known already."""
        trace = self.state.trace
        if trace is None:
            return self.state.value(node.id)
        return trace.value(node.id) if trace.has_value(node.id) else None

    def _gradient(self, node: Node) -> Any:
        """The gradient of a node as far as it is known now."""
        trace, at = self.state.trace, self.state.time
        return trace.gradient(node.id, at) if trace is not None and trace.has_gradient(node.id, at) else None

    def _role(self, node: Node, column: int) -> str:
        if column == _NODE and node.is_leaf:
            return node.op
        return {_VALUE: "value", _GRADIENT: "gradient", _NODE: "text", _OPERATION: "text"}.get(
            column, "muted"
        )


class NodeTable(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("table")
        self.setAccessibleName("Nodes as a table")
        self.model = NodeModel()
        self.filter = QLineEdit()
        self.filter.setObjectName("table_filter")
        self.filter.setAccessibleName("Filter the nodes")
        self.filter.setPlaceholderText("Filter by name, operation or caption")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.count = Elided("", "small")
        self.count.setObjectName("table_count")
        self.empty = Label(_EMPTY, "muted")
        self.empty.setObjectName("table_empty")
        self.view = self._make_view()
        top = QHBoxLayout()
        top.setContentsMargins(10, 6, 10, 0)
        top.addWidget(self.filter, 3)
        top.addWidget(self.count, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(top)
        self.empty.setContentsMargins(10, 4, 10, 4)
        box.addWidget(self.empty, 1, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.view, 1)
        session.follow(self.show_state, seen=self)

    def _make_view(self) -> QTableView:
        view = QTableView()
        view.setObjectName("table_nodes")
        view.setAccessibleName("Nodes with their values and gradients")
        view.setModel(self.model)
        view.setSortingEnabled(True)
        view.sortByColumn(_NODE, Qt.SortOrder.AscendingOrder)
        read_by_rows(view)
        set_widths(view, _WIDTHS, room=12)
        view.horizontalHeader().setStretchLastSection(True)
        view.selectionModel().currentRowChanged.connect(self._select)
        self.model.modelReset.connect(lambda: self._show_selected(self.session.state))
        return view

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if any(
            getattr(before, part) is not getattr(now, part)
            for part in ("document", "trace", "time", "theme", "difference")
        ):
            self.model.show(now)
            self._count()
        self.view.setColumnHidden(_CHANGE, now.kept is None)
        if before.selection != now.selection or before.graph is not now.graph:
            self._show_selected(now)
        self.empty.setVisible(now.document is None)
        for widget in (self.view, self.filter, self.count):
            widget.setVisible(now.document is not None)

    def _filter(self, typed: str) -> None:
        self.model.filter(typed)
        self._count()

    def _count(self) -> None:
        shown, whole = len(self.model.rows), len(self.model.nodes)
        if not whole:
            self.count.show_text("")
        elif shown == whole:
            self.count.show_text(f"{whole} node{'s' * (whole != 1)}")
        else:
            self.count.show_text(f"{shown} of {whole}" if shown else "No node fits")

    def _show_selected(self, now: State) -> None:
        """Shows what the session has selected."""
        blocker = QSignalBlocker(self.view.selectionModel())
        name = now.selection
        if now.graph is None or name not in now.graph:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())
        else:
            index = self.model.index(self.model.row_of(now.graph.index(name)), _NODE)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        blocker.unblock()
        self.view.viewport().update()

    def _select(self, index: QModelIndex) -> None:
        """Tells the session what is selected here."""
        if index.isValid():
            node = self.model.nodes[self.model.rows[index.row()]]
            if node.id != self.session.state.selection:
                self.session.select(node.id)
