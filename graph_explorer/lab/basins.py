"""Basin maps: where does each start end?

The one rule: a start belongs to the minimum near which its path is at the end and from some step on
has stayed; passing by does not count, and what is nowhere after all steps is still running.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.crowds import crowd
from graph_explorer.lab.descent import descend
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.outcome import FAR, Window, newton_length
from graph_explorer.lab.surface import Surface

Array = NDArray[np.float64]
Checkpoint = Callable[[float], None]

#: What stands in `BasinMap.ends` for a start that ends at none of the minima.
DIVERGED, LEFT, RUNNING = -1, -2, -3
#: Near a minimum: within this part of the window's longer side.
NEAR = 0.01
#: A path is looked at this many times: the evaluations that it needed are known to that part of all steps.
LOOKS = 32
#: Minima are looked for at so many ends: where most paths end first.
CANDIDATES = 128


@dataclass(frozen=True)
class BasinMap:
    """`ends[row, column]` belongs to the start (`x[column]`, `y[row]`).

    It is the index of one of `minima` (k, 2), or `DIVERGED`, `LEFT` or `RUNNING`. `evaluations` is how
    many it took until the path was near that minimum and stayed, −1 where it came to none; `points`
    (rows, columns, 2) is where each path was at the end.
    """

    settings: MethodSettings
    steps: int
    x: Array
    y: Array
    minima: Array
    ends: NDArray[np.int64]
    evaluations: NDArray[np.int64]
    points: Array


def basin_map(
    surface: Surface,
    settings: MethodSettings,
    window: Window,
    steps: int,
    *,
    columns: int = 256,
    rows: int = 256,
    minima: ArrayLike = (),
    seed: int = 0,
    checkpoint: Checkpoint | None = None,
) -> BasinMap:
    """Where a method takes each start of a grid over `window` = (left, right, bottom, top).

    To the known `minima` those are added that paths end at beside them. Methods of the gradient on
    plain numbers run in blocks; others start by start.
    """
    if len(surface.axes) != 2:
        raise InputError(f"a map needs two axes, and there are {len(surface.axes)}; choose two")
    x, y = np.linspace(*window[:2], columns), np.linspace(*window[2:], rows)
    starts = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    near = NEAR * max(window[1] - window[0], window[3] - window[2])
    looks = None
    running = None if surface.compiled is None else crowd(surface.compiled, settings)
    if running is not None:
        looks = _Looks(max(1, steps // LOOKS), steps, starts)
        points = running.run(
            settings, starts, steps, seed=seed, every=looks.every, watch=looks.look, checkpoint=checkpoint
        )
    else:
        points, needed = _one_by_one(surface, settings, starts, steps, near, seed, checkpoint)
    given = np.reshape(np.asarray(minima, dtype=float), (-1, 2))
    known = _with_found(surface, given, points, near, window)
    ends = _ends(starts, points, known, near, window)
    needed = np.where(ends >= 0, needed, -1) if looks is None else looks.since(ends, known, near)
    shape = (rows, columns)
    return BasinMap(
        settings, steps, x, y, known, ends.reshape(shape), needed.reshape(shape), points.reshape(*shape, 2)
    )


class _Looks:
    """Where all paths were from time to time, in half the precision: `seen` (looks, 2, starts)."""

    def __init__(self, every: int, steps: int, starts: Array) -> None:
        self.every = every
        #: the evaluations that had been used at each look
        self.taken = np.unique([*range(1, steps, every), steps])
        self.seen = np.empty((len(self.taken), *starts.T.shape), dtype=np.float32)

    def look(self, taken: int, block: slice, points: Sequence[Array]) -> None:
        """Notes where the starts of a block are after `taken` evaluations."""
        at = int(np.searchsorted(self.taken, taken))
        if at < len(self.taken):
            with np.errstate(all="ignore"):
                for k, coordinate in enumerate(points):
                    self.seen[at, k, block] = coordinate

    def since(self, ends: NDArray[np.int64], minima: Array, near: float) -> NDArray[np.int64]:
        """After how many evaluations each start was near its minimum and stayed; −1 without one."""
        needed = np.where(ends >= 0, self.taken[-1], -1)
        if not len(minima):
            return needed
        staying, target = ends >= 0, minima[np.maximum(ends, 0)].T.astype(np.float32)
        for taken, seen in zip(self.taken[::-1], self.seen[::-1], strict=True):
            with np.errstate(all="ignore"):
                gaps = seen - target
                staying &= gaps[0] ** 2 + gaps[1] ** 2 <= near**2
            if not staying.any():
                break
            needed[staying] = taken
        return needed


def _one_by_one(
    surface: Surface,
    settings: MethodSettings,
    starts: Array,
    steps: int,
    near: float,
    seed: int,
    checkpoint: Checkpoint | None,
) -> tuple[Array, NDArray[np.int64]]:
    """Where each path ends, and the evaluations after which it stayed near its end."""
    points, needed = np.empty_like(starts), np.empty(len(starts), dtype=np.int64)
    for number, start in enumerate(starts):
        if checkpoint is not None:
            checkpoint(number / len(starts))
        path = descend(surface, settings, start, steps, seed=seed)
        points[number] = path.points[-1]
        with np.errstate(all="ignore"):
            away = np.flatnonzero(~(np.hypot(*(path.points - path.points[-1]).T) <= near))
        needed[number] = path.evaluations[away[-1] + 1 if len(away) and away[-1] < path.steps else 0]
    return points, needed


def _with_found(surface: Surface, minima: Array, points: Array, near: float, window: Window) -> Array:
    """The known minima and those that paths ended at: where the surface curves up around an end."""
    found = [*minima]
    left, right, bottom, top = window
    with np.errstate(all="ignore"):
        x, y = points.T
        inside = points[(x >= left) & (x <= right) & (y >= bottom) & (y <= top)]
    columns, rows = np.floor((inside - (left, bottom)) / near).astype(np.int64).T
    cells = columns * (1 + int((top - bottom) / near)) + rows
    _, firsts, counts = np.unique(cells, return_index=True, return_counts=True)
    crowded = firsts[np.argsort(-counts, kind="stable")]

    def slope(at: Array) -> Array:
        return surface.value_and_gradient(at)[1]

    for point in inside[crowded[:CANDIDATES]]:
        if any(np.hypot(*(point - other)) <= near for other in found):
            continue
        if newton_length(point, slope, max(right - left, top - bottom)) <= near / 10:
            found.append(point)
    return np.array(found).reshape(-1, 2)


def _ends(starts: Array, points: Array, minima: Array, near: float, window: Window) -> NDArray[np.int64]:
    ends = np.full(len(points), RUNNING)
    extent = max(window[1] - window[0], window[3] - window[2])
    with np.errstate(all="ignore"):
        x, y = points.T
        ends[(x < window[0]) | (x > window[1]) | (y < window[2]) | (y > window[3])] = LEFT
        nearest = np.full(len(points), near**2)
        for number, minimum in enumerate(minima):
            gaps = np.sum((points - minimum) ** 2, axis=1)
            ends[gaps <= nearest] = number
            nearest = np.fmin(nearest, gaps)
        ends[~(np.abs(points - starts).max(axis=1) <= FAR * extent)] = DIVERGED
    return ends
