"""In which groups the selection stands, from the outermost to the innermost.

The one rule: it is there only while something inside a group is selected; a click selects the group.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from graph_explorer.engine.graph import enclosing
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.overlay import Overlay

#: Of more groups than this the outermost are left out.
_MOST = 6


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
        if before.selection == now.selection and before.trace is now.trace:
            return
        paths = _groups(now)
        if paths != self.paths:
            self.paths = paths
            self._fill()
        self.setVisible(bool(paths))

    def _fill(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            crumb = item.widget()
            assert crumb is not None
            crumb.hide()
            crumb.deleteLater()
        shown = self.paths[-_MOST:]
        if len(shown) < len(self.paths):
            self._row.addWidget(_quiet("…"))
        for number, path in enumerate(shown):
            if number or len(shown) < len(self.paths):
                self._row.addWidget(_quiet("›"))
            link = QPushButton(path.rpartition("/")[2])
            link.setObjectName("crumb")
            link.setProperty("look", "link")
            link.setAccessibleName(f"Select the group {path}")
            link.setToolTip(path)
            link.clicked.connect(partial(self.session.select, path, None))
            self._row.addWidget(link)


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "muted")
    return label


def _groups(state: State) -> tuple[str, ...]:
    """The paths of the groups around the selection, outermost first; a selected group is the last."""
    trace, name = state.trace, state.selection
    if trace is None or not name:
        return ()
    group = trace.graph.node(name).group if name in trace.graph else name
    return tuple(reversed(enclosing(group)))
