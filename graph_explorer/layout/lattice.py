"""A piece in rows, with long links broken into steps from one row to the next.

A link that spans several rows gets a *bend* in each row between, a narrow item that keeps a lane
free for it. The rule: long links that carry the same value share their bends, as a trunk that
branches at each place of use, so a mask read by every block costs one lane and not one a block.
Where even that were too many bends, the longest lanes are led around all rows, in a gutter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import Piece
from graph_explorer.layout.rows import assign_rows

_TRUNK: Final = 3
"""The lanes of a value are one trunk when the longest spans at least this many rows."""
_BENDS: Final = (60_000, 4)
"""At most this many bends, and so many more for each item."""
_HUGE: Final = 25_000
"""With more items and bends than this, time allows for an overview only."""
_HEAVY: Final = (8, 16)
"""More links than this over more bends than this are too many to turn wherever their lane does."""
_TWINS: Final = (8.0, 40.0)
"""Room between links that join the same two boxes over several rows, and all of them at most."""


class Step(NamedTuple):
    """A part of a link between two neighbouring rows; see `Link` for the ports."""

    upper: int
    leave: int
    lower: int
    arrive: int


class Walk(NamedTuple):
    """How a link runs: its first step, as many bends of its lane as it `passed`, its last step.

    The first and the last are one where no bend is passed.
    """

    first: Step
    last: Step
    passed: int


@dataclass(slots=True)
class Lane:
    """Links that share their bends, the nearest first.

    `bends` are those of the last of them, row by row, `steps` those between two bends.
    """

    links: list[int]
    bends: Sequence[int] = ()
    steps: Sequence[Step] = ()


def is_heavy(links: int, bends: int) -> bool:
    """Whether a lane is shared by many links over many rows."""
    return links > _HEAVY[0] and bends > _HEAVY[1]


@dataclass
class Lattice:
    """Items, then bends, then gutters, by number.

    Gutters stand in no row: `row` and `until` are the first and the last row that they pass.
    """

    piece: Piece
    row: list[int]
    rows: list[list[int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    """Every link is in one of them."""
    walks: list[Walk] = field(default_factory=list)
    """How each link runs, from its upper item to its lower one."""
    twin: list[tuple[int, int]] = field(default_factory=list)
    """For each link its number among those that join the same two boxes, and their count."""
    width: dict[int, float] = field(default_factory=dict)
    """The widths of bends that hold several twins; those of all others are 0."""
    until: dict[int, int] = field(default_factory=dict)

    @cached_property
    def ups(self) -> list[list[Step]]:
        """The steps that arrive at each item, in the order of its inputs."""
        ups: list[list[Step]] = [[] for _ in self.row]
        for step in self.steps:
            ups[step.lower].append(step)
        for steps in ups:
            steps.sort(key=lambda step: step.arrive)
        return ups

    @cached_property
    def downs(self) -> list[list[Step]]:
        """The steps that leave each item."""
        downs: list[list[Step]] = [[] for _ in self.row]
        for step in self.steps:
            downs[step.upper].append(step)
        return downs

    @property
    def gutters(self) -> range:
        """The numbers of the gutters."""
        return range(len(self.row) - len(self.until), len(self.row))

    @property
    def is_huge(self) -> bool:
        """Whether time allows for an overview only; stretches one after another are quick."""
        return len(self.row) > _HUGE and self.piece.rows is None

    def is_bend(self, item: int) -> bool:
        return item >= len(self.piece.kinds)

    @cached_property
    def is_lane(self) -> list[bool]:
        """Whether each item has no box: a bend or a port."""
        return [self.is_bend(item) or self.piece.is_port(item) for item in range(len(self.row))]

    @cached_property
    def half(self) -> list[float]:
        """Half the width of each item."""
        bends = range(len(self.piece.kinds), len(self.row))
        return [size[0] / 2 for size in self.piece.sizes] + [self.width.get(b, 0.0) / 2 for b in bends]

    def beside(self, number: int) -> float:
        """How far from the middle of its lane a link runs, to be apart from its twins."""
        twin, count = self.twin[number]
        return (twin - (count - 1) / 2) * min(_TWINS[0], _TWINS[1] / max(1, count - 1))


def weave(piece: Piece, pause: Pause) -> Lattice:
    """Put the items of a piece into rows and break its links into steps."""
    lattice = Lattice(piece, assign_rows(piece, pause))
    pause()
    lattice.twin = _twins(piece, pause)
    walks: dict[int, Walk] = {}
    near, far = _split_far(piece, lattice.row, _lanes(piece, lattice.row, pause), pause)
    for lane in paced(near, pause):
        _lead(lattice, lane, walks)
    pause()
    lattice.rows = [[] for _ in range(max(lattice.row, default=-1) + 1)]
    for item, level in paced(enumerate(lattice.row), pause):
        lattice.rows[level].append(item)
    for lane in far:
        _lead_around(lattice, lane, walks)
    pause()
    lattice.lanes = near + far
    lattice.walks = [walks[number] for number in range(len(piece.links))]
    return lattice


def _lanes(piece: Piece, row: list[int], pause: Pause) -> list[Lane]:
    """Links that share one lane, the short ones before the long ones."""
    values: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    lanes: list[Lane] = []
    for number, link in paced(enumerate(piece.links), pause):
        values[link.upper, link.leave].append(number)
    for numbers in paced(values.values(), pause):
        trunk: list[int] = []
        twins: defaultdict[int, list[int]] = defaultdict(list)
        spans = [row[piece.links[n].lower] - row[piece.links[n].upper] for n in numbers]
        long = max(spans) >= _TRUNK
        for number, span in zip(numbers, spans, strict=True):
            if long and span > 1:
                trunk.append(number)
            else:
                twins[piece.links[number].lower].append(number)
        lanes.extend(map(Lane, twins.values()))
        if trunk:
            lanes.append(Lane(sorted(trunk, key=lambda number: row[piece.links[number].lower])))
    return lanes


def _split_far(
    piece: Piece, row: list[int], lanes: list[Lane], pause: Pause
) -> tuple[list[Lane], list[Lane]]:
    """Lanes that get bends, and those that are led around because the bends were too many."""
    pause()
    ends = [piece.links[lane.links[-1]] for lane in lanes]
    bends = [row[link.lower] - row[link.upper] - 1 for link in ends]
    pause()
    left = _BENDS[0] + _BENDS[1] * len(piece.kinds)
    huge = sum(bends) + len(row) > _HUGE and piece.rows is None
    if not huge and sum(bends) <= left:
        return lanes, []
    near: list[Lane] = []
    far: list[Lane] = []
    pause()
    for count, lane in paced(sorted(zip(bends, lanes, strict=True), key=lambda entry: entry[0]), pause):
        around = huge and is_heavy(len(lane.links), count)
        left -= 0 if around else count
        # Links between neighbouring rows need no bend.
        (far if count and (around or left < 0) else near).append(lane)
    return near, far


def _lead(lattice: Lattice, lane: Lane, walks: dict[int, Walk]) -> None:
    """Give a lane its bends, and its links their steps from bend to bend."""
    row, piece, bends = lattice.row, lattice.piece, list[int]()
    between: list[Step] = []
    ends: dict[tuple[int, int], Step] = {}
    first: Step | None = None
    for number in lane.links:
        upper, leave, lower, arrive = piece.links[number]
        passed = row[lower] - row[upper] - 1
        for level in range(row[upper] + 1 + len(bends), row[lower]):
            bends.append(len(row))
            row.append(level)
            if first is None:
                step = first = Step(upper, leave, bends[-1], 0)
            else:
                step = Step(bends[-2], 0, bends[-1], 0)
                between.append(step)
            lattice.steps.append(step)
        # Links between the same two plain items share their steps.
        end = lower, arrive if piece.above[lower] else 0
        last = ends.get(end)
        if last is None:
            last = ends[end] = Step(bends[-1], 0, lower, arrive) if passed else Step(*piece.links[number])
            lattice.steps.append(last)
        walks[number] = Walk(first or last, last, passed)
    if bends:
        lane.bends, lane.steps = bends, between
        _widen(lattice, lane, walks)


def _widen(lattice: Lattice, lane: Lane, walks: dict[int, Walk]) -> None:
    """Make bends as wide as the twins that pass them need."""
    wide, end = 0.0, len(lane.bends)
    for number in reversed(lane.links):
        passed = walks[number].passed
        if wide:
            lattice.width.update(dict.fromkeys(lane.bends[passed:end], wide))
        wide, end = max(wide, 2 * abs(lattice.beside(number))), passed
    if wide:
        lattice.width.update(dict.fromkeys(lane.bends[:end], wide))


def _lead_around(lattice: Lattice, lane: Lane, walks: dict[int, Walk]) -> None:
    """Give a lane a gutter, which is no part of any row and so of no order."""
    gutter, piece = len(lattice.row), lattice.piece
    first, last = piece.links[lane.links[0]], piece.links[lane.links[-1]]
    lane.bends = [gutter]
    lattice.row.append(lattice.row[first.upper] + 1)
    lattice.until[gutter] = lattice.row[last.lower] - 1
    enter = Step(first.upper, first.leave, gutter, 0)
    for number in lane.links:
        link = piece.links[number]
        walks[number] = Walk(enter, Step(gutter, 0, link.lower, link.arrive), 1)
    _widen(lattice, lane, walks)


def _twins(piece: Piece, pause: Pause) -> list[tuple[int, int]]:
    """The number of each link among those that join the same two boxes, and their count."""
    met: dict[tuple[int, int, int, int], int] = {}
    same: defaultdict[int, list[int]] = defaultdict(list)
    for number, (upper, leave, lower, arrive) in paced(enumerate(piece.links), pause):
        first = met.setdefault((upper, leave, lower, arrive if piece.above[lower] else -1), number)
        if first != number:
            same[first].append(number)
    twin = [(0, 1)] * len(piece.links)
    for first, others in same.items():
        for at, number in enumerate((first, *others)):
            twin[number] = (at, len(others) + 1)
    return twin
