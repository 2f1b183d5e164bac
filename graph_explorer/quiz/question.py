"""A question, its answer and all that explains it.

The one rule: a question is complete. Whoever shows it, prints it or judges it needs no trace: what was
computed to make it is already in its answer, hints and explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Level = Literal["beginner", "intermediate", "advanced", "expert"]
#: From the easiest to the hardest.
LEVELS: tuple[Level, ...] = ("beginner", "intermediate", "advanced", "expert")

#: What an answer is: a number; one of the options; several of the options; all of the options in an
#: order; a shape.
Form = Literal["number", "choice", "several", "order", "shape"]

#: A number, a text (one option), or a tuple of texts (options) or of sizes (a shape).
Answer = float | str | tuple[str, ...] | tuple[int, ...]

#: Numbers that a learner may have worked out earlier, by what they are: ("gradient", "z").
Fact = tuple[str, ...]
Facts = Mapping[Fact, float]


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that a known mistake leads to; `says` names the mistake, and what is right."""

    answer: Answer
    says: str


@dataclass(frozen=True)
class Curve:
    """A line of a figure: its name, and its points."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Figure:
    """A picture that belongs to a question: curves over named axes, `log` if the second is logarithmic.

    `surface` says that the axes are the document's own two coordinates, so that its surface can be
    drawn below.
    """

    curves: tuple[Curve, ...]
    x: str
    y: str
    log: bool = False
    surface: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    `concept` is the theme for which progress is kept, `node` the node that it is about ("" for none),
    `link` the name of the example in which its answer can be seen. `tolerance` is the largest distance
    from `answer` that still counts as right, in the same unit: the numbers in the text are rounded, and
    reckoning with them must be enough. `facts` are the numbers that the answer is made of, and `again`
    makes it from other ones, for a learner who got one of them wrong before.
    """

    kind: str
    level: Level
    concept: str
    text: str
    answer: Answer
    form: Form
    explanation: str
    hints: tuple[str, ...]
    node: str = ""
    options: tuple[str, ...] = ()
    unit: str = ""
    tolerance: float = 0.0
    misconceptions: tuple[Misconception, ...] = ()
    link: str = ""
    program: str = ""
    figure: Figure | None = None
    #: what the answer itself is, for questions that build on it
    makes: Fact | None = None
    #: of an order: pairs of options, the first of which must stand before the second; any order that
    #: keeps them is right
    precedes: tuple[tuple[str, str], ...] = ()
    facts: Facts = field(default_factory=lambda: MappingProxyType({}))
    again: Callable[[Facts], float] | None = None
