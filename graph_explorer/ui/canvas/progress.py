"""When what is drawn becomes known: the trace's order of events as arrays over cards and lines.

The one rule: what a card shows at a time follows from comparing that time with these arrays, and
what a step changes is found by bisection, so that the cost of a step does not grow with the graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Trace
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

    `computed`, `reached` and `complete` (n) hold for each card when its value is known, when the
    first part of its gradient arrives, and when the last one does; for a group, its result's.
    `followed` and `finished` (m) hold for each line when the first and the last of the edges that
    it stands for are followed backward.
    """

    def __init__(self, trace: Trace, cards: Sequence[Card], lines: Mapping[Use, int]) -> None:
        self.trace = trace
        self._values, self._terms = _times(trace)
        self._cards = cards
        results = np.array([card.result for card in cards], dtype=np.int64)
        self.computed = self._values[0][results] if len(cards) else np.zeros(0, np.int64)
        self.reached = self._values[1][results] if len(cards) else np.zeros(0, np.int64)
        self.complete = self._values[2][results] if len(cards) else np.zeros(0, np.int64)
        self._place_lines(lines)
        self._place_touches()

    def fits(self, trace: Trace) -> bool:
        """Whether the same times hold for another run: of the same plan, ended at the same event."""
        return trace.plan is self.trace.plan and trace.length == self.trace.length

    def known_from(self, card: Card) -> int:
        """The time from which the value of a card is known."""
        return int(self._values[0][card.result])

    def card_of(self, node: str) -> int:
        """The place of the card that shows a node, its own or its group's; −1 if there is none."""
        return int(self._card_of[self.trace.graph.index(node)])

    def _place_lines(self, lines: Mapping[Use, int]) -> None:
        count = max(lines.values(), default=-1) + 1
        self.followed = np.full(count, NEVER)
        self.finished = np.full(count, NEVER)
        graph, start = self.trace.graph, self.trace.forward_length + 2
        pulls = self.trace.plan.pulls if self.trace.length > self.trace.forward_length else ()
        touched: list[tuple[int, int]] = []
        for position, (node, index) in enumerate(pulls):
            line = lines.get(Use(graph.nodes[node].id, index))
            if line is not None:
                self.followed[line] = min(self.followed[line], start + position)
                self.finished[line] = start + position
                touched.append((start + position, line))
        self._line_touches = _sorted(touched)

    def _place_touches(self) -> None:
        """All moments at which a card changes, in order of time."""
        trace = self.trace
        card_of = self._card_of = np.full(len(trace.graph), -1, dtype=np.int64)
        for place, card in enumerate(self._cards):
            card_of[list(card.members) or card.node] = place
        nodes = [(position + 1, node) for position, node in enumerate(trace.plan.forward)]
        touched = [(when, int(card_of[node])) for when, node in nodes if when <= trace.forward_length]
        node_of = np.zeros(len(trace.plan.number), dtype=np.int64)
        for node, numbers in enumerate(trace.plan.outputs):
            node_of[list(numbers)] = node
        for value, times in self._terms.items():
            place = int(card_of[node_of[value]])
            touched += [(int(when), place) for when in times]
        self._card_touches = _sorted([(when, place) for when, place in touched if place >= 0])

    def stages(self, time: int, cards: NDArray[np.int64] | slice) -> NDArray[np.int8]:
        """What is known at `time` about some cards: BLANK to COMPLETE."""
        known = (self.computed[cards] <= time).astype(np.int8)
        return known + (self.reached[cards] <= time) + (self.complete[cards] <= time)

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
        times = self._terms.get(card.result, ())
        return int(np.searchsorted(times, time, side="right")), len(times)

    @cached_property
    def _group_times(self) -> Mapping[str, Times]:
        found = {}
        for card in self._cards:
            if card.members:
                outputs = self.trace.plan.outputs
                numbers = [outputs[node][0] for node in card.members]
                times = np.sort(self._values[2][numbers])
                found[card.id] = times[times < NEVER]
        return found

    def group_gradients(self, card: Card, time: int) -> tuple[int, int]:
        """How many gradients inside a collapsed group are complete, and how many there will be."""
        times = self._group_times[card.id]
        return int(np.searchsorted(times, time, side="right")), len(times)


def _sorted(touched: list[tuple[int, int]]) -> tuple[Times, Times]:
    table = np.array(touched, dtype=np.int64).reshape(-1, 2)
    order = np.argsort(table[:, 0], kind="stable")
    return table[order, 0], table[order, 1]


def _times(trace: Trace) -> tuple[NDArray[np.int64], Mapping[int, Any]]:
    """Per value when it, its gradient's first and its gradient's last term are known; the terms' times."""
    plan, forward = trace.plan, trace.forward_length
    times = np.full((3, len(plan.number)), NEVER)
    for node, numbers in enumerate(plan.outputs):
        position = plan.forward_position.get(node, -1)
        for number in numbers:
            if trace.values[number] is not None:
                times[0, number] = position + 1
    terms: dict[int, Any] = {}
    if trace.length > forward:
        for value, positions in plan.terms.items():
            arrived = np.array(positions) + forward + 2
            terms[value] = arrived
            times[1, value], times[2, value] = arrived[0], arrived[-1]
        output = plan.number[plan.output]
        if plan.takes_gradient[output]:
            times[1, output] = forward + 1
            terms[output] = np.array([forward + 1, *terms.get(output, ())])
            times[2, output] = terms[output][-1]
    return times, terms
