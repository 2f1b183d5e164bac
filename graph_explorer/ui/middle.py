"""The middle of the window: tabs of the views, and one view or two side by side.

The one rule: which views are shown stands in the session; a view is made when it is first shown.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabBar, QToolButton, QVBoxLayout, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.views import VIEWS, Zoomed, beside
from graph_explorer.ui.widgets.icons import icon

#: How wide a view is beside another one, where that is not the same: graphs are tall.
_SHARES = {"graph": 2, "surface": 3}


class Middle(QWidget):
    """Shows the session's views. `pages` holds those that have been made, by name."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.pages: dict[str, QWidget] = {}
        self.setObjectName("middle")
        self.setAutoFillBackground(True)
        self.tabs = QTabBar()
        self.tabs.setObjectName("views")
        self.tabs.setAccessibleName("Views of the document")
        self.tabs.setExpanding(False)
        for view in VIEWS:
            self.tabs.setTabToolTip(self.tabs.addTab(view.title), f"{view.hint} ({', '.join(view.keys)})")
        self.split = QToolButton()
        self.split.setObjectName("views_split")
        self.split.setAccessibleName("Side by side")
        self.split.setToolTip("Side by side: the graph, and another view beside it (F4)")
        self.split.setCheckable(True)
        self.split.setIconSize(QSize(18, 18))
        self.room = QSplitter(Qt.Orientation.Horizontal)
        self.room.setObjectName("views_room")
        self.room.setChildrenCollapsible(False)
        top = QHBoxLayout()
        top.setContentsMargins(6, 0, 6, 0)
        top.addWidget(self.tabs)
        top.addStretch(1)
        top.addWidget(self.split)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.room, 1)
        self.tabs.tabBarClicked.connect(self._clicked)
        self.tabs.currentChanged.connect(self._clicked)
        self.split.clicked.connect(self.swap)
        session.follow(self.show_state)

    def page(self, name: str) -> QWidget:
        """The widget of a view, made at its first use; in the room in the order of the table."""
        if name not in self.pages:
            names = [view.name for view in VIEWS]
            before = sum(made in self.pages for made in names[: names.index(name)])
            made = VIEWS[names.index(name)].make(self.session)
            made.hide()
            self.room.insertWidget(before, made)
            self.pages[name] = made
        return self.pages[name]

    @property
    def front(self) -> QWidget:
        """The view that commands are for: the one with the keyboard, or else the last that is shown."""
        shown = [self.page(name) for name in self.session.state.views]
        return next((page for page in shown if _has_focus(page)), shown[-1])

    @property
    def zoomed(self) -> Zoomed:
        """The same view, as the commands of the View menu know it."""
        return cast(Zoomed, self.front)

    def go_to(self, name: str) -> None:
        """Shows the view, if it is not shown yet alone, and moves the keyboard into it."""
        if name not in self.session.state.views:
            self.session.change(views=(name,))
        self.page(name).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def swap(self) -> None:
        """One view, or two side by side."""
        self.session.change(views=beside(self.session.state.views))
        self.front.setFocus()

    def _clicked(self, place: int) -> None:
        if 0 <= place < len(VIEWS) and self.session.state.views != (VIEWS[place].name,):
            self.session.change(views=(VIEWS[place].name,))

    def show_state(self, before: State, now: State) -> None:
        if now.theme != before.theme or self.split.icon().isNull():
            self.split.setIcon(icon("split", now.theme))
        if now.views == before.views and self.pages:
            return
        for name in now.views:
            self.page(name).show()
        for name, page in self.pages.items():
            page.setVisible(name in now.views)
        blocked = self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex([view.name for view in VIEWS].index(now.views[-1]))
        self.tabs.blockSignals(blocked)
        self.split.setChecked(len(now.views) > 1)
        if len(now.views) > 1:
            in_order = [view.name for view in VIEWS if view.name in self.pages]
            shares = [_SHARES.get(name, 2) if name in now.views else 0 for name in in_order]
            self.room.setSizes([share * self.width() for share in shares])


def _has_focus(page: QWidget) -> bool:
    focused = page.window().focusWidget()
    return focused is not None and (focused is page or page.isAncestorOf(focused))
