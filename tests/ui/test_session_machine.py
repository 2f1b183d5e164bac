"""Whatever is done in whatever order, the state of the session stays consistent."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
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

from graph_explorer.document import Document, parse, run
from graph_explorer.formats import open_document
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.session import Session, State

PROGRAMS = (
    "z = w*x + b\na = sigmoid(z)\nL = (a - 1)**2",
    "z = w*x + b\nL = z*z + z",
    "def f(h):\n    return tanh(w*h + b)\nh = f(x)\nh = f(h)\nL = h",
    "z = w*x + b\nL = log(z - z)",  # not finite
    "L = w @ x",  # fails while it runs: numbers have no matrix product
)
BROKEN = ("z = w*", "z = w*q", "", "L = sigmod(w)", "for t in range(3)\n  L = w")
numbers = st.floats(-5, 5, allow_nan=False).map(lambda number: round(number, 3))


def document(program: str) -> Document:
    return parse(program, {"x": 1.5}, {"w": 0.4, "b": -0.2})


class SessionMachine(RuleBasedStateMachine):
    """Drives a session as a person would, and as fast as nobody could."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.session = Session()
        self.told: list[tuple[State, State]] = []
        self.session.changed.connect(lambda before, now: self.told.append((before, now)))
        for path in self.folder.iterdir():
            path.unlink()

    def teardown(self) -> None:
        self.session.close()
        delete(self.session)  # hundreds of them at once are more than the garbage collector and Qt agree on

    @property
    def state(self) -> State:
        return self.session.state

    def opened(self) -> bool:
        return self.state.document is not None

    def traced(self) -> bool:
        return self.opened() and self.state.trace is not None

    @initialize()
    def begin(self) -> None:
        self.session.show(document(PROGRAMS[0]))

    @rule(program=st.sampled_from(PROGRAMS))
    def show(self, program: str) -> None:
        self.session.show(document(program))
        assert not self.state.modified

    @rule()
    def close(self) -> None:
        self.session.close_document()
        assert self.state == dataclasses.replace(
            State(), mode=self.state.mode, theme=self.state.theme, motion=self.state.motion,
            heat=self.state.heat, examining=self.state.examining,
        )  # fmt: skip

    @precondition(opened)
    @rule(name=st.sampled_from(["w", "b", "x"]), value=numbers, merge=st.sampled_from(["", "drag"]))
    def set_value(self, name: str, value: float, merge: str) -> None:
        self.session.set_value(name, value, merge)
        assert float(self.state.document.entry(name).array) == value

    @precondition(opened)
    @rule(program=st.sampled_from(PROGRAMS))
    def type_program(self, program: str) -> None:
        self.session.set_program(program)
        assert self.state.document.program == program
        assert self.state.problem is None
        assert self.state.draft is None

    @precondition(opened)
    @rule(program=st.sampled_from(BROKEN))
    def type_mistake(self, program: str) -> None:
        before = self.state.document
        self.session.set_program(program)
        assert self.state.document is before
        assert self.state.problem is not None
        assert self.state.draft == program

    @precondition(lambda self: self.session.undo.canUndo())
    @rule()
    def undo_and_redo(self) -> None:
        before = self.state.document
        self.session.undo.undo()
        self.session.undo.redo()
        assert self.state.document.program == before.program
        assert_same_values(self.state.document, before)

    @precondition(lambda self: self.session.undo.canUndo())
    @rule()
    def undo_all(self) -> None:
        while self.session.undo.canUndo():
            self.session.undo.undo()

    @precondition(lambda self: self.session.undo.canRedo())
    @rule()
    def redo(self) -> None:
        self.session.undo.redo()

    @precondition(traced)
    @rule(forward=st.booleans(), mode=st.sampled_from([None, "nodes", "edges"]))
    def step(self, forward: bool, mode: str | None) -> None:
        before = self.state.time
        self.session.step(forward, mode)
        now, length = self.state.time, self.state.trace.length
        if forward:
            assert now > before or before == length
        else:
            assert now < before or before == 0

    @rule(at=st.integers(-5, 80))
    def seek(self, at: int) -> None:
        self.session.seek(at)

    @rule(mode=st.sampled_from(["nodes", "edges"]))
    def choose_mode(self, mode: str) -> None:
        self.session.change(mode=mode)

    @precondition(traced)
    @rule(data=st.data())
    def select(self, data: st.DataObject) -> None:
        graph = self.state.trace.graph
        name = data.draw(st.sampled_from([*(node.id for node in graph), *graph.groups]))
        uses = graph.uses(name) if name in graph else ()
        self.session.select(name, data.draw(st.sampled_from([None, *uses])))

    @precondition(lambda self: self.state.edge is not None)
    @rule()
    def detach(self) -> None:
        before = self.state.detached
        self.session.detach(self.state.edge)
        assert self.state.detached != before

    @precondition(traced)
    @rule(data=st.data())
    def run_to(self, data: st.DataObject) -> None:
        trace = self.state.trace
        node = data.draw(st.sampled_from([node.id for node in trace.graph]))
        before = self.state.time
        self.session.run_to(node)
        if trace.takes_gradient(node):
            assert trace.is_complete(node, self.state.time)
        else:
            assert self.state.time == before

    @precondition(traced)
    @rule()
    def forward(self) -> None:
        self.session.by_hand.forward()

    @precondition(traced)
    @rule()
    def backward(self) -> None:
        before = self.state.accumulator
        self.session.by_hand.backward()
        if self.state.trace.failure is None:
            assert self.state.accumulator.passes == before.passes + 1

    @precondition(lambda self: self.opened() and self.state.accumulator.gradients)
    @rule(rate=st.sampled_from([0.0, 0.1, 1.0]))
    def update(self, rate: float) -> None:
        self.session.by_hand.update(rate)

    @rule()
    def zero(self) -> None:
        self.session.by_hand.zero()
        assert not self.state.accumulator.gradients

    @precondition(opened)
    @rule(name=st.sampled_from(["one.toml", "two.toml"]))
    def save(self, name: str) -> None:
        path = self.folder / name
        assert self.session.save(path)
        assert not self.state.modified
        assert self.state.document.path == path
        assert open_document(path).program.strip() == self.state.document.program.strip()

    @rule(name=st.sampled_from(["one.toml", "two.toml", "missing.toml"]))
    def open(self, name: str) -> None:
        before = self.state.document
        if self.session.open(self.folder / name):
            assert not self.state.modified
            assert not self.session.undo.canUndo()
        else:
            assert self.state.document is before
            assert self.state.message

    @rule(seen=st.booleans())
    def look_at_health(self, seen: bool) -> None:
        self.session.change(examining=seen)

    @rule(heat=st.sampled_from(["", *HEATS]))
    def colour(self, heat: str) -> None:
        self.session.comparing.set_heat(heat)

    @precondition(traced)
    @rule()
    def keep(self) -> None:
        self.session.comparing.keep()
        assert self.state.difference.conclusion == "Nothing has changed."

    @rule()
    def stop_comparing(self) -> None:
        self.session.comparing.forget()

    # ── what always holds ─────────────────────────────────────────────────────────────────────

    @invariant()
    def document_and_trace_belong_together(self) -> None:
        state = self.state
        assert (state.document is None) == (state.trace is None)
        if state.trace is None:
            return
        assert [node.id for node in state.trace.graph] == [node.id for node in state.document.graph]
        fresh = run(state.document, detached=state.detached, partial=True)
        assert fresh.length == state.trace.length
        for name in state.trace.graph.values:
            assert state.trace.has_value(name) == fresh.has_value(name)
            if fresh.has_value(name):
                np.testing.assert_array_equal(state.trace.value(name), fresh.value(name))
            assert state.trace.has_gradient(name) == fresh.has_gradient(name)
            if fresh.has_gradient(name):
                np.testing.assert_array_equal(state.trace.gradient(name), fresh.gradient(name))

    @invariant()
    def time_and_selection_exist(self) -> None:
        state = self.state
        if state.trace is None:
            assert state.time == 0
            assert state.selection == ""
            return
        assert 0 <= state.time <= state.trace.length
        known = {*(node.id for node in state.trace.graph), *state.trace.graph.groups, ""}
        assert state.selection in known
        assert state.edge is None or state.edge.node in known
        assert state.edge is None or state.edge.input_index < len(
            state.trace.graph.node(state.edge.node).inputs
        )
        assert all(use.node in known for use in state.detached)
        assert state.breakpoints <= known
        assert state.collapsed <= known

    @invariant()
    def everybody_was_told(self) -> None:
        for (_, now), (before, _) in zip(self.told, self.told[1:], strict=False):
            assert now is before, "no change was missed"
        if self.told:
            assert self.told[-1][1] is self.state
        del self.told[:-1]

    @invariant()
    def health_is_that_of_the_run_while_it_is_looked_at(self) -> None:
        state = self.state
        wanted = state.trace is not None and (state.examining or state.heat or state.kept is not None)
        assert (state.health is not None) == bool(wanted)
        assert (state.difference is not None) == (state.kept is not None)
        if state.health is not None:
            assert state.health.trace is state.trace
            assert state.health.rate == state.rate
        if state.difference is not None:
            assert (state.difference.before, state.difference.now) == (state.kept, state.trace)
        assert (
            state.kept is not None or not state.heat or not HEATS[state.heat].compares or state.trace is None
        )

    @invariant()
    def accumulators_fit_their_parameters(self) -> None:
        for name, gradient in self.state.accumulator.gradients.items():
            assert name in self.state.document.parameters
            assert gradient.shape == self.state.document.entry(name).array.shape


