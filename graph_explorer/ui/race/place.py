"""Where on a surface a document is, and what it is elsewhere on it.

The one rule: a document lies on a surface if moving along the axes is all that leads to it; any other
difference makes another surface.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.document import Document, split_entry
from graph_explorer.lab.directions import Direction, Entry
from graph_explorer.lab.surface import Surface

Array = np.ndarray[Any, Any]


def point_on(surface: Surface, document: Document) -> tuple[float, float] | None:
    """The coordinates of the document on the surface; None where it does not lie on it."""
    entry = split_entry(document.output_name)[1] if document.output_name else None
    if surface.graph is not document.graph or surface.output != document.output:
        return None
    leaves = document.leaves
    moved = {name for axis in surface.axes for name in axis.names}
    for name, base in surface.leaves.items():
        now = leaves[name]
        if now.shape != base.shape or now.dtype != base.dtype:
            return None
        if name not in moved and now is not base and not np.array_equal(now, base, equal_nan=_floats(now)):
            return None
    if surface.output_entry != entry:
        return None
    point = _coordinates(surface, leaves)
    there = surface.leaves_at(point)
    exact = all(isinstance(axis, Entry) for axis in surface.axes)
    for name in moved:
        near = np.array_equal if exact else np.allclose
        if not near(there[name], leaves[name], equal_nan=True):
            return None
    return float(point[0]), float(point[1])


def _floats(array: Array) -> bool:
    return bool(array.dtype.kind == "f")


def _coordinates(surface: Surface, leaves: Any) -> Array:
    """The coordinates nearest to the leaves: entries as they are, directions by least squares."""
    point = surface.here
    free = []
    for place, axis in enumerate(surface.axes):
        if isinstance(axis, Entry):
            point[place] = leaves[axis.name][axis.index]
        else:
            free.append(place)
    if free:
        names = sorted({name for place in free for name in surface.axes[place].names})
        gaps = np.concatenate([np.ravel(leaves[name] - surface.leaves[name]) for name in names])
        tangents = [
            np.concatenate([np.ravel(_tangent(surface.axes[place], name, leaves)) for name in names])
            for place in free
        ]
        point[free] += np.linalg.lstsq(np.stack(tangents, axis=1), gaps, rcond=None)[0]
    return point


def _tangent(axis: Direction, name: str, leaves: Any) -> Array:
    return axis.tangent(name) if name in axis.names else np.zeros(np.shape(leaves[name]))


def values_at(surface: Surface, point: tuple[float, float]) -> dict[str, Array]:
    """The values of the leaves that the axes move, at a point."""
    there = surface.leaves_at(np.array(point))
    return {name: there[name] for axis in surface.axes for name in axis.names}
