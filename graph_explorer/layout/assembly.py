"""A layout put together from the plans of its regions.

The rule: every region stands where the one around it has put its box, so positions are added up
from the outside in, and a line is the sum of its parts from border to border.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout.numbering import Numbering
from graph_explorer.layout.pace import Pause
from graph_explorer.layout.piece import NEAR
from graph_explorer.layout.planning import Planning
from graph_explorer.layout.record import Box, Direction, Floats, Layout, Lines, Seats
from graph_explorer.layout.regions import Integers, Mask


def assemble(numbering: Numbering, planning: Planning, direction: Direction, pause: Pause) -> Layout:
    """The layout of the whole picture."""
    turned = direction == "right"
    tree, plans = numbering.tree, _Plans(numbering, planning)
    places = np.flatnonzero(tree.parent >= 0)
    centers = np.zeros_like(numbering.sizes)
    centers[places] = plans.centers(places)
    corners = np.zeros_like(centers)
    for first, end in reversed(list(pairwise(numbering.levels))):
        at = numbering.regions[first:end]
        inner = at[at != tree.root]
        centers[inner] += corners[tree.parent[inner]]
        corners[inner] = centers[inner] - numbering.sizes[inner] / 2
    drawn = tree.drawn()
    centers[drawn] += corners[tree.parent[drawn]]
    number = np.zeros(len(tree.parent), dtype=np.int32)
    number[drawn] = np.arange(len(drawn))
    pause()
    points, first_point = plans.lines(corners, pause)
    pause()
    seats = _seats(numbering, planning, drawn)
    pause()
    frames = _frames(numbering, corners, turned)
    pause()
    return Layout(
        ids=_names(numbering, drawn),
        centers=_seen(centers[drawn], turned),
        sizes=_seen(numbering.sizes[drawn], turned),
        lines=Lines(
            sources=number[tree.source],
            targets=number[tree.target],
            points=_seen(points, turned),
            first_point=first_point.astype(np.int32),
            members=tree.members.astype(np.int32),
            first_member=tree.first_member.astype(np.int32),
        ),
        groups=frames,
        bounds=_boxes(np.zeros((1, 2)), numbering.sizes[[tree.root]], turned)[0],
        wiring=tree.wiring,
        direction=direction,
        plans=planning.pieces,
        seats=seats,
    )


def _seats(numbering: Numbering, planning: Planning, drawn: Integers) -> Seats:
    tree = numbering.tree

    def seats(places: Integers) -> NDArray[np.int32]:
        around = numbering.ranks(tree.parent[places])
        item = numbering.item_of[places] - numbering.first_item[around]
        return np.stack([around, item], axis=1).astype(np.int32)

    opened = _opened(numbering)
    return Seats(
        planning.plans,
        seats(drawn),
        seats(numbering.regions),
        dict(zip(tree.names(opened), numbering.ranks(opened).tolist(), strict=True)),
    )


class _Plans:
    """The plans that are used, each once, with their positions one after another."""

    def __init__(self, numbering: Numbering, planning: Planning) -> None:
        self._numbering = numbering
        number = {plan: at for at, plan in enumerate(dict.fromkeys(planning.plans))}
        self._which = np.array([number[plan] for plan in planning.plans])
        self._centers = np.concatenate([plan.centers for plan in number])
        self._first_center = _starts([len(plan.centers) for plan in number])
        self._points = np.concatenate([plan.points for plan in number])
        starts = _starts([len(plan.points) for plan in number])
        firsts = [plan.first_point[:-1] + start for plan, start in zip(number, starts.tolist(), strict=False)]
        self._first_point = np.append(np.concatenate(firsts), len(self._points))
        self._first_link = _starts([len(plan.first_point) - 1 for plan in number])

    def centers(self, places: Integers) -> Floats:
        """Where places stand in the regions around them."""
        numbering = self._numbering
        region = numbering.ranks(numbering.tree.parent[places])
        item = numbering.item_of[places] - numbering.first_item[region]
        return np.asarray(self._centers[self._first_center[self._which[region]] + item])

    def lines(self, corners: Floats, pause: Pause) -> tuple[Floats, Integers]:
        """The points of all lines, and where those of each begin."""
        numbering, borders = self._numbering, self._numbering.borders
        place = borders.link_region[borders.hops]
        region = numbering.ranks(place)
        link = self._first_link[self._which[region]] + borders.hops - numbering.first_link[region]
        first, counts = self._first_point[link], np.diff(self._first_point)[link]
        begins = np.concatenate([[0], np.cumsum(counts)])
        pause()
        step = np.arange(begins[-1]) - np.repeat(begins[:-1], counts)
        back = np.repeat(~borders.forward, np.diff(borders.first_hop))
        hop = np.repeat(np.arange(len(counts)), counts)
        step = np.where(back[hop], counts[hop] - 1 - step, step)
        pause()
        points = self._points[first[hop] + step]
        pause()
        points += corners[place[hop]]
        pause()
        return _joined(points, begins[borders.first_hop], pause)


def _joined(points: Floats, first: Integers, pause: Pause) -> tuple[Floats, Integers]:
    """Lines without points met twice and without those in the middle of a run along the flow."""
    points, first = _without(points, first, np.all(_near(points, first), axis=1))
    pause()
    here = _near(points, first)[:, 0]
    # The first point of a line is not near the one before it, so the last of a line stays.
    return _without(points, first, here & np.append(here[1:], False))


def _near(points: Floats, first: Integers) -> Mask:
    """Which points are near the one before them on their line, across and along."""
    near = np.abs(np.diff(points, axis=0, prepend=np.inf)) < NEAR
    near[first[:-1]] = False
    return near


def _without(points: Floats, first: Integers, dropped: Mask) -> tuple[Floats, Integers]:
    return points[~dropped], np.concatenate([[0], np.cumsum(~dropped)])[first]


def _names(numbering: Numbering, drawn: Integers) -> tuple[str, ...]:
    tree = numbering.tree
    if np.array_equal(drawn, np.arange(tree.root)):
        return tree.wiring.ids
    return tuple(tree.names(drawn))


def _frames(numbering: Numbering, corners: Floats, turned: bool) -> dict[str, Box]:
    opened = _opened(numbering)
    boxes = _boxes(corners[opened], numbering.sizes[opened], turned)
    return dict(zip(numbering.tree.names(opened), boxes, strict=True))


def _opened(numbering: Numbering) -> Integers:
    """The groups that are open."""
    tree = numbering.tree
    opened = np.flatnonzero(tree.is_region[: tree.first_stretch])
    return np.asarray(opened[opened != tree.root])


def _boxes(corners: Floats, sizes: Floats, turned: bool) -> list[Box]:
    boxes = np.hstack([_seen(corners, turned), _seen(sizes, turned)]).tolist()
    return [(left, top, width, height) for left, top, width, height in boxes]


def _seen(points: Floats, turned: bool) -> Floats:
    """From across and along to x and y."""
    return points[:, ::-1].copy() if turned else points


def _starts(counts: list[int]) -> Integers:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
