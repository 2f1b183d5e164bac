"""Whatever is done in whatever order, surface, race and paths belong together."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from graph_explorer.document import Surface, parse
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.session import Session, State

PROGRAMS = (
    "L = (w - c)**2 + 10*b**2",
    "z = w*c + b\nL = z*z",
    "L = log(w - w) + b",  # not finite
    "L = w @ b",  # fails while it runs: numbers have no matrix product
    "L = c",  # depends on neither axis
    "L = w**2",  # on one of them
)
TEXTS = (
    "sgd:lr=0.1",
    "momentum:lr=0.05",
    "adam:lr=0.1",
    "newton",
    "lbfgs",
    "sgd:lr=50.0",
    "adam:schedule=cosine",
)
numbers = st.floats(-3, 3, allow_nan=False).map(lambda number: round(number, 2))


class RaceMachine(RuleBasedStateMachine):
    """Drives the race of a session."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self.told: list[tuple[State, State]] = []
        self.session.changed.connect(lambda before, now: self.told.append((before, now)))

    def teardown(self) -> None:
        self.session.close()
        delete(self.session)  # hundreds of them at once are more than the garbage collector and Qt agree on

    @property
    def state(self) -> State:
        return self.session.state

    @property
    def race(self) -> Race:
        return self.state.race

    def opened(self) -> bool:
        return self.state.document is not None

    def raced(self) -> bool:
        return bool(self.race.entries)

    @initialize(program=st.sampled_from(PROGRAMS), described=st.booleans())
    def begin(self, program: str, described: bool) -> None:
        self.show(program, described)
        self.session.watch("test", True)

    @rule(program=st.sampled_from(PROGRAMS), described=st.booleans())
    def show(self, program: str, described: bool) -> None:
        surface = (
            Surface(axes=("w", "b"), methods=TEXTS[:2], start=(1.0, -1.0), steps=9) if described else None
        )
        self.session.show(parse(program, {"c": 0.5}, {"w": 0.4, "b": -0.2}, surface=surface))

    @rule()
    def close(self) -> None:
        self.session.close_document()
        assert self.state.paths == ()
        assert self.state.surface is None

    @rule(view=st.sampled_from(["test", "other"]), there=st.booleans())
    def watch(self, view: str, there: bool) -> None:
        self.session.watch(view, there)

    @precondition(opened)
    @rule(name=st.sampled_from(["w", "b", "c"]), value=numbers)
    def set_value(self, name: str, value: float) -> None:
        self.session.set_value(name, value)

    @precondition(opened)
    @rule(program=st.sampled_from(PROGRAMS))
    def type_program(self, program: str) -> None:
        self.session.set_program(program)

    @precondition(lambda self: self.session.undo.canUndo())
    @rule()
    def undo(self) -> None:
        self.session.undo.undo()

    @precondition(opened)
    @rule(axes=st.sampled_from([None, ("w", "c"), ("b", "w"), ("w", "w"), ("w", "nothing")]))
    def set_axes(self, axes: tuple[str, str] | None) -> None:
        self.session.landscapes.choose(axes)

    @precondition(lambda self: self.state.surface is not None and self.state.watching)
    @rule(x=numbers, y=numbers)
    def set_point(self, x: float, y: float) -> None:
        self.session.racer.move_to(x, y)
        assert self.session.state.here == (x, y)

    @rule(text=st.sampled_from(TEXTS))
    def add(self, text: str) -> None:
        self.session.racer.set(self.race.with_added(text))

    @precondition(raced)
    @rule(at=st.integers(0, 9), text=st.sampled_from(TEXTS))
    def change(self, at: int, text: str) -> None:
        self.session.racer.set(self.race.with_entry(at % len(self.race.entries), text=text))

    @precondition(raced)
    @rule(at=st.integers(0, 9))
    def remove(self, at: int) -> None:
        self.session.racer.set(self.race.without(at % len(self.race.entries)))

    @precondition(raced)
    @rule(at=st.integers(0, 9))
    def copy(self, at: int) -> None:
        self.session.racer.set(self.race.with_copy(at % len(self.race.entries)))

    @precondition(raced)
    @rule(at=st.integers(0, 9))
    def select(self, at: int) -> None:
        self.session.racer.set(selected=at % len(self.race.entries))

    @rule(steps=st.integers(1, 20), budget=st.sampled_from([None, 3, 10]))
    def course(self, steps: int, budget: int | None) -> None:
        self.session.racer.set(self.race.with_steps(steps), budget=budget)

    @rule(steps=st.integers(-30, 30))
    def step(self, steps: int) -> None:
        self.session.racer.step(steps)

    @precondition(lambda self: self.state.here is not None and len(self.race.starts) < 3)
    @rule()
    def start(self) -> None:
        self.session.racer.add_start()

    @precondition(lambda self: self.race.starts)
    @rule(at=st.integers(0, 9))
    def remove_start(self, at: int) -> None:
        self.session.racer.set(self.race.without_start(at % len(self.race.starts)))

    # ── what always holds ─────────────────────────────────────────────────────────────────────

    @invariant()
    def paths_are_those_of_the_race(self) -> None:
        state = self.state
        under_way = self.session.jobs.busy(
            "race"
        )  # a slow race is shown as it was until the new one is there
        if state.surface is None or not state.watching or under_way:
            return
        assert len(state.paths) == len(self.race.entries) * len(self.race.starts)
        for place, path in enumerate(state.paths):
            entry, start = self.race.of(place)
            assert str(path.settings) == str(self.race.entries[entry].settings)
            np.testing.assert_array_equal(path.points[0], self.race.starts[start])
            assert path.steps <= self.race.steps
            assert self.race.budget is None or path.total_evaluations <= self.race.budget
            assert 0 <= self.race.reached(path) <= path.steps

    @invariant()
    def what_is_selected_is_there(self) -> None:
        assert 0 <= self.race.selected < max(len(self.race.entries), 1)
        assert 0 <= self.race.start < max(len(self.race.starts), 1)
        assert len({entry.colour for entry in self.race.entries}) == len(self.race.entries)

    @invariant()
    def the_document_is_where_it_is_said_to_be(self) -> None:
        state = self.state
        if state.surface is not None and state.watching:
            assert state.document is not None
            for axis, at in zip(state.surface.axes, state.here or (), strict=True):
                assert float(state.document.entry(axis.label).array) == at

    @invariant()
    def changes_are_told_in_order(self) -> None:
        for (_, now), (before, _) in zip(self.told, self.told[1:], strict=False):
            assert before is now


def test_a_race_in_any_order(qtbot: QtBot) -> None:
    run_state_machine_as_test(
        RaceMachine,
        settings=settings(
            max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
