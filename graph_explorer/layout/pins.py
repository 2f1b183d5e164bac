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

from graph_explorer.layout.record import Box, Layout, Lines, curve

_Array = NDArray[np.float64]
_ROOM: Final = 14.0
"""Room between a pinned box and the frames around it, in pixels."""


def pin(layout: Layout, pinned: Mapping[str, tuple[float, float]]) -> Layout:
    """The layout with these boxes pinned and no others."""
    layout = layout.free
    known = [name for name in pinned if layout.place(name) >= 0]
    if not known:
        return layout
    centers = layout.centers.copy()
    frames = dict(layout.groups)
    moved: dict[str, _Array] = {}
    for name in known:
        place = layout.index(name)
        moved[name] = np.asarray(pinned[name], dtype=np.float64) - centers[place]
        centers[place] = pinned[name]
        path, room = _group_of(layout, name), _ROOM
        while path:
            if path in frames:
                frames[path] = _around(frames[path], centers[place], layout.sizes[place], room)
            path, room = path.rpartition("/")[0], room + _ROOM
    draft = replace(layout, centers=centers, groups=frames, unpinned=layout)
    lines = _follow(draft, {layout.index(name): way for name, way in moved.items()})
    return replace(draft, lines=lines, bounds=_bounds(draft, lines))


def _group_of(layout: Layout, name: str) -> str:
    """The path of the group that a node or a collapsed group is in."""
    number = layout.wiring.number(name)
    return name.rpartition("/")[0] if number < 0 else layout.wiring.groups[layout.wiring.group[number]]


def _around(frame: Box, center: _Array, size: _Array, room: float) -> Box:
    """The frame grown to hold a box."""
    left = min(frame[0], float(center[0] - size[0] / 2) - room)
    top = min(frame[1], float(center[1] - size[1] / 2) - room)
    right = max(frame[0] + frame[2], float(center[0] + size[0] / 2) + room)
    bottom = max(frame[1] + frame[3], float(center[1] + size[1] / 2) + room)
    return (left, top, right - left, bottom - top)


def _follow(layout: Layout, moved: Mapping[int, _Array]) -> Lines:
    """The lines with their ends where their boxes are now."""
    lines, places = layout.lines, np.array(list(moved), dtype=np.int32)
    touched = np.flatnonzero(np.isin(lines.sources, places) | np.isin(lines.targets, places)).tolist()
    parts, counts, last = [], np.diff(lines.first_point), 0
    for line in touched:
        bent = lines.points_of(line).copy()
        source, target = int(lines.sources[line]), int(lines.targets[line])
        bent[0] += moved.get(source, 0.0)
        bent[-1] += moved.get(target, 0.0)
        points = _way(layout, source, target, bent)
        parts += [lines.points[last : lines.first_point[line]], points]
        last, counts[line] = int(lines.first_point[line + 1]), len(points)
    parts.append(lines.points[last:])
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return replace(lines, points=np.concatenate(parts), first_point=first)


def _way(layout: Layout, source: int, target: int, bent: _Array) -> _Array:
    """The bent way of a line or the direct one, whichever runs through fewer boxes and is shorter."""
    direct = _facing(layout, source, target, bent[[0, -1]])
    ways = [direct, bent] if len(bent) > 2 else [direct]
    return min(ways, key=lambda way: (_hits(layout, source, target, way), _length(way)))


def _facing(layout: Layout, source: int, target: int, ends: _Array) -> _Array:
    """Ends on the borders that face each other, should the target now stand before the source."""
    flow = 1 if layout.direction == "down" else 0
    if layout.centers[target, flow] < layout.centers[source, flow]:
        ends = ends.copy()
        ends[0, flow] = layout.centers[source, flow] - layout.sizes[source, flow] / 2
        ends[1, flow] = layout.centers[target, flow] + layout.sizes[target, flow] / 2
    return ends


def _hits(layout: Layout, source: int, target: int, points: _Array) -> int:
    """How many boxes the curve through some points runs through, but for its own two."""
    t = np.linspace(0.0, 1.0, 24)[:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    dots = np.einsum("tk,pkx->ptx", weights, curve(points, layout.direction)).reshape(-1, 1, 2)
    near = np.flatnonzero(
        np.all(
            np.abs(layout.centers - (dots.min(0) + dots.max(0)) / 2) < (np.ptp(dots, 0) + layout.sizes) / 2, 1
        )
    )
    inside = np.all(np.abs(dots - layout.centers[near]) < layout.sizes[near] / 2, axis=2).any(axis=0)
    return int(np.sum(inside & (near != source) & (near != target)))


def _length(points: _Array) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def _bounds(layout: Layout, lines: Lines) -> Box:
    corners = [layout.centers - layout.sizes / 2, layout.centers + layout.sizes / 2, lines.points]
    corners += [np.array([[x, y], [x + w, y + h]]) for x, y, w, h in layout.groups.values()]
    everything = np.concatenate(corners)
    (left, top), (right, bottom) = everything.min(axis=0), everything.max(axis=0)
    return (float(left), float(top), float(right - left), float(bottom - top))
