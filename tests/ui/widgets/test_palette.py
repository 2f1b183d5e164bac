"""The command palette by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph_explorer.ui.widgets.palette import Palette
from graph_explorer.ui.window import Window


def opened(window: Window, qtbot: QtBot) -> Palette:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(Palette)
    assert isinstance(palette, Palette)
    assert palette.isVisible()
    return palette


def test_typing_and_enter_runs(open_window: Window, qtbot: QtBot) -> None:
    palette = opened(open_window, qtbot)
    before = open_window.session.state.time
    qtbot.keyClicks(palette.field, "to the end")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert open_window.session.state.time == open_window.session.state.trace.length > before


def test_arrows_choose_another(open_window: Window, qtbot: QtBot) -> None:
    palette = opened(open_window, qtbot)
    qtbot.keyClicks(palette.field, "theme")
    first = palette.list.currentItem().text(0)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentItem().text(0) != first


def test_escape_and_the_key_itself_close(open_window: Window, qtbot: QtBot) -> None:
    palette = opened(open_window, qtbot)
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    opened(open_window, qtbot)
    open_window.menus.actions["edit.commands"].trigger()
    assert not palette.isVisible()


def test_examples_open(window: Window, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    qtbot.keyClicks(palette.field, "one neuron")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.session.state.document.title == "One neuron"


def test_what_makes_no_sense_now_does_nothing(window: Window, qtbot: QtBot) -> None:
    palette = opened(window, qtbot)
    qtbot.keyClicks(palette.field, "step back")
    item = palette.list.topLevelItem(0)
    assert item.text(0) == "Step back"
    assert item.isDisabled()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_click_runs(open_window: Window, qtbot: QtBot) -> None:
    palette = opened(open_window, qtbot)
    qtbot.keyClicks(palette.field, "node by node")
    item = palette.list.currentItem()
    qtbot.mouseClick(
        palette.list.viewport(), Qt.MouseButton.LeftButton, pos=palette.list.visualItemRect(item).center()
    )
    assert open_window.session.state.mode == "nodes"
