"""The training view: what is run, and pages on what comes of it.

The one rule: which pages there are stands in the table of pages; each is made when it is first shown.
Beside them are the settings where there is room, else they are a page too.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.bar import TrainingBar
from graph_explorer.ui.training.pages import PAGES
from graph_explorer.ui.widgets.segment import segment

#: Narrower than this many pixels, the settings are a page among the others.
_NARROW = 760


class TrainingView(QWidget):
    """The view. `pages` holds those that have been made, by name."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.pages: dict[str, QWidget] = {}
        self.setObjectName("training")
        self.setAccessibleName("Training")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bar = TrainingBar(session)
        self.stack = QStackedWidget()
        self.stack.setObjectName("training_pages")
        self.tabs = self._make_tabs()
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.tabs)
        column.addWidget(self.stack, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("training_split")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(right)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.bar)
        box.addWidget(self.split, 1)
        self.go_to(PAGES[0].name)
        session.follow(self.show_state)

    def _make_tabs(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(10, 6, 10, 4)
        line.setSpacing(0)
        self.choices = QButtonGroup(self)
        for place, page in enumerate(PAGES):
            line.addWidget(segment(self.choices, place, f"training_page_{page.name}", page.title, page.hint))
        line.addStretch(1)
        self.choices.idClicked.connect(lambda place: self.go_to(PAGES[place].name))
        return line

    def page(self, name: str) -> QWidget:
        """The widget of a page, made at its first use."""
        if name not in self.pages:
            row = next(page for page in PAGES if page.name == name)
            self.pages[name] = row.make(self.session)
            self.stack.addWidget(self.pages[name])
        return self.pages[name]

    def go_to(self, name: str) -> None:
        """Shows one of the pages."""
        self.choices.button([page.name for page in PAGES].index(name)).setChecked(True)
        self.stack.setCurrentWidget(self.page(name))

    # ── commands of the window ────────────────────────────────────────────────────────────────

    def fit(self) -> None:
        """Shows all of what the page has."""
        self._ask("fit")

    def zoom_in(self) -> None:
        self._ask("zoom_in")

    def zoom_out(self) -> None:
        self._ask("zoom_out")

    def _ask(self, act: str) -> None:
        does = getattr(self.stack.currentWidget(), act, None)
        if does is not None:
            does()

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)

    def show_state(self, before: State, now: State) -> None:
        """The view itself shows nothing of the state."""
