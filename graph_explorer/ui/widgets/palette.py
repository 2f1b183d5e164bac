"""The command palette: any command by a few letters of its name.

The one rule: it lists what it is given when it opens, commands that cannot be used now at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.widgets.fuzzy import best

_WIDTH, _HEIGHT = 600, 420  # at the system's own text size
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True)
class Entry:
    """One thing that can be done: where it stands in the menus, its text, its keys."""

    text: str
    place: str
    keys: str
    icon: QIcon
    enabled: bool
    act: Callable[[], None]

    @property
    def words(self) -> str:
        return f"{self.text} {self.place}"


class Palette(QFrame):
    """A field and the list of what fits; lies over the upper part of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self.setAutoFillBackground(True)
        self._host = parent
        self._entries: tuple[Entry, ...] = ()
        self._before: QWidget | None = None
        clear = QPixmap(16, 16)
        clear.fill(Qt.GlobalColor.transparent)
        self._blank = QIcon(clear)
        self.field = QLineEdit()
        self.field.setObjectName("palette_field")
        self.field.setAccessibleName("Type a few letters of a command")
        self.field.setPlaceholderText("Type a few letters of a command or an example")
        self.field.textChanged.connect(self._list)
        self.field.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName("Commands that fit")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(lambda item: self._choose(item))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.list.ensurePolished()
        self.hide()

    def open(self, entries: Sequence[Entry]) -> None:
        """Shows the palette over its parent, with these entries."""
        self._entries = tuple(sorted(entries, key=lambda entry: not entry.enabled))
        self._before = QApplication.focusWidget()
        self.field.clear()
        self._list("")
        host = self._host
        scale = max(1.0, self.fontMetrics().height() / 16)
        width = min(round(_WIDTH * scale), host.width() - 40)
        height = min(round(_HEIGHT * scale), host.height() - 120)
        self.setGeometry(QRect((host.width() - width) // 2, 72, width, height))
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Hides it and gives the keyboard back to whoever had it."""
        if not self.isVisible():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def _list(self, typed: str) -> None:
        self.list.clear()
        for entry in best(typed, self._entries, lambda found: found.words):
            item = QTreeWidgetItem([entry.text, entry.keys or entry.place])
            item.setIcon(0, self._blank if entry.icon.isNull() else entry.icon)
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            item.setToolTip(0, entry.place)
            item.setForeground(1, self.palette().placeholderText())
            item.setDisabled(not entry.enabled)
            self.list.addTopLevelItem(item)
        self.list.setCurrentIndex(self.list.model().index(0, 0))

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        entry: Entry = item.data(0, Qt.ItemDataRole.UserRole)
        self.close_palette()
        entry.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            inside = QApplication.focusWidget()
            if inside is not None and not self.isAncestorOf(inside):
                self.hide()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() in _MOVES:
            QApplication.sendEvent(self.list, event)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentItem())
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.close_palette()
            return True
        return False
