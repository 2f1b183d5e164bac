"""Which examples are listed, and in which order.

The one rule: a choice is a value; pictures and table show the same rows in the same order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.lab.predictions import Predictions
from graph_explorer.ui.training.predictions.subject import Moment

Array = np.ndarray[Any, Any]
Order = Literal["as they come", "least sure first", "surest first"]
ORDERS: tuple[Order, ...] = ("as they come", "least sure first", "surest first")


@dataclass(frozen=True)
class Choice:
    """A portion, the wrong ones alone or all, of one cell (true class, found class) or all, and the order."""

    portion: str = "validation"
    wrong: bool = False
    cell: tuple[int, int] | None = None
    order: Order = "as they come"


def rows_of(moment: Moment, choice: Choice) -> Array:
    """The rows of the portion that are chosen, in order."""
    _, answered = moment.portion(choice.portion)
    rows = np.arange(len(answered))
    if answered.found is not None and answered.truth is not None:
        kept = np.ones(len(answered), dtype=bool)
        if choice.wrong:
            kept &= ~answered.right
        if choice.cell is not None:
            kept &= (answered.truth == choice.cell[0]) & (answered.found == choice.cell[1])
        rows = rows[kept]
    if choice.order != "as they come" and len(rows):
        keys = _sureness(answered)[rows]
        places = np.argsort(np.nan_to_num(keys, nan=-math.inf), kind="stable")
        rows = rows[places if choice.order == "least sure first" else places[::-1]]
    return rows


def _sureness(answered: Predictions) -> Array:
    """(n,) how sure an answer is; of numbers, how near it comes."""
    return answered.confidence if answered.probabilities is not None else -answered.errors


def class_name(moment: Moment, place: int) -> str:
    """The name of a class; what stands for an answer that is none."""
    return moment.classes[place] if 0 <= place < len(moment.classes) else "no number"


def sentence(moment: Moment, choice: Choice, row: int) -> str:
    """One example, in words."""
    portion, answered = moment.portion(choice.portion)
    head = f"Example {int(portion.numbers[row])}"
    if answered.truth is None or answered.found is None:
        wanted, found = (_few(part[row]) for part in (answered.wanted, answered.answers))
        if answered.wanted[row].size > 4:
            return f"{head}: missed by {number(float(answered.errors[row]), 3)} (root mean square)"
        return f"{head}: {wanted}, answered {found}"
    truth, found = (class_name(moment, int(each[row])) for each in (answered.truth, answered.found))
    sure = f" with {float(answered.confidence[row]):.1%}"
    return f"{head}: {truth}, taken for {found}{sure}" if truth != found else f"{head}: {truth}, right{sure}"


def _few(values: Array) -> str:
    return ", ".join(number(float(each), 4) for each in np.ravel(values)[:4])


def summary(moment: Moment, name: str) -> str:
    """A portion in a few words: the share of right answers, or the error."""
    _, answered = moment.portion(name)
    if not len(answered):
        return f"{name}: no examples"
    left = moment.left_out(name)
    of = f" of every {round((left + len(answered)) / len(answered))}th example" if left else ""
    if answered.found is not None:
        right = f"{int(answered.right.sum())} of {len(answered)} right ({answered.right.mean():.1%})"
        return f"{name}: {right}{of}"
    with np.errstate(all="ignore"):
        square = float(np.mean(np.square(answered.answers - answered.wanted)))
    spread = float(np.var(np.ravel(answered.wanted)))
    error = math.sqrt(square) if square >= 0 else math.nan
    explained = f", R² {number(1 - square / spread, 3)}" if spread > 0 else ""
    return f"{name}: RMS error {number(error, 3)}{explained}{of}"
