"""In which groups one is: those around the selection, from the outermost to the innermost.

The one rule: it is there only while something inside a group is selected or a group is entered; a click
selects a group, or goes back to it where it has been entered further.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from graph_explorer.engine.graph import enclosing
from graph_explorer.ui import groups
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.overlay import Overlay

#: Of more groups than this the outermost are left out.
_MOST = 6
_WHOLE = "Whole graph"


class Crumbs(Overlay):
    """At the upper left of the graph."""

    def __init__(self, session: Session, under: QWidget) -> None:
        super().__init__("crumbs", "Groups around the selection", under, "top left")
        self.session = session
        self.paths: tuple[str, ...] = ()
        self._row = QHBoxLayout()
        self._row.setContentsMargins(6, 3, 6, 3)
        self._row.setSpacing(2)
        self.hold(self._row)
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        same = before.selection == now.selection and before.entered == now.entered
        if same and before.graph is now.graph:
            return
        self.paths = _groups(now)
        self._fill(groups.inside(now))
        self.setVisible(bool(self.paths))

    def _fill(self, entered: str) -> None:
        while (item := self._row.takeAt(0)) is not None:
            crumb = item.widget()
            assert crumb is not None
            crumb.hide()
            crumb.deleteLater()
        shown = self.paths[-_MOST:]
        if entered:
            self._link("", _WHOLE, "Show the whole graph again (Backspace goes one group back)")
        if len(shown) < len(self.paths):
            self._add("…")
        for path in shown:
            self._link(path, path.rpartition("/")[2], f"{path}: shown alone" if path == entered else path)

    def _link(self, path: str, text: str, hint: str) -> None:
        if self._row.count():
            self._add("›")
        link = QPushButton(text)
        link.setObjectName("crumb")
        link.setProperty("look", "link")
        link.setAccessibleName(f"Select the group {path}" if path else text)
        link.setToolTip(hint)
        link.clicked.connect(partial(groups.go_to, self.session, path))
        self._row.addWidget(link)

    def _add(self, text: str) -> None:
        label = QLabel(text)
        label.setProperty("look", "muted")
        self._row.addWidget(label)


def _groups(state: State) -> tuple[str, ...]:
    """The paths of the groups around the selection, or those entered, outermost first."""
    graph, name = state.graph, state.selection
    if graph is None:
        return ()
    group = groups.inside(state)
    if name:
        chosen = graph.node(name).group if name in graph else name
        group = chosen if not group or group in enclosing(chosen) else group
    return tuple(reversed(enclosing(group)))
