"""The views in the middle of the window: tabs, side by side, commands for the one in front."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.surface.view import SurfaceView
from graph_explorer.ui.views import VIEWS, beside
from graph_explorer.ui.window import Window


def test_the_table() -> None:
    assert next(view.name for view in VIEWS) == "graph"
    assert len({view.name for view in VIEWS}) == len(VIEWS)
    for view in VIEWS:
        assert view.title
        assert view.hint
        assert view.keys


@pytest.mark.parametrize(
    ("shown", "after"),
    [
        (("graph",), ("graph", "surface")),
        (("surface",), ("graph", "surface")),
        (("graph", "surface"), ("surface",)),
    ],
)
def test_side_by_side(shown: tuple[str, ...], after: tuple[str, ...]) -> None:
    assert beside(shown) == after


def test_a_view_is_made_when_it_is_first_shown(open_window: Window) -> None:
    middle = open_window.bench.middle
    assert list(middle.pages) == ["graph"]
    middle.tabs.setCurrentIndex(1)
    assert open_window.session.state.views == ("surface",)
    assert isinstance(middle.pages["surface"], SurfaceView)
    assert not middle.pages["graph"].isVisible()


def test_both_are_seen_from_left_to_right(open_window: Window, qtbot: QtBot) -> None:
    middle = open_window.bench.middle
    open_window.menus.actions["view.split"].trigger()
    assert [page.isVisible() for page in middle.pages.values()] == [True, True]
    assert middle.room.indexOf(middle.pages["graph"]) < middle.room.indexOf(middle.pages["surface"])
    sizes = middle.room.sizes()
    assert min(sizes) > 0.3 * sum(sizes)
    assert sizes[middle.room.indexOf(middle.pages["surface"])] == max(sizes)
    assert middle.split.isChecked()
    assert open_window.menus.actions["view.split"].isChecked()
    middle.tabs.tabBarClicked.emit(0)
    assert open_window.session.state.views == ("graph",)
    qtbot.waitUntil(lambda: not open_window.session.jobs.busy())


def test_commands_are_for_the_view_in_front(open_window: Window, qtbot: QtBot) -> None:
    open_window.activateWindow()
    open_window.menus.actions["view.surface"].trigger()
    middle = open_window.bench.middle
    surface = middle.front
    assert isinstance(surface, SurfaceView)
    QApplication.processEvents()
    before = surface.plane.frame
    open_window.menus.actions["view.zoom_in"].trigger()
    assert surface.plane.frame.scale[0] > before.scale[0]
    open_window.menus.actions["view.fit"].trigger()
    assert surface.plane.frame.window == before.window
    open_window.menus.actions["view.split"].trigger()
    qtbot.keyClick(open_window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(middle.front, GraphView)
    qtbot.waitUntil(lambda: not open_window.session.jobs.busy())


def test_the_surface_follows_a_step_of_the_program(open_window: Window, qtbot: QtBot) -> None:
    """The neuron is a surface too: its two parameters are the axes."""
    open_window.session.change(views=("graph", "surface"))
    surface = open_window.bench.middle.pages["surface"]
    assert isinstance(surface, SurfaceView)
    assert surface.plane.subject.axes == ("w", "b")
    open_window.session.set_value("w", 1.25)
    assert surface.plane.subject.here == (1.25, -0.2)
    qtbot.waitUntil(lambda: not open_window.session.jobs.busy())
