"""The race in the session: what follows from what, and when."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, Surface, parse
from graph_explorer.ui.race import runner
from graph_explorer.ui.race.state import Entry
from graph_explorer.ui.session import Session, State

BOWL = "L = x**2 + 10*y**2 + c"


def plain() -> Document:
    """The bowl, with nothing said about its surface."""
    return parse(BOWL, {"c": 1.0}, {"x": 2.0, "y": 1.0})


def test_nothing_is_computed_while_nobody_watches(session: Session) -> None:
    session.show(plain())
    assert session.state.surface is None
    assert session.state.paths == ()
    session.watch("test", True)
    assert session.state.surface is not None
    assert len(session.state.paths) == len(session.state.race.entries) > 1


def test_the_document_describes_the_first_race(racing: Session) -> None:
    race = racing.state.race
    assert [entry.text for entry in race.entries] == ["sgd:lr=0.01", "momentum:lr=0.01", "adam:lr=0.1"]
    assert [entry.colour for entry in race.entries] == [0, 1, 2]
    assert race.starts == ((2.0, 1.0),)
    assert race.steps == race.step == 50
    for path in racing.state.paths:
        assert path.points[0].tolist() == [2.0, 1.0]
        assert path.steps == 50


def test_a_race_of_its_own_goes_down(session: Session) -> None:
    session.show(plain())
    session.watch("test", True)
    for path in session.state.paths:
        assert path.losses[-1] < path.losses[0]


def test_state_is_told_once_and_whole(racing: Session) -> None:
    told: list[tuple[State, State]] = []
    racing.changed.connect(lambda before, now: told.append((before, now)))
    racing.racer.set(racing.state.race.with_added("rmsprop:lr=0.01"))
    assert len(told) == 1
    assert len(told[0][1].paths) == len(told[0][1].race.entries) == 4


def test_only_what_changed_is_computed_again(racing: Session) -> None:
    before = racing.state.paths
    racing.racer.set(racing.state.race.with_entry(1, text="momentum:lr=0.02"))
    now = racing.state.paths
    assert now[0] is before[0]
    assert now[2] is before[2]
    assert now[1] is not before[1]
    assert now[1].settings.lr == 0.02


def test_showing_less_computes_nothing(racing: Session) -> None:
    before = racing.state.paths
    racing.racer.set(step=3, linked=False)
    racing.racer.set(racing.state.race.with_entry(0, shown=False))
    assert racing.state.paths is before


def test_moving_on_the_surface_keeps_it(racing: Session) -> None:
    surface, paths = racing.state.surface, racing.state.paths
    racing.racer.move_to(-1.0, 0.5)
    assert racing.state.here == (-1.0, 0.5)
    assert racing.state.document is not None
    assert float(racing.state.document.entry("x").array) == -1.0
    assert racing.state.surface is surface
    assert racing.state.paths is paths
    racing.undo.undo()
    assert racing.state.here == (2.0, 1.0)


def test_another_value_makes_another_surface(racing: Session) -> None:
    surface, losses = racing.state.surface, racing.state.paths[0].losses
    racing.set_value("c", 5.0)
    assert racing.state.surface is not surface
    assert racing.state.paths[0].losses == pytest.approx(losses + 4.0)


def test_another_program_makes_other_paths(racing: Session) -> None:
    before = racing.state.paths
    racing.set_program(BOWL.replace("10", "4"))
    assert not np.array_equal(racing.state.paths[0].points, before[0].points)
    assert racing.state.race.entries[0].text == "sgd:lr=0.01"


def test_one_drag_is_undone_at_once(racing: Session) -> None:
    for x in (1.5, 1.0, 0.5):
        racing.racer.move_to(x, 1.0, merge="drag 1")
    assert racing.undo.count() == 1
    racing.undo.undo()
    assert racing.state.here == (2.0, 1.0)


def test_stepping_moves_the_document(racing: Session) -> None:
    racing.racer.set(step=7)
    assert racing.state.here == pytest.approx(tuple(racing.state.paths[0].points[7]), abs=0)
    racing.racer.set(selected=2)
    assert racing.state.here == pytest.approx(tuple(racing.state.paths[2].points[7]), abs=0)
    racing.racer.set(linked=False)
    racing.racer.set(step=20)
    assert racing.state.here == pytest.approx(tuple(racing.state.paths[2].points[7]), abs=0)


def test_many_starts_are_ordered_by_entry(racing: Session) -> None:
    racing.racer.set(racing.state.race.with_start((-1.0, -1.0)))
    race, paths = racing.state.race, racing.state.paths
    assert len(paths) == 6
    for place, path in enumerate(paths):
        entry, start = race.of(place)
        assert str(path.settings) == race.entries[entry].text
        assert tuple(path.points[0]) == race.starts[start]


def test_other_axes_have_a_race_of_their_own(racing: Session) -> None:
    racing.landscapes.choose(("x", "c"))
    assert racing.state.surface is not None
    assert [axis.label for axis in racing.state.surface.axes] == ["x", "c"]
    assert racing.state.here == (2.0, 1.0)
    racing.landscapes.choose(("x", "x"))
    assert racing.state.surface is None
    assert "choose different ones" in racing.state.no_surface
    racing.landscapes.choose(None)
    assert racing.state.surface is not None


def test_a_document_without_two_numbers_says_so(session: Session) -> None:
    session.show(parse("L = w**2", parameters={"w": 1.0}))
    session.watch("test", True)
    assert session.state.surface is None
    assert "two numbers" in session.state.no_surface


def test_a_slow_surface_is_raced_in_the_background(session: Session, qtbot: QtBot) -> None:
    weights = np.array([[1.0, 2.0], [3.0, 4.0]])
    session.show(parse("L = sum((W @ v)**2)", {"v": [1.0, 1.0]}, {"W": weights}))
    session.watch("test", True)
    paths = session.state.paths
    assert len(paths) == len(session.state.race.entries)
    assert all(path.steps == 0 and np.isnan(path.losses).all() for path in paths)
    qtbot.waitUntil(lambda: session.state.paths[0].steps > 0, timeout=20_000)
    assert all(path.steps == session.state.race.steps for path in session.state.paths)


def test_random_directions_follow_the_point(session: Session, qtbot: QtBot) -> None:
    weights = np.array([[1.0, 2.0], [3.0, 4.0]])
    document = parse("L = sum((W @ v)**2)", {"v": [1.0, 1.0]}, {"W": weights}, surface=Surface(random=True))
    session.show(document)
    session.watch("test", True)
    surface = session.state.surface
    assert session.state.here == (0.0, 0.0)
    session.racer.move_to(0.5, -0.25)
    assert session.state.here == pytest.approx((0.5, -0.25))
    assert session.state.surface is surface
    session.set_value("W", weights + np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert session.state.surface is not surface
    assert session.state.here == (0.0, 0.0)


def test_closing_forgets_the_race(racing: Session, bowl: Document) -> None:
    racing.close_document()
    assert racing.state.paths == ()
    assert racing.state.race.entries == ()
    racing.show(bowl)
    assert len(racing.state.paths) == 3


def test_a_document_that_describes_a_race_opens_on_its_surface(session: Session, bowl: Document) -> None:
    session.show(plain())
    assert session.state.views == ("graph",)
    session.show(bowl)
    assert session.state.views == ("surface",)
    session.show(plain())
    assert session.state.views == ("graph",)
    session.change(views=("graph", "surface"))
    session.show(bowl)
    assert session.state.views == ("graph", "surface")


def test_an_emptied_race_stays_empty(racing: Session) -> None:
    race = racing.state.race
    for _ in race.entries:
        racing.racer.set(racing.state.race.without(0))
    assert racing.state.paths == ()
    racing.watch("test", False)
    racing.watch("test", True)
    assert racing.state.race.entries == ()


def test_editing_the_list(racing: Session) -> None:
    race = racing.state.race.with_copy(0)
    assert [entry.colour for entry in race.entries] == [0, 3, 1, 2]
    assert race.selected == 1
    assert race.without(0).selected == 0
    tuned = dataclasses.replace(race, entries=(Entry("sgd:lr=0.1", note="best of 20"),), selected=0)
    assert tuned.with_entry(0, text="sgd:lr=0.2").entries[0].note == ""
    assert tuned.with_entry(0, shown=False).entries[0].note == "best of 20"
    assert race.with_steps(80).step == 80
    assert dataclasses.replace(race, step=10).with_steps(80).step == 10


def chain(count: int) -> Document:
    program = f"h = x\nfor t in range({count}):\n    h = tanh(a*h + b)\nL = (h - 1)**2"
    return parse(program, {"x": 0.5}, {"a": 0.3, "b": 0.1})


def test_the_surface_of_a_large_graph_is_made_by_a_job(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    real = session.landscapes.surface

    def noted(state: State) -> object:
        threads.append(threading.current_thread().name)
        return real(state)

    monkeypatch.setattr(runner, "_MANY", 20)
    monkeypatch.setattr(session.landscapes, "surface", noted)
    session.show(chain(20))
    session.watch("test", True)
    assert session.state.surface is None
    assert session.state.no_surface == "the surface is being made"
    qtbot.waitUntil(lambda: len(session.state.paths) == 3 and not session.jobs.busy())
    assert session.state.here == (0.3, 0.1)
    session.racer.move_to(0.4, 0.2)
    assert session.state.here == (0.4, 0.2)
    assert [name.startswith("job") for name in threads] == [True]
    session.set_value("x", 0.7)
    assert session.state.surface is None
    qtbot.waitUntil(lambda: session.state.here == (0.4, 0.2))
    assert len(threads) == 2


def test_what_nobody_watches_any_more_is_not_finished(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_MANY", 20)
    session.show(chain(20))
    session.watch("test", True)
    assert session.jobs.busy("function")
    session.watch("test", False)
    assert not session.jobs.busy()
    session.watch("test", True)
    qtbot.waitUntil(lambda: session.state.surface is not None)


def test_a_race_over_a_long_program_is_run_by_a_job(session: Session, qtbot: QtBot) -> None:
    """Before the first step has been measured, too."""
    session.show(chain(200))
    session.watch("test", True)
    assert session.state.surface is not None
    assert session.jobs.busy("race")
    session.racer.set(steps=5)
    qtbot.waitUntil(lambda: not session.jobs.busy())
    assert all(path.steps == 5 for path in session.state.paths)
