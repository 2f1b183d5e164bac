"""The race panel, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.lab.optimizers import METHODS
from graph_explorer.ui.race.panel import RacePanel
from graph_explorer.ui.window import Window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(race_window: Window) -> RacePanel:
    found = race_window.bench.docks["race"].widget()
    assert isinstance(found, RacePanel)
    return found


def texts(panel: RacePanel) -> list[str]:
    return [entry.text for entry in panel.session.state.race.entries]


def test_a_card_for_every_entry(panel: RacePanel) -> None:
    shown = [card for card in panel.entries.cards if card.isVisible()]
    assert [card.title.full for card in shown] == ["Gradient descent", "Momentum", "Adam"]
    assert [card.rate.field.value for card in shown if card.rate is not None] == [0.01, 0.01, 0.1]


def test_the_menu_offers_every_method(panel: RacePanel) -> None:
    offered = {act.objectName().removeprefix("race_add_"): act for act in panel.entries.menu.actions()}
    assert set(METHODS) <= set(offered)
    for name, method in METHODS.items():
        assert method.summary in offered[name].toolTip()
        assert method.reference in offered[name].toolTip()
    offered["rmsprop"].trigger()
    assert texts(panel)[-1] == "rmsprop:lr=0.01"
    assert panel.session.state.race.selected == 3
    assert panel.entries.cards[3].isVisible()


def test_dragging_the_slider_runs_the_path_again(panel: RacePanel, qtbot: QtBot) -> None:
    card = panel.entries.cards[2]
    assert card.rate is not None
    slider, before = card.rate.slider, panel.session.state.paths
    middle = slider.height() // 2
    qtbot.mousePress(slider, LEFT, pos=QPoint(slider.width() // 2, middle))
    first = panel.session.state.race.entries[2].settings.lr
    for x in range(slider.width() // 2, slider.width() // 2 + 30, 5):
        qtbot.mouseMove(slider, QPoint(x, middle))
    qtbot.mouseRelease(slider, LEFT, pos=QPoint(slider.width() // 2 + 30, middle))
    now = panel.session.state
    assert now.race.entries[2].settings.lr > first
    assert now.paths[2].settings.lr == now.race.entries[2].settings.lr == card.rate.field.value
    assert now.paths[0] is before[0]
    assert now.race.selected == 2


def test_typing_a_learning_rate_exactly(panel: RacePanel, qtbot: QtBot) -> None:
    card = panel.entries.cards[0]
    assert card.rate is not None
    field = card.rate.field
    qtbot.mouseClick(field, LEFT)
    qtbot.keyClicks(field, "3e-4")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert texts(panel)[0] == "sgd:lr=0.0003"
    qtbot.keyClicks(field, "-1")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert texts(panel)[0] == "sgd:lr=0.0003"
    assert "at least 0" in panel.session.state.message
    assert field.value == 3e-4


def test_every_other_setting_on_demand(panel: RacePanel, qtbot: QtBot) -> None:
    card = panel.entries.cards[2]
    qtbot.mouseClick(card.expander, LEFT)
    assert card.more.isVisible()
    assert card.more.text.text() == "adam:lr=0.1"
    box = card.more.findChild(QWidget, "race_more_2_bias_correction")
    assert box is not None
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert texts(panel)[2] == "adam:lr=0.1,bias_correction=false"
    card.more.schedule.activated.emit(card.more.schedule.findData("cosine"))
    card.more.schedule.setCurrentIndex(card.more.schedule.findData("cosine"))
    card.more._choose("cosine")
    assert "schedule=cosine" in texts(panel)[2]
    assert card.more.findChild(QWidget, "race_more_2_eta_min") is not None
    card.more.text.setText("lion:lr=0.02")
    card.more.text.editingFinished.emit()
    assert texts(panel)[2] == "lion:lr=0.02"
    assert card.title.full == METHODS["lion"].title


def test_a_wrong_text_says_what_is_wrong(panel: RacePanel, qtbot: QtBot) -> None:
    card = panel.entries.cards[0]
    card.expander.click()
    card.more.text.setFocus()
    card.more.text.setText("sgd:rate=1")
    qtbot.keyClick(card.more.text, Qt.Key.Key_Return)
    assert texts(panel)[0] == "sgd:lr=0.01"
    assert 'has no "rate"' in panel.session.state.message


def test_hide_copy_and_remove(panel: RacePanel, qtbot: QtBot) -> None:
    cards = panel.entries.cards
    qtbot.mouseClick(cards[1].chip, LEFT)
    assert [entry.shown for entry in panel.session.state.race.entries] == [True, False, True]
    qtbot.mouseClick({drawn: button for button, drawn in cards[0].buttons}["copy"], LEFT)
    assert texts(panel)[:2] == ["sgd:lr=0.01", "sgd:lr=0.01"]
    qtbot.mouseClick({drawn: button for button, drawn in cards[0].buttons}["close"], LEFT)
    assert texts(panel) == ["sgd:lr=0.01", "momentum:lr=0.01", "adam:lr=0.1"]


def test_the_course(panel: RacePanel, qtbot: QtBot) -> None:
    course = panel.entries.course
    course.knobs["steps"].field.changed.emit(120.0, "")
    assert panel.session.state.race.steps == panel.session.state.race.step == 120
    qtbot.waitUntil(lambda: {path.steps for path in panel.session.state.paths} == {120})
    course.knobs["steps"].field.changed.emit(0.5, "")
    assert panel.session.state.race.steps == 120
    assert "whole number" in panel.session.state.message
    label = course.knobs["budget"].label
    label.toggle()  # type: ignore[attr-defined]
    assert panel.session.state.race.budget == 10
    assert {path.total_evaluations for path in panel.session.state.paths} == {10}
    course.linked.click()
    assert not panel.session.state.race.linked


def test_starts(panel: RacePanel) -> None:
    course = panel.entries.course
    assert not course.rows[0].close_button.isEnabled()
    course.add.click()
    assert panel.session.state.race.starts == ((2.0, 1.0), (2.0, 1.0))
    course.rows[1].fields[0].changed.emit(-1.5, "")
    assert panel.session.state.race.starts == ((2.0, 1.0), (-1.5, 1.0))
    assert len(panel.session.state.paths) == 6
    course.rows[0].close_button.click()
    assert panel.session.state.race.starts == ((-1.5, 1.0),)


def test_best_learning_rate_for_each(panel: RacePanel, qtbot: QtBot) -> None:
    before = [path.losses[-1] for path in panel.session.state.paths]
    panel.entries.best.click()
    qtbot.waitUntil(lambda: not panel.session.jobs.busy("best rates"), timeout=60_000)
    now = panel.session.state
    assert all(path.losses[-1] <= was for path, was in zip(now.paths, before, strict=True))
    assert {entry.note for entry in now.race.entries} == {"best rate for 50 evaluations"}
    assert "best rate for 50 evaluations" in panel.entries.cards[0].detail.full
    card = panel.entries.cards[0]
    assert card.rate is not None
    card.rate.slider.setValue(card.rate.slider.value() + 1)
    assert panel.session.state.race.entries[0].note == ""


def test_a_race_is_kept_in_the_document(panel: RacePanel, race_window: Window) -> None:
    session = panel.session
    session.racer.set(session.state.race.with_added("lion:lr=0.02").with_steps(77))
    race_window.bench.keep_race()
    assert session.state.document is not None
    kept = session.state.document.surface
    assert kept is not None
    assert kept.methods == (*texts(panel)[:3], "lion:lr=0.02")
    assert kept.steps == 77
    assert kept.minima == ((0.0, 0.0),)
    assert session.state.modified
    session.undo.undo()
    assert session.state.document.surface is not None
    assert len(session.state.document.surface.methods) == 3


def test_the_update_rule_page(panel: RacePanel) -> None:
    panel.go_to(2)
    panel.session.racer.set(selected=2, step=4)
    assert "number 5" in panel.rule.where.text()
    assert panel.rule.rule.isVisible()
    panel.session.racer.set(step=50)
    assert "The last step, number 50" in panel.rule.where.text()


def test_without_a_surface_it_says_why(panel: RacePanel) -> None:
    panel.session.show(parse("L = w**2", parameters={"w": 1.0}))
    assert panel.empty.isVisible()
    assert "two numbers" in panel.empty.text()
    assert not panel.pages.isVisible()


def test_everything_has_a_name(panel: RacePanel) -> None:
    for card in panel.entries.cards:
        card.expander.setChecked(True)
    for page in range(3):
        panel.go_to(page)
        for widget in panel.findChildren(QWidget):
            takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            if takes and widget.isVisibleTo(panel) and not widget.objectName().startswith("qt_"):
                said = widget.accessibleName() or getattr(widget, "text", lambda: "")()
                assert said or widget.objectName().endswith("_scroll"), widget


def test_the_menu_bar_and_the_palette_add_methods(race_window: Window) -> None:
    session, menus = race_window.session, race_window.menus
    menu = next(act.menu() for act in race_window.menuBar().actions() if act.text() == "&Race")
    inside = next(act.menu() for act in menu.actions() if act.text() == "Add a method")
    inside.aboutToShow.emit()
    offered = inside.actions()
    assert [act.text() for act in offered] == [method.title for method in METHODS.values()]
    assert all(act.isEnabled() for act in offered)
    offered[list(METHODS).index("adagrad")].trigger()
    assert session.state.race.entries[-1].text == "adagrad:lr=0.01"
    entry = next(each for each in menus.entries() if each.text == "Add a method: Lion")
    assert entry.enabled
    entry.act()
    assert session.state.race.entries[-1].settings.method is METHODS["lion"]
    for name in session.state.watching:
        session.watch(name, False)
    inside.aboutToShow.emit()
    assert not any(act.isEnabled() for act in offered)
