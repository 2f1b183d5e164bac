"""Items and links of all regions as arrays, each counted within its region.

The rule: two regions whose rows of numbers are equal are equal pieces, so a piece is recognised by
its bytes before it is made.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph_explorer.layout.borders import find_borders
from graph_explorer.layout.pace import Pause
from graph_explorer.layout.piece import Plan
from graph_explorer.layout.record import Floats
from graph_explorer.layout.regions import NONE, Integers, Regions

_ENTRY, _CHILD, _EXIT = range(3)
PICTURE, FRAME, STRETCH = range(3)
"""What a region is: all, a group, or a stretch of one."""
_KIND, _SIZE, _SEAL = 0, slice(1, 3), 3
_UPPER, _LEAVE, _LOWER, _ARRIVE = range(4)
ENTRIES, EXITS, ITEMS, WHAT, STACKED, LEAST = range(6)
"""Columns of `heads`."""
_BITS: Final = np.int64


class Numbering:
    """The regions of a tree in the order they are planned in, inner ones first.

    Items of region r of `regions` are from `first_item[r]` on: its entries, its children, its exits;
    `place_of` has the place of each, `item_of` the number of each place. Links and ports are from
    `first_link[r]` and `first_port[r]` on. `sizes` (places, 2) are across and along; those of open
    groups are filled in when they are planned, and are their least ones before.
    """

    def __init__(self, tree: Regions, sizes: Floats, turned: bool, pause: Pause) -> None:
        self.tree, self.sizes = tree, sizes
        depth = tree.depths()
        found = np.flatnonzero(tree.is_region)
        self.regions = found[np.argsort(-depth[found], kind="stable")]
        count = len(self.regions)
        #: where the regions of each depth begin
        self.levels = [0, *(np.flatnonzero(np.diff(depth[self.regions])) + 1).tolist(), count]
        self._rank = np.full(len(tree.parent), NONE)
        self._rank[self.regions] = np.arange(count)
        pause()
        self.borders = find_borders(tree, self._rank, pause)
        pause()
        self._ranks = np.zeros(len(self.borders.port_region), dtype=np.int64)
        ports = self._rank[self.borders.port_region]
        self.first_port = np.searchsorted(ports, np.arange(count + 1))
        self._number_items(ports)
        pause()
        self._number_links()
        pause()
        self.heads = self._heads(ports, turned)

    def _number_items(self, ports: Integers) -> None:
        tree, borders = self.tree, self.borders
        children = tree.inside()
        region = np.concatenate([self._rank[tree.parent[children]], ports])
        section = np.where(borders.port_exit, _EXIT, _ENTRY)
        section = np.concatenate([np.full(len(children), _CHILD), section])
        order = np.argsort(region * 3 + section, kind="stable")
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order))
        self.item_of = np.full(len(tree.parent), NONE)
        self.item_of[children], self._item_of_port = number[: len(children)], number[len(children) :]
        self.place_of = np.concatenate([children, np.full(len(ports), NONE)])[order]
        self.first_item = np.searchsorted(region[order], np.arange(len(self.regions) + 1))
        self._items = np.zeros((len(order), 4), dtype=np.int64)
        self._items[number, _KIND] = np.concatenate([tree.kind[children], borders.port_kind])
        self._items[self.item_of[children], _SIZE] = self.sizes[children].view(_BITS)

    def _number_links(self) -> None:
        borders = self.borders
        region = self._rank[borders.link_region]
        self.first_link = np.searchsorted(region, np.arange(len(self.regions) + 1))
        self._links = np.zeros((len(region), 4), dtype=np.int64)
        ports = np.append(self._item_of_port, NONE)
        for column, place, port in self._ends(slice(None)):
            item = np.where(place >= 0, self.item_of[place], ports[port])
            self._links[:, column] = item - self.first_item[region]
        self._links[:, _ARRIVE] = borders.arrive

    def _ends(self, links: slice) -> tuple[tuple[int, Integers, Integers], ...]:
        borders = self.borders
        return (
            (_UPPER, borders.upper[links], borders.upper_port[links]),
            (_LOWER, borders.lower[links], borders.lower_port[links]),
        )

    def _heads(self, ports: Integers, turned: bool) -> Integers:
        """What is to be known of each region but for its items and links, (regions, 6)."""
        tree, count = self.tree, len(self.regions)
        around = np.zeros(len(tree.parent), dtype=bool)
        around[tree.parent[tree.first_stretch :]] = True
        stacked = around[self.regions]
        stretch = self.regions >= tree.first_stretch
        what = np.where(stretch, STRETCH, FRAME)
        what[self.regions == tree.root] = PICTURE
        heads = np.empty((count, 6), dtype=np.int64)
        for column, exits in ((ENTRIES, False), (EXITS, True)):
            heads[:, column] = np.bincount(ports[self.borders.port_exit == exits], minlength=count)
        heads[:, ITEMS] = np.diff(self.first_item)
        heads[:, WHAT], heads[:, STACKED] = what, stacked
        least = np.where((what == FRAME) & (not turned), self.sizes[self.regions, 0], 0.0)
        heads[:, LEAST] = least.view(_BITS)
        return heads

    def key(self, region: int) -> bytes:
        """Equal for equal pieces."""
        parts = (self.heads[region], self.items(region), self.links(region))
        return b"".join(part.tobytes() for part in parts)

    def done(self, region: int) -> float:
        """Which part of all items there is before a region."""
        return float(self.first_item[region] / max(1, self.first_item[-1]))

    def count(self, region: int) -> int:
        """How many items a region has."""
        return int(self.heads[region, ITEMS])

    def ports(self, region: int) -> tuple[int, int]:
        """How many entries and exits a region has."""
        return int(self.heads[region, ENTRIES]), int(self.heads[region, EXITS])

    def places(self, region: int) -> Integers:
        """The places of the items of a region, NONE for ports."""
        return self.place_of[self.first_item[region] : self.first_item[region + 1]]

    def ranks(self, places: Integers) -> Integers:
        """When regions are planned, by their places; NONE for what is no region."""
        return np.where(places >= 0, self._rank[places], NONE)

    def items(self, region: int) -> Integers:
        """The items of a region: kind, width and height as bits, seal."""
        return self._items[self.first_item[region] : self.first_item[region + 1]]

    def links(self, region: int) -> Integers:
        """The links of a region, in the columns of `Link`."""
        return self._links[self.first_link[region] : self.first_link[region + 1]]

    def settle(self, first: int, end: int, plans: list[Plan]) -> None:
        """Take over the plans of some regions: their sizes, and where their ports are."""
        self._ranks[self.first_port[first] : self.first_port[end]] = np.concatenate(
            [plan.rank for plan in plans]
        )
        places = self.regions[first:end]
        self.sizes[places] = [plan.size for plan in plans]
        items = self.item_of[places]
        inner = items >= 0
        self._items[items[inner], _SIZE] = self.sizes[places[inner]].view(_BITS)
        self._items[items[inner], _SEAL] = np.array([plan.seal for plan in plans])[inner]

    def settle_links(self, first: int, end: int) -> None:
        """Number the ports at which links of some regions end at inner regions, which are settled."""
        links = slice(self.first_link[first], self.first_link[end])
        rows = self._links[links]
        for column, place, port in self._ends(links):
            inner = np.flatnonzero((place >= 0) & (port >= 0))
            rows[inner, column + 1] = self._ranks[port[inner]]
