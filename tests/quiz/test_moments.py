"""A question's moments in its run: nothing told while it is open, its very step when it is answered."""

from __future__ import annotations

import pytest

from graph_explorer.engine.trace import Pulled
from graph_explorer.quiz.asking import one
from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.moments import Moments, moments
from graph_explorer.quiz.question import Question
from tests.quiz.test_kinds import source_of

DOCUMENTS = ("neuron", "two_layer", "rnn", "fan_out", "rosenbrock")


def asked(kind: str) -> list[tuple[str, Question, Moments]]:
    made = ((name, one(source_of(name), KINDS[kind], seed)) for name in DOCUMENTS for seed in range(8))
    found = [(name, each, moments(source_of(name).trace, each)) for name, each in made if each is not None]
    return [(name, each, when) for name, each, when in found if when is not None]


@pytest.mark.parametrize("kind", ["upstream", "accumulated gradient", "next update", "direction"])
def test_no_gradient_is_seen_before_and_the_whole_one_after(kind: str) -> None:
    found = asked(kind)
    assert found
    for name, question, when in found:
        trace = source_of(name).trace
        value = question.makes[1] if question.makes is not None else question.node
        assert not trace.has_gradient(value, when.open)
        assert trace.is_complete(value, when.answered)
        assert not trace.is_complete(value, when.answered - 1)


@pytest.mark.parametrize("kind", ["forward value", "local derivative", "contribution"])
def test_the_value_that_tells_the_answer_is_not_seen_before(kind: str) -> None:
    found = asked(kind)
    assert found
    for name, question, when in found:
        trace = source_of(name).trace
        assert not trace.has_value(question.node, when.open)
        event = trace.events[when.answered - 1]
        assert event.node.id == question.node
        assert isinstance(event, Pulled) == (kind != "forward value")


def test_the_error_term_is_not_seen_before_its_activation() -> None:
    for name, question, when in asked("delta"):
        trace = source_of(name).trace
        activation = trace.graph.uses(question.node)[0].node
        assert trace.has_value(question.node, when.open)
        assert not trace.has_value(activation, when.open)


@pytest.mark.parametrize("kind", ["order", "no gradient", "which layer", "faulty node"])
def test_the_node_that_is_shown_does_not_tell_the_answer(kind: str) -> None:
    """The node to be looked at stands beside the open question, so it must not always be the answer."""
    found = [
        (question.node, question)
        for name in (*DOCUMENTS, "deep_sigmoid")
        for seed in range(12)
        if (question := one(source_of(name), KINDS[kind], seed)) is not None
    ]
    assert found
    first = [q.answer[0] if isinstance(q.answer, tuple) and q.answer else q.answer for _, q in found]
    told = [str(answer) == node.rpartition("/")[2] for (node, _), answer in zip(found, first, strict=True)]
    assert sum(told) < 0.7 * len(told)


def test_a_question_of_no_node_has_no_moments() -> None:
    question = one(source_of("neuron"), KINDS["concept"], 0)
    assert question is not None
    assert moments(source_of("neuron").trace, question) is None
