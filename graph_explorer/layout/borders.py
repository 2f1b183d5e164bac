"""How lines pass the borders of regions: ports, and the links that each region holds.

A value that enters a region does so through one port, however often it is used inside, and
leaves it likewise. The rule: a region's links speak only of its own children and its own ports,
so it can be laid out knowing nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

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
    """The ports of one region and its joints, each numbered as they are met.

    Once the region is laid out, `over` and `under` have the places of its upper and lower ports
    across, from its centre and in order, and `rank` for each port its number in that order.
    """

    above: dict[Value, int] = field(default_factory=dict)
    below: dict[Value, int] = field(default_factory=dict)
    joints: dict[Joint, int] = field(default_factory=dict)
    over: tuple[float, ...] = ()
    under: tuple[float, ...] = ()
    rank: dict[Value, int] = field(default_factory=dict)

    def settle(self, plan: Plan) -> None:
        """Take over where the ports are."""
        end = len(plan.centers) - len(self.below)
        for side, start in ((self.above, 0), (self.below, end)):
            places = {value: plan.centers[start + at][0] - plan.size[0] / 2 for value, at in side.items()}
            order = sorted(side, key=lambda value: (places[value], side[value]))
            self.rank.update((value, rank) for rank, value in enumerate(order))
            ports = tuple(places[value] for value in order)
            if side is self.above:
                self.over = ports
            else:
                self.under = ports


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
        size: Callable[[int], tuple[float, float]],
        room: tuple[float, float, float, float],
        least: float,
    ) -> Piece:
        """The piece of a region all of whose inner regions are laid out and settled."""
        places, border = self.regions.places, self.borders[region]
        children = self.regions.children(region)
        entries, exits = len(border.above), len(border.below)
        inner = [self.borders.get(place, _NONE) for place in children]
        stacked = bool(children) and all(self._is_stretch(place) for place in children)
        point = ((0.0, 0.0),)
        return Piece(
            kinds=(
                *(CONSTANT if places[v.source].kind == CONSTANT else OPERATION for v in border.above),
                *(places[place].kind for place in children),
                *(OPERATION,) * exits,
            ),
            sizes=point * entries + tuple(size(place) for place in children) + point * exits,
            links=self._links(region),
            above=((),) * entries + tuple(one.over for one in inner) + ((),) * exits,
            below=((),) * entries + tuple(one.under for one in inner) + ((),) * exits,
            room=room,
            least=least,
            rows=_stacked_rows(entries, len(children), exits) if stacked else None,
            entries=entries,
            exits=exits,
        )

    def _is_stretch(self, place: int) -> bool:
        return self.regions.places[place].children is not None and not self.regions.places[place].name

    def _links(self, region: int) -> tuple[Link, ...]:
        border = self.borders[region]
        children = self.regions.children(region)
        item = {place: at for at, place in enumerate(children, start=len(border.above))}
        end = len(border.above) + len(children)
        links = []
        for upper, lower, value, arrive in border.joints:
            one = border.above[value] if upper is None else item[upper]
            two = end + border.below[value] if lower is None else item[lower]
            leave = 0
            if upper is not None and upper in self.borders:
                leave = self.borders[upper].rank[value]
            if lower is not None and lower in self.borders:
                arrive = self.borders[lower].rank[value]
            links.append(Link(one, leave, two, arrive))
        return tuple(links)


_NONE: Final = Border()


def _stacked_rows(entries: int, children: int, exits: int) -> tuple[int, ...]:
    """Rows for stretches, one after another."""
    first = 1 if entries else 0
    middle = range(first, first + children)
    return (0,) * entries + tuple(middle) + (first + children,) * exits


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
