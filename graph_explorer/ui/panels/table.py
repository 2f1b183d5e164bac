"""The text twin of the graph: all nodes as a table, to sort, to filter, and to hear.

The one rule: the table holds no numbers of its own; it asks the trace for the rows that are seen. Only
another graph makes new rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTableView, QVBoxLayout, QWidget

from graph_explorer.engine.graph import Node
from graph_explorer.ui.jobs import Jobs
from graph_explorer.ui.panels.cells import (
    CHANGE,
    COLUMNS,
    GRADIENT,
    NODE,
    OPERATION,
    VALUE,
    Cells,
    Places,
    arranged,
)
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths, show_chosen
from graph_explorer.ui.widgets.text import Elided, Label

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
#: Letters of each column but the last, which takes what is left.
_WIDTHS = (15, 12, 10, 13, 13, 12, 14)
_EMPTY = "Open an example to see its nodes as a table."
_KEY = "table"
#: Of more nodes than this the rows are sorted and filtered by a job.
_MANY = 2_000


class NodeModel(QAbstractTableModel):
    """One row a node: those that fit what is typed, in the order of a column."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self.state = State()
        self.nodes: tuple[Node, ...] = ()
        #: which nodes the rows show
        self.rows: Places = np.arange(0)
        self._row_of = self.rows  # per node its row, −1 for none
        self._typed = ""
        self._by, self._down = NODE, False

    def show(self, now: State) -> None:
        """Shows the nodes of this state; the same graph keeps its rows where they are."""
        nodes = now.graph.nodes if now.graph is not None else ()
        self.state = now
        if nodes is not self.nodes:
            self.nodes = nodes
            self._arrange()
        elif self.rows.size:
            last = self.index(len(self.rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Qt.ItemDataRole.DisplayRole])

    def row_of(self, position: int) -> int:
        """The row of the node at a position of the graph; −1 where it is filtered out."""
        return int(self._row_of[position]) if position < len(self._row_of) else -1

    def filter(self, typed: str) -> None:
        """Shows the nodes whose name, operation or caption has every typed word."""
        self._typed = typed
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by, self._down = column, order is Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        """Chooses and orders the rows; where many nodes must be looked at for that, a job does."""
        self._jobs.cancel(_KEY)
        state, nodes, typed, by, down = self.state, self.nodes, self._typed, self._by, self._down
        if len(nodes) <= _MANY or (not typed.strip() and by == NODE):
            self._show_rows(arranged(state, nodes, typed, by, down, lambda share: None))
            return
        if len(self._row_of) != len(nodes):  # of another graph: all of them, until it is done
            self._show_rows(np.arange(len(nodes)))
        self._jobs.start(
            _KEY, "Sorting", lambda checkpoint: arranged(state, nodes, typed, by, down, checkpoint),
            self._show_rows, lambda error: None, quiet=True,
        )  # fmt: skip

    def _show_rows(self, rows: Places) -> None:
        self.beginResetModel()
        self.rows = rows
        self._row_of = np.full(len(self.nodes), -1)
        self._row_of[rows] = np.arange(len(rows))
        self.endResetModel()

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return heading(section, orientation, role, COLUMNS, numbers=(VALUE, GRADIENT))

    def data(self, index: Index, role: int = 0) -> Any:
        if not index.isValid():
            return None
        node, column = self.nodes[int(self.rows[index.row()])], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return Cells(self.state).text(node, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = Cells(self.state).text(node, column) or "none"
            return said if column == NODE else f"{COLUMNS[column]} of {node.id}: {said}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (VALUE, GRADIENT):
            return RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme(self.state.theme).color(self._role(node, column))
        return None

    def _role(self, node: Node, column: int) -> str:
        if column == NODE and node.is_leaf:
            return node.op
        return {VALUE: "value", GRADIENT: "gradient", NODE: "text", OPERATION: "text"}.get(column, "muted")


class NodeTable(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("table")
        self.setAccessibleName("Nodes as a table")
        self.model = NodeModel(session.jobs)
        self.filter = QLineEdit()
        self.filter.setObjectName("table_filter")
        self.filter.setAccessibleName("Filter the nodes")
        self.filter.setPlaceholderText("Filter by name, operation or caption")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self.model.filter)
        self.filter.installEventFilter(self)
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
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names differ at their ends
        view.setSortingEnabled(True)
        view.sortByColumn(NODE, Qt.SortOrder.AscendingOrder)
        read_by_rows(view)
        set_widths(view, _WIDTHS, room=12)
        view.horizontalHeader().setStretchLastSection(True)
        view.selectionModel().currentRowChanged.connect(self._select)
        self.model.modelReset.connect(self._settle)
        return view

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow down leads from the filter into the rows."""
        key = event.key() if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress else None
        if watched is not self.filter or key != Qt.Key.Key_Down or not len(self.model.rows):
            return super().eventFilter(watched, event)
        self.view.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.view.currentIndex().isValid():
            self.view.selectRow(0)
        return True

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if any(
            getattr(before, part) is not getattr(now, part)
            for part in ("document", "trace", "time", "theme", "difference")
        ):
            self.model.show(now)
            self._count()
        self.view.setColumnHidden(CHANGE, now.kept is None)
        if before.selection != now.selection or before.graph is not now.graph:
            self._show_selected(now)
        self.empty.setVisible(now.document is None)
        for widget in (self.view, self.filter, self.count):
            widget.setVisible(now.document is not None)

    def _settle(self) -> None:
        """After the rows were chosen or ordered anew."""
        self._count()
        self._show_selected(self.session.state)

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
        graph, name = now.graph, now.selection
        row = self.model.row_of(graph.index(name)) if graph is not None and name in graph else -1
        show_chosen(self.view, row if row >= 0 else None, follow=True)

    def _select(self, index: QModelIndex) -> None:
        """Tells the session what is selected here."""
        if index.isValid():
            node = self.model.nodes[int(self.model.rows[index.row()])]
            if node.id != self.session.state.selection:
                self.session.select(node.id)
