"""A layout put together from the plans of its regions.

The rule: every region stands where the one around it has put its box, so positions are added up
from the outside in, and a line is the sum of its parts from border to border.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.layout.borders import Borders
from graph_explorer.layout.piece import Points, simplified
from graph_explorer.layout.planning import Planning
from graph_explorer.layout.record import Box, Direction, Layout, Lines
from graph_explorer.layout.regions import ROOT
from graph_explorer.layout.wiring import Wiring

_Point = tuple[float, float]


def assemble(wiring: Wiring, borders: Borders, planning: Planning, direction: Direction) -> Layout:
    """The layout of the whole picture."""
    turned = direction == "right"
    corners: dict[int, _Point] = {ROOT: (0.0, 0.0)}
    ids: list[str] = []
    centers: list[_Point] = []
    sizes: list[_Point] = []
    groups: dict[str, Box] = {}
    places = borders.regions.places
    at_place: dict[int, int] = {}
    for region in borders.regions.regions():
        entries = len(borders.borders[region].above)
        across, along = corners[region]
        for at, place in enumerate(borders.regions.children(region), start=entries):
            center = planning.plans[region].centers[at]
            x, y = across + center[0], along + center[1]
            width, height = planning.size(place)
            if places[place].children is not None:
                corners[place] = (x - width / 2, y - height / 2)
                if places[place].name:
                    groups[places[place].name] = _box(*corners[place], width, height, turned)
            else:
                at_place[place] = len(ids)
                ids.append(places[place].name)
                centers.append((x, y))
                sizes.append((width, height))
    return Layout(
        ids=tuple(ids),
        centers=_array(centers, turned),
        sizes=_array(sizes, turned),
        lines=_lines(borders, planning, corners, at_place, turned),
        groups=groups,
        bounds=_box(0.0, 0.0, *planning.plans[ROOT].size, turned),
        wiring=wiring,
        direction=direction,
        plans=planning.pieces,
    )


def _lines(
    borders: Borders, planning: Planning, corners: dict[int, _Point], at: dict[int, int], turned: bool
) -> Lines:
    lines = borders.regions.lines
    points: list[_Point] = []
    first, members, first_member = [0], list[int](), [0]
    for line, hops, forward in zip(lines, borders.hops, borders.forward, strict=True):
        way: list[_Point] = []
        for region, link in hops:
            across, along = corners[region]
            part: Points = planning.plans[region].lines[link]
            way += [(across + x, along + y) for x, y in (part if forward else part[::-1])]
        points += simplified(way) if len(hops) > 1 else way
        members += line.members
        first.append(len(points))
        first_member.append(len(members))
    return Lines(
        sources=np.array([at[line.source] for line in lines], dtype=np.int32),
        targets=np.array([at[line.target] for line in lines], dtype=np.int32),
        points=_array(points, turned),
        first_point=np.array(first, dtype=np.int32),
        members=np.array(members, dtype=np.int32),
        first_member=np.array(first_member, dtype=np.int32),
    )


def _array(points: list[_Point], turned: bool) -> np.ndarray:
    array = np.array(points, dtype=np.float64).reshape(-1, 2)
    return array[:, ::-1].copy() if turned else array


def _box(across: float, along: float, width: float, height: float, turned: bool) -> Box:
    return (along, across, height, width) if turned else (across, along, width, height)
