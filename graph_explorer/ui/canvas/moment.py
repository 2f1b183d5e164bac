"""What the canvas shows of a run at one time.

The one rule: a moment holds no positions; together with a scene it is all that painting needs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Computed, Pulled, Trace
from graph_explorer.ui.canvas.cards import Card
from graph_explorer.ui.canvas.progress import COMPLETE, CUT, FOLLOWED, IDLE, PARTIAL, WAITING, Progress
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.warmth import Warmth

Array = np.ndarray[Any, Any]

#: Where more than this share of all cards is looked at, what is known is worked out for all, and kept.
_MANY = 0.1


@dataclass(frozen=True)
class Present:
    """What the event that happened last was about: the card at work, the lines that it goes along."""

    kind: Literal["compute", "seed", "pull"]
    card: int
    lines: tuple[int, ...] = ()
    into: int = -1


class Sums:
    """Gradients that are not complete yet: the sums so far, carried on from step to step."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._rows: dict[int, Array] = {}
        self._kept: dict[int, tuple[int, Array]] = {}

    def of(self, result: int, time: int) -> Array:
        """The sum of what has arrived at the value numbered `result` by `time`; something has."""
        trace, plan = self._trace, self._trace.plan
        name = trace.graph.values[result]
        if name == trace.output:
            return trace.gradient(name, time)
        positions = plan.terms[result]
        arrived = bisect_left(positions, trace.pulled_by(time))
        if isinstance(trace.contributions, np.ndarray):
            if result not in self._rows:
                self._rows[result] = np.cumsum(trace.contributions[list(positions)])
            return np.asarray(self._rows[result][arrived - 1])
        count, total = self._kept.get(result, (0, np.zeros(())))
        if not 0 < count <= arrived:
            count, total = 1, trace.contribution(positions[0])
        for position in positions[count:arrived]:
            total = np.asarray(total + trace.contribution(position))
        self._kept[result] = arrived, total
        return total


@dataclass(frozen=True)
class Moment:
    """A run at `time`, or a document that has not been run.

    `cut` are the lines that pass no gradient; `lit` (n) leaves only some cards bright; `warmth` colours
    the cards by a number of theirs.
    """

    trace: Trace | None
    progress: Progress
    time: int = 0
    sums: Sums | None = None
    cut: frozenset[int] = frozenset()
    breakpoints: frozenset[str] = frozenset()
    lit: NDArray[np.bool_] | None = None
    warmth: Warmth | None = None

    @property
    def failed(self) -> str:
        """The node that could not be computed, "" if all could."""
        failure = self.trace.failure if self.trace is not None else None
        node = getattr(failure, "node", None)
        return node.id if node is not None else ""

    @cached_property
    def stages(self) -> NDArray[np.int8]:
        """What is known about every card, (n,): worked out only where most of them are looked at."""
        return self.progress.stages(self.time, slice(None))

    def stages_of(self, places: NDArray[np.int64]) -> NDArray[np.int8]:
        """What is known about some cards: BLANK to COMPLETE."""
        if len(places) > _MANY * len(self.progress.computed):
            return np.asarray(self.stages[places])
        return self.progress.stages(self.time, places)

    def _states(self, sources: NDArray[np.integer[Any]], lines: Any) -> NDArray[np.int8]:
        known = self.progress.computed[sources[lines]] <= self.time
        states = np.where(known, np.int8(IDLE), np.int8(WAITING))
        states[self.progress.followed[lines] <= self.time] = FOLLOWED
        return np.asarray(states)

    @cached_property
    def _all_states(self) -> dict[int, NDArray[np.int8]]:
        return {}

    def line_states(
        self, sources: NDArray[np.integer[Any]], lines: NDArray[np.integer[Any]]
    ) -> NDArray[np.int8]:
        """How some lines look: IDLE to CUT; `sources` (m,) are the cards that all lines leave."""
        if len(lines) > _MANY * len(sources):
            if not self._all_states:
                self._all_states[0] = self._states(sources, slice(None))
            states = np.asarray(self._all_states[0][lines])
        else:
            states = self._states(sources, lines)
        if self.cut:
            states[np.isin(lines, list(self.cut))] = CUT
        return states

    def never_computed(self, card: Card) -> bool:
        """Whether the run ended before this card's value."""
        return self.trace is not None and self.trace.values[card.result] is None

    def value(self, card: Card) -> Array | None:
        """The card's value, if it is known by now."""
        if self.trace is None or self.progress.known_from(card) > self.time:
            return None
        return np.asarray(self.trace.values[card.result])

    def gradient(self, card: Card, stage: int) -> Array | None:
        """The card's gradient as far as it is summed up by now; None before anything has arrived."""
        if self.trace is None or self.sums is None or stage < PARTIAL:
            return None
        if stage == COMPLETE:
            return np.asarray(self.trace.gradients[card.result])
        return self.sums.of(card.result, self.time)

    def troubled(self, card: Card, value: Array | None, gradient: Array | None) -> bool:
        """Whether a value or gradient that is not finite arises at this card and is known by now."""
        bad = (value is not None and not _finite(value), gradient is not None and not _finite(gradient))
        if self.trace is None or not any(bad):
            return False
        arises = self.trace.nonfinite.get(self.trace.graph.values[card.result])
        return (bad[0] and arises == "value") or (bad[1] and arises == "gradient")


def present_of(trace: Trace, scene: Scene, time: int) -> Present | None:
    """What the event just before `time` was about, None at the start."""
    if not 0 < time <= trace.length:
        return None
    event = trace.events[time - 1]
    card = scene.cards.showing(event.node.id)
    if isinstance(event, Computed):
        uses = ((event.node.id, k) for k, name in enumerate(event.node.inputs) if name)
        lines = (scene.layout.line_of(*use) for use in uses)
        return Present("compute", card, tuple(line for line in lines if line >= 0))
    if not isinstance(event, Pulled):
        return Present("seed", card)
    line = scene.layout.line_of(event.node.id, event.input_index)
    into = scene.cards.showing(event.into)
    return Present("pull", card, () if line < 0 else (line,), into)


def cut_lines(scene: Scene, detached: Collection[Use]) -> frozenset[int]:
    """The lines all of whose edges pass no gradient because they are detached."""
    layout = scene.layout
    nodes = [layout.wiring.number(use.node) for use in detached]
    slots = [use.input_index for use in detached]
    edges = frozenset(layout.wiring.edges(nodes, slots).tolist())
    touched = frozenset(layout.lines_of(nodes, slots).tolist()) - {-1}
    return frozenset(line for line in touched if edges.issuperset(layout.lines.members_of(line).tolist()))


def _finite(array: Array) -> bool:
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
