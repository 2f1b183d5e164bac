"""The tree of regions: the whole picture, the open groups in it, and what stands in each.

A region is laid out by itself and is a box in the region around it. Its rule: the children of a
region are in an order in which lines run from earlier to later ones, but for those that a group
makes impossible, whose inputs and outputs mix with what stands around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import GROUP
from graph_explorer.layout.sequence import in_sequence
from graph_explorer.layout.wiring import Wiring

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
NONE = -1


@dataclass
class Regions:
    """All places by number: the nodes of the wiring, then its groups, then stretches of long regions.

    `parent` is the region around each place, NONE for the whole picture and for what is not drawn.
    `paths` name the groups, of which the first is the whole picture; `home` is the group each node
    is in. `order` sorts the children of a region. `is_region` tells which places have children.
    Lines (m) run from place to place; `members` are their edges, those of one line together.
    """

    wiring: Wiring
    paths: tuple[str, ...]
    parent: Integers
    kind: NDArray[np.int8]
    order: Integers
    is_region: Mask
    source: Integers
    target: Integers
    members: Integers
    first_member: Integers

    @property
    def root(self) -> int:
        """The whole picture."""
        return len(self.wiring)

    @property
    def first_stretch(self) -> int:
        """The number of the first place that is a stretch."""
        return len(self.wiring) + len(self.paths)

    def names(self, places: Integers) -> list[str]:
        """Nodes' ids and groups' paths; stretches and the whole picture have none."""
        ids, paths, root, end = self.wiring.ids, self.paths, self.root, self.first_stretch
        return [
            ids[place] if place < root else paths[place - root] if place < end else ""
            for place in places.tolist()
        ]

    def depths(self) -> Integers:
        """How many regions there are around each place."""
        regions = np.flatnonzero(self.is_region)
        depth = np.zeros(len(self.parent), dtype=np.int64)
        around, at = self.parent[regions], regions
        while at.size:
            at, around = at[around >= 0], around[around >= 0]
            depth[at] += 1
            around = self.parent[around]
        inner = ~self.is_region & (self.parent >= 0)
        depth[inner] = depth[self.parent[inner]] + 1
        return depth

    def drawn(self) -> Integers:
        """The nodes and collapsed groups that are drawn, in order of their numbers."""
        return np.flatnonzero(~self.is_region & (self.parent >= 0))

    def inside(self) -> Integers:
        """All places but the whole picture, by region and there in order."""
        inner = np.flatnonzero(self.parent >= 0)
        return inner[np.lexsort((self.order[inner], self.parent[inner]))]


def find_regions(wiring: Wiring, collapsed: frozenset[str], pause: Pause) -> Regions:
    """The regions of a graph, some of its groups collapsed."""
    paths, around, shut, number = _groups(wiring, collapsed, pause)
    count = len(wiring)
    first = np.full(len(paths), count, dtype=np.int64)
    home = number[wiring.group]
    np.minimum.at(first, home, np.arange(count))
    for group in paced(range(len(paths) - 1, 0, -1), pause):
        first[around[group]] = min(first[around[group]], first[group])
    outer = np.array(around)
    hidden = (first == count) | ((shut >= 0) & (shut != np.arange(len(paths))))
    hidden[0] = False
    visible = shut[home] < 0
    drawn = np.where(visible, np.arange(count), count + shut[home])
    regions = Regions(
        wiring,
        paths,
        parent=np.concatenate(
            [np.where(visible, count + home, NONE), np.where(hidden | (outer < 0), NONE, count + outer)]
        ),
        kind=np.concatenate([wiring.kinds, np.full(len(paths), GROUP, dtype=np.int8)]),
        order=np.concatenate([np.arange(count), first]),
        is_region=np.concatenate([np.zeros(count, dtype=bool), ~hidden & (shut < 0)]),
        **_lines(wiring, drawn),
    )
    pause()
    _sort_children(regions, pause)
    return regions


def _groups(
    wiring: Wiring, collapsed: frozenset[str], pause: Pause
) -> tuple[tuple[str, ...], list[int], Integers, Integers]:
    """All groups by number, outer ones first.

    Their paths, the group around each, the outermost collapsed one around or at each (else NONE),
    and the numbers of the groups of the wiring.
    """
    number = {"": 0}
    around, shut = [NONE], [NONE]
    for path in paced(wiring.groups, pause):
        missing = []
        while path not in number:
            missing.append(path)
            path = path.rpartition("/")[0]
        outer = number[path]
        for inner in reversed(missing):
            group = number[inner] = len(around)
            closed = group if inner in collapsed else NONE
            around.append(outer)
            shut.append(shut[outer] if shut[outer] >= 0 else closed)
            outer = group
    own = np.array([number[path] for path in wiring.groups], dtype=np.int64)
    return tuple(number), around, np.array(shut), own


def _lines(wiring: Wiring, drawn: Integers) -> dict[str, Integers]:
    """The edges of the graph, those at collapsed groups bundled, in the order of their targets."""
    source, target = drawn[wiring.source], drawn[wiring.target]
    edges = np.flatnonzero(source != target)
    source, target = source[edges], target[edges]
    bundled = (source >= len(wiring)) | (target >= len(wiring))
    line = np.arange(len(edges))
    if bundled.any():
        ends = source[bundled] * (drawn.max() + 1) + target[bundled]
        _, first, same = np.unique(ends, return_index=True, return_inverse=True)
        line[bundled] = np.flatnonzero(bundled)[first][same]
    order = np.argsort(line, kind="stable")
    begins = np.flatnonzero(np.diff(line[order], prepend=-1))
    return {
        "source": source[order][begins],
        "target": target[order][begins],
        "members": edges[order],
        "first_member": np.append(begins, len(edges)),
    }


@dataclass
class Climb:
    """Ways from both ends of every line up to the region of both.

    `above` and `below` (m,) are the places the source and the target are in, or are, in the region
    `region` (m,). `rises` has for every step over a border its line, whether it is on the target's
    side, how many steps of that side came before, and the place that was left.
    """

    above: Integers
    below: Integers
    region: Integers
    rises: list[tuple[Integers, bool, Integers, Integers]]


def climb(regions: Regions) -> Climb:
    """Follow both ends of every line outward until they stand side by side."""
    parent, depth = regions.parent, regions.depths()
    ends = [regions.source.copy(), regions.target.copy()]
    steps = [np.zeros(len(ends[0]), dtype=np.int64) for _ in ends]
    rises: list[tuple[Integers, bool, Integers, Integers]] = []
    active = np.flatnonzero(parent[ends[0]] != parent[ends[1]])
    while active.size:
        high = [depth[end[active]] for end in ends]
        for side in (0, 1):
            lines = active[high[side] >= high[1 - side]]
            left = ends[side][lines]
            rises.append((lines, bool(side), steps[side][lines], left))
            steps[side][lines] += 1
            ends[side][lines] = parent[left]
        active = active[parent[ends[0][active]] != parent[ends[1][active]]]
    return Climb(ends[0], ends[1], parent[ends[0]], rises)


def by_region(found: Climb, regions: Integers) -> Iterator[tuple[int, Integers]]:
    """For each of some regions the lines that join its children."""
    lines = np.flatnonzero(np.isin(found.region, regions))
    lines = lines[np.argsort(found.region[lines], kind="stable")]
    around = found.region[lines]
    for region in regions.tolist():
        first, end = np.searchsorted(around, (region, region + 1))
        yield region, lines[first:end]


def _sort_children(regions: Regions, pause: Pause) -> None:
    """Give the children of regions that are out of sequence a new order."""
    found = climb(regions)
    pause()
    order = regions.order
    wrong = np.unique(found.region[order[found.above] >= order[found.below]])
    if not wrong.size:
        return
    inside = regions.inside()
    around = regions.parent[inside]
    number = np.zeros(len(order), dtype=np.int64)
    for region, lines in by_region(found, wrong):
        pause()
        children = inside[slice(*np.searchsorted(around, (region, region + 1)))]
        number[children] = np.arange(len(children))
        pairs = zip(number[found.above[lines]].tolist(), number[found.below[lines]].tolist(), strict=True)
        order[children[in_sequence(len(children), pairs)]] = np.arange(len(children))
