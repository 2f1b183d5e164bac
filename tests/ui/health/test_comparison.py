"""The banner of a comparison: against what, what is different, and the way out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.health.banner import Comparison
from graph_explorer.ui.session import Session


@pytest.fixture
def session(session: Session, neuron: Document) -> Session:
    session.show(neuron)
    return session


@pytest.fixture
def banner(session: Session, qtbot: QtBot) -> Comparison:
    made = Comparison(session)
    qtbot.addWidget(made)
    return made


def test_it_stands_as_long_as_a_run_is_kept(session: Session, banner: Comparison) -> None:
    assert banner.isHidden()
    session.comparing.keep()
    assert not banner.isHidden()
    assert banner.said.full.startswith("This run is kept.")
    banner.stop.click()
    assert banner.isHidden()


def test_it_names_what_was_changed_and_where_it_tells(session: Session, banner: Comparison) -> None:
    session.comparing.keep()
    session.set_value("b", 0.3)
    assert banner.said.full.startswith("Against the kept run (b −0.2 → 0.3): ")
    assert "first 'z' by up to 0.5" in banner.said.full
    assert banner.accessibleDescription() == banner.said.full
    banner.first.click()
    assert session.state.selection == "z"
    banner.show_heat.click()
    assert session.state.heat == "change"
    assert banner.show_heat.isHidden()
    banner.stop.click()
    assert session.state.heat == ""


def test_back_at_the_kept_numbers_nothing_has_changed(session: Session, banner: Comparison) -> None:
    session.comparing.keep()
    session.set_value("b", 0.3)
    session.undo.undo()
    assert banner.said.full.endswith("Nothing has changed.")
    assert banner.first.isHidden()


def test_another_program_is_compared_by_names(session: Session, banner: Comparison) -> None:
    session.comparing.keep()
    session.set_program("z = w*x + b\na = tanh(z)\nL = 0.5*(y - a)**2")
    assert "first 'a'" in banner.said.full


def test_large_leaves_are_named_without_their_numbers(session: Session, banner: Comparison) -> None:
    session.show(parse("L = sum(w*x)", {"x": np.ones(5)}, {"w": np.ones(5)}))
    session.comparing.keep()
    session.set_value("w", np.zeros(5))
    assert "(other w)" in banner.said.full


def test_another_document_is_compared_node_by_node(
    session: Session, banner: Comparison, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.toml"
    other.write_text(
        'program = "z = w*x + b\\na = tanh(z)\\nL = 0.5*(y - a)**2"\n'
        "[inputs]\nx = 1.5\ny = 1.0\n[parameters]\nw = 0.4\nb = -0.2\n",
        encoding="utf-8",
    )
    session.comparing.start(other)
    qtbot.waitUntil(lambda: session.state.difference is not None)
    apart = session.state.difference
    assert apart is not None
    assert {name for name in ("z", "a", "L") if apart.status[apart.now.plan.number[name]] == "changed"} == {
        "a",
        "L",
    }
    assert session.state.heat == "edits"
    assert banner.said.full.startswith("Against “other”: 1 node does something else.")
    assert "first 'a'" in banner.said.full
    banner.edits.click()
    assert session.state.found is not None
    assert session.state.found.told == ("Sigmoid, was Tanh",)
    banner.changes.click()
    assert session.state.found.title == "What has changed"
    session.comparing.set_heat("")
    banner.show_heat.click()
    assert session.state.heat == "edits"
    banner.swap.click()
    assert session.state.document is not None
    assert session.state.document.path == other
    apart = session.state.difference
    assert apart is not None
    assert [edit.told for edit in apart.edits] == ["Tanh, was Sigmoid"]
    assert banner.swap.isHidden(), "the first one has no file"
    banner.stop.click()
    assert session.state.kept is None
    assert session.state.heat == ""


def test_changes_that_are_not_saved_are_not_swapped_away(
    session: Session, banner: Comparison, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.toml"
    other.write_text('program = "L = w*w"\n[parameters]\nw = 0.4\n', encoding="utf-8")
    session.comparing.start(other)
    qtbot.waitUntil(lambda: session.state.kept is not None)
    session.set_value("w", 0.5)
    banner.swap.click()
    assert "Save it" in session.state.message
    assert session.state.document is not None
    assert session.state.document.path is None


def test_what_cannot_be_compared_says_why(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.comparing.start(tmp_path / "missing.toml")
    qtbot.waitUntil(lambda: bool(session.state.message))
    assert "missing.toml" in session.state.message
    assert session.state.kept is None
