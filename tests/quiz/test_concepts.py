"""The questions in files: enough of them, on every theme, each with its source and its example."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.examples import examples
from graph_explorer.quiz.kinds.concept import concepts, read_theme

#: What the teaching material is about: each is a theme with questions.
THEMES = {
    "chain rule", "accumulation", "reuse of intermediates", "mini-batch averaging", "learning rate",
    "Momentum", "RMSProp and Adam", "automatic differentiation", "backpropagation through time",
    "convolution", "vanishing and exploding gradients", "clipping", "error term", "gradient descent variants",
    "update step", "training and validation loss",
}  # fmt: skip


def test_there_are_enough_on_every_theme() -> None:
    counted = Counter(concept.theme for concept in concepts())
    assert set(counted) == THEMES
    assert min(counted.values()) >= 6
    assert sum(counted.values()) >= 120


def test_identifiers_and_texts_are_unique() -> None:
    found = concepts()
    assert len({concept.identifier for concept in found}) == len(found)
    assert len({(concept.theme, concept.text) for concept in found}) == len(found)


def test_every_question_is_complete() -> None:
    names = {example.name for example in examples()}
    for concept in concepts():
        options = [concept.answer, *(wrong.answer for wrong in concept.wrong)]
        assert len(set(map(str, options))) == len(options) >= 3, concept.identifier
        assert all(wrong.says for wrong in concept.wrong), concept.identifier
        assert concept.link in names, concept.identifier
        assert concept.source, concept.identifier
        assert concept.hints, concept.identifier
        assert concept.explanation, concept.identifier


def test_the_right_option_is_not_told_by_its_length() -> None:
    """If the longest option were right most of the time, one could pass without knowing anything."""
    longest = [
        len(concept.answer) > max(len(str(wrong.answer)) for wrong in concept.wrong) for concept in concepts()
    ]
    assert sum(longest) / len(longest) < 0.5


BROKEN = {
    'theme = "x"\nextra = 1': "unknown key 'extra'",
    'theme = "x"\n[[question]]\nid = "a"': "there is no 'level' in the question 'a'",
    "theme = ": "cannot be read",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_says_where(text: str, tmp_path: Path) -> None:
    path = tmp_path / "theme.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=BROKEN[text]) as raised:
        read_theme(path)
    assert str(path) in str(raised.value)
