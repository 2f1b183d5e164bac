"""What differs between two runs, value by value: another input, other weights, another state of learning.

The one rule: the values of nodes that are the same are set side by side, whatever these are called, so
that runs of different programs can be compared too; a change is measured against the larger of the two
arrays, never entry against entry, where a tiny entry would make any change look huge.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.edits import Edit, edits, summary
from graph_explorer.engine.matching import match
from graph_explorer.engine.notation import brief, number
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]
Floats = NDArray[np.float64]
Checkpoint = Callable[[float], None]
Status = Literal["same", "changed", "shape", "added"]

#: Changes of no more than so many units in the last place are rounding, not changes.
_ROUNDING = 4


@dataclass(frozen=True, eq=False)
class Changes:
    """Arrays (n,) over the values of the later run, NaN where there is nothing to compare.

    `largest` is the largest change of an entry, `relative` the same divided by the largest magnitude
    of either array: 0 for none, 1 if something came or went, at most 2 if the sign turned. Infinite
    where an entry is NaN or infinite in only one of the runs.
    """

    largest: Floats
    relative: Floats


@dataclass(frozen=True, eq=False)
class Difference:
    """The later run `now` compared with the earlier one `before`.

    `partner` gives for each node now its position in the graph before, −1 for none. `status` (per value
    of the later run) tells whether the value is the same, has changed, has another shape, or was not
    there before; `removed` names the values that are no longer there.
    """

    before: Trace
    now: Trace
    partner: tuple[int, ...]
    values: Changes
    gradients: Changes
    status: tuple[Status, ...]
    removed: tuple[str, ...]

    @cached_property
    def first(self) -> str:
        """The first value in the order of the run that is not as it was; "" if all are."""
        return next(
            (name for name, s in zip(self.now.graph.values, self.status, strict=True) if s != "same"), ""
        )

    @cached_property
    def first_computed(self) -> str:
        """The first computed value that is not as it was: where the changed leaves begin to tell."""
        graph = self.now.graph
        changed = (name for name, s in zip(graph.values, self.status, strict=True) if s != "same")
        return next((name for name in changed if not graph.node(name).is_leaf), "")

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The inputs and parameters that are not as they were."""
        graph = self.now.graph
        pairs = zip(graph.values, self.status, strict=True)
        return tuple(name for name, s in pairs if s != "same" and graph.node(name).is_leaf)

    def was(self, name: str) -> str:
        """What a value of the later run was called in the earlier one; "" where it was not there."""
        graph, earlier = self.now.graph, self.before.graph
        place = graph.index(name)
        if self.partner[place] < 0:
            return ""
        slot = graph.nodes[place].outputs.index(graph.resolve(name))
        outputs = earlier.nodes[self.partner[place]].outputs
        return outputs[slot] if slot < len(outputs) else ""

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """What was edited, node by node; what only followed from that is left out."""
        return edits(self.before.graph, self.now.graph, self.partner, self._given)

    @cached_property
    def edited(self) -> Mapping[str, Edit]:
        """The edits of what is there now, by id."""
        return {edit.now: edit for edit in self.edits if edit.now}

    def _given(self, place: int) -> str:
        """How the value of a leaf was changed; "" if it was not."""
        name = self.now.graph.nodes[place].id
        number_now = self.now.plan.number[name]
        status = self.status[number_now]
        if status == "same" or status == "added":
            return ""
        earlier, later = self.before.value(self.was(name)), self.now.value(name)
        if status == "shape" or np.size(later) <= 2:
            return f"{brief(later)}, was {brief(earlier)}"
        return f"other numbers, by up to {number(self.values.largest[number_now])}"

    @cached_property
    def is_foreign(self) -> bool:
        """Whether the two runs have no computed value in common."""
        graph = self.now.graph
        return not any(
            earlier >= 0 and not node.is_leaf for node, earlier in zip(graph, self.partner, strict=True)
        )

    @cached_property
    def conclusion(self) -> str:
        """What changed, in a sentence or two."""
        if self.is_foreign and len(self.now.graph.leaves()) < len(self.now.graph):
            return "The two have nothing in common: no computed value of the one is in the other."
        rewritten = tuple(edit for edit in self.edits if edit.kind != "value")
        changed = sum(s != "same" for s in self.status)
        moved = int(np.count_nonzero(self.gradients.largest > 0))
        if not changed and not moved and not rewritten:
            return "Nothing has changed."
        if not changed and not moved:
            return f"{summary(rewritten)} No value or gradient has changed."
        said = f"{changed} of {len(self.status)} values and {moved} gradients have changed"
        if self.first_computed:
            place = self.now.plan.number[self.first_computed]
            said += f", first '{self.first_computed}'"
            if self.status[place] == "changed":
                said += f" by up to {number(self.values.largest[place])}"
        return f"{summary(rewritten)} {said}.".lstrip()


