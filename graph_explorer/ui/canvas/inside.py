"""The inside of one group: it is laid out alone, with what stands at its borders.

The one rule: what is outside shows only where a value comes in or goes out, and there as the outermost
card that stands for it; nodes and edges keep the numbers that they have in the whole graph.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import enclosing
from graph_explorer.layout import Layout, Wiring


def closed_around(groups: Iterable[str], collapsed: frozenset[str], entered: str) -> frozenset[str]:
    """What is collapsed while the inside of a group is shown: all around it that it does not lie in."""
    if not entered:
        return collapsed
    around = frozenset(enclosing(entered))
    beside = {path for path in groups if path not in around and path.rpartition("/")[0] in {"", *around}}
    inner = {path for path in beside if path.rpartition("/")[0] == entered}
    return (collapsed - around) | (beside - inner)


class Part(NamedTuple):
    """A part of a graph: its wiring, and the numbers of its nodes (n,) and edges (e,) in the whole."""

    wiring: Wiring
    nodes: NDArray[np.int64]
    edges: NDArray[np.int64]

    def placed(self, layout: Layout, whole: Wiring) -> Layout:
        """The layout of the part as one of the whole graph, of which the rest is not drawn."""
        if whole is self.wiring:
            return layout
        members = self.edges[layout.lines.members].astype(np.int32)
        return replace(layout, wiring=whole, lines=replace(layout.lines, members=members))


def part(wiring: Wiring, entered: str) -> Part:
    """The nodes of a group and those joined to them; everything for ""."""
    if not entered:
        return Part(wiring, np.arange(len(wiring)), np.arange(len(wiring.source)))
    groups = np.array([entered in enclosing(path) for path in wiring.groups], dtype=bool)
    shown = groups[wiring.group]
    edges = np.flatnonzero(shown[wiring.source] | shown[wiring.target])
    shown[wiring.source[edges]] = True
    shown[wiring.target[edges]] = True
    nodes = np.flatnonzero(shown)
    number = np.cumsum(shown, dtype=np.int32) - 1
    ids = tuple(wiring.ids[node] for node in nodes.tolist())
    made = Wiring(
        ids, wiring.kinds[nodes], wiring.groups, wiring.group[nodes],
        number[wiring.source[edges]], number[wiring.target[edges]], wiring.slot[edges],
    )  # fmt: skip
    return Part(made, nodes, edges)
