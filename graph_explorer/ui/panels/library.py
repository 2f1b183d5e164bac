"""The library: examples and recent files beside the graph.

The one rule: one click, or Enter, opens.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from graph_explorer.formats.examples import examples
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.settings import Settings
from graph_explorer.ui.widgets.fuzzy import score
from graph_explorer.ui.widgets.icons import icon, names

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PATH = Qt.ItemDataRole.UserRole


class Library(QWidget):
    """A list of everything that can be opened with one click."""

    #: a file was chosen
    chosen = Signal(Path)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.settings = session, settings
        self._entries: list[QTreeWidgetItem] = []
        self.setObjectName("library")
        self.setAccessibleName("Library")
        self.search = QLineEdit()
        self.search.setObjectName("library_search")
        self.search.setAccessibleName("Search the library")
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setObjectName("library_tree")
        self.tree.setAccessibleName("Examples and recent files")
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(12)
        self.tree.setUniformRowHeights(True)
        self.tree.setExpandsOnDoubleClick(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self.tree)
        self.search.textChanged.connect(self._list)
        self.search.returnPressed.connect(self._open_first)
        self.tree.itemClicked.connect(self._open)
        self.tree.installEventFilter(self)
        settings.recent_changed.connect(self._list)
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        if before.theme != now.theme or not self.tree.topLevelItemCount():
            self._list()
        elif before.document is not now.document:
            self._mark()

    def _list(self) -> None:
        """Lists what fits the search, section by section."""
        self.tree.clear()
        self._entries = []
        shown, typed = self.session.state.theme, self.search.text()
        recent = [(path.name, str(path), path, "Recent files") for path in self.settings.recent]
        bundled = [(found.title, found.summary, found.path, found.section) for found in examples()]
        sections: dict[str, QTreeWidgetItem] = {}
        for title, hint, path, section in (*recent, *bundled):
            if score(typed, f"{title} {section} {path.stem}") is None and typed.lower() not in hint.lower():
                continue
            if section not in sections:
                drawn = section.lower().replace(" ", "_")
                sections[section] = QTreeWidgetItem([section])
                sections[section].setIcon(0, icon(drawn if drawn in names() else "recent", shown, "muted"))
                sections[section].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.tree.addTopLevelItem(sections[section])
                sections[section].setExpanded(True)
            item = QTreeWidgetItem([title])
            item.setToolTip(0, hint)
            item.setData(0, _PATH, path)
            sections[section].addChild(item)
            self._entries.append(item)
        self._mark()

    def _mark(self) -> None:
        """Marks the entry of the present document."""
        document = self.session.state.document
        path = document.path if document is not None else None
        self.tree.setCurrentIndex(QModelIndex())
        for item in self._entries:
            if path is not None and item.data(0, _PATH) == path:
                self.tree.setCurrentItem(item)

    def _open(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        path = item.data(0, _PATH)
        if path is None:
            item.setExpanded(not item.isExpanded())
            return
        self.chosen.emit(path)
        self._mark()

    def _open_first(self) -> None:
        self._open(next(iter(self._entries), None))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _ENTER:
            self._open(self.tree.currentItem())
            return True
        return super().eventFilter(watched, event)
