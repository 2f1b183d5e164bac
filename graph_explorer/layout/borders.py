"""How lines pass the borders of regions: ports, and the links that each region holds.

A value that enters a region does so through one port, however often it is used inside, and
leaves it likewise. The rule: a region's links speak only of its own children and its own ports,
so it can be laid out knowing nothing of the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_explorer.layout.pace import Pause
from graph_explorer.layout.piece import CONSTANT, OPERATION
from graph_explorer.layout.regions import NONE, Climb, Integers, Mask, Regions, climb


@dataclass
class Borders:
    """The ports and links of all regions, and which links make up each line.

    Ports (p) are sorted by region, entries before exits, and there as they are met; `port_kind` is
    the kind of what comes. Links (l) are sorted by region and there as they are met: `upper` and
    `lower` are places, NONE where the link ends at a port of the region itself; `upper_port` and
    `lower_port` are that port, or the port of the place if it is a region, else NONE; `arrive` is
    the place among the inputs of a node. `hops` (h) are links, those of a line together, from its
    source to its target, beginning at `first_hop` (m + 1,); `forward` (m,) tells lines that go with
    the flow.
    """

    port_region: Integers
    port_exit: Mask
    port_kind: Integers
    link_region: Integers
    upper: Integers
    lower: Integers
    upper_port: Integers
    lower_port: Integers
    arrive: Integers
    hops: Integers
    first_hop: Integers
    forward: Mask


@dataclass
class _Hops:
    """Parts of lines: the region of each and the places it joins, as the line runs.

    `ahead` tells those of lines with the flow, `inward` those behind the region of both ends.
    """

    first: Integers
    line: Integers
    region: Integers
    before: Integers
    after: Integers
    ahead: Mask
    inward: Mask


def find_borders(regions: Regions, rank: Integers, pause: Pause) -> Borders:
    """Lead every line through the borders on its way; `rank` (places,) sorts the regions."""
    found = climb(regions)
    pause()
    hops = _hops(regions, found)
    pause()
    port, ports = _ports(regions, hops, rank, pause)
    pause()
    behind = np.append(NONE, port)[:-1]
    behind[hops.first[:-1]] = NONE
    ahead = hops.ahead
    upper, lower = np.where(ahead, (hops.before, hops.after), (hops.after, hops.before))
    upper_port, lower_port = np.where(ahead, (behind, port), (port, behind))
    meets = ahead & (lower == regions.target[hops.line])
    arrive = np.where(meets, _inputs(regions.target)[hops.line], 0)
    places = len(regions.parent)
    ends = [
        np.where(ports_ >= 0, places + ports_, places_)
        for places_, ports_ in ((upper, upper_port), (lower, lower_port))
    ]
    first, link = _distinct([*ends, arrive], rank[hops.region], pause)
    return Borders(
        *ports,
        link_region=hops.region[first],
        upper=upper[first],
        lower=lower[first],
        upper_port=upper_port[first],
        lower_port=lower_port[first],
        arrive=arrive[first],
        hops=link,
        first_hop=hops.first,
        forward=ahead[hops.first[:-1]],
    )


def _hops(regions: Regions, found: Climb) -> _Hops:
    """The parts of all lines in their order."""
    lines = len(found.region)
    steps = np.zeros((2, lines), dtype=np.int64)
    for line, inward, _, _ in found.rises:
        steps[int(inward), line] += 1
    first = np.concatenate([[0], np.cumsum(steps.sum(axis=0) + 1)])
    count = int(first[-1])
    region, before, after = (np.full(count, NONE) for _ in range(3))
    middle = first[:-1] + steps[0]
    region[middle], before[middle], after[middle] = found.region, found.above, found.below
    for line, inward, step, left in found.rises:
        at = first[line + 1] - 1 - step if inward else first[line] + step
        region[at] = regions.parent[left]
        (after if inward else before)[at] = left
    line = np.repeat(np.arange(lines), np.diff(first))
    forward = regions.order[found.above] < regions.order[found.below]
    return _Hops(first, line, region, before, after, forward[line], before == NONE)


def _ports(
    regions: Regions, hops: _Hops, rank: Integers, pause: Pause
) -> tuple[Integers, tuple[Integers, Mask, Integers]]:
    """The port behind each hop, NONE behind the last one of a line; and all ports."""
    port = np.full(len(hops.line), NONE)
    passing = np.ones(len(port), dtype=bool)
    passing[hops.first[1:] - 1] = False
    at = np.flatnonzero(passing)
    inward = hops.inward[at + 1]
    region = np.where(inward, hops.region[at + 1], hops.region[at])
    exits = inward != hops.ahead[at]
    source = regions.source[hops.line[at]]
    value = source * 2 + hops.ahead[at]
    first, port[at] = _distinct([region, value], rank[region] * 2 + exits, pause)
    kind = np.where(regions.kind[source[first]] == CONSTANT, CONSTANT, OPERATION)
    return port, (region[first], exits[first], np.where(exits[first], OPERATION, kind))


def _inputs(target: Integers) -> Integers:
    """For each line its number among those into the same target."""
    order = np.argsort(target, kind="stable")
    begins = np.flatnonzero(np.diff(target[order], prepend=-1))
    number = np.empty(len(target), dtype=np.int64)
    counts = np.diff(np.append(begins, len(target)))
    number[order] = np.arange(len(target)) - np.repeat(begins, counts)
    return number


def _distinct(columns: list[Integers], by: Integers, pause: Pause) -> tuple[Integers, Integers]:
    """Rows that differ, sorted by `by`, then as met: where each is met first, and every row's number."""
    key, most = np.zeros(len(by), dtype=np.int64), 1
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if most > (1 << 62) // size:
            pause()
            key = np.unique(key, return_inverse=True)[1]
            most = int(key.max(initial=0)) + 1
        key, most = key * size + column, most * size
    pause()
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    pause()
    order = np.lexsort((first, by[first]))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return first[order], place[number]
