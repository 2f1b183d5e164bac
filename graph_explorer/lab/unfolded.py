"""A step of a training unfolded: what each example of its mini-batch says, and the update in numbers.

The one rule: nothing is estimated. Each example is run alone through the same graph with the same
parameters, and whether their gradients make up that of the batch is looked up, not assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.lab.course import Course
from graph_explorer.lab.epochs import UnderWay
from graph_explorer.lab.optimizers.settings import Worked
from graph_explorer.lab.standing import Standing

Array = np.ndarray[Any, Any]
#: How the examples make up the batch; "" where they do not: each sees the others.
Together = Literal["mean", "sum", ""]

#: Of a larger batch, so many examples are run alone.
MOST = 256
#: Relative to the gradient of the batch, what counts as rounding.
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Unfolded:
    """One step, in `parameters` order where it says (n,): all parameters one behind the other.

    It equals itself alone: another run has steps of the same numbers.

    `numbers` (k,) are the places of its examples in the data set, `batch` (b,) those of the whole batch,
    k ≤ b. `losses` (k,) and `norms` (k,), the lengths of their gradients, and `along` (k,), the cosines
    between these and the gradient of the batch, are those of each example alone; `loss` and `gradient`
    (n,) those of the batch, and `length` that of its gradient. `worked` is the update line by line, ()
    where the step makes none; `lr` is its learning rate, `moved` the length of the update.
    """

    step: int
    epoch: int
    numbers: Array
    batch: Array
    losses: Array
    norms: Array
    along: Array
    together: Together
    loss: float
    gradient: Array
    length: float
    worked: tuple[Worked, ...]
    lr: float
    moved: float


@np.errstate(all="ignore")  # after a divergence numbers are infinite, and shown as such
def unfolded(
    course: Course, standing: Standing, checkpoint: Callable[[float], None] | None = None
) -> Unfolded:
    """The step that follows a standing."""
    under_way = UnderWay(course, standing)
    rows = under_way.batch_rows()
    epoch, step = under_way.epoch + 1, under_way.taken
    fixed = course.leaves | under_way.remembered | course.unpacked(under_way.point)
    portion = course.examples.training.rows(rows)
    loss, gradient, _ = course.passes(step, fixed | course.given(portion))
    count = min(len(rows), MOST)
    losses, norms, along = np.empty(count), np.empty(count), np.empty(count)
    added = np.zeros_like(gradient)
    length = _length(gradient)
    for k in range(count):
        if checkpoint is not None:
            checkpoint(k / count)
        alone, own, _ = course.passes(step, fixed | course.given(portion.rows(slice(k, k + 1))))
        losses[k], norms[k] = float(alone), _length(own)
        along[k] = (own / norms[k]) @ (gradient / length)
        added += own
    together = _together(added, gradient, count) if count == len(rows) else ""
    under_way.advance()
    return Unfolded(
        step, epoch, portion.numbers[:count], portion.numbers, losses, norms, along, together, float(loss),
        gradient, length, _worked(course, standing, under_way),
        float("nan") if under_way.rate is None else float(under_way.rate.lr),
        _length(under_way.point - under_way.before) if under_way.rate is not None else 0.0,
    )  # fmt: skip


def _length(vector: Array) -> float:
    """The Euclidean length; that of large numbers does not overflow where the numbers themselves do not."""
    largest = float(np.abs(vector).max(initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(vector / largest))


def _together(added: Array, gradient: Array, count: int) -> Together:
    """How the gradients of the examples, added up, make that of the batch."""
    size = max(float(np.abs(gradient).max(initial=0.0)), np.finfo(float).tiny)
    if float(np.abs(added / count - gradient).max(initial=0.0)) <= _ROUNDING * size:
        return "mean"
    return "sum" if float(np.abs(added - gradient).max(initial=0.0)) <= _ROUNDING * size else ""


def _worked(course: Course, standing: Standing, after: UnderWay) -> tuple[Worked, ...]:
    """The update that was just made, with its numbers; () where none was, or chance had a part in it."""
    settings = course.settings
    if after.rate is None or not course.training.update or settings.constants.on("noise"):
        return ()
    fresh = settings.init(after.before, *after.rate)
    kept = dict(standing.memory)
    state = kept if kept.keys() == fresh.keys() else fresh
    return settings.worked(after.before, after.gradient, state, float(after.rate.lr), after.rate.momentum)
