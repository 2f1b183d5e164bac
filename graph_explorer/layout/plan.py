"""Lay out one piece: rows, order, places, lines.

The rule: a line crosses a row only straight along its own lane and turns only in the free strip
between two rows, so it can touch no box. This holds for a smooth curve as well, if each part of
it leaves and arrives along the flow.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from graph_explorer.layout.across import place_across
from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.lattice import Lattice, weave
from graph_explorer.layout.order import order_rows
from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import CONSTANT, INPUT, Piece, Plan, Points, make_plan, simplified
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


def lay_out(piece: Piece, anchors: Anchors, pause: Pause) -> Plan:
    """Positions of all that is in a piece, near to where `anchors` have them."""
    lattice = weave(piece, pause)
    order = order_rows(lattice, anchors, pause)
    across, straight = place_across(lattice, order, anchors, pause)
    pause()
    ports = Ports(lattice, across, straight, pause)
    rows = _rows_along(lattice, across, ports, anchors)
    along = [_along(lattice, item, rows, anchors) for item in range(len(piece.kinds))]
    numbers = paced(range(len(piece.links)), pause)
    lines = [_line(lattice, number, across, along, ports, rows) for number in numbers]
    return _framed(piece, lattice, across, along, lines, rows)


def _rows_along(
    lattice: Lattice, across: list[float], ports: Ports, anchors: Anchors
) -> list[tuple[float, float]]:
    """Where each row begins and ends along the flow."""
    piece = lattice.piece
    tall = [0.0] * len(lattice.rows)
    for item, (_, height) in enumerate(piece.sizes):
        tall[lattice.row[item]] = max(tall[lattice.row[item]], height)
    widest = [0.0] * (len(lattice.rows) + 1)
    for number, walk in enumerate(lattice.walks):
        beside = lattice.beside(number)
        for step in walk:
            x = ports.leave[number] if step == walk[0] else across[step.upper] + beside
            x -= ports.arrive[number] if step == walk[-1] else across[step.lower] + beside
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


def _along(lattice: Lattice, item: int, rows: list[tuple[float, float]], anchors: Anchors) -> float:
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


def _line(
    lattice: Lattice,
    number: int,
    across: list[float],
    along: list[float],
    ports: Ports,
    rows: list[tuple[float, float]],
) -> Points:
    walk = lattice.walks[number]
    beside = lattice.beside(number)
    first, last = walk[0], walk[-1]
    sizes = lattice.piece.sizes
    x = ports.leave[number]
    points = [(x, along[first.upper] + sizes[first.upper][1] / 2)]
    points.append((x, rows[lattice.row[first.upper]][1]))
    for step, after in pairwise(walk):
        begin, end = rows[lattice.row[step.lower]][0], rows[lattice.row[after.lower] - 1][1]
        x = across[step.lower] + beside
        points += [(x, begin), (x, end)]
    x = ports.arrive[number]
    points.append((x, rows[lattice.row[last.lower]][0]))
    points.append((x, along[last.lower] - sizes[last.lower][1] / 2))
    return tuple(simplified(points))


def _framed(
    piece: Piece,
    lattice: Lattice,
    across: list[float],
    along: list[float],
    lines: list[Points],
    rows: list[tuple[float, float]],
) -> Plan:
    """Everything moved so that the frame begins at the origin."""
    first = min((x - lattice.half(item) for item, x in enumerate(across)), default=0.0)
    last = max((x + lattice.half(item) for item, x in enumerate(across)), default=0.0)
    inner = last - first
    before, after = piece.room[2], piece.room[3]
    spare = max(0.0, piece.least - inner - before - after)
    move = before + spare / 2 - first
    size = (inner + before + after + spare, _height(piece, rows))
    centers = [(x + move, y) for x, y in zip(across, along, strict=False)]
    moved = [tuple((x + move, y) for x, y in line) for line in lines]
    return make_plan(piece, size, centers, moved, lattice.row[: len(centers)], rows)


def _height(piece: Piece, rows: list[tuple[float, float]]) -> float:
    end = rows[-1][1] if rows else piece.room[0]
    return end if piece.exits else end + piece.room[1]
