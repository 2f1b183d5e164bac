"""From a graph to a layout: the steps in their order.

The rule: the same arguments give the same layout, and what has not changed since the previous
layout stays where it was, as far as what has changed allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from graph_explorer.engine.graph import Graph
from graph_explorer.layout.assembly import assemble
from graph_explorer.layout.numbering import Numbering
from graph_explorer.layout.pins import pin
from graph_explorer.layout.planning import Planning
from graph_explorer.layout.record import Direction, Floats, Layout
from graph_explorer.layout.regions import Regions, find_regions
from graph_explorer.layout.staying import stay
from graph_explorer.layout.stretches import cut_long_regions
from graph_explorer.layout.wiring import Wiring, wiring_of

if TYPE_CHECKING:
    import networkx as nx

Size = tuple[float, float]
_SIZE: Final = (96.0, 44.0)
"""Width and height of a box of unknown size, in pixels."""
_FOUND, _NUMBERED, _PLANNED, _ASSEMBLED = 0.1, 0.3, 0.9, 0.98
"""Which part of the work is done when regions are found, are numbered, are planned and are together."""
_NOTHING: Final[Mapping[str, Size]] = MappingProxyType({})


def arrange(
    graph: Wiring | Graph | nx.MultiDiGraph,
    sizes: Mapping[str, Size] | Floats,
    *,
    groups: Mapping[str, Size] = _NOTHING,
    collapsed: frozenset[str] = frozenset(),
    direction: Direction = "down",
    previous: Layout | None = None,
    pinned: Mapping[str, tuple[float, float]] = _NOTHING,
    checkpoint: Callable[[float], None] | None = None,
) -> Layout:
    """Lay out a graph in rows along `direction`.

    `sizes` has width and height of each node (n, 2) in pixels, or of what is named in a mapping;
    `groups` has those of groups: their boxes when they are `collapsed`, the least of their frames
    else. `previous` is the layout to stay close to, `pinned` the centres of boxes that were put
    where they stand. `checkpoint` is called between pieces of work with the part that is done, from
    0 to 1, and may raise to give up.
    """
    wiring = graph if isinstance(graph, Wiring) else wiring_of(graph)
    pause = checkpoint or _go_on
    previous = previous.free if previous and previous.direction == direction else None
    tree = find_regions(wiring, collapsed, partial(pause, 0.0))
    cut_long_regions(tree, partial(pause, 0.0))
    extents = _extents(tree, sizes, groups, direction)
    numbering = Numbering(tree, extents, direction == "right", partial(pause, _FOUND))
    planning = Planning(
        numbering, previous, lambda part: pause(_NUMBERED + (_PLANNED - _NUMBERED) * part), direction
    )
    layout = assemble(numbering, planning, direction, partial(pause, _PLANNED))
    if previous is not None:
        layout = stay(layout, previous, partial(pause, _ASSEMBLED))
    return pin(layout, pinned)


def _extents(
    tree: Regions, sizes: Mapping[str, Size] | Floats, groups: Mapping[str, Size], direction: Direction
) -> Floats:
    """Across and along of all places, as far as they are known before they are planned."""
    extents = np.zeros((len(tree.parent), 2))
    extents[: tree.first_stretch] = _SIZE
    if isinstance(sizes, Mapping):
        nodes = ((number, sizes.get(name)) for number, name in enumerate(tree.wiring.ids))
        for number, size in nodes:
            if size is not None:
                extents[number] = size
        groups = {**sizes, **groups}
    else:
        extents[: tree.root] = sizes
    for number, path in enumerate(tree.paths, start=tree.root):
        if path in groups:
            extents[number] = groups[path]
    return extents[:, ::-1].copy() if direction == "right" else extents


def _go_on(_: float) -> None:
    pass
