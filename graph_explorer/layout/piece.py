"""One region to be laid out, with every name taken out of it.

A piece knows boxes by number, their sizes and what is joined to what, so that two equal layers of
a network are equal pieces and are laid out once. Its one rule: every link runs from a lower to a
higher number, so a piece has no cycle and its numbering is an order to work in.

Here and in the modules that work on pieces, *across* is the direction of a row and *along* the
direction of the flow; whether the flow runs down or to the right is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

OPERATION: Final = 0
INPUT: Final = 1
"""A leaf that carries data."""
CONSTANT: Final = 2
"""A leaf that is a parameter or a constant."""
GROUP: Final = 3
"""A group of nodes, open or collapsed."""

Points = tuple[tuple[float, float], ...]


class Link(NamedTuple):
    """A joint of two items: `upper` stands in an earlier row than `lower`.

    `leave` and `arrive` number the fixed ports of a region's box. At a plain box, `arrive` is the
    place of the link among the inputs.
    """

    upper: int
    leave: int
    lower: int
    arrive: int


@dataclass(frozen=True)
class Piece:
    """What a region holds: items with sizes and kinds, links, and room to leave at its borders.

    The first `entries` items are the ports at which values come in, of the kind of what comes, and
    the last `exits` those at which values go out; they have no size.
    `above` and `below` hold, for each item that is itself a region, where its ports are: offsets
    across from its centre. `rows` fixes the row of every item where that is known beforehand.
    `room` is what the frame needs: before and after along, before and after across; `least` is
    its least width across.
    """

    kinds: tuple[int, ...]
    sizes: tuple[tuple[float, float], ...]
    links: tuple[Link, ...]
    above: tuple[tuple[float, ...], ...]
    below: tuple[tuple[float, ...], ...]
    room: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    least: float = 0.0
    entries: int = 0
    exits: int = 0
    rows: tuple[int, ...] | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        items = (self.kinds, self.sizes, self.links, self.above, self.below)
        object.__setattr__(self, "_hash", hash((items, self.room, self.least, self.rows)))

    def links_inside(self) -> tuple[Link, ...]:
        """The links that are at no port of the piece itself."""
        return tuple(
            link
            for link in self.links
            if link.upper >= self.entries and link.lower < len(self.kinds) - self.exits
        )

    def is_port(self, item: int) -> bool:
        return item < self.entries or item >= len(self.kinds) - self.exits

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True)
class Plan:
    """A piece laid out: the size of its frame and, from the frame's first corner, all positions.

    `centers` has one point an item (across, along); entries and exits stand on the border. `lines`
    has the points of each link, from the upper item to the lower one.
    """

    size: tuple[float, float]
    centers: tuple[tuple[float, float], ...]
    lines: tuple[Points, ...]


def simplified(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points met twice and without those in the middle of a run along the flow."""
    kept = points[:1]
    for at in range(1, len(points)):
        across, along = points[at]
        here = abs(kept[-1][0] - across) < 0.01
        if at + 1 < len(points):
            ahead = abs(points[at + 1][0] - across) < 0.01
            if here and (ahead or abs(kept[-1][1] - along) < 0.01):
                continue
        elif here and len(kept) > 1 and abs(kept[-1][1] - along) < 0.01:
            kept.pop()
        kept.append((across, along))
    return kept
