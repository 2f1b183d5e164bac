"""Boxes that someone has put where they stand, and what follows them there.

The rule: a pinned box stands exactly where it was put. Frames grow to hold it, and its lines keep
their bends or go directly, whichever runs through fewer boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout.record import Box, Edge, Layout, curve

_Array = NDArray[np.float64]
_ROOM: Final = 14.0
"""Room between a pinned box and the frames around it, in pixels."""


def pin(layout: Layout, pinned: Mapping[str, tuple[float, float]], groups: Mapping[str, str]) -> Layout:
    """The layout with pinned boxes moved; `groups` is the group around each id that is drawn."""
    known = [name for name in layout.ids if name in pinned]
    if not known:
        return layout
    centers = layout.centers.copy()
    frames = dict(layout.groups)
    moved: dict[str, _Array] = {}
    for name in known:
        place = layout.index(name)
        moved[name] = np.asarray(pinned[name], dtype=np.float64) - centers[place]
        centers[place] = pinned[name]
        path, room = groups.get(name, ""), _ROOM
        while path:
            if path in frames:
                frames[path] = _around(frames[path], centers[place], layout.sizes[place], room)
            path, room = path.rpartition("/")[0], room + _ROOM
    draft = replace(layout, centers=centers, groups=frames)
    edges = tuple(
        _follow(draft, edge, moved) if edge.source in moved or edge.target in moved else edge
        for edge in layout.edges
    )
    return replace(draft, edges=edges, bounds=_bounds(draft, edges))


def _around(frame: Box, center: _Array, size: _Array, room: float) -> Box:
    """The frame grown to hold a box."""
    left = min(frame[0], float(center[0] - size[0] / 2) - room)
    top = min(frame[1], float(center[1] - size[1] / 2) - room)
    right = max(frame[0] + frame[2], float(center[0] + size[0] / 2) + room)
    bottom = max(frame[1] + frame[3], float(center[1] + size[1] / 2) + room)
    return (left, top, right - left, bottom - top)


def _follow(layout: Layout, edge: Edge, moved: Mapping[str, _Array]) -> Edge:
    """The edge with its ends where its boxes are now."""
    bent = edge.points.copy()
    bent[0] += moved.get(edge.source, 0.0)
    bent[-1] += moved.get(edge.target, 0.0)
    direct = _facing(layout, edge, bent[[0, -1]])
    ways = [direct, bent] if len(bent) > 2 else [direct]
    points = min(ways, key=lambda way: (_hits(layout, edge, way), _length(way)))
    return replace(edge, points=points)


def _facing(layout: Layout, edge: Edge, ends: _Array) -> _Array:
    """Ends on the borders that face each other, should the target now stand before the source."""
    flow = 1 if layout.direction == "down" else 0
    source, target = layout.index(edge.source), layout.index(edge.target)
    if layout.centers[target, flow] < layout.centers[source, flow]:
        ends = ends.copy()
        ends[0, flow] = layout.centers[source, flow] - layout.sizes[source, flow] / 2
        ends[1, flow] = layout.centers[target, flow] + layout.sizes[target, flow] / 2
    return ends


def _hits(layout: Layout, edge: Edge, points: _Array) -> int:
    """How many boxes the curve through some points runs through, but for its own two."""
    t = np.linspace(0.0, 1.0, 24)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    dots = np.einsum("tk,pkx->ptx", weights, curve(points, layout.direction)).reshape(-1, 1, 2)
    inside = np.all(np.abs(dots - layout.centers) < layout.sizes / 2, axis=2).any(axis=0)
    inside[[layout.index(edge.source), layout.index(edge.target)]] = False
    return int(inside.sum())


def _length(points: _Array) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _bounds(layout: Layout, edges: tuple[Edge, ...]) -> Box:
    corners = [layout.centers - layout.sizes / 2, layout.centers + layout.sizes / 2]
    corners += [edge.points for edge in edges]
    corners += [np.array([[x, y], [x + w, y + h]]) for x, y, w, h in layout.groups.values()]
    everything = np.concatenate(corners)
    (left, top), (right, bottom) = everything.min(axis=0), everything.max(axis=0)
    return (float(left), float(top), float(right - left), float(bottom - top))
