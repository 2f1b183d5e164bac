"""Where the boxes and lines of a graph stand.

Knows graphs and numbers, no Qt. Its one rule: the same graph is always drawn the same.

A graph comes as a `wiring`, arrays of nodes and edges, and becomes a tree of `regions`, long ones cut
into `stretches`; `borders` leads every line through the frames on its way, so that each region is a
`piece` by itself, and `numbering` tells equal ones from their bytes. A piece is laid out in the
classic steps: `rows`, `lattice`, `order`, `blocks`, `across`, `ports`, `strips`, `columns`, `ways`, `plan`;
a `tangle`, which is too large for that, in an overview.
`planning` does that once for each different piece, near to what `memory` knows of an earlier layout,
and `assembly` puts all places together; `staying` moves the whole to where it stood, `pins` what was
put somewhere by hand. What grows with the graph is done on arrays, what grows with the number of
different pieces in plain Python.

Native layout engines were tried instead. They draw flat graphs as well, but hold the
interpreter for the whole of a call, know neither the order of inputs nor shared lanes, and on
graphs with groups crossed about twice as often.
"""

from graph_explorer.layout.arrange import arrange
from graph_explorer.layout.pins import pin
from graph_explorer.layout.planning import TITLE
from graph_explorer.layout.record import Direction, Layout, Line, Lines, curve, curves
from graph_explorer.layout.wiring import Member, Wiring, wiring_of

__all__ = [
    "TITLE",
    "Direction",
    "Layout",
    "Line",
    "Lines",
    "Member",
    "Wiring",
    "arrange",
    "curve",
    "curves",
    "pin",
    "wiring_of",
]
