"""The inspector's page of a group: what it holds, what goes in and what comes out.

The one rule: a group has no numbers of its own; everything here leads to a node that has.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.ui.panels.inspector.terms import short
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.rows import Row, Rows
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label


def members(graph: Graph, path: str) -> list[Node]:
    """The nodes in a group and in the groups within it."""
    return [node for node in graph if node.group == path or node.group.startswith(f"{path}/")]


def border(graph: Graph, path: str) -> tuple[list[str], list[str]]:
    """The values that go into a group and those that come out of it, in order, each once."""
    inside = {node.id for node in members(graph, path)}
    into: dict[str, None] = {}
    out: dict[str, None] = {}
    for node in graph:
        for name in node.inputs:
            if name:
                source = graph.node(name)
                if node.id in inside and source.id not in inside and source.op != "constant":
                    into.setdefault(name)
                if node.id not in inside and source.id in inside:
                    out.setdefault(name)
    return list(into), list(out)


class GroupPage(QWidget):
    """One group at the present time."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("inspector_group")
        self.setAccessibleName("Group")
        self._path = ""
        self.about = Label("")
        self.about.setObjectName("inspector_group_about")
        self.caption = Label("", "muted")
        self.fold = QPushButton("Collapse")
        self.fold.setObjectName("inspector_fold")
        self.fold.setProperty("look", "small")
        self.fold.clicked.connect(lambda: self.session.toggle_group(self._path))
        self.into_section = Section("inspector_into", "Goes in")
        self.into = Rows("inspector_into_rows", "Values that go in")
        self.into_section.add(self.into)
        self.out_section = Section("inspector_out", "Comes out")
        self.out = Rows("inspector_out_rows", "Values that come out")
        self.out_section.add(self.out)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.about)
        box.addWidget(self.caption)
        box.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.into_section)
        box.addWidget(self.out_section)

    def show_group(self, now: State, path: str) -> None:
        """Shows a group of the present graph."""
        assert now.document is not None
        graph = now.document.graph
        self._path = path
        nodes = [node for node in members(graph, path) if not node.is_leaf]
        kinds = Counter(node.op for node in nodes).most_common(4)
        named = ", ".join(f"{count} {op}" if count > 1 else op for op, count in kinds)
        more = " and others" if len({node.op for node in nodes}) > len(kinds) else ""
        self.about.show_text(f"A group of {len(nodes)} operation{'s' * (len(nodes) != 1)}: {named}{more}.")
        self.caption.show_text(now.document.read.captions.get(path, ""))
        self.fold.setText("Expand" if path in now.collapsed else "Collapse")
        into, out = border(graph, path)
        for section, rows, names in ((self.into_section, self.into, into), (self.out_section, self.out, out)):
            rows.show_rows([self._row(now, graph, name) for name in names])
            section.setVisible(bool(names))

    def _row(self, now: State, graph: Graph, name: str) -> Row:
        value = now.value(name)
        number = short(value) if value is not None else "not computed yet"
        go = partial(self.session.select, graph.node(name).id)
        caption = graph.node(name).caption
        return Row(name, number, "", caption, "muted" if value is None else "value", f"Select {name}", go)
