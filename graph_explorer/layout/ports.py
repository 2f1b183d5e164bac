"""Where links leave and arrive at the border of a box.

A straight step meets the middle of a plain box; the others keep the order in which they come and
stand apart, as near as they can to where they come from. The rule: links at one border never
share a port unless they share their lane.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import Final, NamedTuple

from graph_explorer.layout.blocks import Offsets
from graph_explorer.layout.lattice import Lattice, Step
from graph_explorer.layout.pace import Pause, paced

_APART: Final = 14.0
"""Room between two ports of a box, in pixels."""
_REACH: Final = 0.62
"""How far from its middle, as a part of half its width, a port moves towards its other end."""
_CORNER: Final = 8.0
"""No port comes nearer to the corner of a box than this."""


class _Slot(NamedTuple):
    """A port wanted: how far away its other end is, its number there, its twin, its step."""

    way: float
    port: int
    twin: int
    step: Step
    wish: float


class Ports:
    """Where each link leaves its upper and arrives at its lower item, across."""

    def __init__(self, lattice: Lattice, across: list[float], straight: set[Step], pause: Pause) -> None:
        self._lattice, self._across, self._straight = lattice, across, straight
        self._fixed = Offsets(lattice)
        piece, bends = lattice.piece, [False] * (len(lattice.row) - len(lattice.piece.kinds))
        #: for both sides of every item, below and above, whether it is a box without fixed ports there
        self._plain = [
            [not ports and not piece.is_port(item) for item, ports in enumerate(side)] + bends
            for side in (piece.below, piece.above)
        ]
        self.leave = self._spread([walk.first for walk in lattice.walks], False, pause)
        self.arrive = self._spread([walk.last for walk in lattice.walks], True, pause)

    def _spread(self, ends: list[Step], upward: bool, pause: Pause) -> list[float]:
        """Positions of one end of every link, across; `ends` are its steps there."""
        twins = self._lattice.twin
        items = [step.lower if upward else step.upper for step in ends]
        places = [0.0] * len(ends)
        numbers = paced(sorted(range(len(ends)), key=items.__getitem__), pause)
        for item, found in groupby(numbers, key=items.__getitem__):
            same: defaultdict[tuple[Step, int], list[int]] = defaultdict(list)
            for number in found:
                same[ends[number], twins[number][0]].append(number)
            if self._plain[upward][item]:
                offsets = self._offsets(item, [self._slot(*key, upward) for key in same])
            else:
                fixed = self._fixed.arrive if upward else self._fixed.leave
                offsets = {key: fixed(key[0]) for key in same}
            for key, links in same.items():
                place = self._across[item] + offsets[key]
                for number in links:
                    places[number] = place
        return places

    def _slot(self, step: Step, twin: int, upward: bool) -> _Slot:
        item, far = (step.lower, step.upper) if upward else (step.upper, step.lower)
        there = self._fixed.leave(step) if upward else self._fixed.arrive(step)
        way = self._across[far] + there - self._across[item]
        # A far end that is free to move comes to meet this one.
        wish = way / 2 if self._plain[not upward][far] else way
        return _Slot(way, step.leave if upward else step.arrive, twin, step, wish)

    def _offsets(self, item: int, slots: list[_Slot]) -> dict[tuple[Step, int], float]:
        """Offsets of the ports on one side of a plain box."""
        half = self._lattice.half[item]
        reach = half * _REACH
        slots.sort()
        wishes = [min(max(slot.wish, -reach), reach) for slot in slots]
        middle = [at for at, slot in enumerate(slots) if slot.step in self._straight]
        places = _apart(wishes, middle, half - min(_CORNER, half / 4))
        return {(slot.step, slot.twin): at for slot, at in zip(slots, places, strict=True)}


def _apart(wishes: list[float], middle: list[int], limit: float) -> list[float]:
    """Places near the wished ones, in order, apart, within `limit`; those in `middle` at 0."""
    places = list(wishes)
    count = len(places)
    if middle:
        for at, slot in enumerate(middle):
            places[slot] = (at - (len(middle) - 1) / 2) * _APART
        for at in range(middle[0] - 1, -1, -1):
            places[at] = min(places[at], places[at + 1] - _APART)
        for at in range(middle[-1] + 1, count):
            places[at] = max(places[at], places[at - 1] + _APART)
    else:
        right, left = list(places), list(places)
        for at in range(1, count):
            right[at] = max(right[at], right[at - 1] + _APART)
        for at in range(count - 2, -1, -1):
            left[at] = min(left[at], left[at + 1] - _APART)
        places = [(one + two) / 2 for one, two in zip(right, left, strict=True)]
    first = limit / -places[0] if places[0] < -limit else 1.0
    last = limit / places[-1] if places[-1] > limit else 1.0
    return [place * (first if place < 0 else last) for place in places]
