"""A round: tries, hints, giving up, exams, and numbers that are carried on."""

from __future__ import annotations

from graph_explorer.quiz import round as rounds
from graph_explorer.quiz.question import Question
from graph_explorer.quiz.round import begin


def asked(answer: float = 2.0, **parts: object) -> Question:
    fields: dict[str, object] = {
        "kind": "upstream", "level": "beginner", "concept": "chain rule", "text": "?", "answer": answer,
        "form": "number", "explanation": "so", "hints": ("rule", "formula"), "tolerance": 0.01,
    }  # fmt: skip
    return Question(**(fields | parts))  # type: ignore[arg-type]


def test_tries_are_unlimited_and_the_first_one_counts() -> None:
    now = begin((asked(),))
    now = rounds.answer(now, "3")
    assert now.open
    now = rounds.answer(now, "2")
    assert not now.open
    assert (now.attempt.tries, now.attempt.first, now.right) == (2, False, 0)
    assert rounds.answer(now, "3") is now, "what is right stays right"


def test_an_answer_that_cannot_be_read_is_no_try() -> None:
    now = rounds.answer(begin((asked(),)), "two")
    assert now.attempt.tries == 0
    assert "no number" in now.attempt.problem
    assert rounds.answer(now, "2").right == 1


def test_hints_come_one_by_one_and_end() -> None:
    now = begin((asked(),))
    for count in (1, 2, 2):
        now = rounds.hint(now)
        assert now.attempt.hints == count


def test_giving_up_shows_the_answer_and_does_not_count() -> None:
    now = rounds.give_up(begin((asked(), asked(5.0))))
    assert not now.open
    assert now.answered == 1
    assert now.right == 0
    now = rounds.go_to(now, 1)
    assert now.open
    assert rounds.go_to(now, 7).at == 1


def test_an_exam_has_one_try_no_hints_and_tells_at_the_end() -> None:
    now = begin((asked(), asked(5.0)), exam=True)
    assert rounds.hint(now) is now
    assert rounds.give_up(now) is now
    now = rounds.answer(now, "3")
    assert not now.open
    assert not now.shows_verdict
    assert rounds.answer(now, "2") is now
    now = rounds.answer(rounds.go_to(now, 1), "5")
    over = rounds.end(now)
    assert over.shows_verdict
    assert over.right == 1
    assert rounds.answer(over, "5") is over


def test_own_numbers_are_carried_to_what_builds_on_them() -> None:
    fact = ("gradient", "z", "")
    first = asked(makes=fact)
    second = asked(6.0, facts={fact: 2.0}, again=lambda facts: 3 * facts[fact])
    now = rounds.answer(begin((first, second)), "5")
    now = rounds.answer(rounds.go_to(now, 1), "15")
    assert now.attempt.verdict is not None
    assert now.attempt.verdict.right
    assert now.attempt.verdict.carried


def test_a_round_without_questions_does_nothing() -> None:
    now = begin(())
    assert now.question is None
    assert not now.open
    assert rounds.answer(now, "1") is now
