"""What questions say: no generated name for a number, nothing said twice, one and many told apart."""

from __future__ import annotations

import re

import pytest

from graph_explorer.document import parse
from graph_explorer.quiz.asking import one
from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.source import source
from graph_explorer.quiz.wording import formula, worked_out
from tests.quiz.test_kinds import questions


@pytest.mark.parametrize("kind", KINDS)
def test_texts_read_well(kind: str) -> None:
    for question in questions(kind)[:150]:
        said = (question.text, question.explanation, *question.hints)
        told = "\n".join((*said, *(mistake.says for mistake in question.misconceptions)))
        assert not re.search(r"\.const\d*\b", told), told
        assert not re.search(r"(?<![\d·×+] )(?<!\S)(−?[\d.]+) = \1(?!\S)", told), told
        assert not re.search(r"\b1 (uses|passes|entries|numbers|terms|steps|times)\b", told), told
        assert ",quad" not in told, told
        assert question.text[-1] in "?…", question.text
        assert question.explanation[-1] == ".", question.explanation


def test_a_number_of_the_program_stands_as_itself() -> None:
    trace = source(parse("a = 2*x\nL = a**2", {}, {"x": 3.0})).trace
    assert formula(trace, trace.graph.node("a")) == "a = 2 · x"
    assert worked_out(trace, trace.graph.node("L")) == "L = a² = 6² = 36"


def test_what_is_put_in_and_comes_out_the_same_stands_once() -> None:
    trace = source(parse("a = abs(x)\nL = -a", {}, {"x": 3.0})).trace
    assert worked_out(trace, trace.graph.node("L")) == "L = −a = −3"


def test_an_input_that_is_taken_twice_is_told_apart() -> None:
    found = source(parse("a = x + 1\nL = a / a", {}, {"x": 1.0}))
    texts = [question.text for seed in range(40) if (question := one(found, KINDS["local derivative"], seed))]
    of_both = {text.rpartition(", ")[2] for text in texts if "∂L/∂a" in text}
    assert of_both == {"as its first input?", "as its second input?"}


def test_digits_that_cancel_are_not_asked_for() -> None:
    """1 − tanh² of 11 cannot be had from the four digits that are printed."""
    found = source(parse("L = tanh(x)", {}, {"x": 11.0}))
    assert all(one(found, KINDS["local derivative"], seed) is None for seed in range(5))
