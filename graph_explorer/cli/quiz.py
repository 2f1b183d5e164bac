"""The command `quiz`: questions in a terminal, or as JSON for learning platforms.

The one rule: what is asked here is what the window would ask for the same document and seed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from graph_explorer.cli.commands import document_of
from graph_explorer.document import run
from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.asking import ask
from graph_explorer.quiz.entered import read
from graph_explorer.quiz.judge import judge
from graph_explorer.quiz.question import Fact, Question
from graph_explorer.quiz.record import question_record
from graph_explorer.quiz.source import Source

_HELP = "Type an answer, ? for a hint, ! to see the answer, or q to stop."


def command_quiz(options: argparse.Namespace) -> int:
    """Asks questions made from the document; with --json prints them with their answers."""
    if options.count < 1:
        raise InputError(f"--count must be at least 1, found {options.count}")
    document = document_of(options)
    link = "" if options.file.endswith((".toml", ".onnx")) else options.file
    source = Source(document, run(document, wrt=options.wrt, output=options.output), link)
    questions = ask(source, options.seed, options.count, options.level, options.kind)
    if options.json:
        print(json.dumps({"questions": [question_record(each) for each in questions]}, ensure_ascii=False))
        return 0
    if not questions:
        print("This document offers no question of that kind and level.")
        return 0
    print(_HELP)
    return _session(questions, _line)


def _line() -> str | None:
    """What the learner types; None at the end of the input."""
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _session(questions: tuple[Question, ...], line: Callable[[], str | None]) -> int:
    own: dict[Fact, float] = {}
    right = asked = 0
    for number, question in enumerate(questions, 1):
        print(f"\n{number}. {_shown(question)}")
        solved = _one(question, own, line)
        if solved is None:
            break
        asked, right = asked + 1, right + solved
    print(f"\n{right} of {asked} right at the first try.")
    return 0


def _shown(question: Question) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    options = "".join(f"\n   {letters[k % 26]}) {option}" for k, option in enumerate(question.options))
    return f"[{question.level}] {question.text}{options}"


def _one(question: Question, own: dict[Fact, float], line: Callable[[], str | None]) -> bool | None:
    """One question until it is right or given up: whether the first try was right; None to stop."""
    hints, tries = iter(question.hints), 0
    while True:
        typed = line()
        if typed is None or typed in ("q", "quit"):
            return None
        if typed == "?":
            print(next(hints, "There are no more hints; ! shows the answer."))
            continue
        if typed == "!":
            print(question.explanation)
            return False
        try:
            given = read(question, typed)
        except InputError as error:
            print(error.message)
            continue
        verdict = judge(question, given, own)
        tries += 1
        if question.makes is not None and isinstance(given, float) and tries == 1:
            own[question.makes] = given
        print(verdict.says)
        if verdict.right:
            print(question.explanation)
            return tries == 1
