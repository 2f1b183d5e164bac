"""Which row each item of a piece stands in.

The rule: an operation stands as early as its inputs allow, and whatever comes from leaves alone
stands right before the first place where it is used, so that a weight is seen beside the product
that uses it and not in a crowd at the top.
"""

from __future__ import annotations

from math import isqrt

from graph_explorer.layout.piece import CONSTANT, GROUP, INPUT, Piece


def assign_rows(piece: Piece) -> list[int]:
    """The row of each item, counted from 0; every link goes to a later row."""
    if piece.rows is not None:
        return list(piece.rows)
    earliest = _earliest_rows(piece)
    _spread_unlinked(piece, earliest)
    last = max(earliest, default=0)
    for item in range(len(earliest) - piece.exits, len(earliest)):
        earliest[item] = last + 1
    return _close_gaps(_pull_to_use(piece, earliest))


def _earliest_rows(piece: Piece) -> list[int]:
    first = 1 if piece.entries else 0
    rows = [0 if item < piece.entries else first for item in range(len(piece.kinds))]
    for upper, _, lower, _ in sorted(piece.links, key=lambda link: link.lower):
        rows[lower] = max(rows[lower], rows[upper] + 1)
    return rows


def _pull_to_use(piece: Piece, rows: list[int]) -> list[int]:
    users: list[set[int]] = [set() for _ in piece.kinds]
    inputs: list[set[int]] = [set() for _ in piece.kinds]
    for upper, _, lower, _ in piece.links:
        users[upper].add(lower)
        inputs[lower].add(upper)
    free: list[bool] = []
    for item, kind in enumerate(piece.kinds):
        if kind == GROUP or item >= len(rows) - piece.exits:
            free.append(False)
        elif kind in (INPUT, CONSTANT):
            free.append(kind == CONSTANT or len(users[item]) == 1)
        else:
            leaves = bool(inputs[item]) and all(free[source] for source in inputs[item])
            free.append(leaves and len(users[item]) == 1)
    for item in range(len(rows) - 1, -1, -1):
        leaf = piece.kinds[item] in (INPUT, CONSTANT)
        if item >= piece.entries and users[item] and (leaf or free[item]):
            rows[item] = min(rows[user] for user in users[item]) - 1
    return rows


def _spread_unlinked(piece: Piece, rows: list[int]) -> None:
    linked = {end for link in piece.links for end in (link.upper, link.lower)}
    alone = [item for item in range(len(piece.kinds)) if item not in linked and not piece.is_port(item)]
    width = max(4, isqrt(2 * len(alone)))
    for place, item in enumerate(alone):
        rows[item] += place // width


def _close_gaps(rows: list[int]) -> list[int]:
    number = {row: place for place, row in enumerate(sorted(set(rows)))}
    return [number[row] for row in rows]
