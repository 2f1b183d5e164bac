"""The start page: one click opens, one more steps; everything by keyboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from graph_explorer.formats.examples import examples
from graph_explorer.ui.widgets.cards import Card, Catalogue
from graph_explorer.ui.window import Window


def cards(window: Window) -> list[Card]:
    """The cards that are shown, in their order."""
    return [card for card in window.start.findChildren(Card) if card.isVisible()]


def card(window: Window, name: str) -> Card:
    return next(found for found in cards(window) if found.example.name == name)


def test_every_example_has_a_card(window: Window) -> None:
    assert [found.example for found in cards(window)] == list(examples())
    assert all(found.accessibleName() and found.accessibleDescription() for found in cards(window))


def test_two_clicks_to_a_step_backward(window: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(card(window, "neuron"), Qt.MouseButton.LeftButton)
    state = window.session.state
    assert state.document is not None
    assert state.trace is not None
    assert state.time == state.trace.forward_length
    buttons = window.bench.docks["timeline"].widget().findChildren(QAbstractButton)
    step = next(button for button in buttons if button.accessibleName() == "Step")
    assert step.isVisible()
    qtbot.mouseClick(step, Qt.MouseButton.LeftButton)
    event = window.session.state.event
    assert event is not None
    assert event.kind == "seed"


def test_cards_do_not_overlap_and_fit(window: Window) -> None:
    for width in (700, 1280, 2560):
        window.resize(width, 900)
        QApplication.processEvents()
        shown = [found.geometry() for found in cards(window)]
        room = window.start.area.viewport().width()
        assert all(place.left() >= 0 and place.right() <= room for place in shown)
        assert not any(a.intersects(b) for k, a in enumerate(shown) for b in shown[:k])
        catalogue = window.start.findChild(Catalogue)
        assert isinstance(catalogue, Catalogue)
        assert max(place.bottom() for place in shown) < catalogue.height()


def test_search_by_title_and_sentence(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.start.search, "neuron")
    assert "neuron" in [found.example.name for found in cards(window)]
    window.start.search.setText("sigmoid activation")
    assert "neuron" in [found.example.name for found in cards(window)]
    window.start.search.setText("zzzz")
    assert cards(window) == []
    window.start.search.clear()
    assert len(cards(window)) == len(examples())


def test_enter_opens_the_first(window: Window, qtbot: QtBot) -> None:
    assert window.start.search.hasFocus() or not window.isActiveWindow()
    qtbot.keyClicks(window.start.search, "one neuron")
    qtbot.keyClick(window.start.search, Qt.Key.Key_Return)
    assert window.session.state.document.title == "One neuron"


def test_arrow_keys_go_from_card_to_card(window: Window, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(window.start.search, Qt.Key.Key_Down)
    first = cards(window)[0]
    assert window.start.focusWidget() is first
    right = [found for found in cards(window) if found.y() == first.y()]
    if len(right) > 1:
        qtbot.keyClick(first, Qt.Key.Key_Right)
        assert window.start.focusWidget() is right[1]
        qtbot.keyClick(right[1], Qt.Key.Key_Left)
    below = [found for found in cards(window) if found.y() > first.y()]
    if below:
        qtbot.keyClick(first, Qt.Key.Key_Down)
        assert window.start.focusWidget() is below[0]
        qtbot.keyClick(below[0], Qt.Key.Key_Up)
    assert window.start.focusWidget() is first
    qtbot.keyClick(first, Qt.Key.Key_Up)
    assert window.start.focusWidget() is window.start.search


def test_recent_files_are_one_click(window: Window, neuron_file: Path, qtbot: QtBot) -> None:
    window.settings.remember(neuron_file)
    recent = window.start.findChild(QPushButton, "recent_file")
    assert isinstance(recent, QPushButton)
    qtbot.mouseClick(recent, Qt.MouseButton.LeftButton)
    assert window.session.state.document.path == neuron_file


def test_back_to_the_start_page(open_window: Window) -> None:
    assert open_window.pages.currentWidget() is open_window.bench
    open_window.menus.actions["file.start"].trigger()
    assert open_window.pages.currentWidget() is open_window.start
    assert open_window.windowTitle() == "Graph Explorer"
