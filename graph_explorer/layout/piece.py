"""One region to be laid out, with every name taken out of it.

A piece knows boxes by number, their sizes and what is joined to what, so that two equal layers of
a network are equal pieces and are laid out once. Its one rule: every link runs from a lower to a
higher number, so a piece has no cycle and its numbering is an order to work in.

Here and in the modules that work on pieces, *across* is the direction of a row and *along* the
direction of the flow; whether the flow runs down or to the right is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

OPERATION: Final = 0
INPUT: Final = 1
"""A leaf that carries data."""
CONSTANT: Final = 2
"""A leaf that is a parameter or a constant."""
GROUP: Final = 3
"""A group of nodes, open or collapsed."""

NEAR: Final = 0.01
"""Nearer places are the same, in pixels."""

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


@dataclass(frozen=True, eq=False)
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

    def is_port(self, item: int) -> bool:
        return item < self.entries or item >= len(self.kinds) - self.exits


class Uncut(NamedTuple):
    """A piece before its rows are put into columns.

    `row` and `across` tell where each item is, `offset` how far from the begin of its row it begins;
    `rows` are begin and end of each row along. `breaks` are the rows at which columns begin, with
    how far across these are moved, `above` is the room for lines above them. `lanes` has where the
    bends of a value are, row by row from the one below it, by the item it comes from and its port
    there; nothing if there are no columns.
    """

    row: Sequence[int]
    across: Sequence[float]
    offset: Sequence[float]
    rows: Sequence[tuple[float, float]]
    breaks: Mapping[int, float]
    above: float
    lanes: Mapping[tuple[int, int], Sequence[float]]


@dataclass(frozen=True, eq=False)
class Plan:
    """A piece laid out: the size of its frame and, from the frame's first corner, all positions.

    `centers` (items, 2) are (across, along); entries and exits stand on the border. Link k has the
    points `first_point[k]` to `first_point[k + 1]` of `points` (p, 2), from the upper item to the
    lower one. `over` and `under` are the places of entries and exits across, from the centre and in
    order; `rank` has for each entry, then each exit, its number in that order. `uncut` is the same
    piece in one column.
    """

    size: tuple[float, float]
    centers: NDArray[np.float64]
    points: NDArray[np.float64]
    first_point: NDArray[np.int64]
    over: tuple[float, ...]
    under: tuple[float, ...]
    rank: NDArray[np.int64]
    entries: int
    exits: int
    uncut: Uncut
    seal: int
    """Equal for plans that look the same from outside, but for their sizes."""


def make_plan(
    piece: Piece,
    size: tuple[float, float],
    move: float,
    centers: Sequence[tuple[float, float]],
    lines: Sequence[Points],
    uncut: Uncut,
) -> Plan:
    """A plan from positions of which all are moved across."""
    places = np.array(centers, dtype=np.float64).reshape(-1, 2)
    places[:, 0] += move
    points = np.fromiter(chain.from_iterable(chain.from_iterable(lines)), np.float64).reshape(-1, 2)
    points[:, 0] += move
    end = len(places) - piece.exits
    sides = [places[: piece.entries, 0] - size[0] / 2, places[end:, 0] - size[0] / 2]
    orders = [np.argsort(side, kind="stable") for side in sides]
    over, under = (tuple(side[order].tolist()) for side, order in zip(sides, orders, strict=True))
    return Plan(
        size,
        places,
        points,
        np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        over,
        under,
        np.concatenate([np.argsort(order, kind="stable") for order in orders]),
        piece.entries,
        piece.exits,
        uncut,
        _seal(over, under),
    )


def _seal(over: tuple[float, ...], under: tuple[float, ...]) -> int:
    if not over and not under:
        return 0
    written = np.array([len(over), *over, *under], dtype=np.float64).tobytes()
    return int.from_bytes(blake2b(written, digest_size=8).digest(), "little", signed=True)


def simplified(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points met twice and without those in the middle of a run along the flow."""
    kept = points[:1]
    for at in range(1, len(points)):
        across, along = points[at]
        here = abs(kept[-1][0] - across) < NEAR
        if at + 1 < len(points):
            ahead = abs(points[at + 1][0] - across) < NEAR
            if here and (ahead or abs(kept[-1][1] - along) < NEAR):
                continue
        elif here and len(kept) > 1 and abs(kept[-1][1] - along) < NEAR:
            kept.pop()
        kept.append((across, along))
    return kept
