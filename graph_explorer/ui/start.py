"""The start page: what the program is, recent files, and every example as a card.

The one rule: its frame needs nothing but Qt, so that it is the first thing painted; `fill` adds what
has to be read from disk. One click on a card opens it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.settings import Settings
from graph_explorer.ui.widgets.icons import icon, pixmap

if TYPE_CHECKING:
    from graph_explorer.ui.menus import Menus
    from graph_explorer.ui.widgets.cards import Catalogue

_SIDE = 19.5  # width of the column at the left, in heights of a line
_RECENT = 6  # how many recent files are listed
_NO_RECENT = "Files that you open are listed here. You can also drop one on the window."


def label(text: str, look: str, wrap: bool = False) -> QLabel:
    """A text in one of the looks of the style sheet."""
    made = QLabel(text)
    made.setProperty("look", look)
    made.setWordWrap(wrap)
    return made


class StartPage(QWidget):
    """What is seen while no document is open."""

    #: a file or example was chosen
    chosen = Signal(Path)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self._theme = "light"
        self._menus: Menus | None = None
        self._catalogue: Catalogue | None = None
        self.setObjectName("start")
        self.setAccessibleName("Start page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 4, 16)
        row.setSpacing(16)
        row.addWidget(self._make_side())
        row.addLayout(self._make_examples(), 1)
        settings.recent_changed.connect(self.list_recent)

    # ── the column at the left ────────────────────────────────────────────────────────────────

    def _make_side(self) -> QFrame:
        self.side = QFrame()
        self.side.setObjectName("side")
        column = QVBoxLayout(self.side)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(8)
        self.sign = QLabel()
        self.open_button = self._button("Open file …", "open_file", "open")
        self.new_button = self._button("New document", "new_document", "new")
        self.recent = QVBoxLayout()
        self.recent.setSpacing(2)
        column.addWidget(self.sign)
        column.addWidget(label("Graph Explorer", "title", wrap=True))
        column.addWidget(
            label("See backpropagation and gradient descent, one step at a time.", "lead", wrap=True)
        )
        column.addSpacing(12)
        column.addWidget(self.open_button)
        column.addWidget(self.new_button)
        column.addSpacing(16)
        column.addWidget(label("Recent files", "heading"))
        column.addLayout(self.recent)
        column.addStretch(1)
        self.links = QHBoxLayout()
        self.links.setSpacing(4)
        column.addLayout(self.links)
        return self.side

    def _button(self, text: str, name: str, drawn: str) -> QPushButton:
        made = QPushButton(text)
        made.setObjectName(name)
        made.setProperty("icon_name", drawn)
        made.setIconSize(QSize(20, 20))
        made.setMinimumHeight(34)
        made.setEnabled(False)
        return made

    # ── the examples ──────────────────────────────────────────────────────────────────────────

    def _make_examples(self) -> QVBoxLayout:
        self.search = QLineEdit()
        self.search.setObjectName("search_examples")
        self.search.setAccessibleName("Search the examples")
        self.search.setPlaceholderText("Search the examples")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(34)
        self.search.setMaximumWidth(340)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._loupe = QAction(self.search)
        self.search.addAction(self._loupe, QLineEdit.ActionPosition.LeadingPosition)
        self.area = QScrollArea()
        self.area.setObjectName("start_scroll")
        self.area.viewport().installEventFilter(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar = self.area.verticalScrollBar()
        bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 16, 0)
        head.addWidget(label("Pick an example, then press Step", "heading"))
        head.addStretch(1)
        head.addWidget(self.search, 2)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        return column

    def fill(self, menus: Menus) -> None:
        """Adds the cards and the recent files, and makes the buttons work."""
        from graph_explorer.formats.examples import examples  # after the first paint
        from graph_explorer.ui.widgets.cards import Catalogue

        self._menus = menus
        for button, name in ((self.open_button, "file.open"), (self.new_button, "file.new")):
            button.clicked.connect(menus.actions[name].trigger)
            button.setToolTip(menus.actions[name].toolTip())
            button.setEnabled(True)
        for text, name in (("First steps", "help.help"), ("Keys", "help.keys"), ("What is new", "help.news")):
            link = QPushButton(text)
            link.setObjectName(f"link_{name}")
            link.setProperty("look", "link")
            link.clicked.connect(menus.actions[name].trigger)
            self.links.addWidget(link)
        self.links.addStretch(1)
        self._catalogue = Catalogue(examples(), self._theme)
        self._catalogue.chosen.connect(self.chosen)
        self._catalogue.left.connect(self.welcome)
        self._catalogue.reached.connect(lambda card: self.area.ensureWidgetVisible(card, 0, 40))
        self.area.setWidget(self._catalogue)
        self.search.textChanged.connect(self._catalogue.filter)
        self.search.returnPressed.connect(self._catalogue.open_first)
        self._catalogue.arrange(self.area.viewport().width())
        self.list_recent()
        self.welcome()

    def draw(self) -> Iterator[None]:
        """Draws the examples on their cards, one at a time."""
        if self._catalogue is not None:
            yield from self._catalogue.draw()

    def list_recent(self) -> None:
        """Lists the recent files that still exist."""
        while (item := self.recent.takeAt(0)) is not None:
            listed = item.widget()
            assert listed is not None
            listed.deleteLater()
        paths = self.settings.recent[:_RECENT]
        for path in paths:
            made = QPushButton(path.name)
            made.setObjectName("recent_file")
            made.setProperty("look", "row")
            made.setToolTip(str(path))
            made.setIcon(icon("file", self._theme, "muted"))
            made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            made.clicked.connect(lambda _=False, path=path: self.chosen.emit(path))
            self.recent.addWidget(made)
        if not paths:
            self.recent.addWidget(label(_NO_RECENT, "muted", wrap=True))

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def welcome(self) -> None:
        """Puts the keyboard where one begins."""
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def paint_icons(self, theme_name: str) -> None:
        """Gives the icons the colours of a theme."""
        self._theme = theme_name
        drawn: QPixmap = pixmap("networks", theme_name, "accent", 96)
        drawn.setDevicePixelRatio(2)
        self.sign.setPixmap(drawn)
        self._loupe.setIcon(icon("search", theme_name, "muted"))
        for button in (self.open_button, self.new_button):
            role = "on_accent" if button.property("look") == "main" else "text"
            button.setIcon(icon(button.property("icon_name"), theme_name, role))
        self.side.setFixedWidth(round(_SIDE * self.fontMetrics().lineSpacing()))
        if self._catalogue is not None:
            self._catalogue.paint_icons(theme_name)
            self._catalogue.arrange(self.area.viewport().width())
            self.list_recent()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus() and self._catalogue is not None:
            self._catalogue.focus_first()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # the room for the cards is known only once the page's own layout has been made
        if event.type() is QEvent.Type.Resize and self._catalogue is not None:
            self._catalogue.arrange(self.area.viewport().width())
        return super().eventFilter(watched, event)
