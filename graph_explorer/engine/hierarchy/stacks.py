"""Which items of a scope are blocks that repeat, one joined to the next.

The one rule: the blocks of a stack are alike inside, and from the second on each takes from the one
before it what that one takes from its own predecessor. What the first takes may come from anywhere.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np

from graph_explorer.engine.hierarchy.repeats import Stretch, stretches
from graph_explorer.engine.hierarchy.structure import Item, Scope, back, is_leaf

#: A stack is worth its frame if it saves the reader so many operations.
LEAST_SAVED = 8


@dataclass(frozen=True, slots=True)
class Stack:
    """`count` equal blocks of `period` items each, from the item `start` on.

    `inner` are the stacks within the first block, whose items count as those of the scope; the other
    blocks have the same.
    """

    start: int
    period: int
    count: int
    inner: tuple[Stack, ...] = ()

    @property
    def stop(self) -> int:
        return self.start + self.period * self.count

    def moved(self, by: int) -> Stack:
        """The same stack so many items later."""
        return Stack(self.start + by, self.period, self.count, tuple(one.moved(by) for one in self.inner))


def stacks_of(scope: Scope) -> tuple[Stack, ...]:
    """The stacks of a scope, in order, larger ones around smaller ones."""
    items = scope.items
    if len({item.kind for item in items}) == len(items):
        return ()
    search = _Search(items)
    return search.within(0, len(items), search.stretches)


class _Search:
    """One look at the items of a scope."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.kinds = np.array([item.kind for item in items], dtype=np.int64)
        self.forms = np.array([item.form for item in items], dtype=np.int64)
        self.codes = np.array([item.code for item in items], dtype=np.int64)
        self.weights = np.concatenate([[0], np.cumsum([item.weight for item in items])])
        found = {*stretches(self.kinds), *stretches(self.forms), *map(self._longer, stretches(self.codes))}
        worth = [stretch for stretch in found if self._saved(stretch) >= LEAST_SAVED]
        self._bounds = np.array([(s.start, s.stop, s.period) for s in worth], dtype=np.int64).reshape(-1, 3).T
        #: from those that hold most to those that hold least
        self.stretches = sorted(worth, key=lambda found: (-self._weight(found), -found.period, found.start))

    def _longer(self, stretch: Stretch) -> Stretch:
        """The stretch with a period more before it, as far as that is alike but for what it takes."""
        start, period = stretch.start, stretch.period
        least = max(0, start - period)
        while start > least and self.kinds[start - 1] == self.kinds[start - 1 + period]:
            start -= 1
        return Stretch(start, stretch.stop, period)

    def _weight(self, stretch: Stretch) -> int:
        return int(self.weights[stretch.stop] - self.weights[stretch.start])

    def _saved(self, stretch: Stretch) -> int:
        """How many operations a frame around the stretch hides, all blocks but one."""
        count = (stretch.stop - stretch.start) // stretch.period
        block = self.weights[stretch.start + stretch.period] - self.weights[stretch.start]
        return int(block) * (count - 1)

    # ── choosing ──────────────────────────────────────────────────────────────────────────────

    def within(self, first: int, end: int, candidates: Iterable[Stretch]) -> tuple[Stack, ...]:
        """The stacks between two items, larger ones around smaller ones."""
        chosen: list[Stack] = []  # in order, none overlapping
        smaller: dict[int, list[Stretch]] = {}
        for stretch in candidates:
            for start, stop in list(_gaps(chosen, max(first, stretch.start), min(end, stretch.stop))):
                for stack in self._segments(Stretch(start, stop, stretch.period)):
                    insort(chosen, stack, key=_start)
                    smaller[stack.start] = []
            for stack in _overlapping(chosen, stretch):
                if stretch.period < stack.period:
                    smaller[stack.start].append(stretch)
        return tuple(
            replace(one, inner=self.within(one.start, one.start + one.period, smaller[one.start]))
            for one in chosen
        )

    def _segments(self, stretch: Stretch) -> Iterator[Stack]:
        """The stacks in a stretch whose blocks also take their values equally."""
        at, stop, period = stretch.start, stretch.stop, stretch.period
        if stop - at < 2 * period or self._saved(stretch) < LEAST_SAVED:
            return
        codes = self.codes[at:stop]
        breaks = (np.flatnonzero(codes[:-period] != codes[period:]) + at).tolist()
        reaches = {place: self._reach(place, period) for place in breaks}
        while stop - at >= 2 * period:
            here, after = bisect_left(breaks, at), bisect_left(breaks, at + period)
            reach = max((reaches[place] for place in breaks[here:after]), default=-1)
            if reach >= at:  # something in the first block takes what the others do not
                at = reach + 1
                continue
            end = min(stop, breaks[after] + period) if after < len(breaks) else stop
            stack = self._placed(at, end, period)
            if stack is not None and self._saved(Stretch(stack.start, stack.stop, period)) >= LEAST_SAVED:
                yield stack
                at = stack.stop
            else:
                at = max(at + 1, end - 2 * period + 1)

    def _reach(self, place: int, period: int) -> int:
        """The last item of which an item's block has to be free, to be equal to the block a period later.

        Where the two take a value from different places, both must take it from before their blocks;
        leaves of different shapes make the item itself different.
        """
        reach = -1
        twin = self.items[place + period]
        if len(twin.refs) != len(self.items[place].refs):
            return place
        for one, other in zip(self.items[place].refs, twin.refs, strict=True):
            if one == other:
                continue
            if is_leaf(one) and is_leaf(other):
                return place
            reach = max(reach, *(place - far for far in (back(one), back(other)) if far is not None), -1)
        return reach

    def _placed(self, start: int, stop: int, period: int) -> Stack | None:
        """Where between two items blocks begin best: where the fewest values pass from one to the next.

        None where every choice would part what repeats within the blocks, or goes on after them.
        """
        last = min(period - 1, stop - start - 2 * period)
        passing = self._passing(start, start + last + 2 * period) if last else [0] * (period + 1)
        begins = self._parted(start, start + last, period)
        cuts = self._parted(start + period, start + period + last, period)
        ends = self._parted(stop - period, stop, period)

        def key(at: int) -> tuple[bool, int, int, bool, int]:
            count = (stop - at) // period
            parts = begins[at - start] or cuts[at - start] or ends[at + count * period - stop + period]
            return parts, passing[at - start + period], -count, not self.items[at].begins, at

        best = min(range(start, start + last + 1), key=key)
        return None if key(best)[0] else Stack(best, period, (stop - best) // period)

    def _parted(self, first: int, last: int, period: int) -> list[bool]:
        """For cuts before each item of a row, whether they part a stretch of a smaller period."""
        start, stop, inner = self._bounds
        reaching = (inner < period) & (start + inner <= last) & (stop - inner >= first)
        parted = [False] * (last - first + 1)
        for at in np.flatnonzero(reaching).tolist():
            low, high = int(max(start[at] + inner[at], first)), int(min(stop[at] - inner[at], last))
            parted[low - first : high - first + 1] = [True] * (high - low + 1)
        return parted

    def _passing(self, start: int, stop: int) -> list[int]:
        """How many values pass from before each item between two to it or to those after it."""
        passing = [0] * (stop - start + 1)
        for at in range(start, stop):
            for ref in self.items[at].refs:
                far = back(ref)
                if far:
                    first, last = sorted((max(at - far, start), at))
                    passing[first + 1 - start] += 1
                    passing[last + 1 - start] -= 1
        return list(accumulate(passing))


def _start(stack: Stack) -> int:
    return stack.start


def _overlapping(chosen: Sequence[Stack], stretch: Stretch) -> Iterator[Stack]:
    """The chosen stacks whose first block a stretch overlaps."""
    place = max(0, bisect_left(chosen, stretch.start, key=_start) - 1)
    while place < len(chosen) and chosen[place].start < stretch.stop:
        if stretch.start < chosen[place].start + chosen[place].period:
            yield chosen[place]
        place += 1


def _gaps(chosen: Sequence[Stack], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The rows of items between two that belong to no chosen stack."""
    place = max(0, bisect_left(chosen, start, key=_start) - 1)
    while place < len(chosen) and chosen[place].start < stop:
        if chosen[place].start > start:
            yield start, chosen[place].start
        start = max(start, chosen[place].stop)
        place += 1
    if start < stop:
        yield start, stop
