"""The command `quiz`: questions in a terminal, or as JSON for learning platforms.

The one rule: what is asked here is what the window would ask for the same document and seed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from graph_explorer.cli.commands import document_of
from graph_explorer.document import run
from graph_explorer.engine.errors import InputError
from graph_explorer.quiz import round as rounds
from graph_explorer.quiz.asking import ask
from graph_explorer.quiz.question import Question
from graph_explorer.quiz.record import question_record
from graph_explorer.quiz.round import Round
from graph_explorer.quiz.sets import SUFFIX, read_set
from graph_explorer.quiz.source import Source

#: What is typed instead of an answer → what it does.
_ACTS: Mapping[str, Callable[[Round], Round]] = {"?": rounds.hint, "!": rounds.give_up}
_HELP = "Type an answer, ? for a hint, ! to see the answer, or q to stop."
_EXAM_HELP = "An exam: one try each, no hints, judged at the end. Type an answer, or q to stop."


def command_quiz(options: argparse.Namespace) -> int:
    """Asks questions made from the document; with --json prints them with their answers."""
    if options.count < 1:
        raise InputError(f"--count must be at least 1, found {options.count}")
    begun = _round(options)
    if options.json:
        records = [question_record(each) for each in begun.questions]
        print(json.dumps({"questions": records}, ensure_ascii=False))
        return 0
    if not begun.questions:
        print("This document offers no question of that kind and level.")
        return 0
    if begun.title:
        print(begun.title)
    print(_EXAM_HELP if begun.exam else _HELP)
    return _session(begun, _line)


def _round(options: argparse.Namespace) -> Round:
    """A challenge set as its teacher meant it, or questions that are made from a document."""
    if options.file.endswith(SUFFIX):
        found = read_set(Path(options.file))
        return rounds.begin(found.questions(), exam=found.exam, title=found.title)
    return rounds.begin(_questions(options))


def _questions(options: argparse.Namespace) -> tuple[Question, ...]:
    document = document_of(options)
    link = "" if options.file.endswith((".toml", ".onnx")) else options.file
    source = Source(document, run(document, wrt=options.wrt, output=options.output), link)
    return ask(source, options.seed, options.count, options.level, options.kind)


def _line() -> str | None:
    """What the learner types; None at the end of the input."""
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _session(begun: Round, line: Callable[[], str | None]) -> int:
    now = begun
    for at, question in enumerate(begun.questions):
        now = rounds.go_to(now, at)
        print(f"\n{at + 1}. {_shown(question)}")
        done = _in_exam(now, line) if now.exam else _until_done(now, line)
        if done is None:
            break
        now = done
    if now.exam:
        _tell_all(rounds.end(now))
    tried = "" if now.exam else " at the first try"
    print(f"\n{now.right} of {now.answered} right{tried}.")
    return 0


def _in_exam(now: Round, line: Callable[[], str | None]) -> Round | None:
    """Takes down one answer that can be read; None to stop."""
    while now.open:
        typed = line()
        if typed is None or typed in ("q", "quit"):
            return None
        now = rounds.answer(now, typed)
        print(now.attempt.problem or "Taken down.")
    return now


def _tell_all(now: Round) -> None:
    """After an exam: what was right, and why."""
    for at, (question, attempt) in enumerate(zip(now.questions, now.attempts, strict=True), 1):
        if attempt.verdict is not None:
            says = (
                "" if attempt.verdict.right else f" {attempt.verdict.says} The answer: {_answer(question)}."
            )
            print(
                f"\n{at}. {'Right.' if attempt.verdict.right else 'Not right.'}{says}\n{question.explanation}"
            )


def _shown(question: Question) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    options = "".join(f"\n   {letters[k % 26]}) {option}" for k, option in enumerate(question.options))
    return f"[{question.level}] {question.text}{options}"


def _until_done(now: Round, line: Callable[[], str | None]) -> Round | None:
    """Asks the present question until it is right or given up; None to stop."""
    question = now.question
    assert question is not None
    while now.open:
        typed = line()
        if typed is None or typed in ("q", "quit"):
            return None
        before = now
        act = _ACTS.get(typed)
        now = act(now) if act is not None else rounds.answer(now, typed)
        print(_said(before, now, question, typed))
    print(question.explanation)
    return now


def _said(before: Round, now: Round, question: Question, typed: str) -> str:
    if typed == "?":
        more = now.attempt.hints > before.attempt.hints
        return (
            question.hints[now.attempt.hints - 1] if more else "There are no more hints; ! shows the answer."
        )
    if typed == "!":
        return f"The answer: {_answer(question)}"
    verdict = now.attempt.verdict
    return now.attempt.problem or (verdict.says if verdict is not None else "")


def _answer(question: Question) -> str:
    answer = question.answer
    if isinstance(answer, tuple):
        return ", ".join(map(str, answer)) or "none"
    return answer if isinstance(answer, str) else f"{answer:.6g}"
