"""The banner over the page while two runs are compared: against what, and what is different.

The one rule: it stands as long as a run is kept, so that nobody takes a difference for a value.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.notation import brief
from graph_explorer.ui.finding.acts import go_to
from graph_explorer.ui.finding.differences import show_changes, show_edits
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.text import Elided

#: So many changed leaves are named.
_NAMED = 2


def against(apart: Difference | None, name: str = "") -> str:
    """What is compared, in one sentence: which leaves differ, and from where on it tells.

    `name` is the title of the document of the kept run, "" for the present one.
    """
    kept = f"“{name}”" if name else "the kept run"
    if apart is None:
        return f"Comparing with {kept} …"
    if apart.before is apart.now:
        return "This run is kept. Change a value or the program, and see what differs."
    names = [name for name in apart.leaves if apart.was(name)]
    leaves = ", ".join(_leaf(apart, name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Against {kept}{f' ({leaves}{more})' if leaves else ''}: {apart.conclusion}"


def _leaf(apart: Difference, name: str) -> str:
    place = apart.now.plan.number[name]
    now = apart.now.value(name)
    if apart.status[place] == "added" or np.size(now) > 2:
        return f"other {name}"
    return f"{name} {brief(apart.before.value(apart.was(name)))} → {brief(now)}"


class Comparison(QFrame):
    """The banner."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("comparison")
        self.setAccessibleName("Comparison with the kept run")
        self.said = Elided("")
        self.said.setObjectName("comparison_said")
        self.edits = self._button("comparison_edits", "Edits", lambda: show_edits(session))
        self.edits.setToolTip("List what was edited, and dim the rest")
        self.changes = self._button("comparison_changes", "Changes", lambda: show_changes(session))
        self.changes.setToolTip("List every node whose value or gradient has changed, and dim the rest")
        self.swap = self._button("comparison_swap", "Swap", session.comparing.swap)
        self.swap.setToolTip("Open the other document, compared with this one: what was gone is on the graph")
        self.first = self._button("comparison_first", "Go to the first", self._go_to_first)
        self.show_heat = self._button("comparison_heat", "Show as heat", self._show_heat)
        self.stop = self._button("comparison_stop", "Stop comparing", session.comparing.forget)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.said, 1)
        for button in (self.edits, self.changes, self.swap, self.first, self.show_heat, self.stop):
            row.addWidget(button)
        self.hide()
        session.follow(self.show_state)

    def _button(self, name: str, text: str, act: object) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(name)
        made.setProperty("look", "small")
        made.clicked.connect(act)
        return made

    def show_state(self, before: State, now: State) -> None:
        if all(getattr(before, part) is getattr(now, part) for part in ("kept", "difference", "heat")):
            return
        self.setVisible(now.kept is not None)
        if now.kept is None:
            return
        apart = now.difference
        text = against(apart, now.kept_name)
        self.said.show_text(text)
        self.setAccessibleDescription(text)
        self.first.setVisible(apart is not None and bool(apart.first))
        self.edits.setVisible(apart is not None and bool(apart.edits))
        self.changes.setVisible(self.first.isVisibleTo(self))
        self.swap.setVisible(now.kept_path is not None)
        self.show_heat.setVisible(not (now.heat and HEATS[now.heat].compares))

    def _show_heat(self) -> None:
        """What was edited, where the graph is another one; else how far the numbers have changed."""
        apart = self.session.state.difference
        rewritten = apart is not None and any(edit.kind != "value" for edit in apart.edits)
        self.session.comparing.set_heat("edits" if rewritten else "change")

    def _go_to_first(self) -> None:
        apart = self.session.state.difference
        if apart is not None and apart.first:
            go_to(self.session, apart.now.graph.node(apart.first_computed or apart.first).id)
