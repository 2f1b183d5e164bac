"""The window around a document: title, panels, layout, text size, full screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QApplication, QDockWidget, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.docks import DOCKS
from graph_explorer.ui.settings import TEXT_SCALES
from graph_explorer.ui.window import Window

SIZES = [(1280, 800), (2560, 1440)]


def test_title_says_document_and_changes(open_window: Window) -> None:
    assert open_window.windowTitle() == "One neuron[*] – Graph Explorer"
    assert not open_window.isWindowModified()
    open_window.session.set_value("w", 3.0)
    assert open_window.isWindowModified()
    open_window.session.undo.undo()
    assert not open_window.isWindowModified()


def place(window: Window, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("size", SIZES)
def test_default_layout(open_window: Window, size: tuple[int, int], qtbot: QtBot) -> None:
    open_window.resize(*size)
    open_window.bench.restore_default()
    qtbot.wait(20)
    bench = open_window.bench
    assert (open_window.width(), open_window.height()) == size, "the panels fit"
    canvas = place(open_window, bench.middle.page("graph"))
    front = [dock for dock in bench.docks.values() if not dock.visibleRegion().isEmpty()]
    assert {dock.objectName() for dock in front} == {f"dock_{row.name}" for row in DOCKS if not row.behind}
    for dock in front:
        seen = place(open_window, dock)
        assert open_window.rect().contains(seen), dock.objectName()
        assert not seen.intersects(canvas)
        assert seen.width() * seen.height() < canvas.width() * canvas.height(), "the graph has the most room"
        panel = dock.widget()
        least = panel.minimumSizeHint()
        assert panel.width() >= least.width(), dock.objectName()
        assert panel.height() >= least.height(), dock.objectName()


@pytest.mark.parametrize("size", [(1000, 700), (1280, 800)])
def test_titles_of_tabs_are_seen_whole(open_window: Window, size: tuple[int, int], qtbot: QtBot) -> None:
    open_window.resize(*size)
    open_window.bench.restore_default()
    bars = [bar for bar in open_window.bench.findChildren(QTabBar) if bar.isVisible()]
    assert len(bars) >= 3
    qtbot.waitUntil(lambda: all(bar.sizeHint().width() <= bar.width() for bar in bars))


def test_layout_comes_back(make_window: Callable[[], Window], grouped: Document, qtbot: QtBot) -> None:
    first = make_window()
    first.session.show(grouped)
    qtbot.wait(20)
    first.bench.docks["program"].close()
    first.bench.docks["cost"].setFloating(True)
    first.close()
    second = make_window()
    second.session.show(grouped)
    qtbot.wait(20)
    assert not second.bench.is_open("program")
    assert second.bench.docks["cost"].isFloating()
    second.bench.restore_default()
    assert second.bench.is_open("program")
    assert not second.bench.docks["cost"].isFloating()


def test_geometry_comes_back(make_window: Callable[[], Window]) -> None:
    first = make_window()
    first.resize(777, 555)
    first.close()
    second = Window(first.settings)
    assert (second.width(), second.height()) == (777, 555)
    second.deleteLater()


@pytest.mark.parametrize("row", DOCKS, ids=lambda row: row.name)
def test_panel_closes_and_is_reached(open_window: Window, row: object, qtbot: QtBot) -> None:
    name = row.name  # type: ignore[attr-defined]
    actions = open_window.menus.actions
    open_window.activateWindow()
    actions[f"view.panel.{name}"].trigger()
    assert not open_window.bench.is_open(name)
    assert not actions[f"view.panel.{name}"].isChecked()
    actions[f"view.go_to.{name}"].trigger()
    qtbot.wait(10)
    dock = open_window.bench.docks[name]
    assert dock.isVisible()
    assert actions[f"view.panel.{name}"].isChecked()
    focus = open_window.focusWidget()
    assert focus is not None
    assert dock.isAncestorOf(focus) or focus is dock


def test_a_tab_has_no_title_of_its_own(open_window: Window, qtbot: QtBot) -> None:
    qtbot.wait(20)
    docks = open_window.bench.docks
    assert docks["cost"].titleBarWidget().sizeHint().height() == 0
    assert docks["program"].titleBarWidget().sizeHint().height() > 10
    docks["cost"].setFloating(True)
    qtbot.wait(20)
    assert docks["cost"].titleBarWidget().sizeHint().height() > 10
    docks["cost"].setFloating(False)


def test_everything_has_a_name(open_window: Window) -> None:
    """Whatever can be met has an object name, and each button a name that is read aloud."""
    for dock in open_window.bench.findChildren(QDockWidget):
        assert dock.objectName()
        assert dock.widget().accessibleName(), dock.objectName()
    for button in open_window.findChildren(QAbstractButton):
        if button.isVisible() and not button.objectName().startswith("qt_"):
            assert button.accessibleName() or button.text() or button.toolTip(), button.parent()


def test_text_size(open_window: Window) -> None:
    before = open_window.font().pointSizeF()
    open_window.menus.actions["view.larger"].trigger()
    assert open_window.font().pointSizeF() > before
    for _ in TEXT_SCALES:
        open_window.menus.actions["view.larger"].trigger()
    assert open_window.settings.text_scale == TEXT_SCALES[-1]
    for _ in TEXT_SCALES:
        open_window.menus.actions["view.smaller"].trigger()
    assert open_window.settings.text_scale == TEXT_SCALES[0]
    assert open_window.font().pointSizeF() < before


def test_presentation_and_back(open_window: Window) -> None:
    before = open_window.font().pointSizeF()
    present = open_window.menus.actions["view.presentation"]
    present.trigger()
    assert open_window.isFullScreen()
    assert present.isChecked()
    assert open_window.font().pointSizeF() == pytest.approx(before * 1.35)
    present.trigger()
    assert not open_window.isFullScreen()
    assert open_window.font().pointSizeF() == pytest.approx(before)


def test_leaving_full_screen_ends_the_presentation(open_window: Window) -> None:
    open_window.menus.actions["view.presentation"].trigger()
    open_window.menus.actions["view.fullscreen"].trigger()
    assert not open_window.isFullScreen()
    assert not open_window.looks.presenting
    assert not open_window.menus.actions["view.presentation"].isChecked()


def test_motion_is_remembered(open_window: Window) -> None:
    open_window.menus.actions["view.motion"].trigger()
    assert not open_window.session.state.motion
    assert not open_window.settings.motion


def test_copying(open_window: Window) -> None:
    session = open_window.session
    session.select("z")
    open_window.copy("value")
    assert float(QApplication.clipboard().text()) == pytest.approx(0.4 * 1.5 - 0.2)
    open_window.copy("gradient")
    assert "not computed yet" in session.state.message
    session.seek(session.state.trace.length)
    open_window.copy("gradient")
    assert float(QApplication.clipboard().text()) == float(session.state.trace.gradient("z"))


def test_collapsing_all_groups(open_window: Window, grouped: Document) -> None:
    open_window.session.show(grouped)
    open_window.menus.actions["view.collapse"].trigger()
    assert open_window.session.state.collapsed == set(grouped.graph.groups)
    open_window.menus.actions["view.expand"].trigger()
    assert open_window.session.state.collapsed == frozenset()
