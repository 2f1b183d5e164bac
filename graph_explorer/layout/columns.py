"""Long pieces in columns side by side, read like a newspaper.

A chain of 50 000 operations in one column is four million pixels tall and a hairline in any window.
Its rows are broken into columns instead, from left to right; values that go on in a later column are
led up beside their own and along above all between. The rule: breaks stay where they were as long as
the columns they make are of use, so that opening a group lengthens its own column and moves no row into
another.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.lattice import Lattice
from graph_explorer.layout.piece import Piece
from graph_explorer.layout.ports import Ports

_LONG: Final = 12_000.0
"""What is shorter along the flow is not broken, in pixels."""
_SLENDER: Final = 8.0
"""Neither is what is shorter than so many times its width."""
_RELUCTANT: Final = 4.0
"""A piece that was in one column before is broken only when it is so many times as long."""
_WORTH: Final = 0.6
"""There are no columns where one would be longer than this part of the whole."""
_UNEVEN: Final = 6.0
"""Those of before are given up when they make the whole so many times as long as wide, or as wide as long."""
_WIDER: Final = 1.25
_MUCH: Final = 600.0
"""Columns that stood further apart before stay there if that makes the whole no more than so many
times as wide, and by so much wider."""
_MOST: Final = 8
_BESIDE: Final = 1 / 12
"""At most so many values pass a break, or as many as have room in this part of the width of a column."""
_AVOIDED: Final = 0.05
"""What a value that passes a break is worth in parts of the length of a column."""
_MARGIN: Final = 36.0
"""Room between a column and the lines beside it."""
_TURN: Final = 16.0
"""Room between a column and the lines above or below it."""
_LANE: Final = 9.0
"""Room between lines that go from column to column."""
_SPARE: Final = 8 * _LANE
"""So much more room above the columns than there need be is kept."""
Mark = tuple[float, float, int]
"""A place across and along, before anything is broken, and its row."""
Point = tuple[float, float]


class _Passage(NamedTuple):
    """Where a value leaves a column, across, and the last column it goes to."""

    across: float
    last: int


def find_breaks(
    lattice: Lattice, across: Sequence[float], rows: Sequence[tuple[float, float]], anchors: Anchors
) -> dict[int, float]:
    """The rows at which new columns begin, with how far across these were moved before, if they were.

    None where the piece is best in one column.
    """
    inner = _inner_rows(lattice)
    if len(inner) < 3 or lattice.gutters:
        return {}
    length = rows[inner[-1]][1] - rows[inner[0]][0]
    ((left, right),) = _sides(lattice, across, [0] * len(rows))
    width = right - left
    long = length > _LONG and length > _SLENDER * width
    count = max(1, math.ceil(math.sqrt(length / (width + 2 * _MARGIN))))
    share = length / count
    if anchors.breaks is not None:
        kept = kept_breaks(lattice, anchors)
        if not anchors.breaks:
            long = long and length > _RELUCTANT * _LONG
        elif kept and length > _LONG / 2 and _lopsided(lattice, across, rows, inner, kept) < _UNEVEN:
            return kept
    found = _even_breaks(lattice, rows, inner, share, width) if long else []
    return dict.fromkeys(found, -math.inf) if _longest(rows, inner, found) < _WORTH * length else {}


def _inner_rows(lattice: Lattice) -> range:
    """The rows that hold no ports."""
    piece = lattice.piece
    return range(1 if piece.entries else 0, len(lattice.rows) - (1 if piece.exits else 0))


def kept_breaks(lattice: Lattice, anchors: Anchors) -> dict[int, float]:
    """The rows that hold something that began a column before, with how far across that was moved."""
    before, inner = anchors.breaks or {}, _inner_rows(lattice)
    began = {
        lattice.row[item]: before[row]
        for item, row in enumerate(anchors.row)
        if row is not None and row in before
    }
    return {row: began[row] for row in sorted(began) if row in inner[1:]}


def _lopsided(
    lattice: Lattice,
    across: Sequence[float],
    rows: Sequence[tuple[float, float]],
    inner: range,
    breaks: Mapping[int, float],
) -> float:
    """How many times as long as wide, or as wide as long, columns that begin at these rows are together."""
    begins = list(breaks)
    sides = _sides(lattice, across, [bisect_right(begins, row) for row in range(len(rows))])
    width = sum(right - left + 2 * _MARGIN for left, right in sides)
    length = _longest(rows, inner, breaks)
    return max(width / length, length / width)


def _sides(lattice: Lattice, across: Sequence[float], column: Sequence[int]) -> list[tuple[float, float]]:
    """The left and the right side of each column; `column` has that of each row."""
    count = column[-1] + 1
    left, right = [math.inf] * count, [-math.inf] * count
    for item, x in enumerate(across):
        at, half = column[lattice.row[item]], lattice.half[item]
        left[at], right[at] = min(left[at], x - half), max(right[at], x + half)
    return list(zip(left, right, strict=True))


def _longest(rows: Sequence[tuple[float, float]], inner: range, breaks: Iterable[int]) -> float:
    firsts = [inner[0], *breaks]
    return max(
        rows[end - 1][1] - rows[row][0] for row, end in zip(firsts, [*breaks, inner[-1] + 1], strict=True)
    )


def _even_breaks(
    lattice: Lattice, rows: Sequence[tuple[float, float]], inner: range, share: float, width: float
) -> list[int]:
    """Breaks where few values pass, about `share` apart, or as far as the first that is found."""
    passing: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for step in lattice.steps:
        passing[lattice.row[step.lower]].add((step.upper, step.leave))
    most = max(_MOST, width * _BESIDE / _LANE)
    possible = [row for row in inner[1:] if len(passing[row]) <= most]
    share = max(share, _longest(rows, inner, possible))
    breaks: list[int] = []
    begin, end = rows[inner[0]][0], rows[inner[-1]][1]
    best: tuple[float, int] | None = None
    for row in [*possible, inner[-1] + 1]:
        length = rows[row - 1][1] - begin
        if length > 1.2 * share and best is not None:
            breaks.append(best[1])
            share = share if len(breaks) > 1 else rows[best[1] - 1][1] - begin
            begin, best = rows[best[1]][0], None
            length = rows[row - 1][1] - begin
        near = abs(length - share) / share + _AVOIDED * len(passing[row])
        # What is left for the last column is to be worth one.
        if 0.4 * share <= length < end - begin - 0.2 * share:
            best = (near, row) if best is None or near < best[0] else best
    return breaks


class Columns:
    """Where everything stands once rows are in columns; with no breaks, where it stood.

    `left`, `right` and `bottom` bound it all, and `firsts` are the rows at which columns begin. The room
    `above` them for lines that pass stays as it was unless that is too little, or far too much.
    """

    def __init__(
        self,
        lattice: Lattice,
        across: Sequence[float],
        ports: Ports,
        rows: Sequence[tuple[float, float]],
        breaks: Mapping[int, float],
        above: float,
    ) -> None:
        self.rows, self._kept, self.above = rows, breaks, above
        self._piece: Piece = lattice.piece
        self._exits = len(rows) - 1 if lattice.piece.exits else None
        self.firsts = [0, *breaks]
        self.column = [bisect_right(self.firsts, row) - 1 for row in range(len(rows))]
        sides = _sides(lattice, across, self.column) if rows else [(0.0, 0.0)]
        self.left, self.right = sides[0]
        self.bottom = rows[-1][1] if rows else lattice.piece.room[0]
        self._move = [(0.0, 0.0)]
        if breaks:
            self._break(_inner_rows(lattice), sides, self._passages(lattice, across, ports))
        #: the rows at which columns begin, and how far across these are moved
        self.breaks = {row: across for row, (across, _) in zip(breaks, self._move[1:], strict=True)}

    def _passages(
        self, lattice: Lattice, across: Sequence[float], ports: Ports
    ) -> list[dict[tuple[int, int], _Passage]]:
        """For each column the values that pass out of it, by where they leave its last row."""
        passages: list[dict[tuple[int, int], _Passage]] = [{} for _ in self.firsts]
        for lane in lattice.lanes:
            for number in lane.links:
                upper, leave, lower, _ = lattice.piece.links[number]
                begin, end = self.column[lattice.row[upper]], self.column[lattice.row[lower]]
                if begin == end:
                    continue
                bend = self.firsts[begin + 1] - lattice.row[upper] - 2
                key = (upper, leave) if bend < 0 else (lane.bends[bend], 0)
                x = ports.leave[number] if bend < 0 else across[key[0]]
                before = passages[begin].get(key, _Passage(x, end))
                passages[begin][key] = _Passage(before.across, max(before.last, end))
        return passages

    def _break(
        self,
        inner: range,
        sides: list[tuple[float, float]],
        passages: list[dict[tuple[int, int], _Passage]],
    ) -> None:
        rows, breaks = self.rows, self.firsts[1:]
        #: for each column the number of every lane out of it, the rightmost first
        self._lanes = [
            {key: number for number, key in enumerate(sorted(found, key=lambda key: -found[key].across))}
            for found in passages
        ]
        wide = [_LANE * max(0, len(lanes) - 1) for lanes in self._lanes]
        self._level = _levels(passages, self._lanes)
        needed = _LANE * max(self._level.values(), default=0) + 2 * _TURN
        self.above = max(needed, min(self.above, needed + _SPARE))
        self._top = rows[inner[0]][0] + self.above
        moves = _beside(sides, wide, [-math.inf] * len(breaks))
        kept = _beside(sides, wide, list(self._kept.values()))
        if kept[-1] <= _WIDER * moves[-1] + _MUCH:
            moves = kept
        self._move += [(move, self._top - rows[row][0]) for move, row in zip(moves, breaks, strict=True)]
        self._gutter = [right + move + _MARGIN for (_, right), move in zip(sides, [0.0, *moves], strict=True)]
        lasts = [*(row - 1 for row in breaks), inner[-1]]
        self._end = [rows[row][1] + self._move[column][1] for column, row in enumerate(lasts)]
        below = [end + 2 * _TURN + more for end, more in zip(self._end[:-1], wide[:-1], strict=True)]
        self.right, self.bottom = self._gutter[-1] - _MARGIN, max(*below, self._end[-1])
        if self._exits is not None:
            self._exit = self.bottom - rows[inner[-1]][1]
            self.bottom += rows[self._exits][1] - rows[inner[-1]][1]

    def place(self, across: float, along: float, row: int) -> tuple[float, float]:
        """Where something in a row stands now."""
        x, y = self._move[self.column[row]]
        if self._kept and row == self._exits:
            y = self._exit
        return across + x, along + y

    def between(self, key: tuple[int, int], upper: Mark, lower: Mark, beside: float) -> Iterator[Point]:
        """How a line runs from the last mark in its column to the first one in a later column.

        Down, up beside its column, along above all columns between, and down into the later one, however
        far that is. `key` is the item it leaves and the port, `beside` how far it runs from its lane.
        """
        column = self.column[upper[2]]
        number = self._lanes[column][key]
        gutter = self._gutter[column] + _LANE * number + beside
        below = self._end[column] + _TURN + _LANE * number
        above = self._top - _TURN - _LANE * self._level[key]
        yield self.place(*upper)[0], below
        yield gutter, below
        yield gutter, above
        yield self.place(*lower)[0], above


def _levels(
    passages: list[dict[tuple[int, int], _Passage]], lanes: list[dict[tuple[int, int], int]]
) -> dict[tuple[int, int], int]:
    """How high above the columns each value passes: over those that begin later, the far ones over all."""
    free, levels = [0] * len(passages), dict[tuple[int, int], int]()
    for column in range(len(passages) - 1, -1, -1):
        for key in reversed(lanes[column]):
            last = passages[column][key].last
            levels[key] = max(free[column:last])
            free[column:last] = [levels[key] + 1] * (last - column)
    return levels


def _beside(sides: list[tuple[float, float]], wide: list[float], least: list[float]) -> list[float]:
    """How far each column but the first is moved across to stand beside the one before it."""
    moves: list[float] = []
    right = sides[0][1]
    for side, lanes, move in zip(sides[1:], wide[:-1], least, strict=True):
        moves.append(max(move, right + 2 * _MARGIN + lanes - side[0]))
        right = side[1] + moves[-1]
    return moves
