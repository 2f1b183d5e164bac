"""A layout put together from the plans of its regions.

The rule: every region stands where the one around it has put its box, so positions are added up
from the outside in, and a line is the sum of its parts from border to border.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.layout.borders import Borders
from graph_explorer.layout.piece import Points, simplified
from graph_explorer.layout.planning import Planning
from graph_explorer.layout.record import Box, Direction, Edge, Layout
from graph_explorer.layout.regions import ROOT

_Point = tuple[float, float]


def assemble(borders: Borders, planning: Planning, direction: Direction) -> Layout:
    """The layout of the whole picture."""
    turned = direction == "right"
    corners: dict[int, _Point] = {ROOT: (0.0, 0.0)}
    ids: list[str] = []
    centers: list[_Point] = []
    sizes: list[_Point] = []
    groups: dict[str, Box] = {}
    places = borders.regions.places
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
                ids.append(places[place].name)
                centers.append((x, y))
                sizes.append((width, height))
    return Layout(
        ids=tuple(ids),
        centers=_array(centers, turned),
        sizes=_array(sizes, turned),
        edges=_edges(borders, planning, corners, turned),
        groups=groups,
        bounds=_box(0.0, 0.0, *planning.plans[ROOT].size, turned),
        direction=direction,
        plans=planning.pieces,
    )


def _edges(
    borders: Borders, planning: Planning, corners: dict[int, _Point], turned: bool
) -> tuple[Edge, ...]:
    edges = []
    places = borders.regions.places
    for line, hops, forward in zip(borders.regions.lines, borders.hops, borders.forward, strict=True):
        points: list[_Point] = []
        for region, link in hops:
            across, along = corners[region]
            part: Points = planning.plans[region].lines[link]
            points += [(across + x, along + y) for x, y in (part if forward else part[::-1])]
        if len(hops) > 1:
            points = simplified(points)
        edges.append(
            Edge(
                source=places[line.source].name,
                target=places[line.target].name,
                input_index=line.input_index,
                points=_array(points, turned),
                multiplicity=len(line.members),
                members=tuple(line.members),
            )
        )
    return tuple(edges)


def _array(points: list[_Point], turned: bool) -> np.ndarray:
    array = np.array(points, dtype=np.float64).reshape(-1, 2)
    return array[:, ::-1].copy() if turned else array


def _box(across: float, along: float, width: float, height: float, turned: bool) -> Box:
    return (along, across, height, width) if turned else (across, along, width, height)
