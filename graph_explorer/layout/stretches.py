"""A long region is cut across into stretches, each of which is laid out by itself.

Cuts go where few values pass: a network is a chain of blocks, and between two blocks there is
often one value alone. Equal stretches are then equal pieces and are laid out once. The rule:
a leaf goes with the first thing that uses it, and values that pass many rows do not hinder a cut.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import Final

from graph_explorer.layout.piece import CONSTANT, INPUT, Link, Piece
from graph_explorer.layout.regions import Place, Regions
from graph_explorer.layout.rows import assign_rows

_LONG: Final = 160
"""A region with more children than this is cut."""
_STRETCH: Final = 40
"""A stretch has at least about this many children."""
_PASSING: Final = 4
"""A cut goes through at most this many values."""
_FAR: Final = 50
"""A value that passes more rows than this is led past the stretches."""


def cut_long_regions(regions: Regions) -> None:
    """Put the children of each long region into stretches, where it can be cut."""
    long = [region for region in regions.regions() if len(regions.children(region)) > _LONG]
    if not long:
        return
    links: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for line in regions.lines:
        source, target = regions.ways(line)
        links[regions.places[source[-1]].parent].append((source[-1], target[-1]))
    for region in long:
        _cut(regions, region, links[region])


def _cut(regions: Regions, region: int, links: list[tuple[int, int]]) -> None:
    children = regions.children(region)
    number = {place: at for at, place in enumerate(children)}
    pairs = sorted({(number[a], number[b]) for a, b in links if number[a] < number[b]})
    kinds = tuple(regions.places[place].kind for place in children)
    rows = _rows(kinds, pairs)
    first = _stretch_of_rows(kinds, pairs, rows)
    count = first[-1] + 1
    if count < 2:
        return
    stretch = [first[row] for row in rows]
    used: dict[int, int] = {}
    for upper, lower in pairs:
        used[upper] = min(used.get(upper, count), stretch[lower])
    inside: list[list[int]] = [[] for _ in range(count)]
    for at, place in enumerate(children):
        leaf = kinds[at] in (INPUT, CONSTANT)
        inside[used.get(at, stretch[at]) if leaf else stretch[at]].append(place)
    filled = [members for members in inside if members]
    start = len(regions.places)
    regions.places[region].children = list(range(start, start + len(filled)))
    for members in filled:
        for place in members:
            regions.places[place].parent = len(regions.places)
        regions.places.append(Place(region, "", children=members))


def _rows(kinds: tuple[int, ...], pairs: list[tuple[int, int]]) -> list[int]:
    nothing: tuple[tuple[float, ...], ...] = ((),) * len(kinds)
    links = tuple(Link(upper, 0, lower, 0) for upper, lower in pairs)
    sizes = ((0.0, 0.0),) * len(kinds)
    return assign_rows(Piece(kinds, sizes, links, nothing, nothing, (0.0, 0.0, 0.0, 0.0)))


def _stretch_of_rows(kinds: tuple[int, ...], pairs: list[tuple[int, int]], rows: list[int]) -> list[int]:
    """The number of the stretch that each row belongs to."""
    count = max(rows) + 1
    last = list(rows)
    for upper, lower in pairs:
        last[upper] = max(last[upper], rows[lower])
    change, filled = [0] * (count + 1), [0] * count
    for item, kind in enumerate(kinds):
        filled[rows[item]] += 1
        leaf = kind in (INPUT, CONSTANT)
        if not leaf and last[item] - rows[item] <= _FAR:
            change[rows[item]] += 1
            change[last[item]] -= 1
    passing = list(accumulate(change))
    stretch, members, result = 0, 0, []
    for row in range(count):
        result.append(stretch)
        members += filled[row]
        allowed = min(members // _STRETCH, _PASSING)
        if row + 1 < count and allowed and passing[row] <= allowed:
            stretch += 1
            members = 0
    return result
