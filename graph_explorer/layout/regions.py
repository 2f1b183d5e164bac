"""The tree of regions: the whole picture, the open groups in it, and what stands in each.

A region is laid out by itself and is a box in the region around it. Its rule: the children of a
region are in an order in which lines run from earlier to later ones, but for those that a group
makes impossible, whose inputs and outputs mix with what stands around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graph_explorer.layout.piece import GROUP, OPERATION
from graph_explorer.layout.sequence import in_sequence
from graph_explorer.layout.wiring import Wiring

ROOT: Final = 0
"""The number of the whole picture."""


@dataclass(slots=True)
class Place:
    """A node, a collapsed group, or, where it has `children`, a region.

    `name` is a node's id or a group's path; a stretch of a long region has none.
    """

    parent: int
    name: str
    kind: int = OPERATION
    children: list[int] | None = None


@dataclass(slots=True)
class Line:
    """What is drawn between two places that are no regions; `members` are edges of the wiring."""

    source: int
    target: int
    members: list[int] = field(default_factory=list)


@dataclass
class Regions:
    """All places by number and all lines."""

    places: list[Place]
    lines: list[Line]

    def children(self, region: int) -> list[int]:
        return self.places[region].children or []

    def ways(self, line: Line) -> tuple[list[int], list[int]]:
        """The places around either end of a line, inner first, below the region of both."""
        source, target = self._upward(line.source), self._upward(line.target)
        while source[-1] == target[-1]:
            source.pop()
            target.pop()
        return source, target

    def _upward(self, place: int) -> list[int]:
        way = []
        while place != ROOT:
            way.append(place)
            place = self.places[place].parent
        return way

    def groups(self) -> dict[str, str]:
        """The path of the group around everything that is drawn."""
        around = {}
        for place in self.places[1:]:
            if place.children is None:
                outer = self.places[place.parent]
                while not outer.name and outer.parent >= 0:
                    outer = self.places[outer.parent]
                around[place.name] = outer.name
        return around

    def regions(self) -> list[int]:
        """All regions, outer ones before those inside them."""
        found = [ROOT]
        for region in found:
            found.extend(p for p in self.children(region) if self.places[p].children is not None)
        return found


def find_regions(wiring: Wiring, collapsed: frozenset[str]) -> Regions:
    """The regions of a graph, some of its groups collapsed."""
    places = [Place(-1, "", children=[])]
    groups: dict[str, int] = {"": ROOT}
    drawn: list[int] = []
    for node, kind, path in zip(wiring.ids, wiring.kinds.tolist(), wiring.group.tolist(), strict=True):
        group = _group(wiring.groups[path], collapsed, groups, places)
        children = places[group].children
        if children is None:
            drawn.append(group)
        else:
            drawn.append(len(places))
            children.append(len(places))
            places.append(Place(group, node, kind))
    regions = Regions(places, _lines(wiring, drawn, places))
    _sort_children(regions)
    return regions


def _group(path: str, collapsed: frozenset[str], groups: dict[str, int], places: list[Place]) -> int:
    """The place of a group, or of the collapsed one around it; made at the first call."""
    if path in groups:
        return groups[path]
    around, number = "", ROOT
    for name in path.split("/"):
        around = f"{around}/{name}" if around else name
        if around not in groups:
            groups[around] = len(places)
            children = places[number].children
            assert children is not None
            children.append(len(places))
            inside: list[int] | None = None if around in collapsed else []
            places.append(Place(number, around, GROUP, inside))
        number = groups[around]
        if places[number].children is None:
            break
    groups[path] = number
    return number


def _lines(wiring: Wiring, drawn: list[int], places: list[Place]) -> list[Line]:
    """The edges of the graph, those at collapsed groups bundled, in the order of their targets."""
    lines: list[Line] = []
    bundles: dict[tuple[int, int], Line] = {}
    for edge, ends in enumerate(zip(wiring.source.tolist(), wiring.target.tolist(), strict=True)):
        source, target = drawn[ends[0]], drawn[ends[1]]
        if source == target:
            continue
        plain = places[source].kind != GROUP and places[target].kind != GROUP
        line = None if plain else bundles.get((source, target))
        if line is None:
            line = Line(source, target)
            lines.append(line)
            if not plain:
                bundles[source, target] = line
        line.members.append(edge)
    return lines


def _sort_children(regions: Regions) -> None:
    links: dict[int, list[tuple[int, int]]] = {}
    for line in regions.lines:
        source, target = regions.ways(line)
        around = regions.places[source[-1]].parent
        links.setdefault(around, []).append((source[-1], target[-1]))
    for region, pairs in links.items():
        children = regions.children(region)
        number = {place: at for at, place in enumerate(children)}
        order = in_sequence(len(children), ((number[a], number[b]) for a, b in pairs))
        regions.places[region].children = [children[at] for at in order]
