"""What a kind of question is.

The one rule: a kind is one record; whoever lists, asks, prints or tests kinds loops over the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random

from graph_explorer.quiz.judge import same
from graph_explorer.quiz.question import Level, Misconception, Question
from graph_explorer.quiz.source import Source

#: Makes a question from a source, or None where the source has nothing to ask about.
Maker = Callable[[Source, Random], Question | None]


@dataclass(frozen=True)
class Kind:
    """A kind of question: its name in files and on the command line, its theme, and how it is made."""

    name: str
    title: str
    concept: str
    levels: tuple[Level, ...]
    make: Maker


def knowing(question: Question, mistakes: Iterable[Misconception]) -> Question:
    """The question with those of these mistakes that can be told from the right answer and each other."""
    kept: list[Misconception] = []
    for mistake in mistakes:
        others = [question.answer, *(each.answer for each in kept)]
        if not any(same(question, mistake.answer, other) for other in others):
            kept.append(mistake)
    return replace(question, misconceptions=tuple(kept))
