"""Paths cut at the edge of the picture.

The one rule: what is drawn ends exactly at the edge, however far away the next point is; a point that is
not a number ends a piece.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.ui.surface.frame import Box

Array = np.ndarray[Any, Any]


def clipped(points: Array, box: Box) -> tuple[list[Array], Array]:
    """The pieces of a line through `points` (n, 2) that lie in a box, and where it leaves it: (k, 3).

    An exit is x, y and the angle in radians at which the line goes on. Segment by segment after
    Liang and Barsky, 1984.
    """
    if len(points) < 2:
        return ([points] if len(points) and _inside(points, box).all() else []), np.empty((0, 3))
    starts, ends = points[:-1], points[1:]
    with np.errstate(all="ignore"):
        enter, leave = _shares(starts, ends, box)
        seen = (enter <= leave) & np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1)
        gap = ends - starts
        begins = np.where((enter > 0)[:, None], starts + enter[:, None] * gap, starts)
        stops = np.where((leave < 1)[:, None], starts + leave[:, None] * gap, ends)
    exits = np.flatnonzero(seen & (leave < 1))
    angles = np.arctan2(gap[exits, 1], gap[exits, 0])
    places = np.flatnonzero(seen)
    joined = seen[1:] & seen[:-1] & (leave[:-1] >= 1) & (enter[1:] <= 0)
    cuts = np.flatnonzero(~joined[places[1:] - 1]) + 1 if len(places) else places
    pieces = [np.concatenate([begins[run[:1]], stops[run]]) for run in np.split(places, cuts) if len(run)]
    return pieces, np.column_stack([stops[exits], angles])


def _inside(points: Array, box: Box) -> Array:
    x, y, width, height = box
    return (
        (points[:, 0] >= x) & (points[:, 0] <= x + width) & (points[:, 1] >= y) & (points[:, 1] <= y + height)
    )


def _shares(starts: Array, ends: Array, box: Box) -> tuple[Array, Array]:
    """Where along each segment it enters and leaves the box, from 0 to 1; entering after leaving: never."""
    enter, leave = np.zeros(len(starts)), np.ones(len(starts))
    for axis in (0, 1):
        gap = ends[:, axis] - starts[:, axis]
        low = (box[axis] - starts[:, axis]) / gap
        high = (box[axis] + box[axis + 2] - starts[:, axis]) / gap
        still = gap == 0
        within = (starts[:, axis] >= box[axis]) & (starts[:, axis] <= box[axis] + box[axis + 2])
        low = np.where(still, np.where(within, -np.inf, np.inf), low)
        high = np.where(still, np.where(within, np.inf, -np.inf), high)
        near, far = np.minimum(low, high), np.maximum(low, high)
        near, far = np.where(still & ~within, np.inf, near), np.where(still & ~within, -np.inf, far)
        enter, leave = np.maximum(enter, near), np.minimum(leave, far)
    return enter, leave
