"""Order and places in a tangle: a large piece that nothing cuts.

Nobody can read it line by line, so it gets what an overview needs: lines that are short and lanes that
are mostly straight. All rows are worked on at once, as arrays, every other one in turn between its
fixed neighbours. The rule: a fixed number of passes, each linear but for one sort, so that the time is
known beforehand.

Straight steps would not do: in a thousand rows of lanes that cross, each is a little to the right of
one before, and the picture becomes a slope of twenty times its width.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout.across import ROOM, place_gutters
from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.blocks import Offsets
from graph_explorer.layout.lattice import Lattice
from graph_explorer.layout.order import Order, hinted_order
from graph_explorer.layout.pace import Pause, paced

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ORDERED: Final = 40
_PLACED: Final = 60
"""How often all rows are sorted, and how often they are placed."""
_LANE: Final = 6.0
"""The pull of a step within a lane; that of any other is 1."""
_HELD: Final = 1e3
"""The pull of an anchor."""
_PORT: Final = 1 / 256
"""What a port counts for beside a place in a row."""


def sort_tangle(lattice: Lattice, anchors: Anchors, pause: Pause) -> Order:
    """The items of each row from first to last."""
    order = hinted_order(lattice, anchors.order) if anchors.order else lattice.rows
    if anchors.across:
        return order
    pause()
    tangle = _Tangle(lattice, order)
    tangle.sort(pause)
    ends = np.cumsum([len(row) for row in order])[:-1]
    return [row.tolist() for row in np.split(tangle.order, ends)]


def place_tangle(lattice: Lattice, order: Order, anchors: Anchors, pause: Pause) -> list[float]:
    """The centre of each item across."""
    pause()
    tangle = _Tangle(lattice, order)
    tangle.spread(anchors, pause)
    across = tangle.across.tolist() + [0.0] * len(lattice.gutters)
    _straighten(lattice, tangle, across, pause)
    across = [float(round(x)) for x in across]
    place_gutters(lattice, across)
    return across


class _Tangle:
    """The items and steps of a lattice as arrays; `order` (n,) has the items, row by row."""

    def __init__(self, lattice: Lattice, order: Order) -> None:
        count = lattice.gutters.start
        self.lattice = lattice
        self.row = np.array(lattice.row[:count])
        steps = np.fromiter(chain.from_iterable(lattice.steps), np.int64).reshape(-1, 4)
        self.upper, self.lower = steps[:, 0], steps[:, 2]
        offsets = Offsets(lattice)
        self.leave, self.arrive = np.zeros(len(steps)), np.zeros(len(steps))
        for number, step in (
            enumerate(lattice.steps) if any(lattice.piece.above) or any(lattice.piece.below) else ()
        ):
            self.leave[number], self.arrive[number] = offsets.leave(step), offsets.arrive(step)
        self.ports = steps[:, 1] * _PORT, np.where(self.arrive == 0, 0, steps[:, 3]) * _PORT
        bend = np.arange(count) >= len(lattice.piece.kinds)
        self.pull = np.where(bend[self.upper] & bend[self.lower], _LANE, 1.0)
        self.order = np.array([item for row in order for item in row], dtype=np.int64)
        self.across = np.zeros(count)
        self.gap = np.zeros(count)
        """From each item of the order to the one before it in its row, 0 at the first."""

    def sort(self, pause: Pause) -> None:
        """Sort the rows by the mean places of neighbours on both sides."""
        row, count = self.row, len(self.row)
        begins = np.concatenate([[0], np.cumsum(np.bincount(row))])
        # Rows are of different lengths; a place is counted from the middle of its row.
        middle = (begins[:-1] + begins[1:] - 1) / 2
        number = np.arange(count)
        place = np.empty(count)
        near = np.bincount(self.upper, minlength=count) + np.bincount(self.lower, minlength=count)
        out, into = self.ports
        for turn in range(_ORDERED):
            pause()
            place[self.order] = number - middle[row[self.order]]
            wish = np.bincount(self.upper, place[self.lower] + into - out, count)
            wish += np.bincount(self.lower, place[self.upper] + out - into, count)
            wish = np.where((near > 0) & (row % 2 == turn % 2), wish / np.maximum(near, 1), place)
            self.order = np.lexsort((place, wish, row))

    def spread(self, anchors: Anchors, pause: Pause) -> None:
        """Place the items of all rows, in their order and apart, near to what they are joined to."""
        self._measure()
        row, order, count = self.row, self.order, len(self.row)
        weight = np.bincount(self.upper, self.pull, count) + np.bincount(self.lower, self.pull, count)
        held = np.array([*anchors.across, *[None] * count][:count], dtype=np.float64)
        known = ~np.isnan(held)
        weight = np.maximum(weight + _HELD * known, 1e-9)
        held = np.where(known, held * _HELD, 0.0)
        begins = np.diff(row[order], prepend=-1) > 0
        packed = np.cumsum(self.gap)
        first = np.flatnonzero(begins)
        sizes = np.diff([*first, count])
        packed -= np.repeat((packed[first] + packed[first + sizes - 1]) / 2, sizes)
        self.across[order] = packed
        apart = np.cumsum(begins) * (np.ptp(packed) * 4 + 1e6)
        way = self.leave - self.arrive
        for turn in range(_PLACED):
            pause()
            x = self.across
            wish = np.bincount(self.upper, (x[self.lower] - way) * self.pull, count) + held
            wish += np.bincount(self.lower, (x[self.upper] + way) * self.pull, count)
            wish = np.where(row % 2 == turn % 2, wish / weight, x)[order] - packed
            right = np.maximum.accumulate(wish + apart) - apart
            left = np.minimum.accumulate((wish + apart)[::-1])[::-1] - apart
            self.across = np.empty(count)
            self.across[order] = (right + left) / 2 + packed

    def _measure(self) -> None:
        order, count = self.order, len(self.order)
        half = np.array(self.lattice.half[:count])[order]
        lane = np.array(self.lattice.is_lane[:count], dtype=np.int64)[order]
        apart = half[1:] + half[:-1] + np.array(ROOM)[lane[1:] + lane[:-1]]
        self.gap[1:] = np.where(np.diff(self.row[order]) == 0, apart, 0.0)


def _straighten(lattice: Lattice, tangle: _Tangle, across: list[float], pause: Pause) -> None:
    """Put the bends of each lane below one another where the room beside them allows it."""
    order, x = tangle.order, tangle.across
    spare = np.diff(x[order], prepend=0.0) - tangle.gap
    inside = np.append(tangle.gap > 0, False)
    left, right = np.full(len(order), np.inf), np.full(len(order), np.inf)
    left[order] = np.where(inside[:-1], spare / 2, np.inf)
    right[order] = np.where(inside[1:], np.append(spare[1:], 0.0) / 2, np.inf)
    low, high = (x - left).tolist(), (x + right).tolist()
    for lane in paced(lattice.lanes, pause):
        if len(lane.bends) < 2:
            continue
        run: list[int] = []
        least, most = -np.inf, np.inf
        for bend in lane.bends:
            if run and max(least, low[bend]) > min(most, high[bend]):
                _level(run, least, most, across)
                run, least, most = [], -np.inf, np.inf
            run.append(bend)
            least, most = max(least, low[bend]), min(most, high[bend])
        _level(run, least, most, across)


def _level(run: list[int], least: float, most: float, across: list[float]) -> None:
    """Put some bends at one place between two bounds, in the middle of where they were if that is there."""
    middle = sum(across[bend] for bend in run) / len(run)
    place = min(max(middle, least), most)
    for bend in run:
        across[bend] = place
