"""How a path ended: converged, diverged, left the window, or still running.

The one rule: standing still is not arriving. A path has converged where a minimum is in reach by
the surface's own curvature, so that neither a plateau, nor a saddle, nor a tiny learning rate counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.lab.path import Outcome

Array = NDArray[np.float64]
Window = tuple[float, float, float, float]
#: The gradient at a point of shape (n,).
Slope = Callable[[Array], Array]

#: Converged: the minimum of the parabola that fits is nearer than this part of the path's extent.
IN_REACH = 1e-4
#: The least extent that counts, as a part of the window's: a path may begin at the minimum.
LEAST_EXTENT = 1e-2
#: Diverged: farther from the start than so many extents of the window.
FAR = 1e3
#: A curvature below this part of the largest counts as none.
FLAT = 1e-10


def outcome(points: Array, losses: Array, slope: Slope, window: Window | None) -> Outcome:
    """How the path through `points` (k+1, n) with `losses` (k+1,) ended.

    - *diverged*: a point or loss is not finite, or the last point is a thousand windows away;
    - *left*: the last point lies outside the window;
    - *converged*: at the last point the surface curves up, and the minimum of the parabola that fits
      there (one Newton step) is nearer than 1/10 000 of the path's extent. On a plateau, at a saddle
      or on a slope the curvature does not say so, however small the gradient is;
    - *running* else.
    """
    with np.errstate(all="ignore"):
        return _outcome(points, losses, slope, window)


def _outcome(points: Array, losses: Array, slope: Slope, window: Window | None) -> Outcome:
    extent = _extent(points[np.isfinite(points).all(axis=1)], window)
    last = points[-1]
    if not (np.isfinite(last).all() and np.isfinite(losses[-1])):
        return "diverged"
    if window is not None and len(last) == 2:
        left, right, bottom, top = window
        if np.abs(last - points[0]).max() > FAR * max(right - left, top - bottom):
            return "diverged"
        if not (left <= last[0] <= right and bottom <= last[1] <= top):
            return "left"
    reach = newton_length(last, slope, extent)
    return "converged" if reach <= IN_REACH * extent else "running"


def _extent(points: Array, window: Window | None) -> float:
    """The longer side of the box around the points, at least a hundredth of the window's."""
    if not len(points):
        return 0.0
    own = float(np.ptp(points, axis=0).max())
    least = 0.0 if window is None else max(window[1] - window[0], window[3] - window[2]) * LEAST_EXTENT
    return max(own, least, 1e-12)


def newton_length(point: Array, slope: Slope, extent: float) -> float:
    """How far the minimum of the parabola is that fits at a point; infinite if there is none.

    The curvature comes from differences of the gradient over a millionth of the extent.
    """
    gradient = slope(point)
    curvature = curvatures_at(point, slope, extent * 1e-6)
    if not (np.isfinite(gradient).all() and np.isfinite(curvature).all()):
        return float("inf")
    sizes, axes = np.linalg.eigh(curvature)
    along: Any = axes.T @ gradient
    flat = np.abs(sizes) <= FLAT * np.abs(sizes).max()
    if not (sizes[~flat] > 0).all() or flat.all() or (np.abs(along[flat]) > FLAT * extent).any():
        return float("inf")
    return float(np.linalg.norm(along[~flat] / sizes[~flat]))


def curvatures_at(point: Array, slope: Slope, apart: float) -> Array:
    """The matrix of second derivatives (n, n), from differences of the gradient."""
    columns = []
    for axis in range(len(point)):
        step = np.zeros_like(point)
        step[axis] = max(apart, 1e-8 * abs(point[axis]))
        columns.append((slope(point + step) - slope(point - step)) / (2 * step[axis]))
    matrix = np.stack(columns)
    return np.asarray((matrix + matrix.T) / 2)
