"""What the challenge view shows: the round, how the next one is made, the blank graph, the progress.

The one rule: it is a frozen part of the session's state; `acts` replaces it, widgets only show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from graph_explorer.engine.trace import Trace
from graph_explorer.quiz.blank import Blank, Field
from graph_explorer.quiz.judge import Verdict
from graph_explorer.quiz.progress import Progress
from graph_explorer.quiz.round import Round

NO_ROUND, NO_PROGRESS = Round(), Progress()
Page = Literal["home", "question", "blank"]


@dataclass(frozen=True)
class Choice:
    """How the next round is made: `level` "" fits the learner, `kind` "" is any; `minutes` is the limit."""

    level: str = ""
    kind: str = ""
    count: int = 10
    exam: bool = False
    minutes: float = 0


@dataclass(frozen=True)
class Filled:
    """The blank graph as far as it is filled in: what was typed, its number, how it was judged."""

    blank: Blank
    typed: Mapping[Field, str] = field(default_factory=lambda: MappingProxyType({}))
    own: Mapping[Field, float] = field(default_factory=lambda: MappingProxyType({}))
    verdicts: Mapping[Field, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    hints: Mapping[Field, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def trace(self) -> Trace:
        return self.blank.trace

    @property
    def right(self) -> int:
        """How many fields are right."""
        return sum(verdict.right for verdict in self.verdicts.values())

    @property
    def present(self) -> Field | None:
        """The first field, in the order of the backward pass, that is not right yet."""
        verdicts = self.verdicts
        return next(
            (each for each in self.blank.fields if each not in verdicts or not verdicts[each].right), None
        )


@dataclass(frozen=True)
class Challenge:
    """`seed` makes the next round; `started` is the time in seconds at which the present one began.

    `asked_of` is the run that the round was made from, None for a set's. `from_set` is the title of the
    challenge set that the round comes from, "" for one of the document's.
    """

    choice: Choice = Choice()
    round: Round = NO_ROUND
    filled: Filled | None = None
    progress: Progress = NO_PROGRESS
    seed: int = 0
    started: float = 0.0
    asked_of: Trace | None = None
    from_set: str = ""
    page: Page = "home"
