"""Lay out one piece: rows, order, places, lines.

The rule: a line crosses a row only straight along its own lane and turns only in the free strip
between two rows, so it can touch no box. This holds for a smooth curve as well, if each part of
it leaves and arrives along the flow.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from graph_explorer.layout.across import place_across
from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.columns import Columns, find_breaks
from graph_explorer.layout.lattice import Lattice, weave
from graph_explorer.layout.order import order_rows
from graph_explorer.layout.pace import paced
from graph_explorer.layout.piece import Piece, Plan, Points, Uncut, make_plan
from graph_explorer.layout.ports import Ports
from graph_explorer.layout.strips import place_along, rows_along
from graph_explorer.layout.tangle import place_tangle, sort_tangle
from graph_explorer.layout.ways import Ways

_WOVEN, _ORDERED, _PLACED = 0.25, 0.5, 0.75
"""Which part of the work is done when there are rows, when they are ordered, when everything is placed."""


def lay_out(piece: Piece, anchors: Anchors, told: Callable[[float], None]) -> Plan:
    """Positions of all that is in a piece, near to where `anchors` have them.

    `told` is called with the part that is done, and may raise to give up.
    """
    lattice = weave(piece, partial(told, 0.0))
    pause = partial(told, _WOVEN)
    order = (sort_tangle if lattice.is_huge else order_rows)(lattice, anchors, pause)
    pause = partial(told, _ORDERED)
    placed = None if lattice.is_huge else place_across(lattice, order, anchors, pause)
    across, straight = placed or (place_tangle(lattice, order, anchors, pause), set())
    pause = partial(told, _PLACED)
    ports = Ports(lattice, across, straight, pause)
    rows = rows_along(lattice, across, ports, anchors, pause)
    along = [place_along(lattice, item, rows, anchors) for item in paced(range(len(piece.kinds)), pause)]
    breaks = find_breaks(lattice, across, rows, anchors)
    pause()
    columns = Columns(lattice, across, ports, rows, breaks, anchors.above)
    lines = Ways(lattice, across, along, ports, columns).lines(pause)
    pause()
    return _framed(lattice, across, along, lines, columns)


def _framed(
    lattice: Lattice, across: list[float], along: list[float], lines: list[Points], columns: Columns
) -> Plan:
    """Everything moved so that the frame begins at the origin."""
    piece = lattice.piece
    before, after = piece.room[2], piece.room[3]
    inner = columns.right - columns.left
    spare = max(0.0, piece.least - inner - before - after)
    move = before + spare / 2 - columns.left
    size = (inner + before + after + spare, columns.bottom + (0.0 if piece.exits else piece.room[1]))
    row = lattice.row[: len(piece.kinds)]
    return make_plan(
        piece,
        size,
        move,
        [columns.place(x, y, at) for x, y, at in zip(across, along, row, strict=False)],
        lines,
        Uncut(
            row,
            [x + move for x in across[: len(row)]],
            [
                y - height / 2 - columns.rows[at][0]
                for at, y, (_, height) in zip(row, along, piece.sizes, strict=True)
            ],
            columns.rows,
            columns.breaks,
            columns.above,
            _lanes(lattice, across, move) if columns.breaks else {},
        ),
    )


def _lanes(lattice: Lattice, across: list[float], move: float) -> dict[tuple[int, int], list[float]]:
    """Where the bends of each value are, by where it comes from."""
    lanes: dict[tuple[int, int], list[float]] = {}
    for lane in lattice.lanes:
        if lane.bends:
            link = lattice.piece.links[lane.links[0]]
            lanes[link.upper, link.leave] = [across[bend] + move for bend in lane.bends]
    return lanes
