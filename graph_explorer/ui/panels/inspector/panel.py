"""The inspector: everything about the selected node or edge, or about what the present step does.

The one rule: one subject at a time, and always the numbers of the present time.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.panels.inspector.edge_page import EdgePage
from graph_explorer.ui.panels.inspector.group_page import GroupPage
from graph_explorer.ui.panels.inspector.node_page import NodePage
from graph_explorer.ui.panels.inspector.subject import Subject, subject
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.widgets import typeset
from graph_explorer.ui.widgets.icons import pixmap
from graph_explorer.ui.widgets.text import Elided, Label

_EMPTY = "Open an example to see the numbers of its nodes here."
_START = "Nothing is computed yet. Step forward, and here stands where each number comes from."
#: What must be the same for the page to stay as it is.
_CARED_FOR = (
    "document", "trace", "time", "selection", "edge", "mode", "theme", "detached", "asked", "collapsed",
    "entered",
)  # fmt: skip


class Inspector(QWidget):
    """The panel. `following` tells whether it shows the present step although something is selected."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.subject = Subject()
        self.following = False
        self.setObjectName("inspector")
        self.setAccessibleName("Inspector")
        self.node = NodePage(session)
        self.edge = EdgePage(session)
        self.group = GroupPage(session)
        self.empty = Label(_EMPTY, "muted")
        self.empty.setObjectName("inspector_empty")
        inside = QWidget()
        inside.setObjectName("inspector_inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(0)
        for page in (self.node, self.edge, self.group, self.empty):
            page.hide()
            column.addWidget(page)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setObjectName("inspector_scroll")
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        inside.setAutoFillBackground(False)
        self.area.viewport().setAutoFillBackground(False)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName("Inspector page")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self._make_head())
        box.addWidget(self.area, 1)
        session.jobs.start(
            "formulas",
            "Loading formulas",
            lambda checkpoint: typeset.load(),
            lambda done: None,
            lambda error: None,
        )
        session.follow(self.show_state, seen=self)

    def _make_head(self) -> QHBoxLayout:
        self.icon = QLabel()
        self.icon.setFixedSize(18, 18)
        self.title = Elided("", "name", mode=Qt.TextElideMode.ElideMiddle)
        self.title.setObjectName("inspector_title")
        self.follow = QPushButton("Follow the step")
        self.follow.setObjectName("inspector_follow")
        self.follow.setProperty("look", "small")
        self.follow.setCheckable(True)
        self.follow.setToolTip("Show what the present step does, whatever is selected")
        self.follow.toggled.connect(self._follow)
        head = QHBoxLayout()
        head.setContentsMargins(12, 10, 12, 2)
        head.setSpacing(6)
        head.addWidget(self.icon)
        head.addWidget(self.title, 1)
        head.addWidget(self.follow)
        return head

    # ── following ─────────────────────────────────────────────────────────────────────────────

    def _follow(self, checked: bool) -> None:
        self.following = checked
        self._show(self.session.state)

    def show_state(self, before: State, now: State) -> None:
        chosen = before.selection != now.selection or before.edge != now.edge
        if chosen and (now.selection or now.edge):
            self.following = False
        if before.document is not None and all(
            getattr(before, part) is getattr(now, part) for part in _CARED_FOR
        ):
            if before.race is not now.race or before.paths is not now.paths:
                self._show_update(now)
            return
        self._show(now)

    def _show(self, now: State) -> None:
        found = subject(now, self.following)
        moved = (found.kind, found.name, found.use) != (
            self.subject.kind,
            self.subject.name,
            self.subject.use,
        )
        self.subject = found
        self._show_head(now)
        self.node.setVisible(found.kind == "node")
        self.edge.setVisible(found.kind == "edge")
        self.group.setVisible(found.kind == "group")
        self.empty.setVisible(found.kind == "nothing")
        if found.kind == "node":
            self.node.show_node(now, found.name)
        elif found.kind == "edge" and found.use is not None:
            self.edge.show_edge(now, found.use)
        elif found.kind == "group":
            self.group.show_group(now, found.name)
        self.empty.setText(_EMPTY if now.document is None else _START if now.trace is not None else NOT_RUN)
        if moved and not found.is_step:
            self.area.verticalScrollBar().setValue(0)

    def _show_update(self, now: State) -> None:
        """Only the race has changed: so may the next update of a parameter."""
        if self.subject.kind == "node":
            self.node.update_section.show_node(now, self.subject.name)

    def _show_head(self, now: State) -> None:
        found = self.subject
        name, drawn, role = found.name.rpartition("/")[2], "operation", "operation"
        if found.kind == "edge" and found.use is not None and now.graph is not None:
            node = now.graph.node(found.use.node)
            name, drawn, role = (
                f"{node.label} → {self._short(node.inputs[found.use.input_index])}",
                "edges",
                "gradient",
            )
        elif found.kind == "group":
            drawn, role = "group", "muted"
        elif found.kind == "node" and now.document is not None:
            node = now.document.graph.node(found.name)
            drawn = node.op if node.is_leaf else "output" if node.id == now.document.output else "operation"
            role = drawn
        self.title.show_text(name or "Inspector")
        self.title.setAccessibleName(f"{found.kind} {name}")
        self.icon.setVisible(found.kind != "nothing")
        ratio = self.devicePixelRatioF()
        image = pixmap(drawn, now.theme, role, round(18 * ratio))
        image.setDevicePixelRatio(ratio)
        self.icon.setPixmap(image)
        self.follow.setVisible(bool(now.selection or now.edge))
        blocked = self.follow.blockSignals(True)
        self.follow.setChecked(self.following)
        self.follow.blockSignals(blocked)

    def _short(self, name: str) -> str:
        return name.rpartition("/")[2]
