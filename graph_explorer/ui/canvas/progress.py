"""When what is drawn becomes known: the trace's order of events as arrays over cards and lines.

The one rule: what a card shows at a time follows from comparing that time with these arrays, and
what a step changes is found by bisection, so that the cost of a step does not grow with the graph.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.trace import Trace
from graph_explorer.layout import Layout
from graph_explorer.ui.canvas.cards import Card

Times = NDArray[np.int64]

#: A time that never comes.
NEVER = np.iinfo(np.int64).max

#: The stages of a card: nothing known, the value, a part of the gradient, all of it.
BLANK, VALUE, PARTIAL, COMPLETE = range(4)


@dataclass(frozen=True)
class Changes:
    """Places of the cards and of the lines that look different after a change of time."""

    cards: NDArray[np.int64]
    lines: NDArray[np.int64]


class Progress:
    """The times at which things become known, for the cards and lines of one scene and one trace.

    `layout` has the cards' places and the lines between them.
    `computed`, `reached` and `complete` (n) hold for each card when its value is known, when the
    first part of its gradient arrives, and when the last one does; for a group, its result's.
    `followed` (m) holds for each line when the first of its edges is followed backward.
    """

    def __init__(self, trace: Trace, cards: Sequence[Card], layout: Layout) -> None:
        self.trace = trace
        self._cards = cards
        self._place_cards()
        self._values = self._value_times()
        results = np.array([card.result for card in cards], dtype=np.int64)
        self.computed, self.reached, self.complete = self._values[:, results]
        self._place_lines(layout)

    @property
    def _backward(self) -> bool:
        return self.trace.length > self.trace.forward_length

    @cached_property
    def _pulled(self) -> Times:
        """The number of the value that each pull goes into; none if the run stopped before."""
        inputs = self.trace.plan.inputs
        pulls = self.trace.plan.pulls if self._backward else ()
        return np.array([inputs[node][slot] for node, slot in pulls], dtype=np.int64)

    @cached_property
    def _pull_times(self) -> Times:
        """The time just after each pull."""
        return np.arange(len(self._pulled)) + self.trace.forward_length + 2

    def _place_cards(self) -> None:
        self._card_of = np.full(len(self.trace.graph), -1, dtype=np.int64)
        for place, card in enumerate(self._cards):
            if card.members:
                self._card_of[list(card.members)] = place
            else:
                self._card_of[card.node] = place

    def _value_times(self) -> Times:
        """(3, values): when a value, its gradient's first and its gradient's last term are known."""
        trace, plan = self.trace, self.trace.plan
        times = np.full((3, len(plan.number)), NEVER)
        for node, numbers in enumerate(plan.outputs):
            known = plan.forward_position.get(node, -1) + 1
            for number in numbers:
                if trace.values[number] is not None:
                    times[0, number] = known
        np.minimum.at(times[1], self._pulled, self._pull_times)
        last = np.zeros(len(plan.number), dtype=np.int64)
        np.maximum.at(last, self._pulled, self._pull_times)
        output = plan.number[plan.output]
        if self._backward and plan.takes_gradient[output]:
            seeded = trace.forward_length + 1
            times[1, output] = seeded
            last[output] = max(int(last[output]), seeded)
        times[2] = np.where(last > 0, last, NEVER)
        return times

    def _place_lines(self, layout: Layout) -> None:
        pulls = np.array(self.trace.plan.pulls if self._backward else (), dtype=np.int64).reshape(-1, 2)
        line_of = layout.lines_of(*pulls.T)
        shown = line_of >= 0
        self.followed = np.full(len(layout.lines), NEVER)
        np.minimum.at(self.followed, line_of[shown], self._pull_times[shown])
        self._line_touches = self._pull_times[shown], line_of[shown]

    @cached_property
    def _card_touches(self) -> tuple[Times, Times]:
        """All moments at which a card changes, in order of time, and the places of the cards."""
        trace, plan = self.trace, self.trace.plan
        node_of = np.zeros(len(plan.number), dtype=np.int64)
        for node, numbers in enumerate(plan.outputs):
            node_of[list(numbers)] = node
        forward = np.array(plan.forward[: trace.forward_length], dtype=np.int64)
        seed = node_of[[plan.number[plan.output]]] if self._backward else np.zeros(0, np.int64)
        nodes = np.concatenate([forward, seed, node_of[self._pulled]])
        times, places = np.arange(len(nodes)) + 1, self._card_of[nodes]
        return times[places >= 0], places[places >= 0]

    # ── what is known ─────────────────────────────────────────────────────────────────────────

    def fits(self, trace: Trace) -> bool:
        """Whether the same times hold for another run: of the same plan, ended at the same event."""
        return trace.plan is self.trace.plan and trace.length == self.trace.length

    def known_from(self, card: Card) -> int:
        """The time from which the value of a card is known."""
        return int(self._values[0, card.result])

    def card_of(self, node: str) -> int:
        """The place of the card that shows a node, its own or its group's; −1 if there is none."""
        return int(self._card_of[self.trace.graph.index(node)])

    def stages(self, time: int, cards: NDArray[np.int64]) -> NDArray[np.int8]:
        """What is known at `time` about some cards: BLANK to COMPLETE."""
        known = (self.computed[cards] <= time).astype(np.int8)
        return np.asarray(known + (self.reached[cards] <= time) + (self.complete[cards] <= time))

    def changes(self, before: int, now: int) -> Changes:
        """What looks different at the time `now`, compared with the time `before`."""
        first, last = min(before, now), max(before, now)
        found = []
        for times, places in (self._card_touches, self._line_touches):
            start, stop = np.searchsorted(times, (first + 1, last + 1))
            found.append(np.unique(places[start:stop]))
        return Changes(*found)

    def terms(self, card: Card, time: int) -> tuple[int, int]:
        """How many of the terms of a card's gradient have arrived, and how many there are."""
        plan = self.trace.plan
        seeded = plan.number[plan.output] == card.result and self._values[1, card.result] < NEVER
        positions = plan.terms.get(card.result, ()) if self._backward else ()
        arrived = bisect_left(positions, self.trace.pulled_by(time))
        return arrived + bool(seeded and time > self.trace.forward_length), len(positions) + bool(seeded)

    @cached_property
    def _group_times(self) -> Mapping[str, Times]:
        found = {}
        for card in self._cards:
            if card.members:
                outputs = self.trace.plan.outputs
                times = np.sort(self._values[2, [outputs[node][0] for node in card.members]])
                found[card.id] = times[times < NEVER]
        return found

    def group_gradients(self, card: Card, time: int) -> tuple[int, int]:
        """How many gradients inside a collapsed group are complete, and how many there will be."""
        times = self._group_times[card.id]
        return int(np.searchsorted(times, time, side="right")), len(times)
