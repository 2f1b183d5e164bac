"""The training view: what is run, and pages on what comes of it.

The one rule: which pages there are stands in the table of pages; each is made when it is first shown.
Beside them are the settings where there is room, else they are a page too.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.bar import TrainingBar
from graph_explorer.ui.training.curves_page import CurvesPage
from graph_explorer.ui.training.empty import EmptyState
from graph_explorer.ui.training.pages import PAGES
from graph_explorer.ui.training.picture import TITLES, save_curves
from graph_explorer.ui.training.settings_panel import SettingsPanel, settings_of
from graph_explorer.ui.widgets.segment import segment

#: Narrower than this many pixels, the settings are a page among the others.
_NARROW = 820
#: Pixels of the settings beside the pages, and of the view at least.
_SETTINGS, _LEAST = 290, 380


class TrainingView(QWidget):
    """The view. `pages` holds those that have been made, by name."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.pages: dict[str, QWidget] = {}
        self._narrow = False
        self.setObjectName("training")
        self.setAccessibleName("Training")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(_LEAST)  # the tabs become a list there
        self.bar = TrainingBar(session)
        self.settings = SettingsPanel(session)
        self.empty = EmptyState(session)
        self.stack = QStackedWidget()
        self.stack.setObjectName("training_pages")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_tabs())
        column.addWidget(self.stack, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("training_split")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.settings)
        self.split.addWidget(right)
        self.split.setStretchFactor(1, 1)
        trained = QWidget()
        inside = QVBoxLayout(trained)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.bar)
        inside.addWidget(self.split, 1)
        self.states = QStackedWidget()
        self.states.addWidget(trained)
        self.states.addWidget(self.empty)
        self.setFocusProxy(self.bar.run)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.states)
        self.go_to(PAGES[0].name)
        session.follow(self.show_state)

    def _make_tabs(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(10, 6, 10, 4)
        line.setSpacing(0)
        self.choices = QButtonGroup(self)
        for place, page in enumerate(PAGES):
            line.addWidget(segment(self.choices, place, f"training_page_{page.name}", page.title, page.hint))
        hint = "Batch, epochs, examples, and every setting of the optimizer"
        line.addWidget(segment(self.choices, len(PAGES), "training_page_settings", "Settings", hint))
        self.list = QComboBox()
        self.list.setObjectName("training_page_list")
        self.list.setAccessibleName("Page of the training")
        self.list.addItems([*(page.title for page in PAGES), "Settings"])
        self.list.activated.connect(self._go)
        self.list.hide()
        line.addWidget(self.list)
        line.addStretch(1)
        self.choices.idClicked.connect(self._go)
        return line

    def _go(self, place: int) -> None:
        self.go_to(PAGES[place].name if place < len(PAGES) else "settings")

    def page(self, name: str) -> QWidget:
        """The widget of a page, made at its first use."""
        if name == "settings":
            return self.settings
        if name not in self.pages:
            row = next(page for page in PAGES if page.name == name)
            self.pages[name] = row.make(self.session)
            self.stack.addWidget(self.pages[name])
        return self.pages[name]

    def go_to(self, name: str) -> None:
        """Shows one of the pages."""
        names = [*(page.name for page in PAGES), "settings"]
        self.choices.button(names.index(name)).setChecked(True)
        self.list.setCurrentIndex(names.index(name))
        if name != "settings" or self._narrow:
            self.stack.setCurrentWidget(self.page(name))

    def sizeHint(self) -> QSize:
        return QSize(900, 640)

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

    @staticmethod
    def picture_filters() -> list[str]:
        """The kinds of picture, as a dialog lists them."""
        return [f"{title} (*{suffix})" for suffix, title in TITLES.items()]

    def save_picture(self, path: Path) -> None:
        """Writes the curves of the runs that are shown into a file. Raises `InputError`."""
        state = self.session.state
        curves = self.page("curves")
        assert isinstance(curves, CurvesPage)
        save_curves(
            path, state.name, state.training.drawn, curves.view, state.theme, selected=state.training.selected
        )

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        self.show_state(State(), self.session.state)

    def _arrange(self) -> None:
        """The settings beside the pages where there is room, else among them."""
        narrow = self.width() < _NARROW
        tabs = self.choices.buttons()
        tab = tabs[-1]
        row = sum(each.sizeHint().width() for each in tabs) + 24
        for each in tabs:
            each.setVisible(self.width() >= row and (narrow or each is not tab))
        self.list.setVisible(self.width() < row)
        self.bar.arrange(self.width())
        if narrow == self._narrow:
            return
        self._narrow = narrow
        if narrow:
            self.stack.addWidget(self.settings)
        else:
            was = tab.isChecked()
            self.split.insertWidget(0, self.settings)
            self.settings.show()
            self.split.setSizes([_SETTINGS, self.width() - _SETTINGS])
            if was:
                self.go_to(PAGES[0].name)

    def show_state(self, before: State, now: State) -> None:
        if not self.isVisible() and self.states.isVisibleTo(self) and before.document is not None:
            return
        old = (before.document.training, before.document.path) if before.document is not None else None
        new = (now.document.training, now.document.path) if now.document is not None else None
        if new is not None and (old is None or old[0] is not new[0] or old[1] != new[1]):
            ready = settings_of(now) is not None
            if not ready and self.isVisible():
                self.empty.show_document(now)
            self.states.setCurrentIndex(0 if ready else 1)
