"""Movements: numbers fly on a single step, cards glide to a new layout, and nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEasingCurve, QObject
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, run
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.flights import flights_between
from graph_explorer.ui.canvas.glide import on_the_way, origins
from graph_explorer.ui.canvas.motion import Motion
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]


def scene_of(document: Document, *collapsed: str) -> Scene:
    return make_scene(Wanted(document, run(document), frozenset(collapsed), "down"))


# ── one movement ──────────────────────────────────────────────────────────────────────────────


def test_a_movement_ends_at_once_where_motion_is_not_wanted(qapp: object) -> None:
    seen: list[float] = []
    parent = QObject()
    motion = Motion(parent, 1000, QEasingCurve.Type.Linear)
    motion.start(seen.append, lambda: seen.append(-1.0), moves=False)
    assert seen == [1.0, -1.0]
    assert not motion.running


def test_a_movement_goes_all_the_way_and_says_so_once(qtbot: QtBot) -> None:
    seen: list[float] = []
    done: list[bool] = []
    parent = QObject()
    motion = Motion(parent, 30, QEasingCurve.Type.Linear)
    motion.start(seen.append, lambda: done.append(True), moves=True)
    qtbot.waitUntil(lambda: bool(done))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert done == [True]
    motion.start(seen.append, lambda: done.append(True), moves=True)
    motion.finish()
    motion.finish()
    assert done == [True, True]
    motion.start(seen.append, lambda: done.append(True), moves=True)
    motion.drop()
    assert done == [True, True], "dropped: it ends where it is"


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def test_a_backward_step_lets_its_contribution_fly(qapp: object, neuron: Document) -> None:
    scene, trace = scene_of(neuron), run(neuron)
    forward = trace.forward_length
    (flight,) = flights_between(scene, trace, forward + 1, forward + 2)
    assert flight.text == "0.5", "∂L/∂L.pow"
    assert not flight.forward
    assert scene.layout.line(flight.line).source == "L.pow"
    assert len(flights_between(scene, trace, forward + 5, forward + 7)) == 2, "z into z.mul and b: one node"


def test_a_forward_step_lets_the_values_fly_in(qapp: object, neuron: Document) -> None:
    scene, trace = scene_of(neuron), run(neuron)
    flights = flights_between(scene, trace, 0, 1)
    assert sorted(flight.text for flight in flights) == ["0.4", "1.5"]
    assert all(flight.forward for flight in flights)


@pytest.mark.parametrize(("before", "now"), [(5, 5), (6, 5), (0, 9), (2, 4)])
def test_jumps_and_steps_back_let_nothing_fly(qapp: object, neuron: Document, before: int, now: int) -> None:
    assert flights_between(scene_of(neuron), run(neuron), before, now) == ()


def test_the_sum_grows_when_the_number_arrives(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    trace = session.state.trace
    assert trace is not None
    session.seek(trace.forward_length + 1)
    session.change(motion=True)
    view.shown._stepped_at = 0.0
    session.step()
    assert view.shown.stage is not None
    assert len(view._marks.flights) == 1
    assert view.shown.stage.moment.time == trace.forward_length + 1, "not merged yet"
    assert view.present == "L", "but the step is shown"
    qtbot.waitUntil(lambda: not view._marks.flights, timeout=3000)
    assert view.shown.stage.moment.time == trace.forward_length + 2
    session.step()
    session.step()
    assert view._marks.flights == (), "quick steps let nothing fly"
    assert view.shown.stage.moment.time == session.state.time


def test_without_motion_a_step_is_there_at_once(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    session.step()
    assert view.shown.stage is not None
    assert view._marks.flights == ()
    assert view.shown.stage.moment.time == session.state.time


# ── layouts ───────────────────────────────────────────────────────────────────────────────────


def test_cards_come_out_of_the_box_that_stood_for_them(qapp: object, grouped: Document) -> None:
    before, now = scene_of(grouped, "h:cell"), scene_of(grouped)
    away = origins(before, now)
    start = on_the_way(before, now, away, 0.0)
    box = before.box_of("h:cell")
    assert box is not None
    middle = np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
    for place, card in enumerate(now.cards):
        centre = start.boxes[place, :2] + start.boxes[place, 2:] / 2
        if card.group.split("/")[0] == "h:cell":
            np.testing.assert_allclose(centre, middle)
        else:
            old = before.boxes[before.place(card.id)]
            np.testing.assert_allclose(centre, old[:2] + old[2:] / 2)
    np.testing.assert_allclose(on_the_way(before, now, away, 1.0).boxes, now.boxes)
    frame = start.frames.box_of("h:cell")
    assert frame is not None
    assert frame == pytest.approx(box)


def test_a_toggled_group_glides_open(
    qtbot: QtBot, make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    session.change(motion=True)
    session.toggle_group("h:cell")
    assert view.shown.gliding.running
    session.toggle_group("h:cell")
    qtbot.waitUntil(lambda: not view.shown.gliding.running, timeout=3000)
    assert view.scene is view.shown.goal


def test_a_hidden_view_does_not_move(make_view: Make, grouped: Document, session: Session) -> None:
    view = make_view(grouped)
    session.change(motion=True)
    session.toggle_group("h:cell")
    view.hide()
    assert not view.shown.gliding.running
    assert view.scene is view.shown.goal
    session.toggle_group("h:cell")
    assert not view.shown.gliding.running
