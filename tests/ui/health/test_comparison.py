"""The banner of a comparison: against what, what is different, and the way out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.ui.health.banner import Comparison
from graph_explorer.ui.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    made = Session()
    made.show(
        parse("z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2", {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})
    )
    yield made
    made.jobs.close()


@pytest.fixture
def banner(session: Session, qtbot: QtBot) -> Comparison:
    made = Comparison(session)
    qtbot.addWidget(made)
    return made


def test_it_stands_as_long_as_a_run_is_kept(session: Session, banner: Comparison) -> None:
    assert banner.isHidden()
    session.keep_run()
    assert not banner.isHidden()
    assert banner.said.full.startswith("This run is kept.")
    banner.stop.click()
    assert banner.isHidden()


def test_it_names_what_was_changed_and_where_it_tells(session: Session, banner: Comparison) -> None:
    session.keep_run()
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
    session.keep_run()
    session.set_value("b", 0.3)
    session.undo.undo()
    assert banner.said.full.endswith("Nothing has changed.")
    assert banner.first.isHidden()


def test_another_program_is_compared_by_names(session: Session, banner: Comparison) -> None:
    session.keep_run()
    session.set_program("z = w*x + b\na = tanh(z)\nL = 0.5*(y - a)**2")
    assert "first 'a'" in banner.said.full


def test_large_leaves_are_named_without_their_numbers(session: Session, banner: Comparison) -> None:
    session.show(parse("L = sum(w*x)", {"x": np.ones(5)}, {"w": np.ones(5)}))
    session.keep_run()
    session.set_value("w", np.zeros(5))
    assert "(other w)" in banner.said.full
