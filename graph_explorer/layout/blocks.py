"""Which steps are drawn straight: items joined by them stand below one another, as a block.

A step is made straight in order of importance: the longest path through the piece first, then
lanes of long links, then the rest by the length of the path they are on, leaves last. The one
rule: straight steps never cross, so blocks can always be placed side by side. An item between an
even number of equally important neighbours goes straight with none of them and so comes to stand
in their middle.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.lattice import Lane, Lattice, Step
from graph_explorer.layout.order import Order
from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import CONSTANT, GROUP, INPUT, Link

_LANE: Final = 1 << 40
"""The importance of a step within a lane: above that of any path."""
_OPPOSITE: Final = 800.0
"""Ports of two frames that are further apart than this are at opposite sides of them."""
_ALIKE: Final = 0.75
_ASIDE: Final = 0.2
"""Frames are alike from this part of the width of the wider one; ports so far apart would let them drift."""
_PARTED: Final = 0.5
"""Anchors that differ by more than this from a straight line part a block."""
_ITEM: Final = 1 << 20
"""What an item on a path counts for when the path begins at an item that is no leaf."""


class Loose(NamedTuple):
    """What need not stand straight, lest it pushes away what is to stay.

    `items` join nothing that has an anchor, and nothing goes on straight into these `rows`.
    """

    items: Sequence[bool]
    rows: Collection[int] = ()


@dataclass
class Blocks:
    """`block[item]` is the number of its block, `shift[item]` where it stands in it, across."""

    block: list[int]
    shift: list[float]
    straight: set[Step]
    importance: dict[Step, int]
    count: int
    anchor: dict[int, float]
    """Where blocks are to stay."""
    free: set[int]
    """Blocks that nothing with an anchor may join."""

    def begin(self, item: int, anchor: float | None, free: bool) -> None:
        """Begin a block with an item."""
        self.block[item] = self.count
        if anchor is not None:
            self.anchor[self.count] = anchor
        if free:
            self.free.add(self.count)
        self.count += 1

    def go_on(self, above: int, item: int, away: float, anchor: float | None, free: bool) -> None:
        """Put an item below another one into its block, or begin one where anchors part them."""
        block, shift = self.block[above], self.shift[above] + away
        held = self.anchor.get(block)
        parted = anchor is not None and held is not None and abs(held + shift - anchor) > _PARTED
        if parted or (anchor is not None and block in self.free) or (held is not None and free):
            self.begin(item, anchor, free)
            return
        self.block[item], self.shift[item] = block, shift
        if free:
            self.free.add(block)
        if anchor is not None:
            self.anchor.setdefault(block, anchor - shift)


def form_blocks(
    lattice: Lattice,
    order: Order,
    offsets: Offsets,
    anchors: Anchors,
    loose: Loose,
    spine: bool,
    pause: Pause,
) -> Blocks:
    """Choose the straight steps and join their ends into blocks, but for those that anchors part.

    With `spine`, the items that all longest paths pass stand below one another even where no step
    between them is straight. Blocks may then be impossible to place side by side.
    """
    paths = _Paths(lattice, pause)
    straight = _choose(lattice, order, paths.importance, pause)
    below = {step.upper: (step.lower, offsets.between(step)) for step in straight}
    if spine:
        taken = {step.lower for step in straight}
        for upper, lower in pairwise(paths.spine()):
            end = upper
            while end in below:
                end = below[end][0]
            if lattice.row[end] < lattice.row[lower] and lower not in taken:
                below[end] = (lower, 0.0)
    blocks = Blocks([-1] * len(lattice.row), [0.0] * len(lattice.row), set(), paths.importance, 0, {}, set())
    joined = {lower for lower, _ in below.values()}
    for item in paced((item for row in order for item in row if item not in joined), pause):
        blocks.begin(item, anchors.anchor(item), loose.items[item])
        place = item
        while place in below:
            lower, away = below[place]
            if lattice.row[lower] in loose.rows:
                blocks.begin(lower, anchors.anchor(lower), loose.items[lower])
            else:
                blocks.go_on(place, lower, away, anchors.anchor(lower), loose.items[lower])
            place = lower
    # A step that anchors part is none that is drawn straight.
    blocks.straight = {step for step in straight if blocks.block[step.upper] == blocks.block[step.lower]}
    return blocks


class Offsets:
    """Where steps leave and arrive at boxes with fixed ports, across from the centre; else 0."""

    def __init__(self, lattice: Lattice) -> None:
        self._kinds, self._sizes = lattice.piece.kinds, lattice.piece.sizes
        self._above = lattice.piece.above
        self._below = lattice.piece.below

    def leave(self, step: Step) -> float:
        ports = self._below[step.upper] if step.upper < len(self._below) else ()
        return ports[step.leave] if ports else 0.0

    def arrive(self, step: Step) -> float:
        ports = self._above[step.lower] if step.lower < len(self._above) else ()
        return ports[step.arrive] if ports else 0.0

    def between(self, step: Step) -> float:
        """How far the lower item stands from the upper one when the step is straight.

        Frames of equal width stand exactly below one another instead, and so do frames of about the
        same width whose ports are at different places, lest a row of them drifts to one side, and
        frames whose ports are at opposite sides.
        """
        ends = (step.upper, step.lower)
        away = self.leave(step) - self.arrive(step)
        if any(end >= len(self._kinds) or self._kinds[end] != GROUP for end in ends):
            return away
        less, more = sorted(self._sizes[end][0] for end in ends)
        alike = less == more or (less > _ALIKE * more and abs(away) > _ASIDE * less)
        return 0.0 if alike or abs(away) > max(_OPPOSITE, less / 2) else away


def _choose(lattice: Lattice, order: Order, importance: dict[Step, int], pause: Pause) -> set[Step]:
    place = {item: at for row in order for at, item in enumerate(row)}
    wanted: dict[Step, int] = {}
    for steps in paced((*lattice.ups, *lattice.downs), pause):
        for step in _middle(steps, importance, lattice, place):
            wanted[step] = wanted.get(step, 0) + 1
    # A step is a candidate if it suits both of its ends.
    candidates = [step for step, ends in wanted.items() if ends == 2]
    candidates.sort(key=lambda s: (-importance[s], place[s.upper], s.leave, place[s.lower], s.arrive))
    taken_above: set[int] = set()
    taken_below: set[int] = set()
    chosen: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    straight = set()
    for step in paced(candidates, pause):
        if step.upper in taken_below or step.lower in taken_above:
            continue
        ends = (place[step.upper], place[step.lower])
        if _fits(chosen[lattice.row[step.upper]], ends):
            taken_below.add(step.upper)
            taken_above.add(step.lower)
            straight.add(step)
    return straight


def _middle(
    steps: Sequence[Step], importance: dict[Step, int], lattice: Lattice, place: dict[int, int]
) -> list[Step]:
    """The steps on one side of an item that may go straight.

    All but those of an even number that are equally and most important.
    """
    if len(steps) < 2:
        return list(steps)
    most = max(importance[step] for step in steps)
    equal = [step for step in steps if importance[step] == most]
    if len(equal) == 1:
        return list(steps)
    ends = {step.upper if step.lower == equal[0].lower else step.lower for step in equal}
    if len(equal) % 2 == 0 and len(ends) > 1:
        return []
    downward = steps[0].upper == steps[-1].upper
    equal.sort(key=lambda s: (place[s.lower], s.arrive) if downward else (place[s.upper], s.leave))
    return [equal[len(equal) // 2]]


class _Paths:
    """How long the paths through each item and each step are, in items that are not leaves."""

    def __init__(self, lattice: Lattice, pause: Pause) -> None:
        piece = self.piece = lattice.piece
        own = [0 if kind in (INPUT, CONSTANT) else 1 for kind in piece.kinds]
        before, after = list(own), list(own)
        for upper, _, lower, _ in sorted(piece.links, key=lambda link: link.lower):
            before[lower] = max(before[lower], before[upper] + own[lower])
        for upper, _, lower, _ in sorted(piece.links, key=lambda link: -link.upper):
            after[upper] = max(after[upper], after[lower] + own[upper])
        self.before, self.after = before, after
        self.longest = max(before, default=0)
        self.importance: dict[Step, int] = dict.fromkeys(lattice.steps, 0)
        for lane in paced(lattice.lanes, pause):
            self._weigh(lattice, lane)

    def _weigh(self, lattice: Lattice, lane: Lane) -> None:
        """Count the links of a lane in its steps."""
        importance, most, end = self.importance, _LANE, len(lane.steps)
        for number in reversed(lane.links):
            first, last, passed = lattice.walks[number]
            if first not in importance:
                return
            length = self._length(self.piece.links[number])
            importance[first] = max(importance[first], length)
            importance[last] = max(importance[last], length)
            begin = max(0, passed - 1)
            importance.update(dict.fromkeys(lane.steps[begin:end], most))
            most, end = max(most, length), begin
        importance.update(dict.fromkeys(lane.steps[:end], most))

    def _length(self, link: Link) -> int:
        """The importance of a link; from any item it is greater than from any leaf."""
        before, after = self.before[link.upper], self.after[link.lower]
        if before == 0:
            return after
        longest = before + after == self.longest
        return _ITEM * (before + after) + (_LANE if longest else 0)

    def spine(self) -> list[int]:
        """The items that all longest paths pass, in their order, but for boxes with ports."""
        passed: dict[int, list[int]] = {}
        for item, depth in enumerate(self.before):
            if depth and depth + self.after[item] - 1 == self.longest:
                passed.setdefault(depth, []).append(item)
        alone = [passed[depth][0] for depth in sorted(passed) if len(passed[depth]) == 1]
        return [item for item in alone if not self.piece.above[item] + self.piece.below[item]]


def _fits(chosen: list[tuple[int, int]], ends: tuple[int, int]) -> bool:
    """Whether a step between two places crosses none of those chosen; if so it is added."""
    at = bisect_left(chosen, ends)
    if at > 0 and chosen[at - 1][1] > ends[1]:
        return False
    if at < len(chosen) and chosen[at][1] < ends[1]:
        return False
    chosen.insert(at, ends)
    return True
