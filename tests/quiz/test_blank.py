"""The blank graph: every field filled in rightly is right, and a slip costs one field."""

from __future__ import annotations

import pytest

from graph_explorer.document import run
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.quiz.blank import Blank

NAMES = ["neuron", "fan_out", "two_layer", "lstm", "softmax_cross_entropy", "cnn", "batch_norm", "attention"]


@pytest.mark.parametrize("name", NAMES)
def test_the_true_numbers_are_right_in_every_field(name: str) -> None:
    blank = Blank(run(open_document(resolve(name))))
    own = {}
    for field in blank.fields:
        verdict = blank.judge(field, blank.answer(field), own)
        assert verdict.right
        assert not verdict.carried
        own[field] = blank.answer(field)
        assert blank.hints(field)


@pytest.mark.parametrize("name", ["neuron", "fan_out", "two_layer", "lstm"])
def test_a_slip_costs_one_field(name: str) -> None:
    blank = Blank(run(open_document(resolve(name))))
    fields = blank.fields
    slip = 1
    own = {fields[0]: blank.answer(fields[0])}
    wrong = blank.answer(fields[slip]) * 3 + 1
    assert not blank.judge(fields[slip], wrong, own).right
    own[fields[slip]] = wrong
    for field in fields[slip + 1 :]:
        mine = blank.follows(field, own)
        assert blank.judge(field, mine, own).right
        own[field] = mine


def test_one_term_of_a_sum_is_named() -> None:
    blank = Blank(run(open_document(resolve("fan_out"))))
    field = next(field for field in blank.fields if field.name == "x")
    assert "one of 3 terms" in blank.judge(field, 4.0, {}).says
    assert "value" in blank.judge(field, 3.0, {}).says
    assert "sign" in blank.judge(field, -12.0, {}).says
