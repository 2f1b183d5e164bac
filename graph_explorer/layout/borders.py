"""How lines pass the borders of regions: ports, and the links that each region holds.

A value that enters a region does so through one port, however often it is used inside, and
leaves it likewise. The rule: a region's links speak only of its own children and its own ports,
so it can be laid out knowing nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from graph_explorer.layout.piece import CONSTANT, OPERATION, Link, Piece, Plan
from graph_explorer.layout.regions import Regions


class Value(NamedTuple):
    """What passes a border: the place it comes from, and whether it flows with the rest."""

    source: int
    forward: bool


class Joint(NamedTuple):
    """An end-to-end pair within one region: places, or None for a port of the region itself."""

    upper: int | None
    lower: int | None
    value: Value
    arrive: int


class Hop(NamedTuple):
    """One part of a line: the number of a link in a region."""

    region: int
    link: int


@dataclass
class Border:
    """The ports of one region, by value, and its joints in the order in which they are met."""

    above: dict[Value, int] = field(default_factory=dict)
    below: dict[Value, int] = field(default_factory=dict)
    joints: dict[Joint, int] = field(default_factory=dict)


@dataclass
class Borders:
    """All borders by region, and for each line its hops from source to target."""

    regions: Regions
    borders: dict[int, Border]
    hops: list[list[Hop]]
    forward: list[bool]

    def piece(
        self,
        region: int,
        sizes: Callable[[int], tuple[float, float]],
        plans: Mapping[int, Plan],
        room: tuple[float, float, float, float],
        least: float,
    ) -> Piece:
        """The piece of a region whose inner regions are laid out already."""
        places, border = self.regions.places, self.borders[region]
        children = self.regions.children(region)
        entries, exits = len(border.above), len(border.below)
        item = {place: at + entries for at, place in enumerate(children)}
        end = entries + len(children)
        kinds = [places[place].kind for place in children]
        boxes = [sizes(place) for place in children]
        above: list[tuple[float, ...]] = [()] * entries
        below: list[tuple[float, ...]] = [()] * entries
        for place in children:
            if place in plans:
                over, under = self._ports(place, plans[place])
                above.append(over)
                below.append(under)
            else:
                above.append(())
                below.append(())
        above += [()] * exits
        below += [()] * exits
        links = []
        for upper, lower, value, arrive in border.joints:
            one = border.above[value] if upper is None else item[upper]
            two = end + border.below[value] if lower is None else item[lower]
            leave = 0
            if upper is not None and upper in plans:
                leave = self.borders[upper].below[value]
            if lower is not None and lower in plans:
                arrive = self.borders[lower].above[value]
            links.append(Link(one, leave, two, arrive))
        stacked = bool(children) and all(
            places[place].children is not None and not places[place].name for place in children
        )
        first = 1 if entries else 0
        rows = None
        if stacked:
            rows = (0,) * entries + tuple(range(first, first + len(children)))
            rows += (first + len(children),) * exits
        nothing = ((0.0, 0.0),)
        return Piece(
            kinds=(*self._entry_kinds(border), *kinds, *(OPERATION,) * exits),
            sizes=nothing * entries + tuple(boxes) + nothing * exits,
            links=tuple(links),
            above=tuple(above),
            below=tuple(below),
            room=room,
            least=least,
            rows=rows,
            entries=entries,
            exits=exits,
        )

    def _entry_kinds(self, border: Border) -> list[int]:
        kinds = [self.regions.places[value.source].kind for value in border.above]
        return [CONSTANT if kind == CONSTANT else OPERATION for kind in kinds]

    def _ports(self, region: int, plan: Plan) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Where the ports of a region are, across from its centre."""
        border, middle = self.borders[region], plan.size[0] / 2
        over = plan.centers[: len(border.above)]
        under = plan.centers[len(plan.centers) - len(border.below) :]
        return tuple(x - middle for x, _ in over), tuple(x - middle for x, _ in under)


def find_borders(regions: Regions) -> Borders:
    """Lead every line through the borders on its way."""
    borders = {region: Border() for region in regions.regions()}
    order: dict[int, int] = {}
    for region in borders:
        order.update((place, at) for at, place in enumerate(regions.children(region)))
    result = Borders(regions, borders, [], [])
    inputs: dict[int, int] = {}
    for line in regions.lines:
        source, target = regions.ways(line)
        forward = order[source[-1]] < order[target[-1]]
        inputs[line.target] = inputs.get(line.target, -1) + 1
        hops = _lead(result, source, target, Value(line.source, forward), inputs[line.target])
        result.hops.append(hops)
        result.forward.append(forward)
    return result


def _lead(result: Borders, source: list[int], target: list[int], value: Value, arrive: int) -> list[Hop]:
    """The hops of one line; new ports and joints are made on the way."""
    places = result.regions.places
    hops = []
    for inner, region in pairwise(source):
        border = result.borders[region]
        side = border.below if value.forward else border.above
        side.setdefault(value, len(side))
        joint = Joint(inner, None, value, 0) if value.forward else Joint(None, inner, value, 0)
        hops.append(_hop(result, region, joint))
    around = places[source[-1]].parent
    ends = (source[-1], target[-1])
    number = arrive if len(target) == 1 and value.forward else 0
    upper, lower = ends if value.forward else reversed(ends)
    hops.append(_hop(result, around, Joint(upper, lower, value, number)))
    for place in range(len(target) - 1, 0, -1):
        region, inner = target[place], target[place - 1]
        border = result.borders[region]
        side = border.above if value.forward else border.below
        side.setdefault(value, len(side))
        number = arrive if place == 1 and value.forward else 0
        joint = Joint(None, inner, value, number) if value.forward else Joint(inner, None, value, 0)
        hops.append(_hop(result, region, joint))
    return hops


def _hop(result: Borders, region: int, joint: Joint) -> Hop:
    joints = result.borders[region].joints
    return Hop(region, joints.setdefault(joint, len(joints)))
