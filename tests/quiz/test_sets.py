"""Challenge sets: read, written, asked, and refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.sets import (
    ChallengeSet,
    Part,
    Result,
    read_set,
    result_from,
    result_record,
    write_set,
)

SET = ChallengeSet(
    "Chain rule", (Part("neuron", ("contribution",), "beginner", 3, 2), Part("fan_out", count=3)), 20, True
)


def test_a_set_is_written_and_read_and_asks_the_same(tmp_path: Path) -> None:
    path = tmp_path / "week1.challenge"
    path.write_text(write_set(SET))
    found = read_set(path)
    assert (found.title, found.parts, found.minutes, found.exam) == (SET.title, SET.parts, 20, True)
    asked = found.questions()
    assert len(asked) == 5
    assert [question.text for question in asked] == [question.text for question in SET.questions()]


def test_a_document_beside_the_set_is_found(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('program = "L = w*w"\n[parameters]\nw = 3.0\n')
    path = tmp_path / "a.challenge"
    path.write_text('[[part]]\ndocument = "own.toml"\ncount = 2\n')
    assert len(read_set(path).questions()) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no questions"),
        ("[[part]]\n", "names no document"),
        ('[[part]]\ndocument = "neuron"\nkinds = ["contributon"]\n', "did you mean 'contribution'"),
        ('[[part]]\ndocument = "neuron"\nlevel = "hard"\n', "no level 'hard'"),
        ('[[part]]\ndocument = "neuron"\ncount = 0\n', "'count' must be a number from 1"),
        ('[[part]]\ndocument = "neuron"\nseeds = 1\n', "unknown key 'seeds'"),
        ('[[part]]\ndocument = "neuron"\ncount = 1.5\n', "'count' must be a whole number, found 1.5"),
        ('[[part]]\ndocument = "neuron"\ncount = 1000000\n', "'count' is at most 200"),
        ('[[part]]\ndocument = "neuron"\nseed = inf\n', "'seed' must be a number from 0, found inf"),
        ('minutes = nan\n[[part]]\ndocument = "neuron"\n', "'minutes' must be a number from 0, found nan"),
        ('exam = "yes"\n[[part]]\ndocument = "neuron"\n', "'exam' must be true or false"),
        ("part = [1, 2]\n", "no questions"),
        ("title = ", "not valid TOML"),
        ("title = 3\n[[part]]\n", "'title' must be a text"),
    ],
)
def test_a_broken_set_says_where_and_what(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.challenge"
    path.write_text(text)
    with pytest.raises(InputError, match=says) as raised:
        read_set(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_results_go_to_the_teacher_and_back() -> None:
    result = Result("Ada", "Chain rule", (("contribution", "0.5", True), ("upstream", "1", False)))
    assert result_from(json.loads(json.dumps(result_record(result)))) == result
    assert result.right == 1
    with pytest.raises(InputError, match="no result"):
        result_from({"learner": "Ada"})
