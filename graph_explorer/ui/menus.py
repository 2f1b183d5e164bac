"""Menus and toolbar, made from the table of actions.

The one rule: a `QAction` is made once for each row; `refresh` asks every row whether it makes sense now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QWidget

from graph_explorer.ui.actions import ACTIONS, MENUS, SUBMENUS, TOOLBAR, Action, adding, opening
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.palette import Entry

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window


class Menus(QObject):
    """The commands of one window, as Qt has them: `actions` by id."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.window = window
        self.actions: dict[str, QAction] = {}
        self._rows: dict[str, Action] = {}
        self._menus: dict[str, QMenu] = {}
        self._passing: dict[str, list[Action]] = {
            "File/Open recent": [], "File/Examples": [], "Race/Add a method": [],
        }  # fmt: skip
        for name in MENUS:
            self._menus[name] = window.menuBar().addMenu(f"&{name}")
            self._menus[name].setObjectName(f"menu_{name}")
            self._menus[name].setToolTipsVisible(True)
        for action in ACTIONS:
            self._rows[action.id] = action
            self.actions[action.id] = self._make(action)
        for name in MENUS:
            self._fill(name)
        self._menus["File/Open recent"].aboutToShow.connect(self.list_recent)

    def _make(self, action: Action) -> QAction:
        made = QAction(action.text, self.window)
        made.setObjectName(action.id)
        made.setShortcuts([QKeySequence(keys) for keys in action.keys])
        keys = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        made.setToolTip(f"{action.text.rstrip(' …')} ({keys})\n{action.hint}" if keys else action.hint)
        made.setStatusTip(action.hint)
        made.setCheckable(action.checked is not None)
        made.triggered.connect(lambda: self.run(action))
        made.setEnabled(False)
        return made

    def _fill(self, name: str) -> None:
        """Fills a menu section by section, a line between two of them."""
        menu = self._menus[name]
        rows = [action for action in ACTIONS if action.menu == name]
        under = [(path, section) for path, section in SUBMENUS if path.rpartition("/")[0] == name]
        for section in sorted({row.section for row in rows} | {section for _, section in under}):
            if not menu.isEmpty():
                menu.addSeparator()
            menu.addActions([self.actions[row.id] for row in rows if row.section == section])
            for path, place in under:
                if place == section:
                    self._menus[path] = menu.addMenu(path.rpartition("/")[2])
                    self._menus[path].setToolTipsVisible(True)
                    self._fill(path)

    def run(self, action: Action) -> None:
        """Does what the action does, and looks again at what makes sense."""
        action.act(self.window)
        self.refresh()

    def refresh(self) -> None:
        """Enables what makes sense now, and sets the switches."""
        session = self.window.session
        for action in self._rows.values():
            made = self.actions[action.id]
            enabled = action.enabled(session)
            made.setEnabled(enabled)
            if action.checked is not None:
                made.setChecked(enabled and action.checked(self.window))
        self.actions["edit.undo"].setText(f"Undo {session.undo.undoText()}".strip())
        self.actions["edit.redo"].setText(f"Redo {session.undo.redoText()}".strip())

    def paint(self, theme_name: str) -> None:
        """Gives the icons the colours of a theme."""
        for action in self._rows.values():
            if action.icon:
                self.actions[action.id].setIcon(icon(action.icon, theme_name))

    # ── what comes and goes ───────────────────────────────────────────────────────────────────

    def list_examples(self) -> None:
        """Fills the submenu of examples, a submenu for each section of the catalogue."""
        from graph_explorer.formats.examples import examples  # after the first paint

        menu = self._menus["File/Examples"]
        menu.clear()
        rows = self._passing["File/Examples"] = []
        sections: dict[str, QMenu] = {}
        for example in examples():
            if example.section not in sections:
                sections[example.section] = menu.addMenu(example.section)
            row = opening(example.path, f"example.{example.name}", example.title, example.summary, "Examples")
            rows.append(row)
            sections[example.section].addAction(self._passing_action(row, sections[example.section]))

    def list_methods(self) -> None:
        """Fills the submenu of methods for a race."""
        from graph_explorer.lab.optimizers import METHODS  # after the first paint

        menu = self._menus["Race/Add a method"]
        menu.clear()
        self._passing["Race/Add a method"] = [
            adding(name, method.title, method.summary) for name, method in METHODS.items()
        ]
        for row in self._passing["Race/Add a method"]:
            menu.addAction(self._passing_action(row, menu))
        menu.aboutToShow.connect(self._ask_methods)

    def _ask_methods(self) -> None:
        """Methods can be added where there is a surface that is looked at."""
        rows = self._passing["Race/Add a method"]
        for row, made in zip(rows, self._menus["Race/Add a method"].actions(), strict=True):
            made.setEnabled(row.enabled(self.window.session))

    def list_recent(self) -> None:
        """Fills the submenu of recent files anew."""
        menu, forget = self._menus["File/Open recent"], self.actions["file.forget"]
        for made in menu.actions():
            if made is not forget:
                menu.removeAction(made)
        rows = self._passing["File/Open recent"] = [
            opening(path, f"recent.{k}", path.name, str(path), "Open recent")
            for k, path in enumerate(self.window.settings.recent)
        ]
        for row in rows:
            menu.insertAction(forget, self._passing_action(row, menu))
        menu.insertSeparator(forget)
        forget.setEnabled(bool(rows))

    def _passing_action(self, row: Action, menu: QMenu) -> QAction:
        made = QAction(row.text, menu)
        made.setToolTip(row.hint)
        made.triggered.connect(lambda: self.run(row))
        return made

    # ── other faces of the same table ─────────────────────────────────────────────────────────

    def toolbar(self) -> QToolBar:
        """The toolbar; icons alone, with names for who cannot see them."""
        bar = QToolBar("Toolbar")
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for name in TOOLBAR:
            if name == ">":
                space = QWidget()
                space.setObjectName("toolbar_space")
                space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                bar.addWidget(space)
            elif name:
                bar.addAction(self.actions[name])
                bar.widgetForAction(self.actions[name]).setAccessibleName(self._rows[name].text)
            else:
                bar.addSeparator()
        return bar

    def entries(self) -> Iterator[Entry]:
        """Every command for the palette, then examples and recent files."""
        self.refresh()
        self.list_recent()
        passing: Iterable[Action] = (row for rows in self._passing.values() for row in rows)
        for row in (*self._rows.values(), *passing):
            made = self.actions.get(row.id)
            if row.id == "edit.commands":
                continue
            keys = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText) if made else ""
            drawn = icon(row.icon, self.window.looks.theme) if row.icon else QIcon()
            inside = row.menu.partition("/")[2]
            text = (f"{inside}: {row.text}" if inside else row.text).rstrip(" …")
            possible = made.isEnabled() if made is not None else row.enabled(self.window.session)
            yield Entry(text, row.menu.replace("/", " › "), keys, drawn, possible, partial(self.run, row))
