"""What a layout is: positions of boxes, lines and frames, as plain data.

Its one rule: a layout is never changed. A new one may be made from an old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout.piece import Piece, Plan

Direction = Literal["down", "right"]
Box = tuple[float, float, float, float]
Member = tuple[str, str, int]


@dataclass(frozen=True)
class Edge:
    """One line from the border of `source` to the border of `target`.

    `points` (k, 2) are to be joined by `curve`. `members` are the edges of the graph that the line
    stands for, as (source, target, input index); `multiplicity` is their number, above 1 only at
    collapsed groups, and `input_index` is that of the first.
    """

    source: str
    target: str
    input_index: int
    points: NDArray[np.float64]
    multiplicity: int
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in scene pixels; y grows downward.

    `ids` (n) names what is drawn: nodes and collapsed groups. `centers` and `sizes` are (n, 2),
    sizes as width and height. `groups` has the frames of open groups as x, y, width, height, and
    so has `bounds` for the whole picture.
    """

    ids: tuple[str, ...]
    centers: NDArray[np.float64]
    sizes: NDArray[np.float64]
    edges: tuple[Edge, ...]
    groups: Mapping[str, Box]
    bounds: Box
    direction: Direction = "down"
    plans: Mapping[Piece, Plan] = field(default_factory=dict, repr=False, compare=False)
    """The parts this layout is made of, kept so that the next layout can use them again."""

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.ids)}

    def index(self, id: str) -> int:  # noqa: A002
        """The place of a node or collapsed group in `ids`; KeyError if it is not drawn."""
        return self._places[id]

    def center(self, name: str) -> tuple[float, float] | None:
        """The centre of a node, a collapsed group or the frame of an open one, if it is drawn."""
        place = self._places.get(name)
        if place is not None:
            return (float(self.centers[place, 0]), float(self.centers[place, 1]))
        if name in self.groups:
            x, y, width, height = self.groups[name]
            return (x + width / 2, y + height / 2)
        return None


def curve(points: NDArray[np.float64], direction: Direction = "down") -> NDArray[np.float64]:
    """The smooth line through the points of an edge: cubic Béziers, (k - 1, 4, 2).

    Each part leaves and arrives along the flow, so the curve turns only where the layout left room
    for turns, and neighbouring parts meet without a kink.
    """
    flow = 1 if direction == "down" else 0
    start, end = points[:-1], points[1:]
    parts = np.stack([start, start, end, end], axis=1)
    half = (end[:, flow] - start[:, flow]) / 2
    parts[:, 1, flow] += half
    parts[:, 2, flow] -= half
    return parts
