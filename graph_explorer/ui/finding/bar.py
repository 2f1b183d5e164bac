"""The bar for finding: a query, how many nodes meet it, and the list of them.

The one rule: what it shows is what the session has found, whoever found it; the list says in words what
the picture says by dimming the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.notation import brief, number
from graph_explorer.engine.query import advice
from graph_explorer.engine.search import looks_at_numbers, number_asked, search
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.finding.acts import go_on, go_to
from graph_explorer.ui.finding.differences import renew
from graph_explorer.ui.finding.found import Found
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.overlay import Overlay
from graph_explorer.ui.widgets.text import Label

Index = QModelIndex | QPersistentModelIndex
_WIDE, _ROWS = 330, 8
#: In a low window the list has fewer rows, so that it takes no more than this share of the height.
_FEWEST, _SHARE = 3, 0.3
#: Graphs of more nodes than this, and numbers of more entries, are searched by a job.
_MOST_NODES, _MOST_ENTRIES = 5_000, 1_000_000
_NOWHERE = QModelIndex()
_NOTHING = Found("", ())


class Names(QAbstractListModel):
    """The nodes that were found, a sentence a row; then what is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.found = _NOTHING
        self.asked: Trace | Graph | None = None
        self.query = ""

    def show_names(self, found: Found, asked: Trace | Graph | None, query: str) -> None:
        """Other nodes, or other numbers of them; `query` found them, "" where none did."""
        self.beginResetModel()
        self.found, self.asked, self.query = found, asked, query
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.found.names) + len(self.found.gone)

    def name(self, row: int) -> str:
        """The node to which a row leads."""
        names = self.found.names
        return names[row] if row < len(names) else self.found.gone[row - len(names)][1]

    def data(self, index: Index, role: int = 0) -> Any:
        row, asked = index.row(), self.asked
        shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        if role not in shown or asked is None or not 0 <= row < self.rowCount():
            return None
        if row >= len(self.found.names):
            return self.found.gone[row - len(self.found.names)][0]
        node = _graph(asked).node(self.found.names[row])
        text = f"{node.id}: {self.found.told[row] if self.found.told else _is(asked, node, self.query)}"
        return text if role == shown[0] else "\n".join([text, *filter(None, [node.caption, node.group])])


def _is(asked: Trace | Graph, node: Node, query: str) -> str:
    """What a node does, with the number that was asked for, or its value, where that is known."""
    if not isinstance(asked, Trace) or not asked.has_value(node.id):
        return node.op
    found = number_asked(asked, query, node.id) if query else None
    return (
        f"{node.op}, {found[0]} {number(found[1])}" if found else f"{node.op} = {brief(asked.value(node.id))}"
    )


