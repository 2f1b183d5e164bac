"""The library beside the graph."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from graph_explorer.formats.examples import examples
from graph_explorer.ui.panels.library import Library
from graph_explorer.ui.window import Window


def library(window: Window) -> Library:
    window.bench.go_to("library")
    found = window.bench.docks["library"].widget()
    assert isinstance(found, Library)
    return found


def items(found: Library) -> list[QTreeWidgetItem]:
    tops = [found.tree.topLevelItem(k) for k in range(found.tree.topLevelItemCount())]
    return [top.child(k) for top in tops for k in range(top.childCount())]


def test_lists_examples_and_recent_files(open_window: Window) -> None:
    titles = [item.text(0) for item in items(library(open_window))]
    assert titles == ["neuron.toml", *(found.title for found in examples())]


def test_marks_the_present_document(open_window: Window) -> None:
    assert library(open_window).tree.currentItem().text(0) == "neuron.toml"


def test_one_click_opens(open_window: Window, qtbot: QtBot) -> None:
    found = library(open_window)
    item = next(item for item in items(found) if item.text(0) == "One neuron")
    place = found.tree.visualItemRect(item).center()
    qtbot.mouseClick(found.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (
        open_window.session.state.document.path
        == examples()[[e.title for e in examples()].index("One neuron")].path
    )


def test_enter_opens(open_window: Window, qtbot: QtBot) -> None:
    found = library(open_window)
    item = next(item for item in items(found) if item.text(0) == "One neuron")
    found.tree.setCurrentItem(item)
    qtbot.keyClick(found.tree, Qt.Key.Key_Return)
    assert open_window.session.state.document.path == item.data(0, Qt.ItemDataRole.UserRole)


def test_search(open_window: Window, qtbot: QtBot) -> None:
    found = library(open_window)
    qtbot.keyClicks(found.search, "one neuron")
    assert [item.text(0) for item in items(found)] == ["One neuron"]
    qtbot.keyClick(found.search, Qt.Key.Key_Return)
    assert open_window.session.state.document.title == "One neuron"
    found.search.setText("zzzz")
    assert items(found) == []


def test_new_recent_files_appear(open_window: Window, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("x", encoding="utf-8")
    open_window.settings.remember(other)
    assert items(library(open_window))[0].text(0) == "other.toml"
