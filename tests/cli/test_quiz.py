"""The command `quiz`, as a person at a terminal and as a program calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graph_explorer.quiz.kinds import KINDS

NEURON = ("quiz", "neuron", "--count", "2", "--kind", "contribution")
SET = 'title = "Week 1"\n{head}[[part]]\ndocument = "neuron"\nkinds = ["contribution"]\ncount = 2\n'


def call(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "graph_explorer", *arguments],
        input=typed, capture_output=True, text=True, timeout=120, encoding="utf-8", check=False,
    )  # fmt: skip


def answers(*arguments: str) -> list[str]:
    """The stated answers, as they would be typed."""
    found = json.loads(call(*arguments, "--json").stdout)["questions"]
    return [repr(question["answer"]) for question in found]


def test_json_holds_what_a_learning_platform_needs() -> None:
    done = call("quiz", "two_layer", "--count", "12", "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    questions = json.loads(done.stdout)["questions"]
    assert len(questions) == 12
    for question in questions:
        assert question["kind"] in KINDS
        for key in ("level", "node", "question", "answer", "unit", "tolerance", "explanation"):
            assert key in question
        assert question["options"] is None or question["options"]
        assert all(isinstance(hint, str) for hint in question["hints"])
        assert all(set(each) == {"answer", "says"} for each in question["misconceptions"])


def test_a_session_from_the_first_question_to_the_last() -> None:
    first, second = answers(*NEURON)
    done = call(*NEURON, typed=f"?\n12345\nnonsense\n{first}\n{second}\n")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "∂L/∂" in done.stdout
    assert "'nonsense' is no number" in done.stdout
    assert done.stdout.count("Right.") == 2
    assert done.stdout.endswith("1 of 2 right at the first try.\n")


@pytest.mark.parametrize("typed", ["", "q\n", "!\n", "?\n?\n?\n?\n?\n"])
def test_one_may_stop_at_any_time(typed: str) -> None:
    done = call(*NEURON, typed=typed)
    assert done.returncode == 0
    assert done.stderr == ""
    assert " right at the first try.\n" in done.stdout


def test_a_set_is_asked_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "week.challenge"
    path.write_text(SET.format(head="exam = true\n"), encoding="utf-8")
    first, _ = answers("quiz", str(path))
    done = call("quiz", str(path), typed=f"{first}\n12345\n")
    assert done.stdout.startswith("Week 1\nAn exam")
    before, after = done.stdout.split("\n1. Right.")
    assert "Right." not in before, "an exam is judged at its end"
    assert "2. Not right." in after
    assert done.stdout.endswith("1 of 2 right.\n")


BAD = {
    "kind": (("quiz", "neuron", "--kind", "upsteam"), "unknown kind of question 'upsteam'"),
    "level": (("quiz", "neuron", "--level", "easy"), "there is no level 'easy'"),
    "count": (("quiz", "neuron", "--count", "0"), "--count must be at least 1"),
    "document": (("quiz", "neurone"), "no such file and no example"),
    "no set": (("quiz", "missing.challenge"), "missing.challenge: the file cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_asked_is_refused_in_one_sentence(case: str) -> None:
    arguments, says = BAD[case]
    done = call(*arguments, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
