"""What a region looked like in the layout before.

The rule: what is in a region stays where it stood in it. A box that was opened or closed is free to
move, and where the content of a region has shifted in its frame, the frame is shifted back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.numbering import Numbering
from graph_explorer.layout.piece import Plan
from graph_explorer.layout.record import Layout, Seats
from graph_explorer.layout.regions import NONE

_ASKED: Final = 60
"""So many children of a region are asked where they were."""
_Seat = tuple[int, int]
_NOWHERE: Final = (NONE, NONE)


class Memory:
    """Answers where things stood in an earlier layout of the same direction.

    `plans` are those of the regions that are planned so far, `seats` those of the earlier layout.
    """

    def __init__(self, numbering: Numbering, plans: Sequence[Plan], previous: Layout, seats: Seats) -> None:
        self._numbering, self._plans, self._previous, self._seats = numbering, plans, previous, seats
        self._matches: dict[int, int] = {}
        self._anchors: dict[int, Anchors] = {}
        #: for regions that were there before: items, their seats then, and how far they are shifted
        self._kept: dict[int, list[tuple[int, int, float]]] = {}

    def anchors(self, region: int) -> Anchors:
        """Where the items of a region were; nothing if none of them was there."""
        if region not in self._anchors:
            matched = self._match(region)
            self._anchors[region] = Anchors() if matched == NONE else self._found(region, matched)
        return self._anchors[region]

    def _found(self, region: int, matched: int) -> Anchors:
        plan, count = self._seats.plans[matched], self._numbering.count(region)
        entries, exits = self._numbering.ports(region)
        uncut = plan.uncut
        order: list[float | None] = [None] * count
        across, offset = order.copy(), order.copy()
        row: list[int | None] = [None] * count
        row[:entries] = [0 if plan.entries else None] * entries
        row[count - exits :] = [len(uncut.rows) - 1 if plan.exits else None] * exits
        known = 0
        now = {entry: entry for entry in range(entries)} if entries == plan.entries else {}
        for item, inner, name in self._children(region):
            around, seat = self._seat(inner, name)
            if around != matched:
                continue
            known += 1
            now[seat] = item
            order[item], row[item] = uncut.across[seat], uncut.row[seat]
            if (inner == NONE) == (self._region_before(inner, name) == NONE):
                across[item] = uncut.across[seat] - self._shift(inner)
                offset[item] = uncut.offset[seat]
                self._kept.setdefault(region, []).append((item, seat, self._shift(inner)))
        # Where most was opened or closed, nothing is where it was, and there may be other columns.
        same = 2 * len(self._kept.get(region, ())) >= known
        lanes = {
            (now[upper], leave): (uncut.row[upper] + 1, places)
            for (upper, leave), places in uncut.lanes.items()
            if upper in now
        }
        breaks = uncut.breaks if same else None
        return Anchors(order, across, row, offset, uncut.rows, breaks, uncut.above, lanes)

    def _children(self, region: int) -> list[tuple[int, int, str]]:
        """The items of a region that are no ports: their numbers, the regions they are, their names."""
        entries, exits = self._numbering.ports(region)
        places = self._numbering.places(region)[entries : self._numbering.count(region) - exits]
        inner, names = self._numbering.ranks(places).tolist(), self._numbering.tree.names(places)
        return list(zip(range(entries, entries + len(names)), inner, names, strict=True))

    def _match(self, region: int) -> int:
        """The region before that holds most of what a region holds now; NONE if there is none."""
        if region not in self._matches:
            around = [self._seat(inner, name)[0] for _, inner, name in self._children(region)[:_ASKED]]
            found = Counter(number for number in around if number != NONE).most_common(1)
            self._matches[region] = found[0][0] if found else NONE
        return self._matches[region]

    def _region_before(self, inner: int, name: str) -> int:
        """The region that one of now was, by its name if it has one."""
        return self._seats.frames.get(name, NONE) if name else self._match(inner) if inner != NONE else NONE

    def _seat(self, inner: int, name: str) -> _Seat:
        """The region something was in and its item there, by the region it is now and its name."""
        at = self._previous.place(name) if name else NONE
        if at >= 0:
            return self._seats.box(at)
        before = self._region_before(inner, name)
        return self._seats.frame(before) if before != NONE else _NOWHERE

    def _shift(self, inner: int) -> float:
        """How far to the right the content of a region has moved from the middle of its frame."""
        matched = self._match(inner) if inner != NONE else NONE
        if matched == NONE or self._plans[inner] is self._seats.plans[matched]:
            return 0.0
        now, before = self._plans[inner], self._seats.plans[matched]
        self.anchors(inner)
        first = min(now.uncut.breaks, default=len(now.uncut.rows))
        ways = Counter(
            round(now.centers[item, 0] + shift - before.centers[seat, 0], 3)
            for item, seat, shift in self._kept.get(inner, ())
            if now.uncut.row[item] < first
        )
        return ways.most_common(1)[0][0] - (now.size[0] - before.size[0]) / 2 if ways else 0.0
