"""Every line of every update rule is typeset from known signs, and read aloud without commands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, Surface, parse
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.spoken import spoken
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.optimizers.typeset import line_latex, worked_latex
from graph_explorer.ui.race.rule import UpdateRule
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets import boxes, typeset

#: Settings that add lines to a rule.
EXTRAS = ("", "weight_decay=0.1", "clip_norm=1.0", "clip_value=1.0", "noise=0.1")


def lines(name: str) -> Iterator[str]:
    yield from (latex for _, latex in METHODS[name].formulas)
    for extra in EXTRAS:
        try:
            settings = read_method(f"{name}:{extra}")
        except InputError:
            continue  # a search has no such setting
        for first in (True, False):
            yield from (line_latex(line) for line in settings.lines(first=first))


@pytest.mark.parametrize("name", METHODS)
def test_lines_are_typeset_and_spoken(name: str, qtbot: QtBot) -> None:
    typeset.load()
    look = boxes.Look(12.0, "#000000")
    found = list(lines(name))
    assert found
    for latex in found:
        assert boxes.row(boxes.parse(latex, look), 12.0).width > 0
        said = spoken(latex)
        assert "\\" not in said
        assert not {"frac", "sqrt", "hat", "left"} & {
            said[k : k + n] for n in (3, 4) for k in range(len(said))
        }


def two_methods() -> Document:
    surface = Surface(axes=("x", "y"), methods=("adam:lr=0.1", "newton"), start=(2.0, 1.0), steps=9)
    return parse("L = x**2 + 10*y**2", parameters={"x": 2.0, "y": 1.0}, surface=surface)


def test_the_numbers_are_those_of_the_path(session: Session, qtbot: QtBot) -> None:
    session.show(two_methods())
    session.watch("test", True)
    path = session.state.paths[0]
    rule = UpdateRule("rule")
    qtbot.addWidget(rule)
    rule.show_step(path, 5, [(0, "x"), (1, "y")], "light")
    worked = path.worked(5)
    assert [line.letters.latex for line in rule._lines] == [line_latex(each.line) for each in worked]
    assert [line.numbers[1].latex for line in rule._lines] == [worked_latex(each, 1) for each in worked]
    np.testing.assert_array_equal(worked[-1].value, path.points[5])


def test_a_search_shows_its_formulas(session: Session, qtbot: QtBot) -> None:
    session.show(two_methods())
    session.watch("test", True)
    rule = UpdateRule("rule")
    qtbot.addWidget(rule)
    rule.show_step(session.state.paths[1], 1, [(0, "x"), (1, "y")], "light")
    assert [line.letters.latex for line in rule._lines] == [latex for _, latex in METHODS["newton"].formulas]
    assert all(not formula.latex for line in rule._lines for formula in line.numbers)