class FindBar(Overlay):
    """At the upper right of the graph while something is looked for, or a filter is kept."""

    def __init__(self, session: Session, under: QWidget) -> None:
        super().__init__("find_bar", "Find", under, "top right")
        self.session = session
        self._under_way: tuple[Trace | Graph, str] | None = None
        self.field = QLineEdit()
        self.field.setObjectName("find_field")
        self.field.setAccessibleName("Find nodes")
        self.field.setPlaceholderText("For example conv, op:Conv, |g| > 10, nan")
        self.field.setToolTip(
            "Words of name, operation, caption or group; op: shape: attr: name: group: dtype:\n"
            "nan, inf, dead, unused, no gradient, parameter, input; gradient norm > 10, value max < 1e-3\n"
            "-word: not this; one | other: either"
        )
        self.field.setClearButtonEnabled(True)
        self.field.setFixedWidth(_WIDE)
        self.count = Label()
        self.count.setObjectName("find_count")
        self.count.setAccessibleName("What was found")
        self.count.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.before = self._button("find_before", "Previous (Shift+Return)", lambda: go_on(session, -1))
        self.after = self._button("find_after", "Next (Return)", lambda: go_on(session, 1))
        self.close_button = self._button("find_close", "Show everything (Escape)", self.end)
        self.names = Names()
        self.list = QListView()
        self.list.setObjectName("find_list")
        self.list.setAccessibleName("Nodes that were found")
        self.list.setModel(self.names)
        self.list.setUniformItemSizes(True)
        self.list.setLayoutMode(QListView.LayoutMode.Batched)  # tens of thousands may be found
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedWidth(_WIDE)
        self.keep = QPushButton("Keep filter")
        self.keep.setObjectName("find_keep")
        self.keep.setToolTip("Put this bar away; the rest of the graph stays dimmed")
        self.keep.setProperty("look", "small")
        self._lay_out()
        self.field.textEdited.connect(lambda text: self._search())
        self.field.textChanged.connect(lambda text: None if text else self._cleared())
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.keep.clicked.connect(lambda: self._leave(found=self.session.state.found))
        for widget in (self.field, self.list, self.keep, self.before, self.after, self.close_button):
            widget.installEventFilter(self)
        session.follow(self.show_state)

    def _button(self, name: str, text: str, act: Any) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setAccessibleName(text.partition(" (")[0])
        made.setToolTip(text)
        made.setProperty("look", "small")
        made.clicked.connect(act)
        return made

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.count, 1)
        for button in (self.before, self.after, self.close_button):
            row.addWidget(button)
        column = QVBoxLayout()
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addLayout(row)
        column.addWidget(self.list)
        column.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeft)
        self.count.setMinimumWidth(_WIDE - 110)
        self.hold(column)

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """Shows the bar, with the keyboard in its field."""
        self.session.change(finding=True)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def end(self) -> None:
        """Shows everything again, and gives the keyboard back to the graph."""
        self._leave(found=None)

    def _leave(self, **parts: Any) -> None:
        self._cancel()
        inside = self.isAncestorOf(self.window().focusWidget() or self.under)
        self.session.change(finding=False, **parts)
        if inside:
            self.under.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel(self) -> None:
        if self._under_way is not None:
            self._under_way = None
            self.session.jobs.cancel("search")

    def _cleared(self) -> None:
        self._cancel()
        self._say("")
        if self.session.state.finding:
            self.session.change(found=None)

    def _search(self) -> None:
        """Looks for what is typed; what may take a while goes to a job."""
        asked, query = _asked(self.session.state), self.field.text().strip()
        self._cancel()
        if asked is None or not query:
            return
        try:
            if not _is_slow(asked, query):
                self._deliver(asked, Found(query, search(asked, query)))
                return
        except InputError as error:
            self._refuse(error)
            return
        self._under_way = (asked, query)
        self.session.jobs.start(
            "search", "Searching",
            lambda checkpoint: Found(query, search(asked, query, checkpoint)).prepared(),
            lambda found: self._deliver(asked, found), self._refuse,
        )  # fmt: skip

    def _deliver(self, asked: Trace | Graph, found: Found) -> None:
        self._under_way = None
        if _asked(self.session.state) is asked and self.session.state.finding:
            if found == self.session.state.found:
                self._tell(self.session.state)
            self.session.change(found=found)

    def _refuse(self, error: InputError) -> None:
        """Says what is wrong with the query; nothing is dimmed for it."""
        self._under_way = None
        self.session.change(found=None)
        self._say(_sentence(error))

    def _say(self, text: str) -> None:
        self.count.setText(text)
        self.count.setAccessibleDescription(text)

    # ── following the session ─────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if before.theme != now.theme or self.before.icon().isNull():
            for button, drawn in ((self.before, "up"), (self.after, "down"), (self.close_button, "close")):
                button.setIcon(icon(drawn, now.theme, "muted"))
        shown = now.document is not None and (now.finding or now.found is not None)
        held = self.session.state
        if shown and now.finding and _asked(before) is not _asked(now) and before.document is not None:
            self._search()
        if before.difference is not now.difference or before.kept is not now.kept:
            renew(self.session)
        if self.session.state is not held:
            return  # what was found meanwhile is shown already
        cared = ("found", "finding", "document", "trace", "selection")
        if shown and any(getattr(before, part) is not getattr(now, part) for part in cared):
            self._show_found(before, now)
        elif not shown:
            self.field.clear()
        self.setVisible(shown)

    def _show_found(self, before: State, now: State) -> None:
        found = now.found
        shown = found or _NOTHING
        names = shown.names or shown.gone
        if shown != self.names.found or _asked(before) is not _asked(now):
            query = self.field.text().strip()
            self.names.show_names(shown, _asked(now), query if query == shown.title else "")
            right = Qt.TextElideMode.ElideRight  # what is told may be long; names have their ends in groups
            self.list.setTextElideMode(right if shown.told else Qt.TextElideMode.ElideMiddle)
        if found is not None and found.title != self.field.text().strip():
            blocked = self.field.blockSignals(True)
            self.field.clear()
            self.field.blockSignals(blocked)
        if any(getattr(before, part) is not getattr(now, part) for part in ("found", "finding", "selection")):
            self._tell(now)
        self.field.setVisible(now.finding)
        self.list.setVisible(now.finding and bool(names))
        self.keep.setVisible(now.finding and bool(names))
        for button in (self.before, self.after):
            button.setVisible(bool(shown.names))
        height = self.list.sizeHintForRow(0) if names else 0
        room = round(_SHARE * self.under.height() / max(height, 1))
        rows = min(self.names.rowCount(), max(_FEWEST, min(room, _ROWS)))
        self.list.setFixedHeight(rows * height + 2 * self.list.frameWidth())
        self._mark(now.selection)

    def _tell(self, now: State) -> None:
        found = now.found
        if found is None:
            self._say("")
            return
        count = len(found.names)
        at = f"{found.places[now.selection] + 1:,} of " if now.selection in found.places else ""
        nodes = f"{at}{count:,}".replace(",", "\u2009") + (" node" if count == 1 else " nodes")
        nodes += f", {len(found.gone)} gone" if found.gone else ""
        if found.title == self.field.text().strip() and now.finding:
            self._say(nodes if count else f"No node fits. {advice(found.title)}".rstrip())
        else:
            self._say(f"{found.title}: {nodes}")

    def _mark(self, name: str) -> None:
        """Shows which of the found nodes is selected."""
        found = self.session.state.found
        row = self.names.found.places.get(name, -1) if found is not None else -1
        index = self.names.index(row, 0) if row >= 0 else QModelIndex()
        if self.list.currentIndex().row() >= len(self.names.found.names) and name == self._current():
            return  # a row of what is gone, which leads here too
        if index != self.list.currentIndex():
            blocked = self.list.selectionModel().blockSignals(True)
            self.list.setCurrentIndex(index)
            self.list.selectionModel().blockSignals(blocked)
            self.list.viewport().update()

    def _chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            go_to(self.session, self.names.name(index.row()))

    def _current(self) -> str:
        """The node to which the current row leads."""
        row = self.list.currentIndex().row()
        return self.names.name(row) if row >= 0 else ""

    # ── keys ──────────────────────────────────────────────────────────────────────────────────

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event.type() == QEvent.Type.KeyPress and watched is not self.under
        if pressed and isinstance(event, QKeyEvent):
            key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if key == Qt.Key.Key_Escape:
                self.end()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and watched in (self.field, self.list):
                go_on(self.session, -1 if shift else 1)
                return True
            if key == Qt.Key.Key_Down and watched is self.field and self.names.rowCount():
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                if not self.list.currentIndex().isValid():
                    go_on(self.session, 1)
                return True
        return super().eventFilter(watched, event)


def _asked(state: State) -> Trace | Graph | None:
    """What is searched: the run, or the graph where there is none."""
    return state.trace if state.trace is not None else state.graph


def _graph(asked: Trace | Graph) -> Graph:
    return asked.graph if isinstance(asked, Trace) else asked


def _is_slow(asked: Trace | Graph, query: str) -> bool:
    if len(_graph(asked)) > _MOST_NODES:
        return True
    trace = asked if isinstance(asked, Trace) else None
    if trace is None or isinstance(trace.values, np.ndarray) or not looks_at_numbers(query):
        return False
    return sum(np.size(value) for value in trace.values if value is not None) > _MOST_ENTRIES


def _sentence(error: InputError) -> str:
    text = str(error)
    return text[0].upper() + text[1:] + ("" if text.endswith("?") else ".")
