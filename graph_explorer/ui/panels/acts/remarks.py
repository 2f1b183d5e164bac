"""The mistakes people make with the four acts, seen and said when they happen.

The one rule: a remark is a function of the session's state and of a short diary of the acts; it says what
happened in the numbers at hand, never that somebody did wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.ui.session import State

Act = Literal["forward", "backward", "update", "zero"]


@dataclass(frozen=True)
class Diary:
    """What of the past the state does not tell.

    `updated`: the parameters moved since the last zero; `lost`: gradients were zeroed unused;
    `idle`: an update was asked for without any gradient.
    """

    updated: bool = False
    lost: bool = False
    idle: bool = False

    def after(self, before: State, now: State) -> Diary:
        """The diary after a change of the state."""
        opened = now.document is not before.document and now.document is now.saved
        if now.document is None or (opened and now.accumulator.passes == 0):
            return Diary()
        passes, updates = now.accumulator.passes, now.accumulator.updates
        if before.accumulator.passes and not passes:
            return Diary(lost=not self.updated)
        if passes > before.accumulator.passes:
            return replace(self, lost=False, idle=False)
        if updates > before.accumulator.updates:
            return replace(self, updated=True, lost=False, idle=False)
        return self


def size(array: Any) -> str:
    """An array in one number: itself, or its norm between bars."""
    found = np.asarray(array)
    if found.ndim == 0:
        return number(found[()])
    with np.errstate(all="ignore"):
        return f"|{number(np.sqrt(np.sum(np.square(found.astype(np.float64)))), 3)}|"


def next_act(now: State) -> Act:
    """The act that comes next in training."""
    accumulator = now.accumulator
    if accumulator.updates:
        return "zero"
    if accumulator.passes:
        return "update"
    if now.trace is not None and now.time < now.trace.forward_length:
        return "forward"
    return "backward"


def remarks(now: State, diary: Diary) -> list[str]:
    """What is worth saying now, one sentence or two each."""
    trace, accumulator = now.trace, now.accumulator
    if trace is None or now.document is None:
        return []
    said = []
    held = accumulator.gradients
    name = next((n for n in held if trace.has_gradient(n)), "")
    if accumulator.passes > 1 and name:
        said.append(
            f"{name}.grad is {size(held[name])}: {accumulator.passes} backward passes were added up, "
            f"without Zero between them. The gradient of one pass is {size(trace.gradient(name))}."
        )
    if accumulator.updates > 1:
        said.append(
            f"{accumulator.updates} updates with the same gradients: they belong to where the parameters "
            "were before. Zero, Forward and Backward give those of the present place."
        )
    back_at_forward = now.time == trace.forward_length and trace.length > trace.forward_length
    if accumulator.passes and not accumulator.updates and back_at_forward and not diary.updated:
        value = (
            f" {trace.output} is still {size(trace.value(trace.output))}."
            if trace.has_value(trace.output)
            else ""
        )
        said.append(f"Forward again, but the parameters have not moved: Update was left out.{value}")
    if diary.lost:
        said.append(
            "The gradients were zeroed before Update used them: the parameters are what they were, "
            "nothing was learnt from that pass."
        )
    if diary.idle:
        said.append("There is no gradient to update with. Run Backward first; Update then moves against it.")
    return said
