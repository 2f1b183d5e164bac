"""The table of actions, held by loops: unique, complete, without clashes, and every row runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.actions import ACTIONS, MENUS, SUBMENUS, TOOLBAR, Action
from graph_explorer.ui.widgets import icons
from graph_explorer.ui.widgets.ask import Sure, Unsaved, WhatName, WhereTo, WhichFile, WhichFiles
from graph_explorer.ui.window import Window

BY_ID = {action.id: action for action in ACTIONS}
each = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(ACTIONS)


def test_no_two_actions_share_a_key() -> None:
    keys = Counter(QKeySequence(keys).toString() for action in ACTIONS for keys in action.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys


@each
def test_row_is_complete(action: Action) -> None:
    assert action.text[0].isupper()
    assert action.hint[0].isupper()
    assert not action.hint.endswith(".")
    assert "  " not in action.text + action.hint
    assert action.menu in {*MENUS, *(path for path, _ in SUBMENUS)}
    assert not action.icon or action.icon in icons.names()


def test_texts_in_one_menu_differ() -> None:
    texts = Counter((action.menu, action.text) for action in ACTIONS)
    assert max(texts.values()) == 1


def test_toolbar_names_actions_with_icons() -> None:
    named = [name for name in TOOLBAR if name not in ("", ">")]
    assert all(BY_ID[name].icon for name in named)
    assert len(set(named)) == len(named)


def test_menus_hold_every_action(window: Window) -> None:
    found: list[str] = []

    def walk(menu: QMenu) -> None:
        for made in menu.actions():
            inner = made.menu()
            if isinstance(inner, QMenu):
                walk(inner)
            elif made.objectName():
                found.append(made.objectName())

    for top in window.menuBar().actions():
        inner = top.menu()
        assert isinstance(inner, QMenu)
        walk(inner)
    assert sorted(found) == sorted(BY_ID)


def answer_questions(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(Unsaved, "ask", lambda *_: "discard")
    monkeypatch.setattr(WhichFile, "ask", lambda *_: None)
    monkeypatch.setattr(WhichFiles, "ask", lambda *_: ())
    monkeypatch.setattr(WhatName, "ask", lambda *_: "Ada")
    monkeypatch.setattr(Sure, "ask", lambda *_: True)
    monkeypatch.setattr(WhereTo, "ask", lambda parent, title, start, filters: folder / Path(start).name)


def trigger(window: Window, action: Action) -> bool:
    """Triggers an action as a menu would; whether it was enabled."""
    made = window.menus.actions[action.id]
    enabled = made.isEnabled()
    made.trigger()
    QApplication.processEvents()
    return enabled


#: Each of these is the last thing that a window does; the others share one window a menu.
CLOSING = ("file.new", "file.start", "file.close", "file.quit")
#: These say what they have written.
SPEAKING = ("file.code",)
GROUPS = [
    *([name] for name in CLOSING),
    *(
        [action.id for action in ACTIONS if action.menu.split("/")[0] == menu and action.id not in CLOSING]
        for menu in MENUS
    ),
]
by_menu = pytest.mark.parametrize("names", GROUPS, ids=lambda names: names[0])


@by_menu
def test_actions_run_or_are_disabled_on_the_start_page(
    window: Window, names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer_questions(monkeypatch, tmp_path)
    for name in names:
        action = BY_ID[name]
        should = action.enabled(window.session)
        enabled = trigger(window, action)
        assert enabled == should, name
        assert window.session.state.message == "", name


@by_menu
def test_actions_run_with_a_document(
    open_window: Window, grouped: Document, names: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer_questions(monkeypatch, tmp_path)
    session = open_window.session
    for name in names:
        session.show(grouped)
        session.set_value("w", 0.9)
        session.undo.undo()
        session.set_value("w", 0.7)
        session.by_hand.backward()
        session.step(forward=False)
        session.select("h", session.state.trace.graph.uses("w")[0])
        enabled = trigger(open_window, BY_ID[name])
        assert enabled or not BY_ID[name].enabled(session), name
        assert session.state.message == "" or name in SPEAKING, name
        session.say("")
        session.change(playing=False)


def test_switches_show_what_is_on(open_window: Window) -> None:
    menus, session = open_window.menus, open_window.session
    assert menus.actions["step.edges"].isChecked()
    menus.actions["step.edges"].trigger()
    assert menus.actions["step.edges"].isChecked(), "what is on stays on"
    menus.actions["step.nodes"].trigger()
    assert session.state.mode == "nodes"
    assert menus.actions["step.nodes"].isChecked()
    assert not menus.actions["step.edges"].isChecked()


def test_undo_says_what_it_takes_back(open_window: Window) -> None:
    open_window.session.set_value("w", 2.0)
    assert open_window.menus.actions["edit.undo"].text() == "Undo Change w"
    open_window.menus.actions["edit.undo"].trigger()
    assert open_window.menus.actions["edit.undo"].text() == "Undo"
    assert not open_window.menus.actions["edit.undo"].isEnabled()
    assert open_window.menus.actions["edit.redo"].text() == "Redo Change w"


@pytest.mark.parametrize(
    ("key", "modifier", "change"),
    [
        (Qt.Key.Key_F8, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_F7, Qt.KeyboardModifier.NoModifier, -1),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, 1),
    ],
)
def test_keys_step(
    open_window: Window, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, change: int
) -> None:
    before = open_window.session.state.time
    open_window.activateWindow()
    qtbot.keyClick(open_window, key, modifier)
    assert open_window.session.state.time == before + change


def test_back_and_forward_end_where_the_way_ends(open_window: Window, qtbot: QtBot) -> None:
    back, onward = (open_window.menus.actions[name] for name in ("view.back", "view.onward"))

    def possible() -> tuple[bool, bool]:
        return back.isEnabled(), onward.isEnabled()

    assert possible() == (False, False)
    session = open_window.session
    session.select("w")
    session.select("L")
    assert possible() == (True, False)
    qtbot.keyClick(open_window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert session.state.selection == "w"
    assert possible() == (True, True)
    qtbot.keyClick(open_window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert possible() == (False, True)
    qtbot.keyClick(open_window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert session.state.selection == "w"
    session.close_document()
    assert possible() == (False, False)
