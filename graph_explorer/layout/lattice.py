"""A piece in rows, with long links broken into steps from one row to the next.

A link that spans several rows gets a *bend* in each row between, a narrow item that keeps a lane
free for it. The rule: long links that carry the same value share their bends, as a trunk that
branches at each place of use, so a mask read by every block costs one lane and not one a block.
Where even that were too many bends, the longest lanes are led around all rows, in a gutter.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import Link, Piece
from graph_explorer.layout.rows import assign_rows

_TRUNK: Final = 3
"""The lanes of a value are one trunk when the longest spans at least this many rows."""
_BENDS: Final = (60_000, 4)
"""At most this many bends, and so many more for each item."""
_TWINS: Final = (8.0, 40.0)
"""Room between links that join the same two boxes over several rows, and all of them at most."""


class Step(NamedTuple):
    """A part of a link between two neighbouring rows; see `Link` for the ports."""

    upper: int
    leave: int
    lower: int
    arrive: int


@dataclass
class Lattice:
    """Items, then bends, then gutters, by number.

    Gutters stand in no row: `row` and `until` are the first and the last row that they pass.
    """

    piece: Piece
    row: list[int]
    rows: list[list[int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    walks: list[tuple[Step, ...]] = field(default_factory=list)
    """The steps of each link, from its upper item to its lower one."""
    twin: list[tuple[int, int]] = field(default_factory=list)
    """For each link its number among those that join the same two boxes, and their count."""
    width: dict[int, float] = field(default_factory=dict)
    """The widths of bends that hold several twins; those of all others are 0."""
    until: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ups: list[list[Step]] = []
        self.downs: list[list[Step]] = []

    @property
    def gutters(self) -> range:
        """The numbers of the gutters."""
        return range(len(self.row) - len(self.until), len(self.row))

    def is_bend(self, item: int) -> bool:
        return item >= len(self.piece.kinds)

    def is_lane(self, item: int) -> bool:
        """Whether an item has no box: a bend or a port."""
        return self.is_bend(item) or self.piece.is_port(item)

    def half(self, item: int) -> float:
        """Half the width of an item."""
        if self.is_bend(item):
            return self.width.get(item, 0.0) / 2
        return self.piece.sizes[item][0] / 2

    def beside(self, number: int) -> float:
        """How far from the middle of its lane a link runs, to be apart from its twins."""
        twin, count = self.twin[number]
        return (twin - (count - 1) / 2) * min(_TWINS[0], _TWINS[1] / max(1, count - 1))


def weave(piece: Piece, pause: Pause) -> Lattice:
    """Put the items of a piece into rows and break its links into steps."""
    lattice = Lattice(piece, assign_rows(piece, pause), walks=[()] * len(piece.links))
    pause()
    lattice.twin = _twins(piece)
    pause()
    steps: dict[tuple[int, int, int, int], Step] = {}
    near, far = _split_far(piece, lattice.row, _lanes(piece, lattice.row))
    for lane in near:
        pause()
        _lead(lattice, lane, steps)
    pause()
    lattice.rows = [[] for _ in range(max(lattice.row, default=-1) + 1)]
    for item, level in enumerate(lattice.row):
        lattice.rows[level].append(item)
    for lane in far:
        _lead_around(lattice, lane)
    lattice.steps = list(steps.values())
    lattice.ups = [[] for _ in lattice.row]
    lattice.downs = [[] for _ in lattice.row]
    for step in paced(lattice.steps, pause):
        lattice.downs[step.upper].append(step)
        lattice.ups[step.lower].append(step)
    for ups in lattice.ups:
        ups.sort(key=lambda step: step.arrive)
    return lattice


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
            if long and span > 1:
                trunk.append(number)
            else:
                twins[piece.links[number].lower].append(number)
        lanes.extend(twins.values())
        if trunk:
            lanes.append(sorted(trunk, key=lambda number: row[piece.links[number].lower]))
    return lanes


def _split_far(
    piece: Piece, row: list[int], lanes: list[list[int]]
) -> tuple[list[list[int]], list[list[int]]]:
    """Lanes that get bends, and those that are led around because the bends were too many."""
    links = piece.links
    spans = [sum(row[links[n].lower] - row[links[n].upper] for n in lane) for lane in lanes]
    left = _BENDS[0] + _BENDS[1] * len(piece.kinds)
    if sum(spans) <= left:
        return lanes, []
    near: list[list[int]] = []
    far: list[list[int]] = []
    for span, lane in sorted(zip(spans, lanes, strict=True), key=lambda entry: entry[0]):
        left -= span
        # Links between neighbouring rows need no bend.
        (near if left >= 0 or span == len(lane) else far).append(lane)
    return near, far


def _lead(lattice: Lattice, lane: list[int], steps: dict[tuple[int, int, int, int], Step]) -> None:
    """Give a lane its bends, and its links their steps from bend to bend."""
    row, trunk = lattice.row, list[int]()
    for number in lane:
        link = lattice.piece.links[number]
        for level in range(row[link.upper] + 1 + len(trunk), row[link.lower]):
            trunk.append(len(row))
            row.append(level)
        between = trunk[: row[link.lower] - row[link.upper] - 1]
        wide = 2 * abs(lattice.beside(number))
        if wide:
            lattice.width.update((bend, max(wide, lattice.width.get(bend, 0))) for bend in between)
        lattice.walks[number] = _walk(lattice.piece, link, between, steps)


def _lead_around(lattice: Lattice, lane: list[int]) -> None:
    """Give a lane a gutter, which is no part of any row and so of no order."""
    gutter = len(lattice.row)
    first, last = lattice.piece.links[lane[0]], lattice.piece.links[lane[-1]]
    lattice.row.append(lattice.row[first.upper] + 1)
    lattice.until[gutter] = lattice.row[last.lower] - 1
    steps: dict[tuple[int, int, int, int], Step] = {}
    for number in lane:
        link = lattice.piece.links[number]
        lattice.walks[number] = _walk(lattice.piece, link, [gutter], steps)


def _walk(
    piece: Piece, link: Link, between: list[int], steps: dict[tuple[int, int, int, int], Step]
) -> tuple[Step, ...]:
    """The steps of one link; links between the same two plain items share theirs."""
    walk = []
    path = (link.upper, *between, link.lower)
    last = len(path) - 2
    for place in range(last + 1):
        upper, lower = path[place], path[place + 1]
        leave = link.leave if place == 0 else 0
        arrive = link.arrive if place == last else 0
        port = arrive if lower < len(piece.above) and piece.above[lower] else 0
        step = Step(upper, leave, lower, arrive)
        walk.append(steps.setdefault((upper, leave, lower, port), step))
    return tuple(walk)


def _twins(piece: Piece) -> list[tuple[int, int]]:
    same: defaultdict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    for number, (upper, leave, lower, arrive) in enumerate(piece.links):
        same[upper, leave, lower, arrive if piece.above[lower] else -1].append(number)
    twin = [(0, 1)] * len(piece.links)
    for numbers in same.values():
        for at, number in enumerate(numbers):
            twin[number] = (at, len(numbers))
    return twin
