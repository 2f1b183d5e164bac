"""Panels that nobody sees: closed, or behind another tab.

The one rule: what is not seen is told of nothing; when it is seen again, it is told of all that has changed
meanwhile as of one change. Of a graph that has gone it is told that nothing is open, so that it keeps none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from graph_explorer.ui.state import State

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session, Show


class WhileSeen(QObject):
    """Passes the changes of a session on to a panel, while that is seen; `see` is for the dock it is in."""

    def __init__(self, session: Session, panel: QWidget, show: Show) -> None:
        super().__init__(panel)
        self._session, self._show = session, show
        self._seen = True
        self._missed: State | None = None  # the last state that the panel was told of

    def tell(self, before: State, now: State) -> None:
        """Passes a change on, now or with those after it."""
        known = before if self._missed is None else self._missed
        if self._seen:
            self._missed = None
            self._show(known, now)
        elif known.graph is None or known.graph is now.graph:
            self._missed = known
        else:
            self._missed = State(theme=now.theme)
            self._show(known, self._missed)

    def see(self, seen: bool) -> None:
        """The panel is in sight, or no longer: closed, or behind another tab."""
        self._seen = seen
        if seen and self._missed is not None:
            self.tell(self._missed, self._session.state)
