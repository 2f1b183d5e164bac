"""Health within the window: its dock, its actions, the banner above the page, exported pictures."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from graph_explorer.ui import pictures
from graph_explorer.ui.health.banner import Comparison
from graph_explorer.ui.health.legend import HeatLegend
from graph_explorer.ui.window import Window


def test_a_run_is_examined_while_the_dock_is_in_front(open_window: Window, qtbot: QtBot) -> None:
    session = open_window.session
    qtbot.wait(20)
    assert not session.state.examining
    open_window.bench.go_to("health")
    qtbot.waitUntil(lambda: session.state.examining)
    assert session.state.health is not None
    open_window.bench.go_to("inspector")
    qtbot.waitUntil(lambda: not session.state.examining)
    assert session.state.health is None


def test_heat_and_comparison_from_the_menus(open_window: Window) -> None:
    session, actions = open_window.session, open_window.menus.actions
    legend = open_window.findChild(HeatLegend)
    banner = open_window.findChild(Comparison)
    assert legend is not None
    assert banner is not None
    actions["view.heat.value"].trigger()
    assert (session.state.heat, legend.isVisible()) == ("value", True)
    assert actions["view.heat.value"].isChecked()
    actions["view.heat.value"].trigger()
    assert (session.state.heat, legend.isVisible()) == ("", False)
    assert not banner.isVisible()
    actions["learn.keep"].trigger()
    assert banner.isVisible()
    actions["learn.forget"].trigger()
    assert not banner.isVisible()
    assert not actions["learn.forget"].isEnabled()


def test_an_exported_picture_has_the_heat_of_the_window(open_window: Window, tmp_path: Path) -> None:
    session = open_window.session
    plain = pictures.picture(session.state)
    session.comparing.set_heat("value")
    assert pictures.picture(session.state) != plain
