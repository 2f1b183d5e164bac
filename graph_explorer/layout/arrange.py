"""From a graph to a layout.

Regions are laid out from the inside out, each as a piece of its own, and then put together from
the outside in. The rule: equal pieces are laid out once, in this layout and in the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import networkx as nx
import numpy as np

from graph_explorer.layout.borders import Borders, find_borders
from graph_explorer.layout.piece import Piece, Plan
from graph_explorer.layout.plan import lay_out
from graph_explorer.layout.record import Box, Direction, Edge, Layout
from graph_explorer.layout.regions import ROOT, Regions, find_regions
from graph_explorer.layout.stretches import cut_long_regions

_SIZE: Final = (96.0, 44.0)
"""Width and height of a box that `sizes` does not name, in pixels."""
TITLE: Final = 22.0
"""Room for the title of a frame."""
_ROOM: Final = 14.0
"""Room between a frame and what is in it."""
_BETWEEN: Final = 19.0
"""Half of the room between two stretches."""

Point = tuple[float, float]


def arrange(
    graph: nx.MultiDiGraph,
    sizes: Mapping[str, Point],
    *,
    collapsed: frozenset[str] = frozenset(),
    direction: Direction = "down",
    previous: Layout | None = None,
    pinned: Mapping[str, Point] = {},
    checkpoint: Callable[[float], None] | None = None,
) -> Layout:
    """Lay a graph out in rows along `direction`."""
    regions = find_regions(graph, collapsed)
    cut_long_regions(regions)
    work = _Work(find_borders(regions), sizes, direction, previous, checkpoint)
    work.lay_out()
    return work.layout()


class _Work:
    """One layout being made."""

    def __init__(
        self,
        borders: Borders,
        sizes: Mapping[str, Point],
        direction: Direction,
        previous: Layout | None,
        checkpoint: Callable[[float], None] | None,
    ) -> None:
        self.borders = borders
        self.regions = borders.regions
        self.sizes = sizes
        self.turned = direction == "right"
        self.direction = direction
        self.previous = previous
        self.checkpoint = checkpoint
        self.plans: dict[int, Plan] = {}
        self.pieces: dict[Piece, Plan] = {}
        self.cores={}

    def lay_out(self) -> None:
        """Plan all regions, inner ones first and equal depths in reading order."""
        order = sorted(self.regions.regions(), key=lambda r: -self.depth(r))
        known = self.previous.plans if self.previous else {}
        for done, region in enumerate(order):
            piece = self.borders.piece(
                region, self.size, self.plans, self.room(region), self.least(region)
            )
            plan = self.pieces.get(piece) or known.get(piece)
            core=self.core(region,piece)
            if plan is None:
                def pause() -> None:
                    if self.checkpoint:
                        self.checkpoint(done / len(order))
                plan = lay_out(piece, self.cores.get(core,[None]*len(piece.kinds)), pause)
            n=len(self.borders.borders[region].above)
            self.cores.setdefault(core,[None]*n+[x for x,_ in plan.centers[n:n+len(self.regions.children(region))]])
            self.pieces[piece] = plan
            self.plans[region] = plan
    cores={}
    def core(self,region,piece):
        n=len(self.borders.borders[region].above); m=n+len(self.regions.children(region))
        return (n,piece.kinds[n:m],tuple(l for l in piece.links if l.upper>=n and l.lower<m))
    def depth(self,r):
        d=0
        while r!=ROOT: r=self.regions.places[r].parent; d+=1
        return d

    def size(self, place: int) -> Point:
        """Extent of a child across and along."""
        if place in self.plans:
            return self.plans[place].size
        width, height = self.sizes.get(self.regions.places[place].name, _SIZE)
        return (height, width) if self.turned else (width, height)

    def room(self, region: int) -> tuple[float, float, float, float]:
        if region == ROOT:
            return (0.0, 0.0, 0.0, 0.0)
        if not self.regions.places[region].name:
            return (_BETWEEN, _BETWEEN, 0.0, 0.0)
        if self.turned:
            return (_ROOM + 4, _ROOM + 4, TITLE + _ROOM, _ROOM)
        return (TITLE + _ROOM, _ROOM, _ROOM, _ROOM)

    def least(self, region: int) -> float:
        name = self.regions.places[region].name
        return 0.0 if self.turned or not name else self.sizes.get(name, _SIZE)[0]

    def layout(self) -> Layout:
        places = self.regions.places
        corner: dict[int, Point] = {ROOT: (0.0, 0.0)}
        ids, centers, sizes = [], [], []
        groups: dict[str, Box] = {}
        for region in self.regions.regions():
            plan, (x0, y0) = self.plans[region], corner[region]
            entries = len(self.borders.borders[region].above)
            for at, place in enumerate(self.regions.children(region)):
                x, y = plan.centers[at + entries]
                w, h = self.size(place)
                if places[place].children is not None:
                    corner[place] = (x0 + x - w / 2, y0 + y - h / 2)
                    if places[place].name:
                        groups[places[place].name] = self._box(*corner[place], w, h)
                else:
                    ids.append(places[place].name)
                    centers.append(self._point((x0 + x, y0 + y)))
                    sizes.append(self._point((w, h)))
        edges = tuple(self._edge(number, corner) for number in range(len(self.regions.lines)))
        w, h = self.plans[ROOT].size
        return Layout(
            tuple(ids),
            np.array(centers, dtype=np.float64).reshape(-1, 2),
            np.array(sizes, dtype=np.float64).reshape(-1, 2),
            edges,
            groups,
            self._box(0.0, 0.0, w, h),
            self.direction,
            self.pieces,
        )

    def _point(self, point: Point) -> Point:
        return (point[1], point[0]) if self.turned else point

    def _box(self, x: float, y: float, w: float, h: float) -> Box:
        return (y, x, h, w) if self.turned else (x, y, w, h)

    def _edge(self, number: int, corner: Mapping[int, Point]) -> Edge:
        line = self.regions.lines[number]
        points: list[Point] = []
        for region, link in self.borders.hops[number]:
            x0, y0 = corner[region]
            part = self.plans[region].lines[link]
            if not self.borders.forward[number]:
                part = part[::-1]
            points += [(x0 + x, y0 + y) for x, y in part]
        kept = points[:1]
        for at in range(1, len(points)):
            x, y = points[at]
            if at + 1 < len(points):
                near = abs(kept[-1][0] - x) < 0.01
                if near and (abs(kept[-1][1] - y) < 0.01 or abs(points[at + 1][0] - x) < 0.01):
                    continue
            kept.append((x, y))
        places = self.regions.places
        return Edge(
            places[line.source].name,
            places[line.target].name,
            line.input_index,
            np.array([self._point(p) for p in kept], dtype=np.float64),
            len(line.members),
            tuple(line.members),
        )
