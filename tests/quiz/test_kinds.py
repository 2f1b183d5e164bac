"""Every kind of question over all examples and a thousand seeds."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples
from graph_explorer.quiz.asking import ask, one
from graph_explorer.quiz.entered import read
from graph_explorer.quiz.judge import judge, same
from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.question import LEVELS, Question
from graph_explorer.quiz.record import question_record
from graph_explorer.quiz.source import Source, source

EXAMPLES = examples()
SEEDS = 1000


@cache
def source_of(name: str) -> Source:
    example = next(each for each in EXAMPLES if each.name == name)
    return source(open_document(example.path), name)


@cache
def questions(kind: str) -> list[Question]:
    """The questions of a kind: a thousand seeds, dealt out over all examples."""
    names = itertools.cycle(example.name for example in EXAMPLES)
    made = (one(source_of(name), KINDS[kind], seed) for seed, name in zip(range(SEEDS), names, strict=False))
    return [question for question in made if question is not None]


def typed(question: Question) -> str:
    """The stated answer as a person would type it."""
    answer = question.answer
    if isinstance(answer, float):
        return repr(answer)
    if isinstance(answer, str):
        return answer
    return str(answer) if question.form == "shape" else ", ".join(map(str, answer))


@pytest.mark.parametrize("kind", KINDS)
def test_questions_are_sound(kind: str) -> None:
    found = questions(kind)
    assert found, "no example offers this kind"
    for question in found:
        _holds(question)


def _holds(question: Question) -> None:
    told = f"{question.link}: {question.text}"
    assert judge(question, read(question, typed(question))).right, told
    assert question.hints, told
    assert question.explanation, told
    assert question.level in LEVELS, told
    assert question.level in KINDS[question.kind].levels, told
    assert len(set(question.options)) == len(question.options), told
    if question.form == "choice":
        assert question.answer in question.options, told
        wrong = [each for each in question.options if each != question.answer]
        assert wrong, told
        assert not any(judge(question, each).right for each in wrong), told
    if question.form == "number":
        assert isinstance(question.answer, float), told
        for side in (-1, 1):
            near = question.answer + side * (1.01 * question.tolerance + 1e-9 * (1 + abs(question.answer)))
            assert not judge(question, near).right, told
    for mistake in question.misconceptions:
        verdict = judge(question, mistake.answer)
        assert not verdict.right, told
        assert verdict.mistake is mistake, told
        assert mistake.says, told
    for one_mistake, other in itertools.combinations(question.misconceptions, 2):
        assert not same(question, one_mistake.answer, other.answer), told


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_asks_the_same_question(kind: str) -> None:
    for example in EXAMPLES[:12]:
        fresh = source(open_document(example.path), example.name)
        again = one(fresh, KINDS[kind], 7)
        first = one(source_of(example.name), KINDS[kind], 7)
        assert (first is None) == (again is None)
        if first is not None and again is not None:
            assert question_record(first) == question_record(again)


def test_other_seeds_ask_other_questions() -> None:
    texts = {tuple(each.text for each in ask(source_of("two_layer"), seed, 5)) for seed in range(20)}
    assert len(texts) > 15


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_kept_to(level: str) -> None:
    found = ask(source_of("two_layer"), 0, 10, level)
    assert found
    assert {question.level for question in found} == {level}


def test_no_question_comes_twice_in_a_round() -> None:
    found = ask(source_of("neuron"), 3, 30)
    assert len({(question.kind, question.text, question.options) for question in found}) == len(found) == 30


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_leads_to_an_example(kind: str) -> None:
    assert {question.link for question in questions(kind)} <= {example.name for example in examples()}
