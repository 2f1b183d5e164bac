"""A round of questions: what has been asked, answered, hinted and judged.

The one rule: a round never changes; each thing that a learner does makes the next one. Window and
terminal both only show it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.entered import read
from graph_explorer.quiz.judge import Verdict, judge
from graph_explorer.quiz.question import Fact, Question


@dataclass(frozen=True)
class Attempt:
    """How one question stands: what was typed last, how it was judged, how many tries and hints it took.

    `given_up`: the answer was asked for. `first` is whether the first try was right, None before it.
    """

    typed: str = ""
    verdict: Verdict | None = None
    tries: int = 0
    hints: int = 0
    given_up: bool = False
    first: bool | None = None
    problem: str = ""

    @property
    def done(self) -> bool:
        """Whether the question is closed: answered rightly, or given up."""
        return self.given_up or (self.verdict is not None and self.verdict.right)


@dataclass(frozen=True)
class Round:
    """Questions in a row. In an `exam` each has one try, no hints, and is judged only at the end.

    `own` are the learner's own numbers, for questions that build on them. `minutes` is the limit of
    the whole round, 0 for none.
    """

    questions: tuple[Question, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    at: int = 0
    exam: bool = False
    minutes: float = 0
    title: str = ""
    own: Mapping[Fact, float] = field(default_factory=lambda: MappingProxyType({}))
    ended: bool = False

    @property
    def question(self) -> Question | None:
        """The question that is being asked; None in a round without any."""
        return self.questions[self.at] if self.questions else None

    @property
    def attempt(self) -> Attempt:
        return self.attempts[self.at] if self.attempts else Attempt()

    @property
    def right(self) -> int:
        """How many questions were right at the first try."""
        return sum(attempt.first is True for attempt in self.attempts)

    @property
    def answered(self) -> int:
        """How many questions have been tried or given up."""
        return sum(attempt.tries > 0 or attempt.given_up for attempt in self.attempts)

    @property
    def open(self) -> bool:
        """Whether the present question still takes an answer."""
        if self.ended or self.question is None:
            return False
        return self.attempt.tries == 0 if self.exam else not self.attempt.done

    @property
    def shows_verdict(self) -> bool:
        """Whether the learner may see how the present question was judged."""
        return self.ended or not self.exam


def begin(
    questions: tuple[Question, ...], *, exam: bool = False, minutes: float = 0, title: str = ""
) -> Round:
    """A round with nothing answered yet."""
    return Round(questions, tuple(Attempt() for _ in questions), exam=exam, minutes=minutes, title=title)


def _with(now: Round, attempt: Attempt, own: Mapping[Fact, float] | None = None) -> Round:
    attempts = (*now.attempts[: now.at], attempt, *now.attempts[now.at + 1 :])
    return dataclasses.replace(now, attempts=attempts, own=now.own if own is None else own)


def answer(now: Round, typed: str) -> Round:
    """The round after an answer was typed; one that cannot be read counts as no try."""
    question, attempt = now.question, now.attempt
    if question is None or not now.open:
        return now
    try:
        given = read(question, typed)
    except InputError as error:
        return _with(now, dataclasses.replace(attempt, typed=typed, problem=error.message, verdict=None))
    verdict = judge(question, given, now.own)
    own = now.own
    if question.makes is not None and isinstance(given, float):
        own = MappingProxyType({**now.own, question.makes: given})
    first = verdict.right if attempt.tries == 0 and not attempt.given_up else attempt.first
    tried = dataclasses.replace(
        attempt, typed=typed, verdict=verdict, tries=attempt.tries + 1, first=first, problem=""
    )
    return _with(now, tried, own)


def hint(now: Round) -> Round:
    """One hint more, if the present question has another."""
    question = now.question
    if question is None or now.exam or not now.open or now.attempt.hints >= len(question.hints):
        return now
    return _with(now, dataclasses.replace(now.attempt, hints=now.attempt.hints + 1))


def give_up(now: Round) -> Round:
    """The answer is shown and counts as not known."""
    if now.exam or not now.open:
        return now
    first = False if now.attempt.first is None else now.attempt.first
    return _with(now, dataclasses.replace(now.attempt, given_up=True, first=first, problem=""))


def go_to(now: Round, at: int) -> Round:
    """Another question of the round."""
    return dataclasses.replace(now, at=min(max(at, 0), max(len(now.questions) - 1, 0)))


def end(now: Round) -> Round:
    """The round is over: nothing more can be answered, and an exam shows what was right."""
    return dataclasses.replace(now, ended=True)
