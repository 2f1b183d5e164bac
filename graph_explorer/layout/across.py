"""Where each item stands across the flow.

Blocks of straight steps are moved as springs would move them: every step that is not straight
pulls its two blocks together, and items in a row keep their distance. The rule: straight steps
stay straight, whatever pulls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.blocks import Blocks, Loose, Offsets, form_blocks
from graph_explorer.layout.columns import kept_breaks
from graph_explorer.layout.lattice import Lattice, Step, is_heavy
from graph_explorer.layout.order import Order
from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.separation import Gap, Gaps

_APART: Final = 26.0
_LANES: Final = 14.0
ROOM: Final = (_APART, 18.0, _LANES)
"""Room between two boxes of a row, between a box and a lane, and between two lanes, in pixels."""
_EXACT: Final = 250
"""Up to this many blocks the exact settlement is used."""
_HELD: Final = 1e4
"""The pull of an anchor; that of a step is 1."""
_EASY: Final = 1.0
"""Nearer to its anchor than this, a block is at it."""
_WIDER: Final = 1.25
_MUCH: Final = 80.0
"""Anchors may make a piece so many times as wide, and by so much wider."""
_LARGE: Final = 600
_SLOPE: Final = 4.0
"""A piece of so many items and bends that gets so many times as wide as its widest row is a slope."""
_LESS: Final = 0.3
"""What is left of a pull at an end where another step is more important."""


def place_across(
    lattice: Lattice, order: Order, anchors: Anchors, pause: Pause
) -> tuple[list[float], set[Step]] | None:
    """The centre of each item across, and the steps that became straight; None for a slope.

    Anchors are kept unless that makes the piece much wider than it need be.
    """
    placed = _place(lattice, order, Anchors(), Loose([False] * len(lattice.row)), pause)
    if placed is None:
        return None
    across, straight = placed
    if any(place is not None for place in anchors.across):
        kept = _kept(lattice, order, anchors, pause)
        if kept and _width(lattice, kept[0]) <= _WIDER * _width(lattice, across) + _MUCH:
            across, straight = kept
    place_gutters(lattice, across)
    return across, straight


def _kept(
    lattice: Lattice, order: Order, anchors: Anchors, pause: Pause
) -> tuple[list[float], set[Step]] | None:
    """Places near to the anchors.

    Where something is pushed away from its own, boxes that have none need not stand straight below
    what has one; if that is not enough, lanes neither. Each column stands by itself, lest all get
    wider with one.
    """
    rows = kept_breaks(lattice, anchors)
    places = _with_lanes(lattice, anchors)
    if rows and all(_is_rising(places[item] for item in row) for row in order):
        anchors = replace(anchors, across=places)
    else:
        rows = {}
    count = len(lattice.piece.kinds)
    known = [item < count and anchors.anchor(item) is not None for item in range(len(lattice.row))]
    ways = (
        [False] * len(known),
        [not held and not lane for held, lane in zip(known, lattice.is_lane, strict=True)],
        [not held for held in known],
    )
    best: tuple[list[float], set[Step]] | None = None
    least = math.inf
    for free in ways:
        placed = _place(lattice, order, anchors, Loose(free, rows), pause)
        if placed is None:
            return None
        pushed = sum(
            abs(place - x) >= _EASY
            for place, x in zip(anchors.across[:count], placed[0], strict=False)
            if place is not None
        )
        if pushed < least:
            best, least = placed, pushed
        if not pushed:
            break
    return best


def _is_rising(places: Iterable[float | None]) -> bool:
    known = [place for place in places if place is not None]
    return all(one < two for one, two in pairwise(known))


def _with_lanes(lattice: Lattice, anchors: Anchors) -> list[float | None]:
    """The anchors of items and of bends."""
    before: list[int | None] = [None] * len(lattice.rows)
    for item, row in enumerate(anchors.row):
        if row is not None:
            before[lattice.row[item]] = row
    places = [anchors.anchor(item) for item in range(len(lattice.row))]
    for lane in lattice.lanes:
        link = lattice.piece.links[lane.links[0]]
        first, kept = anchors.lanes.get((link.upper, link.leave), (0, ()))
        for bend in lane.bends if kept else ():
            row = before[lattice.row[bend]]
            if row is not None and 0 <= row - first < len(kept):
                places[bend] = kept[row - first]
    return places


def _place(
    lattice: Lattice, order: Order, anchors: Anchors, loose: Loose, pause: Pause
) -> tuple[list[float], set[Step]] | None:
    offsets = Offsets(lattice)
    for spine in (True, False):
        pause()
        blocks = form_blocks(lattice, order, offsets, anchors, loose, spine, pause)
        pause()
        gaps = Gaps(blocks.count, _gaps(lattice, order, blocks, pause))
        if gaps.possible:
            break
    pause()
    if _is_slope(lattice, order, blocks, gaps.pack()):
        return None
    springs = _springs(lattice, blocks, offsets, pause)
    position = _settle(gaps, springs, blocks, pause)
    across = [
        position[block] + shift if block >= 0 else 0.0
        for block, shift in zip(blocks.block, blocks.shift, strict=True)
    ]
    return across, blocks.straight


def _is_slope(lattice: Lattice, order: Order, blocks: Blocks, packed: list[float]) -> bool:
    """Whether straight steps make a large piece many times as wide as its widest row.

    They are kept all the same where many links share a long lane: all would turn whenever that does.
    """
    if len(lattice.row) < _LARGE or any(is_heavy(len(lane.links), len(lane.bends)) for lane in lattice.lanes):
        return False
    places = zip(blocks.block, blocks.shift, strict=True)
    width = max(packed[block] + shift for block, shift in places if block >= 0)
    widest = max(sum(2 * lattice.half[item] + _APART for item in row) for row in order)
    return width > _SLOPE * widest


def _width(lattice: Lattice, across: list[float]) -> float:
    boxes = range(len(lattice.piece.kinds))
    first = min((across[item] - lattice.half[item] for item in boxes), default=0.0)
    return max((across[item] + lattice.half[item] for item in boxes), default=0.0) - first


def place_gutters(lattice: Lattice, across: list[float]) -> None:
    """Lanes beside everything, on the side nearer to where each one begins, shared over time."""
    if not lattice.gutters:
        return
    inner = range(lattice.gutters.start)
    first = min(across[item] - lattice.half[item] for item in inner)
    last = max(across[item] + lattice.half[item] for item in inner)
    begin = {walk.first.lower: across[walk.first.upper] for walk in lattice.walks}
    used: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    for gutter in sorted(lattice.gutters, key=lambda gutter: lattice.row[gutter]):
        right = begin[gutter] * 2 > first + last
        lanes = used[right]
        free_again = bool(lanes) and lanes[0][0] < lattice.row[gutter]
        lane = heappop(lanes)[1] if free_again else len(lanes)
        heappush(lanes, (lattice.until[gutter], lane))
        away = _APART + lane * _LANES
        across[gutter] = last + away if right else first - away


def _gaps(lattice: Lattice, order: Order, blocks: Blocks, pause: Pause) -> list[Gap]:
    gaps = []
    for row in paced(order, pause):
        for left, right in pairwise(row):
            lanes = lattice.is_lane[left] + lattice.is_lane[right]
            distance = lattice.half[left] + lattice.half[right] + ROOM[lanes]
            distance += blocks.shift[left] - blocks.shift[right]
            gaps.append(Gap(blocks.block[left], blocks.block[right], distance))
    return gaps


def _springs(
    lattice: Lattice, blocks: Blocks, offsets: Offsets, pause: Pause
) -> list[tuple[int, int, float, float]]:
    """For each step between two blocks: the blocks, where the second wants to be, its pull."""
    springs = []
    most = [0] * (2 * len(lattice.row))
    for step, own in blocks.importance.items():
        for end in (2 * step.upper, 2 * step.lower + 1):
            most[end] = max(most[end], own)
    for step in paced(lattice.steps, pause):
        one, two = blocks.block[step.upper], blocks.block[step.lower]
        if one == two:
            continue
        away = blocks.shift[step.upper] + offsets.leave(step)
        away -= blocks.shift[step.lower] + offsets.arrive(step)
        ends = (2 * step.upper, 2 * step.lower + 1)
        weaker = sum(most[end] > blocks.importance[step] for end in ends)
        springs.append((one, two, away, _LESS**weaker))
    return springs


def _settle(
    gaps: Gaps,
    springs: list[tuple[int, int, float, float]],
    blocks: Blocks,
    pause: Pause,
) -> list[float]:
    count = blocks.count
    weights = [1e-3] * count
    for one, two, _, pull in springs:
        weights[one] += pull
        weights[two] += pull
    position = gaps.pack()
    for block, place in blocks.anchor.items():
        weights[block] += _HELD
        position[block] = place
    exact = count <= _EXACT
    for _ in range(24 if exact else 16):
        pause()
        wishes = [1e-3 * x for x in position]
        for one, two, away, pull in springs:
            wishes[one] += pull * (position[two] - away)
            wishes[two] += pull * (position[one] + away)
        for block, place in blocks.anchor.items():
            wishes[block] += _HELD * place
        wishes = [(wish / weight + x) / 2 for wish, weight, x in zip(wishes, weights, position, strict=True)]
        settled = gaps.settle(wishes, weights) if exact else gaps.settle_roughly(wishes)
        moved = max((abs(a - b) for a, b in zip(settled, position, strict=True)), default=0.0)
        position = settled
        if moved < 0.25:
            break
    # Whole pixels draw sharper, and the last bits of a sum differ from machine to machine.
    held = [blocks.anchor.get(block, math.inf) for block in range(count)]
    return [
        anchor if abs(place - anchor) < _EASY else float(round(place))
        for place, anchor in zip(position, held, strict=True)
    ]
