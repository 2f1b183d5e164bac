"""What differs from the kept run: listed, walked, coloured and told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.finding.differences import show_changes, show_edits
from graph_explorer.ui.health.heats import EDIT_LEVELS, ZERO
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]

OTHER = """
title = "Another neuron"
program = "z = w*x + b\\ns = z*2.0\\nact = tanh(s)\\nL = 0.5*(y - act)**2"
[inputs]
x = 1.5
y = 1.0
[parameters]
w = 0.7
b = -0.2
"""


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.toml"
    path.write_text(OTHER, encoding="utf-8")
    return path


def compared(qtbot: QtBot, session: Session, other: Path) -> None:
    session.comparing.start(other)
    qtbot.waitUntil(lambda: session.state.difference is not None)


def test_edits_are_listed_with_what_is_gone(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, other: Path
) -> None:
    view = make_view(neuron)
    compared(qtbot, session, other)
    show_edits(session)
    names = view.finder.names
    rows = [names.index(row, 0).data() for row in range(names.rowCount())]
    assert rows == [
        "w: 0.4, was 0.7",
        "a: new: Sigmoid of z",
        "L.sub: takes y, a, took y, act",
        "s.const: gone: constant",
        "s: gone: Mul of z, s.const",
        "act: gone: Tanh of s",
    ]
    assert view.finder.count.text() == "What was edited: 3 nodes, 3 gone"
    assert session.state.found is not None
    assert session.state.found.lit == {"w", "a", "L.sub"}
    last = view.finder.list.visualRect(names.index(5, 0)).center()
    qtbot.mouseClick(view.finder.list.viewport(), Qt.MouseButton.LeftButton, pos=last)
    assert session.state.selection == "L.sub", "which took what is gone"
    assert view.finder.list.currentIndex().row() == 5
    view.finder.after.click()
    assert session.state.selection == "w"
    assert view.finder.list.currentIndex().row() == 0
    assert view.finder.count.text().endswith("1 of 3 nodes, 3 gone")


def test_edits_colour_the_graph_at_any_time_and_the_legend_names_them(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, other: Path
) -> None:
    view = make_view(neuron)
    compared(qtbot, session, other)
    session.seek(0)
    assert session.state.heat == "edits"
    assert view.shown.stage is not None
    moment, scene = view.shown.stage.moment, view.shown.stage.scene
    assert moment.warmth is not None
    places = np.array([scene.place(name) for name in ("w", "a", "L.sub", "z")])
    levels = moment.warmth.seen(moment.progress.stages(0, places), places).tolist()
    assert levels == [EDIT_LEVELS["value"], EDIT_LEVELS["new"], EDIT_LEVELS["inputs"], ZERO]
    strip = view.legend.strip
    assert strip.accessibleDescription() == "new, takes something else, another value, not edited"
    assert strip.marks() == []
    assert view.legend.note.text() == "Gone: s.const, s, act."
    session.comparing.set_heat("change")
    assert "Logarithmic" in strip.accessibleDescription()


def test_a_closed_group_shows_the_gravest_edit_in_it(
    make_view: Make, grouped: Document, session: Session
) -> None:
    view = make_view(grouped)
    session.comparing.keep()
    session.set_program(grouped.program.replace("tanh(s + x)", "sin(s + x)"))
    group = next(path for path in session.state.graph.groups if "/" not in path)  # type: ignore[union-attr]
    session.change(heat="edits", collapsed=frozenset({group}))
    assert view.shown.goal is not None
    stage = view.shown.stage
    assert stage is not None
    place = np.array([stage.scene.place(group)])
    assert stage.moment.warmth is not None
    found = stage.moment.warmth.seen(stage.moment.progress.stages(session.state.time, place), place)
    assert found.tolist() == [EDIT_LEVELS["operation"]]


def test_tooltips_tell_the_difference(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, other: Path
) -> None:
    view = make_view(neuron)
    assert "Changed" not in view.describe("z")
    compared(qtbot, session, other)
    assert view.describe("w").endswith("Edited: 0.4, was 0.7.")
    assert view.describe("z").endswith("Gradient not reached yet. Changed: 0.4, was 0.85.")
    assert session.state.trace is not None
    session.seek(session.state.trace.length)
    assert "Changed: 0.4, was 0.85; ∂ by up to" in view.describe("z")
    assert view.describe("a").endswith("Edited: new: Sigmoid of z.")
    session.comparing.forget()
    assert "Edited" not in view.describe("a")


def test_changes_are_all_that_followed(session: Session, neuron: Document) -> None:
    session.show(neuron)
    session.comparing.keep()
    show_edits(session)
    assert session.state.message.startswith("Nothing was edited")
    show_changes(session)
    assert session.state.message == "No value or gradient has changed."
    session.set_value("b", 0.3)
    show_changes(session)
    found = session.state.found
    assert found is not None
    told = dict(zip(found.names, found.told, strict=True))
    assert {"b", "z", "a", "L"} <= set(told)
    assert "x" not in told
    assert told["z"].startswith("0.9, was 0.4")
    show_edits(session)
    assert session.state.found is not None
    assert session.state.found.names == ("b",)


def test_changed_arrays_and_shapes_are_told_shortly(session: Session) -> None:
    session.show(parse("h = w*x\nL = sum(h)", {"x": np.ones(3)}, {"w": np.ones(3)}))
    session.comparing.keep()
    session.set_value("w", np.array([1.0, 1.0, 3.0]))
    show_changes(session)
    assert session.state.found is not None
    told = dict(zip(session.state.found.names, session.state.found.told, strict=True))
    assert told["h"] == "by up to 2"
    assert told["x"] == "∂ by up to 2" if "x" in told else True
    session.set_value("x", np.ones(1))
    show_changes(session)
    told = dict(zip(session.state.found.names, session.state.found.told, strict=True))
    assert told["x"] == "shape 1, was 3"


def test_renamed_nodes_are_listed_where_nothing_else_was_done(session: Session, neuron: Document) -> None:
    session.show(neuron)
    session.comparing.keep()
    renamed = neuron.program.replace("a = ", "act = ").replace("- a)", "- act)")
    session.set_program(renamed)
    show_edits(session)
    found = session.state.found
    assert found is not None
    assert (found.title, found.names, found.told) == ("What was edited", ("act",), ("was called a",))
    session.set_program(renamed.replace("sigmoid", "tanh").replace("z", "q"))
    show_edits(session)
    found = session.state.found
    assert found is not None
    assert found.title == "What was edited, but for 2 renamed"
    assert "q" not in found.names


def test_the_list_follows_the_runs_and_ends_with_the_comparison(
    make_view: Make, neuron: Document, session: Session
) -> None:
    view = make_view(neuron)
    session.comparing.keep()
    session.set_value("b", 0.3)
    show_edits(session)
    names = view.finder.names
    assert names.index(0, 0).data() == "b: 0.3, was \N{MINUS SIGN}0.2"
    session.set_value("b", 0.7)
    assert names.index(0, 0).data() == "b: 0.7, was \N{MINUS SIGN}0.2"
    session.undo.undo()
    session.undo.undo()
    assert session.state.found is None, "nothing is different any more"
    session.undo.redo()
    show_changes(session)
    assert view.finder.isVisible()
    session.comparing.forget()
    assert session.state.found is None
    assert view.finder.isHidden()


def test_the_list_follows_another_program_too(make_view: Make, neuron: Document, session: Session) -> None:
    make_view(neuron)
    session.comparing.keep()
    session.set_program(neuron.program.replace("sigmoid", "tanh"))
    show_edits(session)
    session.set_program(neuron.program.replace("sigmoid", "relu"))
    found = session.state.found
    assert found is not None
    assert found.told == ("Relu, was Sigmoid",)
    session.set_program("q = w*x\nL = q*q")
    found = session.state.found
    assert found is not None
    assert {said.partition(":")[0] for said, _ in found.gone} >= {"z", "a"}
