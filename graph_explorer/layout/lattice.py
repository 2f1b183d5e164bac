"""A piece in rows, with long links broken into steps from one row to the next.

A link that spans several rows gets a *bend* in each row between, a narrow item that keeps a lane
free for it. The rule: long links that carry the same value share their bends, as a trunk that
branches at each place of use, so a mask read by every block costs one lane and not one a block.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, NamedTuple

from graph_explorer.layout.piece import Link, Piece
from graph_explorer.layout.rows import assign_rows

BEND: Final = 6
"""The kind of an item that only keeps a lane free."""
_TRUNK: Final = 3
"""The lanes of a value are one trunk when the longest spans at least this many rows."""


class Step(NamedTuple):
    """A part of a link between two neighbouring rows; see `Link` for the ports."""

    upper: int
    leave: int
    lower: int
    arrive: int


@dataclass
class Lattice:
    """Items and bends in rows. Numbers below `len(piece.kinds)` are items, others bends."""

    piece: Piece
    row: list[int]
    kinds: list[int]
    rows: list[list[int]]
    steps: list[Step]
    walks: list[tuple[Step, ...]]
    """The steps of each link, from its upper item to its lower one."""

    def __post_init__(self) -> None:
        self.ups: list[list[Step]] = [[] for _ in self.kinds]
        self.downs: list[list[Step]] = [[] for _ in self.kinds]
        for step in self.steps:
            self.downs[step.upper].append(step)
            self.ups[step.lower].append(step)
        for steps in self.ups:
            steps.sort(key=lambda step: step.arrive)


def weave(piece: Piece) -> Lattice:
    """Put the items of a piece into rows and break its links into steps."""
    row = assign_rows(piece)
    kinds = list(piece.kinds)
    steps: dict[tuple[int, int, int, int], Step] = {}
    walks: list[tuple[Step, ...]] = [()] * len(piece.links)
    for lanes in _lanes(piece, row):
        trunk: list[int] = []
        for number in lanes:
            link = piece.links[number]
            for level in range(row[link.upper] + 1 + len(trunk), row[link.lower]):
                trunk.append(len(kinds))
                kinds.append(BEND)
                row.append(level)
            path = (link.upper, *trunk[: row[link.lower] - row[link.upper] - 1], link.lower)
            walks[number] = _walk(steps, path, link, piece)
    rows: list[list[int]] = [[] for _ in range(max(row, default=-1) + 1)]
    for item, level in enumerate(row):
        rows[level].append(item)
    return Lattice(piece, row, kinds, rows, list(steps.values()), walks)


def _lanes(piece: Piece, row: list[int]) -> list[list[int]]:
    """Numbers of links that share one lane, the short ones before the long ones."""
    values: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    lanes: list[list[int]] = []
    for number, link in enumerate(piece.links):
        values[link.upper, link.leave].append(number)
    for numbers in values.values():
        trunk: list[int] = []
        twins: defaultdict[int, list[int]] = defaultdict(list)
        spans = [row[piece.links[n].lower] - row[piece.links[n].upper] for n in numbers]
        long = max(spans) >= _TRUNK
        for number, span in zip(numbers, spans, strict=True):
            link = piece.links[number]
            if long and span > 1:
                trunk.append(number)
            else:
                twins[link.lower].append(number)
        lanes.extend(twins.values())
        if trunk:
            lanes.append(sorted(trunk, key=lambda number: row[piece.links[number].lower]))
    return lanes


def _walk(
    steps: dict[tuple[int, int, int, int], Step], path: tuple[int, ...], link: Link, piece: Piece
) -> tuple[Step, ...]:
    """The steps along a path; links between the same two plain items share theirs."""
    walk = []
    last = len(path) - 2
    for place in range(last + 1):
        upper, lower = path[place], path[place + 1]
        leave = link.leave if place == 0 else 0
        arrive = link.arrive if place == last else 0
        port = arrive if lower < len(piece.above) and piece.above[lower] else 0
        walk.append(
            steps.setdefault((upper, leave, lower, port), Step(upper, leave, lower, arrive))
        )
    return tuple(walk)
