"""What a layout is: positions of boxes, lines and frames, as plain data.

Its one rule: a layout is never changed. A new one may be made from an old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.layout.piece import Plan
from graph_explorer.layout.wiring import Member, Wiring

Direction = Literal["down", "right"]
Box = tuple[float, float, float, float]
Floats = NDArray[np.float64]
Integers = NDArray[np.int32]


class Line(NamedTuple):
    """One line by names, from the border of `source` to the border of `target`.

    `points` (k, 2) are to be joined by `curve`. `members` are the edges of the graph that it stands
    for, more than one only at collapsed groups, and `input_index` is that of the first.
    """

    source: str
    target: str
    input_index: int
    points: Floats
    members: tuple[Member, ...]


@dataclass(frozen=True, eq=False)
class Lines:
    """All lines of a layout (m).

    `sources` and `targets` (m,) are places among the boxes drawn. Line k has the points
    `first_point[k]` to `first_point[k + 1]` of `points` (p, 2), and the edges of the wiring
    `members[first_member[k]]` to `members[first_member[k + 1]]`.
    """

    sources: Integers
    targets: Integers
    points: Floats
    first_point: Integers
    members: Integers
    first_member: Integers

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def multiplicity(self) -> Integers:
        """How many edges each line stands for, (m,)."""
        return np.diff(self.first_member)

    def points_of(self, line: int) -> Floats:
        """The points of one line, (k, 2)."""
        return self.points[self.first_point[line] : self.first_point[line + 1]]

    def members_of(self, line: int) -> Integers:
        """The edges of the wiring that one line stands for."""
        return self.members[self.first_member[line] : self.first_member[line + 1]]


@dataclass(frozen=True, eq=False)
class Seats:
    """Which plan put everything where it stands.

    `plans` are those of all regions; `boxes` (n, 2) are the region and the item of each box drawn,
    `outer` (regions, 2) those of each region in the one around it, and `frames` the regions that
    are open groups.
    """

    plans: Sequence[Plan]
    boxes: Integers
    outer: Integers
    frames: Mapping[str, int]

    def box(self, place: int) -> tuple[int, int]:
        """The region and the item of a box."""
        return int(self.boxes[place, 0]), int(self.boxes[place, 1])

    def frame(self, region: int) -> tuple[int, int]:
        """The region and the item of a region."""
        return int(self.outer[region, 0]), int(self.outer[region, 1])


@dataclass(frozen=True, eq=False)
class Layout:
    """Where everything stands, in scene pixels; y grows downward.

    `ids` (n) names what is drawn: nodes and collapsed groups. `centers` and `sizes` are (n, 2),
    sizes as width and height. `groups` has the frames of open groups as x, y, width, height, and
    so has `bounds` for the whole picture. `wiring` is the graph that was laid out.
    """

    ids: tuple[str, ...]
    centers: Floats
    sizes: Floats
    lines: Lines
    groups: Mapping[str, Box]
    bounds: Box
    wiring: Wiring
    direction: Direction = "down"
    plans: Mapping[bytes, Plan] = field(default_factory=dict, repr=False)
    """The parts this layout is made of, kept so that the next layout can use them again."""
    seats: Seats | None = field(default=None, repr=False)
    """Which part put what where; nothing for a layout that was not made by `arrange`."""
    unpinned: Layout | None = field(default=None, repr=False)

    @property
    def free(self) -> Layout:
        """The layout as it is where nothing was moved by hand."""
        return self.unpinned or self

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.ids)}

    @cached_property
    def _line_of_edge(self) -> Integers:
        """The line of each edge, −1 where it is not drawn and for the edge −1."""
        line = np.full(len(self.wiring.source) + 1, -1, dtype=np.int32)
        line[self.lines.members] = np.repeat(
            np.arange(len(self.lines), dtype=np.int32), self.lines.multiplicity
        )
        return line

    def index(self, id: str) -> int:  # noqa: A002
        """The place of a node or collapsed group in `ids`; KeyError if it is not drawn."""
        return self._places[id]

    def place(self, name: str) -> int:
        """The place of a node or collapsed group in `ids`, −1 if it is not drawn."""
        return self._places.get(name, -1)

    def center(self, name: str) -> tuple[float, float] | None:
        """The centre of a node, a collapsed group or the frame of an open one, if it is drawn."""
        place = self.place(name)
        if place >= 0:
            return (float(self.centers[place, 0]), float(self.centers[place, 1]))
        if name in self.groups:
            x, y, width, height = self.groups[name]
            return (x + width / 2, y + height / 2)
        return None

    def line(self, number: int) -> Line:
        """A line by its names."""
        lines = self.lines
        members = tuple(self.wiring.member(edge) for edge in lines.members_of(number).tolist())
        source, target = self.ids[lines.sources[number]], self.ids[lines.targets[number]]
        return Line(source, target, members[0].input_index, lines.points_of(number), members)

    def line_of(self, node: str, slot: int) -> int:
        """The line that leads into an input of a node, −1 where it is not drawn."""
        return int(self.lines_of([self.wiring.number(node)], [slot])[0])

    def lines_of(self, nodes: ArrayLike, slots: ArrayLike) -> NDArray[np.int64]:
        """The lines that lead into inputs of nodes, which are numbers of the wiring; −1 where undrawn."""
        edges = self.wiring.edges(nodes, slots)
        return self._line_of_edge[edges].astype(np.int64)

    def moved(self, x: float, y: float) -> Layout:
        """The layout, moved as a whole."""
        return replace(
            self,
            centers=self.centers + np.array([x, y]),
            lines=replace(self.lines, points=self.lines.points + np.array([x, y])),
            groups={
                path: (left + x, top + y, width, height)
                for path, (left, top, width, height) in self.groups.items()
            },
            bounds=(self.bounds[0] + x, self.bounds[1] + y, *self.bounds[2:]),
        )


def curve(points: Floats, direction: Direction = "down") -> Floats:
    """The smooth line through the points (k, 2) of a line: cubic Béziers, (k - 1, 4, 2).

    Each part leaves and arrives along the flow, so the curve turns only where the layout left room
    for turns, and neighbouring parts meet without a kink.
    """
    return _cubics(points[:-1], points[1:], direction)


def curves(lines: Lines, direction: Direction = "down") -> tuple[Floats, Integers]:
    """The cubics (p, 4, 2) of all lines, one after another, and where each line's begin (m + 1,)."""
    inner = np.ones(max(0, len(lines.points) - 1), dtype=bool)
    inner[lines.first_point[1:-1] - 1] = False
    at = np.flatnonzero(inner)
    first = lines.first_point - np.arange(len(lines) + 1).astype(np.int32)
    return _cubics(lines.points[at], lines.points[at + 1], direction), first


def _cubics(start: Floats, end: Floats, direction: Direction) -> Floats:
    flow = 1 if direction == "down" else 0
    parts = np.stack([start, start, end, end], axis=1)
    half = (end[:, flow] - start[:, flow]) / 2
    parts[:, 1, flow] += half
    parts[:, 2, flow] -= half
    return parts
