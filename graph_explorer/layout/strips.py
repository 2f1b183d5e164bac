"""How far apart rows stand along the flow, and where each item stands in its row.

The rule: a strip between two rows is as tall as the widest turn in it needs, and one that was there
before stays as tall as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.lattice import Lattice, Step
from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import CONSTANT, INPUT, Piece
from graph_explorer.layout.ports import Ports

_STRIP: Final = 38.0
"""Room between two rows, in pixels."""
_WIDE: Final = 140.0
"""Lines that go further than this across get a taller strip to turn in."""
_TALLER: Final = 0.12
"""By how much taller, for each pixel beyond that."""
_TALLEST: Final = 34.0
_SEAM: Final = 4.0
"""Room between two stretches where nothing turns."""
_TURN: Final = 30.0
"""The least room in which a line can turn between a border and the row next to it."""


def rows_along(
    lattice: Lattice, across: list[float], ports: Ports, anchors: Anchors, pause: Pause
) -> list[tuple[float, float]]:
    """Where each row begins and ends along the flow."""
    piece = lattice.piece
    tall = [0.0] * len(lattice.rows)
    for item, (_, height) in enumerate(piece.sizes):
        tall[lattice.row[item]] = max(tall[lattice.row[item]], height)
    widest = [0.0] * (len(lattice.rows) + 1)
    for step, x in paced(_turns(lattice, across, ports), pause):
        row = lattice.row[step.lower]
        widest[row] = max(widest[row], abs(x))
    rows: list[tuple[float, float]] = []
    kept = _kept_strips(lattice, anchors)
    top = 0.0 if piece.entries else piece.room[0]
    for row, height in enumerate(tall):
        if row > 0:
            top += _strip(piece, lattice, row, widest[row], kept.get(row))
        rows.append((top, top + height))
        top += height
    return rows


def _turns(lattice: Lattice, across: list[float], ports: Ports) -> Iterator[tuple[Step, float]]:
    """How far across every step goes, in each of its links."""
    for lane in lattice.lanes:
        for step in lane.steps:
            yield step, across[step.upper] - across[step.lower]
    for number, (first, last, passed) in enumerate(lattice.walks):
        leave, arrive = ports.leave[number], ports.arrive[number]
        if not passed:
            yield first, leave - arrive
            continue
        beside = lattice.beside(number)
        yield first, leave - across[first.lower] - beside
        yield last, across[last.upper] + beside - arrive


def _kept_strips(lattice: Lattice, anchors: Anchors) -> dict[int, float]:
    """The room there was before rows that followed the same row before, by row."""
    before: list[set[int]] = [set() for _ in lattice.rows]
    for item, row in enumerate(anchors.row):
        if row is not None:
            before[lattice.row[item]].add(row)
    kept = {}
    for row in range(1, len(before)):
        upper, lower = before[row - 1], before[row]
        if len(upper) == len(lower) == 1 and min(lower) == min(upper) + 1:
            kept[row] = anchors.rows[min(lower)][0] - anchors.rows[min(upper)][1]
    return kept


def _strip(piece: Piece, lattice: Lattice, row: int, widest: float, kept: float | None) -> float:
    """The room before a row; it is `kept` if lines can turn in it."""
    if kept is not None:
        return max(kept, _strip(piece, lattice, row, min(widest, _WIDE), None))
    taller = min(max(0.0, widest - _WIDE) * _TALLER, _TALLEST)
    turn = _TURN if widest > 1 else 0.0
    if row == 1 and piece.entries:
        return max(piece.room[0], turn) + taller
    if row == len(lattice.rows) - 1 and piece.exits:
        return max(piece.room[1], turn) + taller
    if piece.rows is not None:
        # Stretches bring room of their own.
        return max(_SEAM, turn) + taller
    return _STRIP + taller


def place_along(lattice: Lattice, item: int, rows: list[tuple[float, float]], anchors: Anchors) -> float:
    """The centre of an item along.

    It is where it was in its row before, else the middle of the row; beside something much taller,
    a leaf stands at the end of the row and all else at its beginning, each near to what it is
    linked to.
    """
    begin, end = rows[lattice.row[item]]
    height = lattice.piece.sizes[item][1]
    offset = anchors.offset[item] if anchors.offset else None
    if offset is not None and offset + height <= end - begin:
        return begin + offset + height / 2
    if end - begin - height <= _STRIP:
        return (begin + end) / 2
    leaf = lattice.piece.kinds[item] in (INPUT, CONSTANT)
    return end - height / 2 if leaf else begin + height / 2
