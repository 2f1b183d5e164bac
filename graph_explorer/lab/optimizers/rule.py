"""Update rules: written once, run on numbers, on batches of points and on symbols.

A rule is a generator. Each `yield name, value` is one line of the algorithm, and what comes back
is the value under that name. Run on arrays it takes a step; run on `Formula`s it writes itself
down line by line, with each earlier result as one letter. So the typeset rule, the numbers in it
and what is computed cannot disagree, and a code generator reads the same lines.

The one rule: an update rule is pure. It knows the point, the gradient, the state before the step
and the hyper-parameters; it changes none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.ops.formula import Formula

Array = NDArray[np.float64]
#: What a method remembers between steps: arrays or numbers by name, and the steps taken, "t".
State = dict[str, Any]
Update = Generator[tuple[str, Any], Any, Any]
Rule = Callable[[Any, Any, Any, "Constants"], Update]

#: The end of a name that stands for the value before the step.
BEFORE = "_before"


class Constants:
    """What a rule may read beside point, gradient and state, each as an attribute.

    Numbers of the hyper-parameters (a pair under the names of its parts), flags and choices; and of
    the step at hand: `lr`, `t` (from 1), `first` and the random vector `xi`. `on(name)` says
    whether a number is neither zero nor absent; it answers the same when numbers are symbols.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)
        self._on = frozenset(name for name, value in values.items() if np.any(value))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no hyper-parameter is called {name}")

    def on(self, name: str) -> bool:
        return name in self._on

    def with_step(self, **step: Any) -> Constants:
        """These constants and those of one step."""
        new = Constants.__new__(Constants)
        new.__dict__ = self.__dict__ | step
        return new

    def plain(self) -> Constants:
        """The same with Python's numbers for NumPy's, which do not widen an array of a narrow type."""
        return self.with_step(
            **{name: float(value) for name, value in self.__dict__.items() if isinstance(value, np.floating)}
        )

    def symbols(self, *, first: bool = False) -> Constants:
        """The same with a symbol for each number; flags and choices stay what they are."""
        shown = {
            name: value if isinstance(value, (bool, str, frozenset)) else Formula(name)
            for name, value in self.__dict__.items()
        }
        new = self.with_step(**shown)
        return new.with_step(lr=Formula("lr"), t=Formula("t"), xi=Formula("xi"), first=first)


def norm(vector: Any) -> Any:
    """The Euclidean length along the last axis, shape (..., 1); a line of its own in a rule."""
    if isinstance(vector, Formula):
        return _printed("norm", r"\left\|", r"\right\|", vector)
    return np.sqrt(np.sum(vector * vector, axis=-1, keepdims=True))


def rms(vector: Any) -> Any:
    """The root mean square along the last axis, shape (..., 1); a line of its own in a rule."""
    if isinstance(vector, Formula):
        return _printed("rms", r"\operatorname{rms}\left(", r"\right)", vector)
    return norm(vector) / np.sqrt(vector.shape[-1])


def _printed(name: str, opening: str, closing: str, part: Formula) -> Formula:
    return Formula(
        name,
        (part,),
        _text=lambda inner, each: f"{name}({inner(each, 0)})",
        _latex=lambda inner, each: f"{opening}{inner(each, 0)}{closing}",
    )


@dataclass(frozen=True)
class Line:
    """One line of a rule: the name of its quantity and the formula of its value.

    In the formula `m` is the value under that name after the step and `m_before` the one before.
    """

    name: str
    formula: Formula


def run(update: Update) -> list[tuple[str, Any]]:
    """Every line of an update with its value, in order."""
    lines: list[tuple[str, Any]] = []
    try:
        name, value = next(update)
        while True:
            lines.append((name, value))
            name, value = update.send(value)
    except StopIteration:
        return lines


def written(rule: Rule, state_names: tuple[str, ...], constants: Constants) -> tuple[Line, ...]:
    """The rule in symbols, line by line, for these flags and choices."""
    lines: list[Line] = []
    before = SimpleNamespace(**{name: Formula(name + BEFORE) for name in state_names})
    update = rule(Formula("x" + BEFORE), Formula("g"), before, constants)
    try:
        name, value = next(update)
        while True:
            lines.append(Line(name, value))
            name, value = update.send(Formula(name))
    except StopIteration:
        return tuple(lines)