def difference(before: Trace, now: Trace, checkpoint: Checkpoint = lambda share: None) -> Difference:
    """Compares two runs, of the same graph or of two that have nodes in common."""
    partner = match(before.graph, now.graph, lambda s: checkpoint(s / 3))
    places = _places(before, now, partner)
    with np.errstate(all="ignore"):
        values, status = _compare(before.values, now.values, places, lambda s: checkpoint((1 + s) / 3))
        gradients, _ = _compare(_reached(before), _reached(now), places, lambda s: checkpoint((2 + s) / 3))
    taken = [
        p >= 0 and before.plan.takes_gradient[p] and now.plan.takes_gradient[k] for k, p in enumerate(places)
    ]
    for column in (gradients.largest, gradients.relative):
        column[~np.array(taken, dtype=bool)] = np.nan
    kept = set(places)
    removed = tuple(name for name in before.graph.values if before.plan.number[name] not in kept)
    found = Difference(before, now, tuple(partner.tolist()), values, gradients, tuple(status), removed)
    found.conclusion  # noqa: B018  what is told of large graphs takes a while too
    return found


def _places(before: Trace, now: Trace, partner: NDArray[np.int64]) -> list[int]:
    """For each value now the number of the same value before; −1 where it was not there."""
    places = []
    for node, earlier in zip(now.graph, partner.tolist(), strict=True):
        outputs = before.graph.nodes[earlier].outputs if earlier >= 0 else ()
        for slot, name in enumerate(node.outputs):
            if name:
                was = outputs[slot] if slot < len(outputs) else ""
                places.append(before.plan.number[was] if was else -1)
    return places


def _reached(trace: Trace) -> Sequence[Array | None] | Floats:
    """The gradients of a run, None where it computed none (of plain numbers: whatever stands there)."""
    taken = trace.plan.takes_gradient
    if trace.failure is not None:
        return [None] * len(taken)
    if isinstance(trace.gradients, np.ndarray):
        return trace.gradients
    return [gradient if taken[k] else None for k, gradient in enumerate(trace.gradients)]


def _compare(
    before: Sequence[Array | None] | Floats,
    now: Sequence[Array | None] | Floats,
    places: Sequence[int],
    checkpoint: Checkpoint,
) -> tuple[Changes, list[Status]]:
    largest, relative = np.full(len(places), np.nan), np.full(len(places), np.nan)
    status: list[Status] = ["same"] * len(places)
    if isinstance(before, np.ndarray) and isinstance(now, np.ndarray) and min(places, default=0) >= 0:
        return _compare_numbers(before[list(places)], now)
    for k, place in enumerate(places):
        checkpoint(k / len(places))
        earlier = before[place] if place >= 0 else None
        later = now[k]
        if later is None and earlier is None:
            continue
        if later is None or earlier is None:
            status[k] = "added"
        elif np.shape(later) != np.shape(earlier):
            status[k] = "shape"
        else:
            largest[k], relative[k] = change(earlier, later)
            status[k] = "same" if largest[k] == 0 else "changed"
    return Changes(largest, relative), status


def _compare_numbers(before: Floats, now: Floats) -> tuple[Changes, list[Status]]:
    """The same for runs over plain numbers, all at once."""
    apart = np.abs(now - before)
    same = (now == before) | (np.isnan(now) & np.isnan(before))
    size = np.maximum(np.abs(before), np.abs(now))
    apart[same | (apart <= _ROUNDING * np.finfo(np.float64).eps * size)] = 0.0
    apart[np.isnan(apart)] = np.inf
    relative = np.where(apart == 0, 0.0, np.where(np.isfinite(apart), apart / size, np.inf))
    return Changes(apart, relative), ["changed" if moved else "same" for moved in (apart > 0).tolist()]


def change(before: Any, now: Any) -> tuple[float, float]:
    """The largest change of an entry, and the same as a share of the largest magnitude of both arrays."""
    earlier, later = np.asarray(before), np.asarray(now)
    if not later.size or later is earlier:
        return 0.0, 0.0
    kind = np.result_type(earlier, later)
    a, b = earlier.astype(np.float64), later.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return 0.0, 0.0
    apart = np.abs(np.where(same, 0.0, b - a))
    most = float(apart.max())
    if not math.isfinite(most):
        return math.inf, math.inf
    finite = np.isfinite(a) & np.isfinite(b)
    size = float(np.maximum(np.abs(a[finite]), np.abs(b[finite])).max())
    if kind.kind == "f" and most <= _ROUNDING * np.finfo(kind).eps * size:
        return 0.0, 0.0
    return most, most / size
