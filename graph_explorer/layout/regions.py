"""The tree of regions: the whole picture, the open groups in it, and what stands in each.

A region is laid out by itself and is a box in the region around it. Its rule: the children of a
region are in an order in which lines run from earlier to later ones, but for those that a group
makes impossible, whose inputs and outputs mix with what stands around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import networkx as nx

from graph_explorer.layout.piece import CONSTANT, GROUP, INPUT, OPERATION
from graph_explorer.layout.record import Member
from graph_explorer.layout.sequence import in_sequence

ROOT: Final = 0
"""The number of the whole picture."""
_LEAVES: Final = {"input": INPUT, "parameter": CONSTANT, "constant": CONSTANT}


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
    """An edge to be drawn, between two places that are no regions."""

    source: int
    target: int
    input_index: int
    members: list[Member] = field(default_factory=list)


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


def find_regions(graph: nx.MultiDiGraph, collapsed: frozenset[str]) -> Regions:
    """The regions of a graph whose nodes have the attributes `op` and `group`."""
    places = [Place(-1, "", children=[])]
    groups: dict[str, int] = {"": ROOT}
    drawn: dict[str, int] = {}
    for node, data in graph.nodes(data=True):
        group = _group(data.get("group", ""), collapsed, groups, places)
        children = places[group].children
        if children is None:
            drawn[node] = group
        else:
            drawn[node] = len(places)
            children.append(len(places))
            places.append(Place(group, node, _LEAVES.get(data.get("op", ""), OPERATION)))
    regions = Regions(places, _lines(graph, drawn, places))
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


def _lines(graph: nx.MultiDiGraph, drawn: dict[str, int], places: list[Place]) -> list[Line]:
    """The edges of the graph, those at collapsed groups bundled, in the order of their targets."""
    nodes = set(graph.nodes)
    lines: list[Line] = []
    bundles: dict[tuple[int, int], Line] = {}
    for node in graph.nodes:
        inputs = sorted((index, source) for source, _, index in graph.in_edges(node, keys=True))
        target = drawn[node]
        for index, name in inputs:
            source = drawn[name]
            if source == target:
                continue
            plain = places[source].name in nodes and places[target].name in nodes
            line = None if plain else bundles.get((source, target))
            if line is None:
                line = Line(source, target, index)
                lines.append(line)
                if not plain:
                    bundles[source, target] = line
            line.members.append((name, node, index))
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