def assert_same_values(first: Document, second: Document) -> None:
    for name in (*first.inputs, *first.parameters):
        np.testing.assert_array_equal(first.entry(name).array, second.entry(name).array)


def test_any_order(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph_explorer.ui.tracing.SYNCHRONOUS", 60.0)  # a busy machine is no slow run
    monkeypatch.setattr("graph_explorer.ui.health.examiner.SYNCHRONOUS", 60.0)
    machine = type("Machine", (SessionMachine,), {"folder": tmp_path})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )  # fmt: skip


def test_edits_while_a_run_is_under_way_add_up(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    session.show(document(PROGRAMS[0]))
    monkeypatch.setattr("graph_explorer.ui.tracing.SYNCHRONOUS", -1.0)  # every run goes to a job
    session.set_value("w", 1.0)
    session.set_value("b", 2.0)
    session.set_program(PROGRAMS[1])
    qtbot.waitUntil(lambda: not session.jobs.busy())
    state = session.state
    assert (float(state.document.entry("w").array), float(state.document.entry("b").array)) == (1.0, 2.0)
    assert state.document.program == PROGRAMS[1]
    assert float(state.trace.value("z")) == 1.0 * 1.5 + 2.0
    session.undo.undo()
    session.undo.undo()
    qtbot.waitUntil(lambda: not session.jobs.busy())
    assert float(session.state.document.entry("b").array) == -0.2
    session.close()


def test_a_late_run_does_not_bring_back_what_was_left(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    session.show(document(PROGRAMS[0]))
    monkeypatch.setattr("graph_explorer.ui.tracing.SYNCHRONOUS", -1.0)
    session.set_value("w", 1.0)
    session.close_document()
    qtbot.wait(50)
    assert session.state.document is None
    session.close()
