"""What a method is: one frozen record, from which everything about it follows.

The one rule: a method of the gradient has a `rule` and no `search`; a method that evaluates the
function where it likes (line searches, Hessians) has a `search` and its lines written by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from graph_explorer.lab.hyperparameters import Hyperparameter, Value
from graph_explorer.lab.optimizers.oracle import Oracle
from graph_explorer.lab.optimizers.rule import Array, Constants, Rule, State

Kind = Literal["gradient", "line search", "hessian"]
Search = Callable[[Array, State, Oracle, Constants], tuple[Array, State]]


def _always(h: Constants) -> bool:
    return True


@dataclass(frozen=True)
class Memory:
    """One array, or one number if not `vector`, that a method keeps from step to step.

    `initial` is a number or the name of the hyper-parameter that holds it (`lr` is the rate of the
    first step); a memory exists only `when` the settings use it.
    """

    name: str
    initial: float | str = 0.0
    vector: bool = True
    when: Callable[[Constants], bool] = _always


@dataclass(frozen=True)
class Method:
    """One optimizer. `conflict` says in a sentence what is wrong with a set of values, if any is.

    `formulas` are the lines of a search in LaTeX, by quantity; a rule writes its own.
    """

    name: str
    title: str
    summary: str
    reference: str
    hyperparameters: tuple[Hyperparameter, ...]
    memories: tuple[Memory, ...] = ()
    rule: Rule | None = None
    search: Search | None = None
    formulas: tuple[tuple[str, str], ...] = ()
    kind: Kind = "gradient"
    conflict: Callable[[Mapping[str, Value]], str] = lambda values: ""

    @cached_property
    def table(self) -> Mapping[str, Hyperparameter]:
        return {row.name: row for row in self.hyperparameters}

    @property
    def momentum_key(self) -> str:
        """What a schedule cycles as the momentum: `momentum`, `beta1`, or nothing ("")."""
        if "betas" in self.table:
            return "beta1"
        return "momentum" if "momentum" in self.table else ""

    def constants(self, values: Mapping[str, Any]) -> Constants:
        """The hyper-parameters under the names that the rule uses.

        Numbers are NumPy's, so that a division by zero is infinite and no exception. A part of a
        pair that is `none` stands for the precision of the arithmetic (Adafactor's first epsilon).
        """
        found: dict[str, Any] = {}
        for row in self.hyperparameters:
            value = values[row.name]
            if row.parts:
                precision = np.finfo(np.float64).eps
                numbers = [precision if part is None else np.float64(part) for part in value]
                found.update(zip(row.parts, numbers, strict=True))
            else:
                found[row.name] = np.float64(value) if isinstance(value, float) else value
        return Constants(found)
