"""Judging: tolerance, known mistakes, and slips that are counted once."""

from __future__ import annotations

import math

import pytest

from graph_explorer.quiz.judge import judge
from graph_explorer.quiz.question import Misconception, Question


def asked(**parts: object) -> Question:
    fields: dict[str, object] = {
        "kind": "contribution", "level": "beginner", "concept": "chain rule", "text": "?", "answer": 6.0,
        "form": "number", "explanation": "2 × 3", "hints": (), "tolerance": 0.03,
    }  # fmt: skip
    return Question(**(fields | parts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "right"), [(6.0, True), (6.029, True), (5.971, True), (6.031, False), (5.9, False)]
)
def test_the_tolerance_is_the_border(given: float, right: bool) -> None:
    assert judge(asked(), given).right is right


def test_a_known_mistake_is_named() -> None:
    verdict = judge(asked(misconceptions=(Misconception(3.0, "The upstream gradient is missing."),)), 3.001)
    assert not verdict.right
    assert verdict.says == "The upstream gradient is missing."


def test_a_wrong_sign_is_told_from_a_wrong_size() -> None:
    assert "sign" in judge(asked(), -6.0).says


def test_not_a_number_is_right_where_that_is_the_answer() -> None:
    assert judge(asked(answer=math.nan), math.nan).right
    assert not judge(asked(answer=math.inf), -math.inf).right
    assert not judge(asked(), math.nan).right


FACTS = {("gradient", "z", ""): 2.0, ("local", "z", "0", ""): 3.0}


def product(facts: object) -> float:
    return float(facts["gradient", "z", ""] * facts["local", "z", "0", ""])  # type: ignore[index]


def test_an_earlier_slip_is_not_punished_twice() -> None:
    question = asked(facts=FACTS, again=product)
    own = {("gradient", "z", ""): 5.0}
    assert not judge(question, 15.0).right
    verdict = judge(question, 15.0, own)
    assert verdict.right
    assert verdict.carried
    assert judge(question, 6.0, own).right, "the true answer stays right"
    assert not judge(question, 16.0, own).right


def test_a_slip_elsewhere_excuses_nothing() -> None:
    question = asked(facts=FACTS, again=product)
    assert not judge(question, 15.0, {("gradient", "other", ""): 5.0}).right


def test_an_order_is_right_if_it_keeps_what_must_come_first() -> None:
    question = asked(
        form="order", answer=("L", "b", "a", "x"), options=("a", "b", "L", "x"),
        precedes=(("L", "a"), ("L", "b"), ("a", "x"), ("b", "x")),
    )  # fmt: skip
    assert judge(question, ("L", "a", "b", "x")).right, "a and b may change places"
    verdict = judge(question, ("L", "x", "a", "b"))
    assert not verdict.right
    assert "'x'" in verdict.says
    assert not judge(question, ("L", "a", "b")).right
    assert not judge(question, ("L", "a", "a", "x")).right


def test_several_are_right_in_any_order_but_only_all_of_them() -> None:
    question = asked(form="several", answer=("x", "y"), options=("w", "x", "y"))
    assert judge(question, ("y", "x")).right
    assert not judge(question, ("x",)).right
    assert not judge(question, ("x", "y", "w")).right
