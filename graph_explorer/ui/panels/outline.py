"""The outline: groups and nodes as a tree, with their numbers at the present time.

The one rule: the tree is made anew only for another graph or another search; a step only makes it ask
for the numbers that are seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QLabel, QLineEdit, QTreeView, QVBoxLayout, QWidget

from graph_explorer.engine.graph import Graph, Node, enclosing
from graph_explorer.engine.notation import brief
from graph_explorer.ui.canvas.signs import sign
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.fuzzy import score
from graph_explorer.ui.widgets.icons import icon

Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("Node", "Value", "Gradient")
_KEY = "outline"
_ICONS = {"input": "input", "parameter": "parameter", "constant": "constant"}
_NOWHERE = QModelIndex()
#: The tree of a graph of more nodes than this is made by a job, once the graph is laid out, and stands there
#: with its groups closed.
_MANY = 300
#: Qt's view asks for every row that a model has told it of: so many are told at a time.
_PORTION = 500


@dataclass(eq=False)
class Row:
    """A group or a node in the tree; `name` is its path or id."""

    name: str
    node: Node | None = None
    above: Row | None = None
    place: int = 0
    number: int = 0
    rows: list[Row] = field(default_factory=list)
    told: int = _PORTION  # how many of its rows Qt's view has been told of, at most

    def add(self, row: Row) -> Row:
        row.above, row.place = self, len(self.rows)
        self.rows.append(row)
        return row


@dataclass
class Rows:
    """A tree of rows: the top, all of them by number, and by name."""

    top: Row
    all: list[Row] = field(default_factory=list)
    by_name: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.all = [self.top]
        for row in self.all:  # which grows meanwhile
            self.all.extend(row.rows)
        for number, row in enumerate(self.all):
            row.number = number
        self.by_name = {row.name: row for row in self.all}


def rows_of(graph: Graph, typed: str = "") -> Row:
    """The tree of `graph`: what fits `typed`, with the groups around it. Plain numbers are left out."""
    top = Row("")
    groups: dict[str, Row] = {"": top}

    def group(path: str) -> Row:
        for inner in reversed(enclosing(path)):
            if inner not in groups:
                groups[inner] = groups[inner.rpartition("/")[0]].add(Row(inner))
        return groups[path]

    for node in graph:
        if node.op == "constant" and node.caption == "":
            continue
        if not typed or score(typed, f"{node.id} {node.op} {node.caption}") is not None:
            group(node.group).add(Row(node.id, node))
    return top


class Tree(QAbstractItemModel):
    """The rows as Qt's views want them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.rows = Rows(Row(""))

    @property
    def top(self) -> Row:
        """The row around all others."""
        return self.rows.top

    def show(self, rows: Rows) -> None:
        """Another tree."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def index_of(self, name: str) -> QModelIndex:
        """Where a node or group stands; an invalid index if it is not in the tree."""
        row = self.rows.by_name.get(name) if name else None
        above = row
        while above is not None and above.above is not None:
            self._tell(above.above, above.place + 1)
            above = above.above
        return self.createIndex(row.place, 0, row.number) if row is not None else QModelIndex()

    def row(self, index: Index) -> Row:
        """The row at an index; the top for none."""
        return self.rows.all[index.internalId()] if index.isValid() else self.top

    # ── Qt's questions ────────────────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return min(len(self.row(parent).rows), self.row(parent).told) if parent.column() <= 0 else 0

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        return bool(self.row(parent).rows) and parent.column() <= 0

    def canFetchMore(self, parent: Index) -> bool:
        row = self.row(parent)
        return parent.column() <= 0 and row.told < len(row.rows)

    def fetchMore(self, parent: Index) -> None:
        row = self.row(parent)
        self._tell(row, row.told + _PORTION)

    def _tell(self, row: Row, count: int) -> None:
        """Tells the view of the first `count` rows within a row."""
        count = min(count, len(row.rows))
        if count <= row.told:
            return
        here = self.createIndex(row.place, 0, row.number) if row is not self.top else QModelIndex()
        self.beginInsertRows(here, row.told, count - 1)
        row.told = count
        self.endInsertRows()

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(_COLUMNS)

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        rows = self.row(parent).rows
        if 0 <= row < len(rows) and 0 <= column < len(_COLUMNS):
            return self.createIndex(row, column, rows[row].number)
        return QModelIndex()

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        above = self.row(index).above if index.isValid() else None
        if above is None or above is self.top:
            return QModelIndex()
        return self.createIndex(above.place, 0, above.number)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        row = self.row(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._label(row) if index.column() == 0 else self._number(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return icon(self._icon(row), self.session.state.theme, self._role(row))
        if role == Qt.ItemDataRole.ForegroundRole and index.column() > 0:
            role_of = "muted" if row.node is None else "value" if index.column() == 1 else "gradient"
            return theme(self.session.state.theme).color(role_of)
        if role == Qt.ItemDataRole.FontRole and self._is_present(row):
            return _bold(QFont())
        return None

    def _label(self, row: Row) -> str:
        return row.node.label if row.node is not None else row.name.rpartition("/")[2]

    @property
    def _repeats(self) -> Mapping[str, int]:
        """How many equal blocks each stack holds."""
        document = self.session.state.document
        return document.read.repeats if document is not None else {}

    def _number(self, row: Row, column: int) -> str:
        state = self.session.state
        if row.node is None:
            count = self._repeats.get(row.name)
            return f"×{count}" if count and column == 1 else ""
        if state.graph is None or row.name not in state.graph:
            return ""
        if column == 1:
            value = state.value(row.name)
            return brief(value) if value is not None else ""
        known = state.trace is not None and state.trace.has_gradient(row.name, state.time)
        return brief(state.trace.gradient(row.name, state.time)) if known and state.trace is not None else ""

    def _tip(self, row: Row) -> str:
        if row.node is None:
            count = self._repeats.get(row.name)
            return f"Group {row.name}" + (f": {count} equal blocks" if count else "")
        what = row.node.op if row.node.is_leaf else f"{row.node.op} ({sign(row.node, {})})"
        return f"{row.name}: {what}" + (f"\n{row.node.caption}" if row.node.caption else "")

    def _icon(self, row: Row) -> str:
        if row.node is None:
            return "group"
        document = self.session.state.document
        if document is not None and row.name == document.output:
            return "output"
        return _ICONS.get(row.node.op, "operation")

    def _role(self, row: Row) -> str:
        drawn = self._icon(row)
        return "muted" if drawn == "group" else drawn

    def _is_present(self, row: Row) -> bool:
        event = self.session.state.event
        return event is not None and row.node is not None and event.node.id == row.name


def _bold(font: QFont) -> QFont:
    made = QFont(font)
    made.setBold(True)
    return made


class Outline(QWidget):
    """The tree, with a field that filters it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._graph: Graph | None = None  # of which a tree was asked for from a job
        self.setObjectName("outline")
        self.setAccessibleName("Outline")
        self.search = QLineEdit()
        self.search.setObjectName("outline_search")
        self.search.setAccessibleName("Filter the outline")
        self.search.setPlaceholderText("Filter")
        self.search.setToolTip("By name, operation or caption")
        self.search.setClearButtonEnabled(True)
        self.model = Tree(session)
        self.tree = QTreeView()
        self.tree.setObjectName("outline_tree")
        self.tree.setAccessibleName("Groups and nodes")
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(11)
        self.tree.setAllColumnsShowFocus(True)
        self.nothing = QLabel("No node fits.")
        self.nothing.setProperty("look", "muted")
        self.nothing.setContentsMargins(6, 6, 6, 6)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, QFontMetrics(_bold(self.font())).horizontalAdvance("−0.0000") + 12)
        header.setMinimumSectionSize(48)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 0)
        box.setSpacing(6)
        box.addWidget(self.search)
        box.addWidget(self.nothing)
        box.addWidget(self.tree, 1)
        self.search.textChanged.connect(lambda typed: self._rebuild(session.state.graph))
        self.tree.selectionModel().currentChanged.connect(self._chosen)
        session.follow(self.show_state, seen=self)

    def show_state(self, before: State, now: State) -> None:
        if before.graph is not now.graph:
            self._rebuild(now.graph)
        elif before.trace is not now.trace or before.time != now.time or before.theme != now.theme:
            self.tree.viewport().update()  # it asks for the numbers that are seen
        if before.selection != now.selection:
            self._select()

    def _rebuild(self, graph: Graph | None) -> None:
        typed = self.search.text()
        self.session.jobs.cancel(_KEY)
        if graph is None or len(graph) <= _MANY:
            self._show_rows(Rows(rows_of(graph, typed)) if graph is not None else Rows(Row("")))
            return
        if graph is not self._graph:
            self.model.show(Rows(Row("")))
        self._graph = graph
        self.session.jobs.start(
            _KEY, "Outline", lambda checkpoint: Rows(rows_of(graph, typed)), self._show_rows,
            self.session.fail, after="layout", quiet=True,
        )  # fmt: skip

    def _show_rows(self, rows: Rows) -> None:
        self.model.show(rows)
        grouped = any(row.rows for row in rows.top.rows)
        if grouped and len(rows.all) <= _MANY:
            self.tree.expandAll()
        self.nothing.setVisible(self.model.rowCount() == 0 and bool(self.search.text()))
        self._select()

    def _select(self) -> None:
        """Shows what the session has selected."""
        index = self.model.index_of(self.session.state.selection)
        if index != self.tree.currentIndex():
            self.tree.setCurrentIndex(index)
        if index.isValid():
            self.tree.scrollTo(index)

    def _chosen(self, index: QModelIndex) -> None:
        """Tells the session what is selected here."""
        name = self.model.row(index).name if index.isValid() else ""
        if name and name != self.session.state.selection:
            self.session.select(name)
