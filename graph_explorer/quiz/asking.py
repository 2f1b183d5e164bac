"""Questions by seed: which are asked of a document, and in which order.

The one rule: the same document, seed, level and kinds give the same questions, everywhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from random import Random

from graph_explorer.engine.errors import InputError, unknown
from graph_explorer.quiz.kinds import KINDS, Kind
from graph_explorer.quiz.progress import Practice, Progress, due
from graph_explorer.quiz.question import LEVELS, Level, Question
from graph_explorer.quiz.source import Source

#: So often is a kind tried for a question of the wanted level that has not been asked yet.
_TRIES = 8
#: Of so many times the questions wanted those are chosen that fit a learner.
_CHOICE = 4


def ask(
    source: Source, seed: int = 0, count: int = 10, level: str = "", kinds: Iterable[str] = ()
) -> tuple[Question, ...]:
    """Up to `count` different questions; fewer where the document offers no more.

    `level` is one of `LEVELS`, or "" for all; `kinds` are names of kinds, by default all. Raises
    `InputError` for names that are none.
    """
    chosen = [_kind(name) for name in kinds] or list(KINDS.values())
    if level and level not in LEVELS:
        raise InputError(f"there is no level '{level}'; known: {', '.join(LEVELS)}")
    suited = [kind for kind in chosen if not level or level in kind.levels]
    asked: dict[tuple[str, str, frozenset[str]], Question] = {}
    for question in _stream(source, seed, suited, level):
        asked.setdefault((question.kind, question.text, frozenset(question.options)), question)
        if len(asked) == count:
            break
    return tuple(asked.values())


def ask_for(
    source: Source, progress: Progress, day: datetime.date, seed: int, count: int, kinds: Iterable[str] = ()
) -> tuple[Question, ...]:
    """Questions that fit a learner: concepts whose time has come first, each at the level reached there.

    A further question of a kind counts as one level farther away, so that a round is not of one kind.
    """
    offered = ask(source, seed, _CHOICE * count, "", kinds)
    waiting = due(progress, day)

    def fit(question: Question, chosen: list[Question]) -> tuple[int, int]:
        practice = progress.concepts.get(question.concept, Practice())
        gap = abs(LEVELS.index(question.level) - LEVELS.index(practice.level))
        soon = waiting.index(question.concept) if question.concept in waiting else len(waiting)
        return gap + sum(each.kind == question.kind for each in chosen), soon

    left, chosen = list(offered), list[Question]()
    while left and len(chosen) < count:
        best = min(left, key=lambda question: fit(question, chosen))
        left = [question for question in left if question is not best]
        chosen.append(best)
    return tuple(question for question in offered if any(question is each for each in chosen))


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise unknown("kind of question", name, KINDS)
    return KINDS[name]


def _stream(source: Source, seed: int, kinds: list[Kind], level: str) -> Iterator[Question]:
    """Rounds through the kinds, each in another order, until a few rounds bring nothing."""
    random = Random(f"order {seed}")  # noqa: S311  # for a quiz, not for secrets
    for turn in range(_TRIES * 8):
        for kind in random.sample(kinds, len(kinds)):
            question = one(source, kind, f"{seed}:{turn}", level)
            if question is not None:
                yield question


def one(source: Source, kind: Kind, seed: object, level: Level | str = "") -> Question | None:
    """The question of this kind for this seed; None where the document offers none."""
    random = Random(f"{kind.name} {seed}")  # noqa: S311
    for _ in range(_TRIES):
        question = kind.make(source, random)
        if question is None or not level or question.level == level:
            return question
    return None
