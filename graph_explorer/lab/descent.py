"""Methods walking on a surface.

The one rule: a path depends on the surface, the settings, the start and the seed alone, never on
what runs beside it; whatever a method asks of the function is counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.shared import random_vectors
from graph_explorer.lab.outcome import Window, outcome
from graph_explorer.lab.path import Path
from graph_explorer.lab.surface import Surface

__all__ = ["Path", "descend", "race"]

Array = NDArray[np.float64]
Checkpoint = Callable[[float], None]


def descend(
    surface: Surface,
    settings: MethodSettings,
    start: ArrayLike,
    steps: int,
    *,
    budget: int | None = None,
    seed: int = 0,
    window: Window | None = None,
    checkpoint: Checkpoint | None = None,
    whole: bool = False,
) -> Path:
    """The path of one method from `start`, of shape (n,).

    It ends after `steps` steps, before the evaluations exceed `budget`, or at the first point that
    is not finite, which is kept; with `whole` it goes on from there. `seed` is for noise and
    batches, `window` (left, right, bottom, top) for the outcome.
    """
    point = np.array(start, dtype=float)
    if point.shape != (len(surface.axes),):
        raise InputError(f"a start has {len(surface.axes)} coordinates, found the shape {point.shape}")
    if steps < 0:
        raise InputError(f"the number of steps must be at least 0, found {steps}")
    walk = _Walk(surface, settings, point, steps, seed)
    for step in range(steps):
        if checkpoint is not None:
            checkpoint(step / steps)
        if not whole and not walk.finite:
            break
        if not walk.step(budget):
            break
    return walk.path(window)


def race(
    surface: Surface,
    entries: Sequence[tuple[MethodSettings, ArrayLike]],
    steps: int,
    *,
    budget: int | None = None,
    seed: int = 0,
    window: Window | None = None,
    checkpoint: Checkpoint | None = None,
) -> tuple[Path, ...]:
    """The paths of several methods, each from its start; all see the same noise."""
    paths = []
    for number, (settings, start) in enumerate(entries):

        def part(fraction: float, number: int = number) -> None:
            if checkpoint is not None:
                checkpoint((number + fraction) / len(entries))

        paths.append(
            descend(surface, settings, start, steps, budget=budget, seed=seed, window=window, checkpoint=part)
        )
    return tuple(paths)


class _Walk:
    """A path under way, step by step."""

    def __init__(
        self, surface: Surface, settings: MethodSettings, start: Array, steps: int, seed: int
    ) -> None:
        self.surface, self.settings, self.seed = surface, settings, seed
        self.noise = random_vectors(steps, len(start), seed)
        self.schedule = settings.schedule.start(settings.lr, steps)
        self.oracle = settings.counted(surface)
        self.rates: list[float] = []
        self.momenta: list[float] = []
        self.points, self.evaluations = [start], [0]
        value, gradient = surface.value_and_gradient(start)
        self.losses, self.gradients = [value], [gradient]
        self.states: list[dict[str, Any]] = []

    @property
    def finite(self) -> bool:
        return math.isfinite(self.losses[-1]) and bool(np.isfinite(self.points[-1]).all())

    def step(self, budget: int | None) -> bool:
        """Takes one step; False, and nothing is kept of it, where the budget does not suffice."""
        settings, point = self.settings, self.points[-1]
        rate = self.schedule.send(self.losses[-2] if self.rates else None)
        if not self.states:
            self.states.append(settings.init(point, *rate))
        if settings.method.search is not None:
            point, state = settings.search(point, self.states[-1], self.oracle, rate.lr)
            used = self.oracle.evaluations
        else:
            xi = self.noise[len(self.rates)]
            point, state = settings.step(point, self.gradients[-1], self.states[-1], *rate, xi)
            used = self.evaluations[-1] + 1
        if budget is not None and used > budget:
            return False
        value, gradient = self.surface.value_and_gradient(point)
        self.points.append(point)
        self.losses.append(value)
        self.gradients.append(gradient)
        self.states.append(state)
        self.evaluations.append(used)
        self.rates.append(rate.lr)
        self.momenta.append(math.nan if rate.momentum is None else rate.momentum)
        return True

    def path(self, window: Window | None) -> Path:
        points, losses = np.array(self.points), np.array(self.losses)

        def slope(at: Array) -> Array:
            return self.surface.value_and_gradient(at)[1]

        return Path(
            self.settings, points, losses, np.array(self.gradients), _stacked(self.states),
            np.array(self.rates), np.array(self.evaluations), outcome(points, losses, slope, window),
            self.seed, np.array(self.momenta),
        )  # fmt: skip


def _stacked(states: Sequence[dict[str, Any]]) -> dict[str, Array]:
    """What is remembered as numbers, one row a point."""
    found = {}
    for name in states[-1] if states else ():
        rows = [state.get(name) for state in states]
        if name != "t" and all(isinstance(row, float | int | np.ndarray | np.floating) for row in rows):
            found[name] = np.array(rows, dtype=float)
    return found
