"""The points of every line of a piece: out of its box, along its lane, into the next.

The rule: a line has points only where it turns, so one that passes a thousand rows straight, or skips a
hundred columns, costs no more than a short one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from graph_explorer.layout.columns import Columns, Mark
from graph_explorer.layout.lattice import Lane, Lattice
from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import Points, simplified
from graph_explorer.layout.ports import Ports


class Ways(NamedTuple):
    """Where everything stands in a piece, `across` and `along`, before it is put into `columns`."""

    lattice: Lattice
    across: list[float]
    along: list[float]
    ports: Ports
    columns: Columns

    def lines(self, pause: Pause) -> list[Points]:
        """The points of all links, from the upper item to the lower one."""
        lines: list[Points] = [()] * len(self.lattice.piece.links)
        for lane, number, turns in paced(self._links(), pause):
            lines[number] = tuple(simplified(self._line(lane, number, turns)))
        return lines

    def _links(self) -> Iterator[tuple[Lane, int, list[int]]]:
        """Every link with its lane and the bends at which that turns."""
        for lane in self.lattice.lanes:
            x = [self.across[bend] for bend in lane.bends]
            turns = [at for at in range(1, len(x)) if x[at] != x[at - 1]]
            for number in lane.links:
                yield lane, number, turns

    def _line(self, lane: Lane, number: int, turns: list[int]) -> list[tuple[float, float]]:
        """The points of one link; `turns` are the bends of its lane at which that turns."""
        columns, row = self.columns, self.lattice.row
        upper, leave, lower, _ = self.lattice.piece.links[number]
        begin, end = self._ends(number)
        beside, passed = self.lattice.beside(number), self.lattice.walks[number].passed
        column, later = columns.column[row[upper]], columns.column[row[lower]]
        if column == later:
            marks = [*begin, *self._straight(lane, number, turns, range(passed)), *end]
            return [columns.place(*mark) for mark in marks]
        above, first = columns.firsts[column + 1] - row[upper] - 1, columns.firsts[later] - row[upper] - 1
        here = [*begin, *self._straight(lane, number, turns, range(above))]
        there = [*self._straight(lane, number, turns, range(first, passed)), *end]
        key = (lane.bends[above - 1], 0) if above else (upper, leave)
        return [
            *(columns.place(*mark) for mark in here),
            *columns.between(key, here[-1], there[0], beside),
            *(columns.place(*mark) for mark in there),
        ]

    def _ends(self, number: int) -> tuple[tuple[Mark, Mark], tuple[Mark, Mark]]:
        """From the upper box to the end of its row, and from the begin of its row to the lower one."""
        piece, rows, row = self.lattice.piece, self.columns.rows, self.lattice.row
        link = piece.links[number]
        first, last = row[link.upper], row[link.lower]
        out, into = self.ports.leave[number], self.ports.arrive[number]
        return (
            (
                (out, self.along[link.upper] + piece.sizes[link.upper][1] / 2, first),
                (out, rows[first][1], first),
            ),
            (
                (into, rows[last][0], last),
                (into, self.along[link.lower] - piece.sizes[link.lower][1] / 2, last),
            ),
        )

    def _straight(self, lane: Lane, number: int, turns: list[int], bends: range) -> Iterator[Mark]:
        """Both ends of every straight run of some bends of a lane."""
        rows, link, row = self.columns.rows, self.lattice.piece.links[number], self.lattice.row
        first, beside = row[link.upper] + 1, self.lattice.beside(number)
        begin = bends.start
        while begin < bends.stop:
            at = bisect_right(turns, begin)
            end = min(turns[at], bends.stop) if at < len(turns) else bends.stop
            # A lane around all rows has one bend, however many rows that passes.
            last = first + end - 1 if end < self.lattice.walks[number].passed else row[link.lower] - 1
            x = self.across[lane.bends[begin]] + beside
            yield x, rows[first + begin][0], first + begin
            yield x, rows[last][1], last
            begin = end
