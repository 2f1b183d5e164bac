"""The order of the items within each row: few crossings, inputs in their own order.

Rows are swept up and down, each sorted by the mean place of its neighbours (Sugiyama, Tagawa and
Toda, 1981), and neighbours are exchanged while that helps. The one rule: a real crossing always
weighs more than inputs out of order, and of equally good orders the first found is kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import Final

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.lattice import Lattice
from graph_explorer.layout.pace import Pause, paced

_CROSSING: Final = 4
"""How many pairs of inputs out of order one crossing is worth."""
_LOYAL: Final = 1.1
"""An order that is nearer to an earlier one may have so many times the crossings of the best."""
_FAITHFUL: Final = 1.3
"""The order that was there before may have so many times the crossings of the best."""
_PORTS: Final = 256
"""More than the ports of any box: positions are counted in units of a port."""
_FINE: Final = 600
"""Up to this many items and bends, neighbours are exchanged exhaustively."""

_SIFTED: Final = 16_000
"""Up to this many pairs of items in a row, all rows together, every item is tried everywhere."""

Order = list[list[int]]


def order_rows(lattice: Lattice, anchors: Anchors, pause: Pause) -> Order:
    """The items of each row from first to last.

    Of good orders the one nearest to that of the anchors is taken, and theirs itself if the piece is
    an earlier one changed and it is not much worse.
    """
    size, hints = len(lattice.row), anchors.order
    found: list[tuple[int, Order]] = []
    for start in _starts(lattice, hints, few=size > _FINE, pause=pause):
        order, cost = _improve(lattice, start, 8 if size <= 4000 else 3, pause)
        found.append((cost, order))
        if cost == 0 and not hints:
            break
    if anchors.across:
        kept, cost = _improve(lattice, hinted_order(lattice, hints), 0, pause, hints)
        if cost <= min(cost for cost, _ in found) * _FAITHFUL + 4 * _CROSSING:
            return kept
    least = min(cost for cost, _ in found)
    if least and size <= _FINE and sum(len(row) ** 2 for row in lattice.rows) <= _SIFTED:
        found.append(_sift(lattice, next(order for cost, order in found if cost == least), pause))
        least = min(cost for cost, _ in found)
    good = [(cost, order) for cost, order in found if cost <= least * _LOYAL + 2 * _CROSSING]
    if hints:
        return min(good, key=lambda one: (_strangeness(one[1], hints), one[0]))[1]
    return next(order for cost, order in found if cost == least)


def _strangeness(order: Order, hints: Sequence[float | None]) -> int:
    """How many pairs stand in another order than before."""
    count = 0
    for row in order:
        known = [hints[item] for item in row if item < len(hints)]
        count += _inversions([place for place in known if place is not None])
    return count


def _starts(lattice: Lattice, hints: Sequence[float | None], few: bool, pause: Pause) -> list[Order]:
    starts = [_depth_first(lattice, True, False, pause)]
    if not few:
        starts.append(_depth_first(lattice, False, False, pause))
        starts.append(_depth_first(lattice, True, True, pause))
    if hints:
        starts.append(hinted_order(lattice, hints))
    return starts


def _depth_first(lattice: Lattice, from_below: bool, mirrored: bool, pause: Pause) -> Order:
    """Items in the order a walk along the links meets them, inputs in their own order."""
    rows: Order = [[] for _ in lattice.rows]
    seen = [False] * len(lattice.row)
    for root in paced((item for row in lattice.rows[:: -1 if from_below else 1] for item in row), pause):
        stack = [root]
        while stack:
            item = stack.pop()
            if seen[item]:
                continue
            seen[item] = True
            rows[lattice.row[item]].append(item)
            ups = [step.upper for step in lattice.ups[item]]
            downs = [step.lower for step in lattice.downs[item]]
            stack.extend(reversed(ups + downs if from_below else downs + ups))
    if mirrored:
        for row in rows:
            row.reverse()
    return rows


def hinted_order(lattice: Lattice, hints: Sequence[float | None]) -> Order:
    """Known items where they were; new ones beside their neighbours."""
    size = len(lattice.row)
    known: list[float | None] = [*hints, *[None] * (size - len(hints))]
    for rows, nearer in ((lattice.rows, True), (lattice.rows[::-1], False)):
        for row in rows:
            for item in row:
                if known[item] is None:
                    steps = lattice.ups[item] if nearer else lattice.downs[item]
                    places = [known[step.upper if nearer else step.lower] for step in steps]
                    found = [place for place in places if place is not None]
                    if found:
                        known[item] = sum(found) / len(found)
    return [sorted(row, key=lambda item: known[item] or 0.0) for row in lattice.rows]


def _improve(
    lattice: Lattice,
    start: Order,
    sweeps: int,
    pause: Pause,
    fixed: Sequence[float | None] = (),
) -> tuple[Order, int]:
    """Sweep from a start while it helps; the best order met and its cost.

    Without sweeps neighbours are exchanged alone, unless both are `fixed`.
    """
    fine = len(lattice.row) <= _FINE
    work = _Rows(lattice, start, pause, fixed)
    if fine:
        work.exchange()
    best, least, idle = work.copy(), work.cost(), 0
    for sweep in range(sweeps):
        if least == 0 or idle == 3:
            break
        work.sweep(downward=sweep % 2 == 0)
        if fine or sweep >= sweeps - 2:
            work.exchange()
        cost = work.cost()
        if cost < least:
            best, least, idle = work.copy(), cost, 0
        else:
            idle += 1
    return best, least


def _sift(lattice: Lattice, start: Order, pause: Pause) -> tuple[int, Order]:
    """Try every item at every place of its row; the cost of the best order met, and it."""
    work = _Rows(lattice, start, pause)
    best, least = start, work.cost()
    for sweep in range(4):
        for row in work.rows:
            work.sift(row)
        work.exchange()
        cost = work.cost()
        if cost < least:
            best, least = work.copy(), cost
        work.sweep(downward=sweep % 2 == 0)
        work.exchange()
    return least, best


class _Rows:
    """An order under work: rows, and the place of each item in units of a port."""

    def __init__(
        self,
        lattice: Lattice,
        order: Order,
        pause: Pause,
        fixed: Sequence[float | None] = (),
    ) -> None:
        self.lattice, self.pause = lattice, pause
        self.fixed = {item for item, place in enumerate(fixed) if place is not None}
        self.rows = [list(row) for row in order]
        self.place = [0] * len(lattice.row)
        for row in self.rows:
            self._number(row)
        boxes = [bool(ports) for ports in lattice.piece.above]
        self.boxed = boxes + [False] * (len(lattice.row) - len(boxes))
        # Neighbours as (item, port): where the far end of each step stands within its row.
        self.up = [[(s.upper, s.leave) for s in steps] for steps in lattice.ups]
        self.down = [
            [(s.lower, s.arrive if self.boxed[s.lower] else 0) for s in steps] for steps in lattice.downs
        ]
        # Groups of inputs whose own order is to be seen: those of each plain item.
        self.inputs: list[dict[int, int]] = [
            {s.upper: s.arrive for s in steps} if len(steps) > 1 and not self.boxed[item] else {}
            for item, steps in enumerate(lattice.ups)
        ]

    def copy(self) -> Order:
        return [list(row) for row in self.rows]

    def _number(self, row: list[int]) -> None:
        for place, item in enumerate(row):
            self.place[item] = place * _PORTS

    def sweep(self, downward: bool) -> None:
        """Sort each row by the mean place of its neighbours in the row before."""
        place = self.place
        near = self.up if downward else self.down
        for row in self.rows if downward else reversed(self.rows):
            self.pause()
            wish = {}
            for item in row:
                around = near[item]
                if around:
                    wish[item] = sum(place[far] + port for far, port in around) / len(around)
            if len(wish) < len(row):
                _fill(row, wish)
            row.sort(key=wish.__getitem__)
            self._number(row)

    def cost(self) -> int:
        place = self.place
        total = 0
        for row in self.rows:
            self.pause()
            ends = []
            for item in row:
                base = place[item]
                boxed = self.boxed[item]
                for step in self.lattice.ups[item]:
                    arrive = base + step.arrive if boxed else base
                    ends.append((place[step.upper] + step.leave, arrive))
                uppers = self.inputs[item]
                if uppers:
                    total += _inversions([place[upper] for upper in uppers])
            ends.sort()
            total += _CROSSING * _inversions([arrive for _, arrive in ends])
        return total

    def exchange(self) -> None:
        """Exchange neighbours in a row while that lowers the cost."""
        fresh = set(range(len(self.rows)))
        rounds = 0
        while fresh and rounds < 12:
            rounds += 1
            now, fresh = sorted(fresh), set()
            for number in now:
                if self._exchange_row(self.rows[number]):
                    fresh.update(
                        near for near in (number - 1, number, number + 1) if 0 <= near < len(self.rows)
                    )

    def _exchange_row(self, row: list[int]) -> bool:
        place = self.place
        if len(row) < 2:
            return False
        self.pause()
        ends = self._ends(row)
        changed = False
        for at in range(len(row) - 1):
            one, two = row[at], row[at + 1]
            if one in self.fixed and two in self.fixed:
                continue
            if self._saved(ends, one, two) > 0:
                row[at], row[at + 1] = two, one
                place[one], place[two] = place[two], place[one]
                changed = True
        return changed

    def sift(self, row: list[int]) -> None:
        """Move each item of a row to where it costs least (Bachmaier, Brunner and Gleissner)."""
        ends = self._ends(row)
        for item in tuple(row):
            self.pause()
            at = row.index(item)
            most, best, saved = 0, at, 0
            for place in range(at - 1, -1, -1):
                saved += self._saved(ends, row[place], item)
                if saved > most:
                    most, best = saved, place
            saved = 0
            for place in range(at + 1, len(row)):
                saved += self._saved(ends, item, row[place])
                if saved > most:
                    most, best = saved, place
            if best != at:
                row.insert(best, row.pop(at))
        self._number(row)

    def _ends(self, row: list[int]) -> dict[int, tuple[list[int], list[int]]]:
        """For each item of a row, where its steps end in the rows before and after, in order."""
        place = self.place
        return {
            item: (
                sorted([place[far] + port for far, port in self.up[item]]),
                sorted([place[far] + port for far, port in self.down[item]]),
            )
            for item in row
        }

    def _saved(self, ends: dict[int, tuple[list[int], list[int]]], one: int, two: int) -> int:
        """The cost saved when `two` comes before `one`, which now comes before it."""
        (ups, downs), (other_ups, other_downs) = ends[one], ends[two]
        crossings = _gain(ups, other_ups) + _gain(downs, other_downs)
        return crossings * _CROSSING + self._input_gain(one, two)

    def _input_gain(self, one: int, two: int) -> int:
        """By how many pairs the inputs get into order when `two` comes before `one`."""
        gain = 0
        for user, _ in self.down[one]:
            uppers = self.inputs[user]
            if uppers and two in uppers:
                gain += 1 if uppers[two] < uppers[one] else -1
        return gain


def _fill(row: list[int], wish: dict[int, float]) -> None:
    """Give items without neighbours a place beside the one that stands before them."""
    last = -1.0
    for item in row:
        last = wish.setdefault(item, last)


def _gain(one: list[int], two: list[int]) -> int:
    """Crossings saved when the item with ends `two` comes before the one with ends `one`."""
    gain = 0
    if len(one) * len(two) > 64:
        for end in one:
            gain += bisect_left(two, end) - len(two) + bisect_right(two, end)
        return gain
    for end in one:
        for other in two:
            if end > other:
                gain += 1
            elif end < other:
                gain -= 1
    return gain


def _inversions(sequence: Sequence[float]) -> int:
    """Pairs that stand in falling order."""
    seen: list[float] = []
    count = 0
    for value in sequence:
        count += len(seen) - bisect_right(seen, value)
        insort(seen, value)
    return count
