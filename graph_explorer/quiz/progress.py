"""What a learner has practised: by concept, with repetition at growing intervals.

The one rule: progress is a value. Each answer makes a new record from the old one and the day; where it
is kept, and whether at all, is not decided here.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from graph_explorer.engine.errors import InputError
from graph_explorer.quiz.question import LEVELS, Level, Question

#: Days until a concept comes again, by its box: each right answer moves it one box up, a wrong one back
#: to the first (Leitner: So lernt man lernen, 1972).
INTERVALS = (0, 1, 3, 7, 16, 35)
#: So many right answers in a row lead to the next level, so many wrong ones to the level before.
_UP, _DOWN = 3, 2


@dataclass(frozen=True)
class Practice:
    """What is known of one concept: `run` counts right (or, below zero, wrong) answers in a row."""

    right: int = 0
    wrong: int = 0
    box: int = 0
    due: str = ""
    level: Level = "beginner"
    run: int = 0


@dataclass(frozen=True)
class Progress:
    """Practice by concept; days on which something was answered; seeds of daily challenges done."""

    concepts: Mapping[str, Practice] = field(default_factory=lambda: MappingProxyType({}))
    days: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        return sum(each.right for each in self.concepts.values())

    @property
    def answered(self) -> int:
        return sum(each.right + each.wrong for each in self.concepts.values())


def answered(progress: Progress, question: Question, right: bool, day: datetime.date) -> Progress:
    """The progress after an answer at the first try."""
    old = progress.concepts.get(question.concept, Practice())
    box = min(old.box + 1, len(INTERVALS) - 1) if right else 0
    run = max(old.run, 0) + 1 if right else min(old.run, 0) - 1
    level = LEVELS.index(old.level)
    if run >= _UP and level < len(LEVELS) - 1:
        level, run = level + 1, 0
    elif run <= -_DOWN and level:
        level, run = level - 1, 0
    new = Practice(
        right=old.right + right,
        wrong=old.wrong + (not right),
        box=box,
        due=(day + datetime.timedelta(days=INTERVALS[box])).isoformat(),
        level=LEVELS[level],
        run=run,
    )
    concepts = MappingProxyType({**progress.concepts, question.concept: new})
    days = progress.days if day.isoformat() in progress.days else (*progress.days, day.isoformat())
    return dataclasses.replace(progress, concepts=concepts, days=days)


def due(progress: Progress, day: datetime.date) -> tuple[str, ...]:
    """The concepts whose time has come, the longest waiting first."""
    found = [(each.due, name) for name, each in progress.concepts.items() if each.due <= day.isoformat()]
    return tuple(name for _, name in sorted(found))


def streak(progress: Progress, day: datetime.date) -> int:
    """How many days in a row, up to `day` or the day before it, something was answered."""
    days = set(progress.days)
    at = day if day.isoformat() in days else day - datetime.timedelta(days=1)
    length = 0
    while at.isoformat() in days:
        length, at = length + 1, at - datetime.timedelta(days=1)
    return length


def daily_seed(day: datetime.date) -> int:
    """The seed of the challenge of a day: the same for everyone."""
    return day.toordinal()


# ── badges ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Badge:
    """Something reached: `reached(progress)` says whether."""

    name: str
    title: str
    what: str
    reached: Callable[[Progress], bool]


BADGES = (
    Badge("first", "First step", "one right answer", lambda p: p.right >= 1),
    Badge("fifty", "Fifty", "fifty right answers", lambda p: p.right >= 50),
    Badge("week", "A week", "seven days in a row", lambda p: _longest(p) >= 7),
    Badge(
        "broad",
        "All round",
        "a right answer on ten concepts",
        lambda p: sum(each.right > 0 for each in p.concepts.values()) >= 10,
    ),
    Badge(
        "expert",
        "Expert",
        "the highest level on one concept",
        lambda p: any(each.level == LEVELS[-1] for each in p.concepts.values()),
    ),
    Badge(
        "lasting",
        "It stays",
        "a concept remembered over five repetitions",
        lambda p: any(each.box == len(INTERVALS) - 1 for each in p.concepts.values()),
    ),
)


def _longest(progress: Progress) -> int:
    return max((streak(progress, datetime.date.fromisoformat(day)) for day in progress.days), default=0)


# ── in a file ─────────────────────────────────────────────────────────────────────────────────


def to_record(progress: Progress) -> dict[str, Any]:
    """The progress as JSON."""
    return {
        "concepts": {name: dataclasses.asdict(each) for name, each in progress.concepts.items()},
        "days": list(progress.days),
    }


def from_record(record: Any) -> Progress:
    """The progress that `to_record` wrote. Raises `InputError` where the record is none."""
    try:
        concepts = {str(name): Practice(**row) for name, row in record["concepts"].items()}
        days = tuple(datetime.date.fromisoformat(day).isoformat() for day in record["days"])
        for each in concepts.values():
            if (
                each.level not in LEVELS
                or not 0 <= each.box < len(INTERVALS)
                or min(each.right, each.wrong) < 0
            ):
                raise ValueError("a number or level is out of range")
            datetime.date.fromisoformat(each.due)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"this is no record of progress: {error}; export one from the program") from None
    return Progress(MappingProxyType(concepts), days)
