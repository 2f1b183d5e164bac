"""Lay out one piece: rows, order, places, lines.

The rule: a line crosses a row only straight along its own lane and turns only in the free strip
between two rows, so it can touch no box. This holds for a smooth curve as well, if each part of
it leaves and arrives along the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from graph_explorer.layout.across import place_across
from graph_explorer.layout.lattice import BEND, Lattice, weave
from graph_explorer.layout.order import order_rows
from graph_explorer.layout.piece import CONSTANT, ENTRY, EXIT, INPUT, Piece, Plan, Points
from graph_explorer.layout.ports import TWINS, Ports, Slot

_STRIP: Final = 38.0
"""Room between two rows, in pixels."""
_WIDE: Final = 140.0
"""Lines that go further than this across get a taller strip to turn in."""
_TALLER: Final = 0.12
"""By how much taller, for each pixel beyond that."""
_TALLEST: Final = 70.0
_TURN: Final = 30.0
"""The least room in which a line can turn between a border and the row next to it."""


def lay_out(
    piece: Piece, hints: Sequence[float | None], pause: Callable[[], None]
) -> Plan:
    """Positions of all that is in a piece; `hints` are earlier places across, where known."""
    lattice = weave(piece)
    pause()
    order = order_rows(lattice, hints, pause)
    across, straight = place_across(lattice, order, pause)
    ports = Ports(lattice, across, straight)
    rows = _rows_along(lattice, across, ports)
    along = [_along(lattice, item, rows) for item in range(len(piece.kinds))]
    lines = [_line(lattice, number, across, along, ports, rows) for number in range(len(piece.links))]
    return _framed(piece, lattice, across, along, lines, rows)


def _rows_along(lattice: Lattice, across: list[float], ports: Ports) -> list[tuple[float, float]]:
    """Where each row begins and ends along the flow."""
    piece = lattice.piece
    tall = [0.0] * len(lattice.rows)
    for item, (_, height) in enumerate(piece.sizes):
        tall[lattice.row[item]] = max(tall[lattice.row[item]], height)
    widest = [0.0] * (len(lattice.rows) + 1)
    for step in lattice.steps:
        lower = lattice.row[step.lower]
        for twin in ports.slots[step]:
            slot = Slot(step, twin)
            way = across[step.upper] + ports.leaving[slot]
            way -= across[step.lower] + ports.arriving[slot]
            widest[lower] = max(widest[lower], abs(way))
    rows: list[tuple[float, float]] = []
    top = 0.0 if ENTRY in piece.kinds else piece.room[0]
    for row, height in enumerate(tall):
        if row > 0:
            top += _strip(piece, lattice, row, widest[row])
        rows.append((top, top + height))
        top += height
    return rows


def _strip(piece: Piece, lattice: Lattice, row: int, widest: float) -> float:
    """The room before a row."""
    taller = min(max(0.0, widest - _WIDE) * _TALLER, _TALLEST)
    turn = _TURN if widest > 1 else 0.0
    if piece.kinds[lattice.rows[row - 1][0]] == ENTRY if row == 1 else False:
        return max(piece.room[0], turn) + taller
    if row == len(lattice.rows) - 1 and EXIT in piece.kinds:
        return max(piece.room[1], turn) + taller
    return _STRIP + taller


def _along(lattice: Lattice, item: int, rows: list[tuple[float, float]]) -> float:
    """The centre of an item along: in the middle of its row; a leaf in a tall row at its end."""
    begin, end = rows[lattice.row[item]]
    height = lattice.piece.sizes[item][1]
    leaf = lattice.kinds[item] in (INPUT, CONSTANT)
    if leaf and end - begin - height > _STRIP:
        return end - height / 2
    return (begin + end) / 2


def _line(
    lattice: Lattice,
    number: int,
    across: list[float],
    along: list[float],
    ports: Ports,
    rows: list[tuple[float, float]],
) -> Points:
    walk = lattice.walks[number]
    twin, count = ports.twin[number]
    beside = (twin - (count - 1) / 2) * TWINS
    first, last = walk[0], walk[-1]
    sizes = lattice.piece.sizes
    x = across[first.upper] + ports.leaving[Slot(first, twin)]
    points = [(x, along[first.upper] + sizes[first.upper][1] / 2)]
    points.append((x, rows[lattice.row[first.upper]][1]))
    for step in walk[:-1]:
        begin, end = rows[lattice.row[step.lower]]
        x = across[step.lower] + beside
        points += [(x, begin), (x, end)]
    x = across[last.lower] + ports.arriving[Slot(last, twin)]
    points.append((x, rows[lattice.row[last.lower]][0]))
    points.append((x, along[last.lower] - sizes[last.lower][1] / 2))
    return tuple(_simplified(points))


def _simplified(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points met twice and without those in the middle of a straight run."""
    kept = points[:1]
    for at in range(1, len(points)):
        x, y = points[at]
        if at + 1 < len(points):
            run = abs(kept[-1][0] - x) < 0.01 and abs(points[at + 1][0] - x) < 0.01
            if run or abs(kept[-1][1] - y) < 0.01:
                continue
        elif len(kept) > 1 and abs(kept[-1][1] - y) < 0.01:
            kept.pop()
        kept.append((x, y))
    return kept


def _framed(
    piece: Piece,
    lattice: Lattice,
    across: list[float],
    along: list[float],
    lines: list[Points],
    rows: list[tuple[float, float]],
) -> Plan:
    """Everything moved so that the frame begins at the origin."""
    first, last = [0.0], [0.0]
    if lattice.kinds:
        width = [size[0] / 2 for size in piece.sizes]
        width += [0.0] * (len(lattice.kinds) - len(width))
        first = [x - half for x, half in zip(across, width, strict=True)]
        last = [x + half for x, half in zip(across, width, strict=True)]
    inner = max(last) - min(first)
    before, after = piece.room[2], piece.room[3]
    spare = max(0.0, piece.least - inner - before - after)
    move = before + spare / 2 - min(first)
    size = (inner + before + after + spare, _height(piece, rows))
    centers = tuple((x + move, y) for x, y in zip(across, along))
    moved = tuple(tuple((x + move, y) for x, y in line) for line in lines)
    return Plan(size, centers, moved)


def _height(piece: Piece, rows: list[tuple[float, float]]) -> float:
    end = rows[-1][1] if rows else piece.room[0]
    return end if EXIT in piece.kinds else end + piece.room[1]
