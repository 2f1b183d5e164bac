"""Where links leave and arrive at the border of a plain box.

A straight step meets the middle of the box; the others keep the order in which they come and
stand apart, as near as they can to where they come from. The rule: links at one border never
share a port unless they share their lane.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

from graph_explorer.layout.blocks import Offsets
from graph_explorer.layout.lattice import Lattice, Step
from graph_explorer.layout.piece import ENTRY

_APART: Final = 14.0
"""Room between two ports of a box, in pixels."""
_REACH: Final = 0.62
"""How far from its middle, as a part of half its width, a port moves towards its other end."""
_CORNER: Final = 8.0
"""No port comes nearer to the corner of a box than this."""
TWINS: Final = 8.0
"""Room between links that join the same two boxes over several rows."""


class Slot(NamedTuple):
    """One port: a step, and which of the links that share it where twins are drawn apart."""

    step: Step
    twin: int


class Ports:
    """Offsets of all ports from the centres of their items, across."""

    def __init__(self, lattice: Lattice, across: list[float], straight: set[Step]) -> None:
        self.leaving: dict[Slot, float] = {}
        self.arriving: dict[Slot, float] = {}
        self.twin, self.slots = _twins(lattice)
        self._lattice, self._across, self._straight = lattice, across, straight
        fixed = Offsets(lattice)
        sizes = lattice.piece.sizes
        for item in range(len(lattice.kinds)):
            plain = item < len(sizes) and lattice.kinds[item] < ENTRY
            for steps, offsets, upward in (
                (lattice.ups[item], self.arriving, True),
                (lattice.downs[item], self.leaving, False),
            ):
                boxed = plain and (lattice.piece.above if upward else lattice.piece.below)[item]
                if plain and not boxed and steps:
                    self._spread(item, steps, offsets, upward)
                    continue
                for step in steps:
                    offset = fixed.arrive(step) if upward else fixed.leave(step)
                    for twin in self.slots[step]:
                        offsets[Slot(step, twin)] = offset

    def _spread(
        self, item: int, steps: list[Step], offsets: dict[Slot, float], upward: bool
    ) -> None:
        """Ports of one border of a plain box."""
        across, half = self._across, self._lattice.piece.sizes[item][0] / 2
        wishes = []
        for step in steps:
            far = step.upper if upward else step.lower
            port = step.leave if upward else step.arrive
            way = across[far] + self._far_offset(step, upward) - across[item]
            # A far end that is free to move comes to meet this one.
            wish = way / 2 if self._is_plain(far, upward) else way
            for twin in self.slots[step]:
                wishes.append((way, port, twin, wish, Slot(step, twin)))
        wishes.sort(key=lambda entry: entry[:3])
        reach = half * _REACH
        slots = [entry[4] for entry in wishes]
        near = [min(max(entry[3], -reach), reach) for entry in wishes]
        middle = [at for at, slot in enumerate(slots) if slot.step in self._straight]
        places = _apart(near, middle, max(half - _CORNER, 0.0))
        offsets.update(zip(slots, places, strict=True))

    def _is_plain(self, item: int, below: bool) -> bool:
        piece = self._lattice.piece
        if item >= len(piece.kinds) or piece.kinds[item] >= ENTRY:
            return False
        return not (piece.below if below else piece.above)[item]

    def _far_offset(self, step: Step, upward: bool) -> float:
        fixed = Offsets(self._lattice)
        return fixed.leave(step) if upward else fixed.arrive(step)


def _apart(near: list[float], middle: list[int], limit: float) -> list[float]:
    """Places near the wished ones, in order, apart, within `limit`; those in `middle` at 0."""
    places = list(near)
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


def _twins(lattice: Lattice) -> tuple[list[tuple[int, int]], dict[Step, list[int]]]:
    """For each link its number among its twins and their count; for each step the twins on it."""
    links = lattice.piece.links
    same: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
    for number, link in enumerate(links):
        boxed = bool(lattice.piece.above[link.lower])
        same[link.upper, link.lower, link.arrive if boxed else -1].append(number)
    twin = [(0, 1)] * len(links)
    for numbers in same.values():
        for at, number in enumerate(numbers):
            twin[number] = (at, len(numbers))
    slots: defaultdict[Step, set[int]] = defaultdict(set)
    for number, walk in enumerate(lattice.walks):
        for step in walk:
            slots[step].add(twin[number][0])
    return twin, {step: sorted(twins) for step, twins in slots.items()}
