from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.panels.player import breakpoint_times, completed_at
from graph_explorer.ui.panels.timeline import Timeline, position, step_events, told
from graph_explorer.ui.session import Session

Show = Callable[[type[Timeline]], Timeline]


@pytest.fixture
def timeline(show: Show, session: Session, neuron: Document) -> Timeline:
    made = show(Timeline)
    session.show(neuron)
    return made


def click(timeline: Timeline, name: str) -> None:
    button = timeline.findChild(QToolButton, f"timeline_{name}")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_buttons_move_in_time(timeline: Timeline, session: Session) -> None:
    trace = session.state.trace
    assert trace is not None
    for name, time in (("first", 0), ("step", 1), ("step", 2), ("back", 1), ("last", trace.length)):
        click(timeline, name)
        assert session.state.time == time
    assert not timeline.step.isEnabled()
    assert timeline.back.isEnabled()
    click(timeline, "first")
    assert not timeline.back.isEnabled()


def test_the_sentence_and_the_position_follow(timeline: Timeline, session: Session) -> None:
    trace = session.state.trace
    assert trace is not None
    session.seek(0)
    assert timeline.position.full == "start"
    assert "Nothing is computed yet" in timeline.sentence.text()
    session.seek(2)
    assert timeline.position.full == "forward 2 / 6"
    assert timeline.sentence.text() == "z = z.mul + b = 0.6 + (−0.2) = 0.4."
    session.seek(trace.forward_length + 1)
    assert timeline.position.full == "backward 0 / 7"
    session.seek(trace.length)
    assert timeline.position.full == "backward 7 / 7"
    assert timeline.sentence.text().startswith("∂L/∂w gets −0.09642 × 1.5 = −0.1446")
    assert timeline.scrub.accessibleDescription() == "backward 7 / 7"


def test_node_by_node_takes_all_edges_of_a_node(timeline: Timeline, session: Session) -> None:
    click(timeline, "nodes")
    assert session.state.mode == "nodes"
    click(timeline, "last")
    click(timeline, "back")
    assert (
        timeline.sentence.text() == "z passes its gradient on: ∂L/∂z.mul gets −0.09642; ∂L/∂b gets −0.09642."
    )
    trace = session.state.trace
    assert trace is not None
    assert len(step_events(trace, session.state.time, "nodes")) == 2
    assert len(step_events(trace, session.state.time, "edges")) == 1


def test_the_scrub_bar_seeks(timeline: Timeline, session: Session) -> None:
    scrub = timeline.scrub
    QTest.mouseClick(scrub, Qt.MouseButton.LeftButton, pos=QPoint(round(scrub.x_of(3)), 15))
    assert session.state.time == 3
    session.seek(9)
    assert scrub.value() == 9
    assert "backward 2 / 7" in scrub.told(9)


def test_playing_goes_to_the_end_and_stops(timeline: Timeline, session: Session, qtbot: QtBot) -> None:
    timeline.speed.setCurrentIndex(timeline.speed.count() - 1)
    session.seek(0)
    click(timeline, "play")
    assert session.state.playing
    assert timeline.play.accessibleName() == "Pause"
    trace = session.state.trace
    assert trace is not None
    qtbot.waitUntil(lambda: not session.state.playing, timeout=5000)
    assert session.state.time == trace.length
    assert timeline.play.accessibleName() == "Play"


def test_playing_at_the_end_begins_again(timeline: Timeline, session: Session) -> None:
    assert session.state.trace is not None
    session.seek(session.state.trace.length)
    session.change(playing=True)
    assert session.state.time == 0
    session.change(playing=False)


@pytest.mark.parametrize("mode", ["edges", "nodes"])
def test_playing_stops_at_a_breakpoint(timeline: Timeline, session: Session, qtbot: QtBot, mode: str) -> None:
    trace = session.state.trace
    assert trace is not None
    session.change(mode=mode)
    session.toggle_breakpoint("b")
    at = completed_at(trace, "b")
    assert at is not None
    assert timeline.scrub.breakpoints == (at,)
    timeline.speed.setCurrentIndex(timeline.speed.count() - 1)
    session.change(playing=True)
    qtbot.waitUntil(lambda: not session.state.playing, timeout=5000)
    assert session.state.time == at
    session.change(playing=True)
    qtbot.waitUntil(lambda: not session.state.playing, timeout=5000)
    assert session.state.time == trace.length


def test_breakpoints_without_a_gradient_do_not_stop(timeline: Timeline, session: Session) -> None:
    session.toggle_breakpoint("x")
    assert breakpoint_times(session.state) == ()


def test_closing_the_document_stops_playing(timeline: Timeline, session: Session) -> None:
    session.change(playing=True)
    session.close_document()
    assert not session.state.playing
    assert not timeline.isEnabled()
    assert timeline.sentence.text() == "Open an example, then step through it here."
    session.change(playing=True)
    assert not session.state.playing


def test_a_run_that_stopped_says_where(timeline: Timeline, session: Session) -> None:
    session.show(parse("h = x @ x\ny = x @ w\nL = sum(y)", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]}))
    assert timeline.sentence.text().startswith("The run stopped here:")
    assert timeline.position.full == "forward 1 / 1"


def test_a_narrow_timeline_puts_things_below_each_other(timeline: Timeline, qtbot: QtBot) -> None:
    timeline.resize(900, 120)
    qtbot.waitUntil(lambda: timeline.choices.y() == timeline.sentence.y())
    timeline.resize(280, 200)
    qtbot.waitUntil(lambda: timeline.choices.y() > timeline.sentence.y() > timeline.scrub.y())
    assert timeline.minimumSizeHint().width() <= 280


def test_position_and_sentence_without_a_trace() -> None:
    assert position(None, 0) == ""


def test_every_time_of_a_run_has_a_sentence(layer: Document) -> None:
    from graph_explorer.document import run

    trace = run(layer)
    for mode in ("nodes", "edges"):
        for time in range(trace.length + 1):
            assert told(trace, time, mode).endswith(".")
