"""What the canvas shows of a run at one time.

The one rule: a moment holds no positions; together with a scene it is all that painting needs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Computed, Pulled, Trace
from graph_explorer.ui.canvas.cards import Card
from graph_explorer.ui.canvas.progress import COMPLETE, PARTIAL, Progress
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.warmth import Warmth

Array = np.ndarray[Any, Any]


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
    """A run at `time`. `cut` are the lines that pass no gradient; `lit` (n) leaves only some cards bright.

    `warmth` colours the cards by a number of theirs.
    """

    trace: Trace
    progress: Progress
    time: int
    sums: Sums
    cut: frozenset[int] = frozenset()
    breakpoints: frozenset[str] = frozenset()
    lit: NDArray[np.bool_] | None = None
    warmth: Warmth | None = None

    @property
    def failed(self) -> str:
        """The node that could not be computed, "" if all could."""
        node = getattr(self.trace.failure, "node", None)
        return node.id if node is not None else ""

    def never_computed(self, card: Card) -> bool:
        """Whether the run ended before this card's value."""
        return self.trace.values[card.result] is None

    def value(self, card: Card) -> Array | None:
        """The card's value, if it is known by now."""
        if self.progress.known_from(card) > self.time:
            return None
        return np.asarray(self.trace.values[card.result])

    def gradient(self, card: Card, stage: int) -> Array | None:
        """The card's gradient as far as it is summed up by now; None before anything has arrived."""
        if stage < PARTIAL:
            return None
        if stage == COMPLETE:
            return np.asarray(self.trace.gradients[card.result])
        return self.sums.of(card.result, self.time)

    def troubled(self, card: Card, value: Array | None, gradient: Array | None) -> bool:
        """Whether a value or gradient that is not finite arises at this card and is known by now."""
        bad = (value is not None and not _finite(value), gradient is not None and not _finite(gradient))
        if not any(bad):
            return False
        arises = self.trace.nonfinite.get(self.trace.graph.values[card.result])
        return (bad[0] and arises == "value") or (bad[1] and arises == "gradient")


def present_of(trace: Trace, progress: Progress, scene: Scene, time: int) -> Present | None:
    """What the event just before `time` was about, None at the start."""
    if not 0 < time <= trace.length:
        return None
    event = trace.events[time - 1]
    card = progress.card_of(event.node.id)
    if isinstance(event, Computed):
        uses = ((event.node.id, k) for k, name in enumerate(event.node.inputs) if name)
        lines = (scene.layout.line_of(*use) for use in uses)
        return Present("compute", card, tuple(line for line in lines if line >= 0))
    if not isinstance(event, Pulled):
        return Present("seed", card)
    line = scene.layout.line_of(event.node.id, event.input_index)
    into = progress.card_of(event.into)
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
