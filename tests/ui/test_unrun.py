"""A document that is shown before it was run, or whose run was stopped: everything lives with it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Use
from graph_explorer.engine.search import search
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.docks import DOCKS
from graph_explorer.ui.jobs import Checkpoint, Jobs
from graph_explorer.ui.panels.cells import COLUMNS, Cells
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.outline import Outline
from graph_explorer.ui.panels.table import NodeTable
from graph_explorer.ui.panels.timeline import Timeline
from graph_explorer.ui.state import NOT_RUN
from graph_explorer.ui.views import VIEWS
from graph_explorer.ui.window import Window
from tests.ui.test_actions import ACTIONS, BY_ID, CLOSING, MENUS, SPEAKING, answer_questions, trigger


@pytest.fixture
def unrun(open_window: Window, grouped: Document, monkeypatch: pytest.MonkeyPatch) -> Window:
    """A window with a document whose first run was stopped."""
    monkeypatch.setattr("graph_explorer.ui.tracing._MANY", -1)  # every first run is a job
    show_unrun(open_window, grouped)
    return open_window


def show_unrun(window: Window, document: Document) -> None:
    window.session.show(document)
    assert window.session.state.trace is None, "the document is there before its run"
    window.session.jobs.stop("trace")
    assert window.session.waits


def panel(window: Window, name: str) -> object:
    return window.bench.docks[name].widget()


def test_a_stopped_run_leaves_the_document_and_says_how_to_run_it(unrun: Window, qtbot: QtBot) -> None:
    session = unrun.session
    assert session.state.graph is not None
    assert "Ctrl+R" in session.state.notice
    assert session.state.message == "", "nothing is wrong"
    assert unrun.menus.actions["step.run"].isEnabled()
    session.run()
    qtbot.waitUntil(lambda: session.state.trace is not None)
    assert session.state.time == session.state.trace.forward_length
    assert session.state.notice == ""
    assert not unrun.menus.actions["step.run"].isEnabled()


def test_the_graph_is_laid_out_without_a_run_and_stays_when_it_comes(unrun: Window, qtbot: QtBot) -> None:
    view = unrun.bench.middle.page("graph")
    assert isinstance(view, GraphView)
    qtbot.waitUntil(lambda: view.scene is not None and view.drawn("h") == "h")
    before = view.scene.layout
    unrun.session.run()
    qtbot.waitUntil(lambda: unrun.session.state.trace is not None and not unrun.session.jobs.busy())
    assert view.scene.layout.ids == before.ids
    np.testing.assert_array_equal(view.scene.layout.centers, before.centers)


def test_a_run_waits_for_the_layout(qtbot: QtBot) -> None:
    jobs, order, done = Jobs(), [], threading.Event()

    def lay_out(checkpoint: Checkpoint) -> None:
        done.wait()
        order.append("layout")

    jobs.start("layout", "Laying out", lay_out, lambda _: None, lambda _: None)
    jobs.start(
        "trace", "Running", lambda _: order.append("run"), lambda _: None, lambda _: None, after="layout"
    )
    jobs.start(
        "other", "Other", lambda _: order.append("other"), lambda _: None, lambda _: None, after="no one"
    )
    qtbot.waitUntil(lambda: order == ["other"])
    assert jobs.busy("trace")
    done.set()
    qtbot.waitUntil(lambda: not jobs.busy())
    assert order == ["other", "layout", "run"]
    jobs.close()


def test_a_waiting_job_that_is_stopped_is_never_done(qtbot: QtBot) -> None:
    jobs, order, done = Jobs(), [], threading.Event()
    jobs.start("layout", "Laying out", lambda _: done.wait(), lambda _: None, lambda _: None)
    jobs.start(
        "trace", "Running", lambda _: order.append("run"), lambda _: None, lambda _: None, after="layout",
        stopped=lambda: order.append("stopped"),
    )  # fmt: skip
    jobs.stop("trace")
    done.set()
    qtbot.waitUntil(lambda: not jobs.busy())
    qtbot.wait(20)
    assert order == ["stopped"]
    jobs.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_view_lives_without_a_run(unrun: Window, view: object, qtbot: QtBot) -> None:
    unrun.session.change(views=(view.name,))
    qtbot.wait(20)
    unrun.session.change(views=("graph", view.name) if view.name != "graph" else ("graph",))
    unrun.grab()
    qtbot.waitUntil(lambda: not unrun.session.jobs.busy())


@pytest.mark.parametrize("dock", DOCKS, ids=lambda dock: dock.name)
def test_every_panel_lives_without_a_run(unrun: Window, dock: object, qtbot: QtBot) -> None:
    session = unrun.session
    unrun.bench.go_to(dock.name)
    for node in session.state.graph.nodes:
        session.select(node.id)
        for index in range(len(node.inputs)):
            session.select(node.id, Use(node.id, index))
    for group in session.state.graph.groups:
        session.select(group)
        session.toggle_group(group)
    session.select("")
    session.comparing.set_heat("gradient")
    session.change(examining=True)
    unrun.grab()
    session.run()
    qtbot.waitUntil(lambda: session.state.trace is not None and not session.jobs.busy())
    unrun.grab()


@pytest.mark.parametrize("menu", MENUS)
def test_every_action_lives_without_a_run(
    unrun: Window, grouped: Document, menu: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer_questions(monkeypatch, tmp_path)
    session = unrun.session
    for action in ACTIONS:
        if action.menu.split("/")[0] != menu or action.id in CLOSING:
            continue
        show_unrun(unrun, grouped)
        session.select("h", session.state.graph.uses("w")[0])
        session.say("")
        trigger(unrun, BY_ID[action.id])
        said = session.state.message
        assert said == "" or "run" in said or action.id in SPEAKING, (action.id, said)


def test_nothing_is_made_up(unrun: Window) -> None:
    table, outline = panel(unrun, "table"), panel(unrun, "outline")
    assert isinstance(table, NodeTable)
    assert isinstance(outline, Outline)
    unrun.bench.go_to("table")
    for node in table.model.nodes:
        cells = dict(
            zip(COLUMNS, (Cells(unrun.session.state).text(node, k) for k in range(len(COLUMNS))), strict=True)
        )
        assert bool(cells["Value"]) == node.is_leaf, "what is given is known, and nothing else"
        assert cells["Gradient"] == ""
        assert cells["Reached"] == ("given" if node.is_leaf else "not run")
    for column in range(len(COLUMNS)):
        table.model.sort(column)
    unrun.bench.go_to("outline")
    assert outline.model.rowCount() > 0


def test_the_inspector_says_that_nothing_was_run(unrun: Window) -> None:
    session, inspector = unrun.session, panel(unrun, "inspector")
    assert isinstance(inspector, Inspector)
    unrun.bench.go_to("inspector")
    assert inspector.empty.text() == NOT_RUN
    session.select("h")
    assert inspector.node.value.reason.text() == NOT_RUN
    assert inspector.node.gradient.reason.text() == NOT_RUN
    session.select("h", Use("h", 0))
    assert inspector.edge.reason.text() == NOT_RUN


def test_the_timeline_offers_the_run(unrun: Window, qtbot: QtBot) -> None:
    timeline = panel(unrun, "timeline")
    assert isinstance(timeline, Timeline)
    assert timeline.sentence.text() == NOT_RUN
    assert timeline.run.isVisible()
    assert not timeline.scrub.isEnabled()
    timeline.run.click()
    qtbot.waitUntil(lambda: unrun.session.state.trace is not None)
    assert timeline.run.isHidden()
    assert timeline.scrub.isEnabled()


def test_a_picture_waits_for_the_run(unrun: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer_questions(monkeypatch, tmp_path)
    assert not unrun.files.ask_picture()
    assert "run the document first" in unrun.session.state.message
    assert not list(tmp_path.glob("*.svg"))


def test_edits_without_a_run_are_edits(unrun: Window, qtbot: QtBot) -> None:
    session = unrun.session
    before = float(session.latest.entry("w").array)
    session.set_value("w", 0.75)
    assert float(session.state.document.entry("w").array) == 0.75, "there is no run to wait for"
    assert session.state.trace is None, "it was stopped: an edit does not start it"
    session.detach(session.state.graph.uses("w")[0])
    assert session.state.detached
    session.undo.undo()
    assert float(session.latest.entry("w").array) == before
    session.undo.redo()
    session.run()
    qtbot.waitUntil(lambda: session.state.trace is not None)
    assert float(session.state.trace.value("w")) == 0.75
    assert session.state.trace.plan.detached >= session.state.detached


def test_an_edit_while_the_first_run_is_under_way_is_run(
    open_window: Window, grouped: Document, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("graph_explorer.ui.tracing._MANY", -1)
    session = open_window.session
    session.show(grouped)
    session.set_value("w", 0.75)
    assert session.state.document.entry("w").array == 0.75
    qtbot.waitUntil(lambda: session.state.trace is not None)
    assert float(session.state.trace.value("w")) == 0.75


def test_a_run_that_fails_leaves_the_document(
    open_window: Window, grouped: Document, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise InputError("there is no room for it; close something")

    monkeypatch.setattr("graph_explorer.ui.tracing._MANY", -1)
    monkeypatch.setattr("graph_explorer.ui.tracing.run", refuse)
    session = open_window.session
    session.show(grouped)
    qtbot.waitUntil(lambda: "no room" in session.state.message)
    assert session.state.document.program == grouped.program
    assert session.state.trace is None
    assert session.waits


def test_what_needs_no_run_can_be_searched(grouped: Document) -> None:
    graph = grouped.graph
    assert search(graph, "op:Tanh") == tuple(node.id for node in graph if node.op == "Tanh")
    assert search(graph, "parameter") == tuple(node.id for node in graph if node.op == "parameter")
    for query in ("value max > 1", "nan", "shape:2x3", "dead"):
        with pytest.raises(InputError, match="run the document first"):
            search(graph, query)


def test_values_known_without_a_run_are_the_given_ones(unrun: Window) -> None:
    state = unrun.session.state
    for node in state.graph.nodes:
        value = state.value(node.id)
        assert (value is not None) == node.is_leaf
        if node.op == "parameter":
            np.testing.assert_array_equal(value, state.document.entry(node.id).array)
