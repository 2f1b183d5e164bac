"""From a graph to a layout: the steps in their order.

The rule: the same arguments give the same layout, and what has not changed since the previous
layout stays where it was, as far as what has changed allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import networkx as nx
import numpy as np

from graph_explorer.layout.assembly import assemble
from graph_explorer.layout.borders import find_borders
from graph_explorer.layout.pins import pin
from graph_explorer.layout.planning import Planning
from graph_explorer.layout.record import Direction, Layout
from graph_explorer.layout.regions import find_regions
from graph_explorer.layout.stretches import cut_long_regions

_NOTHING: Final[Mapping[str, tuple[float, float]]] = MappingProxyType({})


def arrange(
    graph: nx.MultiDiGraph,
    sizes: Mapping[str, tuple[float, float]],
    *,
    collapsed: frozenset[str] = frozenset(),
    direction: Direction = "down",
    previous: Layout | None = None,
    pinned: Mapping[str, tuple[float, float]] = _NOTHING,
    checkpoint: Callable[[float], None] | None = None,
) -> Layout:
    """Lay out a graph in rows along `direction`.

    Nodes have the attributes `op` and `group` (a path such as "encoder/layer1"), edges have their
    input index as key. `sizes` has width and height of nodes, and of groups for when they are
    `collapsed`, in pixels. `previous` is the layout to stay close to, `pinned` the centres of
    boxes that were put where they stand. `checkpoint` is called between pieces of work with the
    part that is done, from 0 to 1, and may raise to give up.
    """
    regions = find_regions(graph, collapsed)
    cut_long_regions(regions)
    borders = find_borders(regions)
    planning = Planning(borders, sizes, direction, previous, checkpoint)
    layout = assemble(borders, planning, direction)
    if previous is not None and previous.direction == direction:
        layout = _stay(layout, previous)
    if pinned:
        layout = pin(layout, pinned, regions.groups())
    return layout


def _stay(layout: Layout, previous: Layout) -> Layout:
    """The layout moved as a whole so that half of what was there before stays in its place."""
    both = [name for name in layout.ids if previous.center(name)]
    if not both:
        return layout
    now = layout.centers[[layout.index(name) for name in both]]
    before = np.array([previous.center(name) for name in both])
    away = np.median(before - now, axis=0)
    if not away.any():
        return layout
    x, y = (float(part) for part in away)
    return replace(
        layout,
        centers=layout.centers + away,
        edges=tuple(replace(edge, points=edge.points + away) for edge in layout.edges),
        groups={
            path: (left + x, top + y, width, height)
            for path, (left, top, width, height) in layout.groups.items()
        },
        bounds=(layout.bounds[0] + x, layout.bounds[1] + y, *layout.bounds[2:]),
    )
