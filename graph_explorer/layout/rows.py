"""Which row each item of a piece stands in.

The rule: an operation stands as early as its inputs allow, and whatever comes from leaves alone
stands right before the first place where it is used, so that a weight is seen beside the product
that uses it and not in a crowd at the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import isqrt

from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import CONSTANT, GROUP, INPUT, Piece


def assign_rows(piece: Piece, pause: Pause) -> list[int]:
    """The row of each item, counted from 0; every link goes to a later row."""
    if piece.rows is not None:
        return list(piece.rows)
    links = sorted({(upper, lower) for upper, _, lower, _ in piece.links})
    uppers, lowers = [upper for upper, _ in links], [lower for _, lower in links]
    return rows_of(piece.kinds, uppers, lowers, pause, piece.entries, piece.exits)


def rows_of(
    kinds: Sequence[int],
    uppers: Sequence[int],
    lowers: Sequence[int],
    pause: Pause,
    entries: int = 0,
    exits: int = 0,
) -> list[int]:
    """The row of each item; links, each pair once, go from `uppers` to `lowers`, sorted by both."""
    rows = _earliest_rows(len(kinds), uppers, lowers, entries, pause)
    _spread_unlinked(rows, uppers, lowers, entries, exits)
    last = max(rows, default=0)
    for item in range(len(rows) - exits, len(rows)):
        rows[item] = last + 1
    _pull_to_use(rows, kinds, uppers, lowers, entries, exits, pause)
    filled = bytearray(max(rows, default=-1) + 1)
    for row in rows:
        filled[row] = 1
    number = list(accumulate(filled))
    return [number[row] - 1 for row in rows]


def _earliest_rows(
    count: int, uppers: Sequence[int], lowers: Sequence[int], entries: int, pause: Pause
) -> list[int]:
    rows = [0] * entries + [1 if entries else 0] * (count - entries)
    # Links go from lower to higher numbers, so in this order the upper end is always settled.
    for upper, lower in paced(zip(uppers, lowers, strict=True), pause):
        if rows[lower] <= rows[upper]:
            rows[lower] = rows[upper] + 1
    return rows


def _pull_to_use(
    rows: list[int],
    kinds: Sequence[int],
    uppers: Sequence[int],
    lowers: Sequence[int],
    entries: int,
    exits: int,
    pause: Pause,
) -> None:
    """Move leaves, and what comes from leaves alone, down to the row before their first use."""
    count = len(rows)
    users, bound = [0] * count, [False] * count
    """How many use each item; whether any of its inputs is held where it is."""
    inputs = [0] * count
    for upper, lower in paced(zip(uppers, lowers, strict=True), pause):
        users[upper] += 1
        inputs[lower] += 1
    leaf = [kind in (INPUT, CONSTANT) for kind in kinds]
    pulled = [False] * count
    at = 0
    for item in paced(range(count), pause):
        if leaf[item]:
            free = kinds[item] == CONSTANT or users[item] == 1
        else:
            held = bound[item] or not inputs[item] or kinds[item] == GROUP or item >= count - exits
            free = not held and users[item] == 1
        pulled[item] = item >= entries and users[item] > 0 and (leaf[item] or free)
        while at < len(uppers) and uppers[at] == item:
            if not free:
                bound[lowers[at]] = True
            at += 1
    at = len(uppers)
    for item in paced(range(count - 1, -1, -1), pause):
        first = -1
        while at > 0 and uppers[at - 1] == item:
            at -= 1
            row = rows[lowers[at]]
            first = row if first < 0 or row < first else first
        if pulled[item]:
            rows[item] = first - 1


def _spread_unlinked(
    rows: list[int], uppers: Sequence[int], lowers: Sequence[int], entries: int, exits: int
) -> None:
    """Put items without links into rows of their own, as many as make a block."""
    linked = [False] * len(rows)
    for upper, lower in zip(uppers, lowers, strict=True):
        linked[upper] = linked[lower] = True
    alone = [item for item in range(entries, len(rows) - exits) if not linked[item]]
    width = max(4, isqrt(2 * len(alone)))
    for place, item in enumerate(alone):
        rows[item] += place // width
