"""When what is drawn becomes known: the trace's order of events as arrays over cards and lines.

The one rule: what a card shows at a time follows from comparing that time with these arrays, and
what a step changes is found by bisection, so that the cost of a step does not grow with the graph.
Before a document has been run nothing ever becomes known.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.trace import Trace
from graph_explorer.ui.canvas.cards import Card
from graph_explorer.ui.canvas.deck import Deck
from graph_explorer.ui.canvas.hand import Hand
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.trunks import Followed

Times = NDArray[np.int64]

#: A time that never comes.
NEVER = np.iinfo(np.int64).max

#: The stages of a card: nothing known, the value, a part of the gradient, all of it.
BLANK, VALUE, PARTIAL, COMPLETE = range(4)
#: The states of a line: its value is known, or not yet; it was followed backward; it passes no gradient.
IDLE, WAITING, FOLLOWED, CUT = range(4)


@dataclass(frozen=True)
class Changes:
    """Places of the cards and of the lines that look different after a change of time."""

    cards: NDArray[np.int64]
    lines: NDArray[np.int64]


class Schedule:
    """When the values of a run and their gradients become known, whatever is drawn of them.

    `values` (3, values) hold when a value, its gradient's first and its gradient's last term are
    known. `nodes` (length,) is the node that each event changes; `edges` (k,) the edge of the wiring
    that each step backward follows, `pull_times` (k,) the time just after it.
    """

    def __init__(self, trace: Trace, deck: Deck) -> None:
        plan, forward = trace.plan, trace.forward_length
        backward = trace.length > forward
        pulls = np.fromiter(chain.from_iterable(plan.pulls if backward else ()), np.int64).reshape(-1, 2)
        self.pull_times: Times = np.arange(len(pulls)) + forward + 2
        self.edges = deck.wiring.edges(*pulls.T)
        into = deck.edge_values[self.edges]
        steps = np.array(plan.forward, dtype=np.int64)
        self.values = np.full((3, len(deck.makers)), NEVER)
        at = np.zeros(len(deck), dtype=np.int64)
        at[steps] = np.arange(len(steps)) + 1
        known = _known(trace)
        self.values[0, known] = at[deck.makers[known]]
        self.values[1, into[::-1]] = self.pull_times[::-1]  # of several the one written last stays
        last = np.zeros(len(deck.makers), dtype=np.int64)
        last[into] = self.pull_times
        output = plan.number[plan.output]
        if backward and plan.takes_gradient[output]:
            self.values[1, output] = forward + 1
            last[output] = max(int(last[output]), forward + 1)
        self.values[2] = np.where(last > 0, last, NEVER)
        seed = deck.makers[[output]] if backward else np.zeros(0, np.int64)
        self.nodes = np.concatenate([steps[:forward], seed, deck.makers[into]])


def _known(trace: Trace) -> NDArray[np.int64]:
    """The numbers of the values that the run computed."""
    if isinstance(trace.values, np.ndarray):
        return np.arange(len(trace.values))
    return np.flatnonzero([value is not None for value in trace.values])


class Progress:
    """The times at which things become known, for the cards and lines of one scene and one trace.

    `computed`, `reached` and `complete` (n) hold for each card when its value is known, when the
    first part of its gradient arrives, and when the last one does; for a group, its result's.
    `followed` (m) holds for each line when the first of its edges is followed backward.
    """

    def __init__(self, trace: Trace | None, scene: Scene) -> None:
        self.trace = trace
        self._cards: Hand = scene.cards
        self._schedule = Schedule(trace, scene.cards.deck) if trace is not None else None
        self._place(scene)

    def onto(self, scene: Scene) -> Progress:
        """The same run on another scene of the same graph."""
        made = object.__new__(Progress)
        made.trace, made._cards, made._schedule = self.trace, scene.cards, self._schedule
        made._place(scene)
        return made

    def _place(self, scene: Scene) -> None:
        self._scene = scene
        self.followed: Times = np.full(len(scene.sources), NEVER)
        nothing = np.zeros(0, np.int64)
        self._card_touches = self._line_touches = nothing, nothing
        if self._schedule is None:
            self.computed = self.reached = self.complete = np.full(len(scene), NEVER)
            return
        schedule = self._schedule
        self.computed, self.reached, self.complete = schedule.values[:, self._cards.results]
        lines = scene.lines_of_edges(schedule.edges)
        shown = lines >= 0
        times, lines = schedule.pull_times[shown], lines[shown]
        self.followed[lines[::-1]] = times[::-1]  # of several the first one stays
        self._line_touches = times, lines
        places = self._cards.places[schedule.nodes]
        events = np.flatnonzero(places >= 0)
        self._card_touches = events + 1, places[events]

    # ── what is known ─────────────────────────────────────────────────────────────────────────

    def fits(self, trace: Trace | None) -> bool:
        """Whether the same times hold for another run: of the same plan, ended at the same event."""
        if trace is None or self.trace is None:
            return trace is self.trace
        return trace.plan is self.trace.plan and trace.length == self.trace.length

    @cached_property
    def trunks(self) -> Followed:
        """How far the trunks of the scene are followed."""
        trunks = self._scene.trunks
        times = self.followed[self._scene.line_of_piece[trunks.pieces]]
        return Followed(trunks, times, self.trace.length if self.trace is not None else 0)

    def known_from(self, card: Card) -> int:
        """The time from which the value of a card is known."""
        return int(self._schedule.values[0, card.result]) if self._schedule is not None else NEVER

    def stages(self, time: int, cards: NDArray[np.int64] | slice) -> NDArray[np.int8]:
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
        trace, schedule = self.trace, self._schedule
        if trace is None or schedule is None:
            return 0, 0
        plan = trace.plan
        seeded = plan.number[plan.output] == card.result and schedule.values[1, card.result] < NEVER
        positions = plan.terms.get(card.result, ()) if len(schedule.edges) else ()
        arrived = bisect_left(positions, trace.pulled_by(time))
        return arrived + bool(seeded and time > trace.forward_length), len(positions) + bool(seeded)

    @cached_property
    def _group_times(self) -> dict[int, Times]:
        return {}

    def group_gradients(self, card: Card, time: int) -> tuple[int, int]:
        """How many gradients inside a collapsed group are complete, and how many there will be."""
        if self._schedule is None:
            return 0, 0
        kept = self._group_times.get(card.members[0])
        if kept is None:
            values = self._cards.deck.results[list(card.members)]
            kept = np.sort(self._schedule.values[2, values])
            kept = self._group_times[card.members[0]] = kept[kept < NEVER]
        return int(np.searchsorted(kept, time, side="right")), len(kept)
