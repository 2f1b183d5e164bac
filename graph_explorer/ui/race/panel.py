"""The race panel: the entries, the course, the update rule and the maps.

The one rule: it shows the race of the session and changes nothing else.
"""

from __future__ import annotations

from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.race.entries import Entries
from graph_explorer.ui.race.maps_page import MapsPage
from graph_explorer.ui.race.rule_page import RulePage
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.scrolled import scrolled
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Label

_EMPTY = "Open an example to race optimizers on its surface."
#: What must be the same for the panel to stay as it is.
_CARED_FOR = ("document", "race", "paths", "surface", "no_surface", "here", "theme")
_PAGES = (
    ("entries", "Methods", "Which methods run, and how they are set"),
    ("maps", "Maps", "Over learning rates, over two settings, over all starts"),
    ("rule", "Update rule", "The next step of the selected path, with its numbers"),
)


class RacePanel(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("race")
        self.setAccessibleName("Race of optimizers")
        self.entries = Entries(session)
        self.maps = MapsPage(session)
        self.rule = RulePage(session)
        self.pages = QStackedWidget()
        self.pages.setObjectName("race_pages")
        self.empty = Label(_EMPTY, "muted")
        self.empty.setObjectName("race_empty")
        self.empty.setContentsMargins(12, 10, 12, 10)
        for page in (self.entries, self.maps, self.rule):
            self.pages.addWidget(self._scrolled(page))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.tabs = self._make_tabs()
        box.addWidget(self.tabs)
        box.addWidget(self.empty)
        box.addWidget(self.pages, 1)
        self._show(session.state)
        session.follow(self.show_state, seen=self)

    def _scrolled(self, page: QWidget) -> QScrollArea:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 6, 10, 12)
        column.addWidget(page)
        column.addStretch(1)
        return scrolled(f"{page.objectName()}_scroll", content)

    def _make_tabs(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(10, 8, 10, 2)
        line.setSpacing(0)
        self.choices = QButtonGroup(self)
        for place, (name, text, hint) in enumerate(_PAGES):
            line.addWidget(segment(self.choices, place, f"race_page_{name}", text, hint))
        self.choices.button(0).setChecked(True)
        line.addStretch(1)
        self.choices.idClicked.connect(self.go_to)
        return row

    def go_to(self, page: int) -> None:
        """Shows one of the pages."""
        self.choices.button(page).setChecked(True)
        self.pages.setCurrentIndex(page)
        self._show(self.session.state)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def see(self, seen: bool) -> None:
        """The panel is in sight, or no longer: closed, or behind another tab."""
        self.session.watch("race", seen)

    def show_state(self, before: State, now: State) -> None:
        if any(getattr(before, part) is not getattr(now, part) for part in _CARED_FOR):
            self._show(now)

    def _show(self, now: State) -> None:
        here = now.surface is not None
        self.empty.setVisible(not here)
        self.empty.setText(now.no_surface or _EMPTY)
        self.tabs.setVisible(here)
        self.pages.setVisible(here)
        if not here:
            return
        (self.entries, self.maps, self.rule)[self.pages.currentIndex()].show_state(now)
