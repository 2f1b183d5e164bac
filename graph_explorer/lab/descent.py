"""Methods walking on a surface.

The one rule: a path depends on the surface, the settings, the start and the seed alone, never on
what runs beside it; whatever a method asks of the function is counted.

A method of the gradient on a function of plain numbers runs as one generated loop; everything else
(searches, parameters that are arrays, mini-batches) runs step by step and gives the same record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.loops import loop
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
    compiled = surface.compiled
    fused = None if compiled is None or settings.values.get("batch") else loop(compiled, settings)
    if fused is None:
        walk = _Walk(surface, settings, point, steps, seed)
        walk.go(steps, math.inf if budget is None else budget, whole, checkpoint)
        return walk.path(window)
    rows, rates, momenta = fused.walk(settings, point.tolist(), steps, seed)
    count = steps if budget is None else min(steps, budget)
    if not whole:
        count = min(count, _first_infinite(rows[:, : len(point) + 1]))
    rows = rows[: count + 1]
    points, losses = rows[:, : len(point)], rows[:, len(point)]
    gradients = rows[:, len(point) + 1 : 2 * len(point) + 1]
    return Path(
        settings, points, losses, gradients, fused.remembered(rows), rates[:count], np.arange(count + 1),
        outcome(points, losses, partial(_slope, surface), window), seed, momenta[:count],
    )  # fmt: skip


def race(
    surface: Surface,
    entries: Sequence[tuple[MethodSettings, ArrayLike]],
    steps: int,
    *,
    budget: int | None = None,
    seed: int = 0,
    window: Window | None = None,
    checkpoint: Checkpoint | None = None,
    whole: bool = False,
) -> tuple[Path, ...]:
    """The paths of several methods, each from its start; all see the same noise and batches."""

    def progress(number: int, fraction: float) -> None:
        if checkpoint is not None:
            checkpoint((number + fraction) / len(entries))

    paths = []
    for number, (settings, start) in enumerate(entries):
        told = partial(progress, number)
        told(0.0)
        path = descend(
            surface, settings, start, steps,
            budget=budget, seed=seed, window=window, checkpoint=told, whole=whole,
        )  # fmt: skip
        paths.append(path)
    return tuple(paths)


def batches(examples: int, size: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Rows of examples, for ever: `size` at a time, every one once before any comes again.

    The last batch of a round may be smaller. The order of each round is drawn from `seed`.
    """
    random = np.random.default_rng((seed, 1))
    while True:
        order = random.permutation(examples)
        for begin in range(0, examples, size):
            yield order[begin : begin + size]


def _first_infinite(rows: Array) -> int:
    bad = ~np.isfinite(rows).all(axis=1)
    return int(bad.argmax()) if bad.any() else len(rows)


def _slope(surface: Surface, point: Array) -> Array:
    return surface.value_and_gradient(point)[1]


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
        batch = settings.values.get("batch")
        self.size = batch if isinstance(batch, int) else 0
        self.batches = batches(surface.examples, self.size, seed) if self.size else iter(())
        self.seen: list[Array] = []
        self.used = 0  # of the examples, where there are batches

    def go(self, steps: int, budget: float, whole: bool, checkpoint: Checkpoint | None) -> None:
        for step in range(steps):
            if checkpoint is not None:
                checkpoint(step / steps)
            finite = math.isfinite(self.losses[-1]) and bool(np.isfinite(self.points[-1]).all())
            if not (whole or finite) or not self.step(budget):
                break

    def step(self, budget: float) -> bool:
        """Takes one step; False, and nothing is kept of it, where the budget does not suffice."""
        settings, point = self.settings, self.points[-1]
        rate = self.schedule.send(self.losses[-2] if self.rates else None)
        if not self.states:
            self.states.append(settings.init(point, *rate))
        if settings.method.search is not None:
            point, state = settings.search(point, self.states[-1], self.oracle, rate.lr)
            evaluations = self.oracle.evaluations
        else:
            gradient, evaluations = self._gradient()
            point, state = settings.step(point, gradient, self.states[-1], *rate, self.noise[len(self.rates)])
        if evaluations > budget:
            return False
        value, slope = self.surface.value_and_gradient(point)
        self.points.append(point)
        self.losses.append(value)
        self.gradients.append(slope)
        self.states.append(state)
        self.evaluations.append(evaluations)
        self.rates.append(rate.lr)
        self.momenta.append(math.nan if rate.momentum is None else rate.momentum)
        return True

    def _gradient(self) -> tuple[Array, int]:
        """What the method is given here, and the evaluations used so far; a batch is part of one."""
        if not self.size:
            return self.gradients[-1], self.evaluations[-1] + 1
        rows = next(self.batches)
        self.used += len(rows)
        self.seen.append(self.surface.of_examples(rows).value_and_gradient(self.points[-1])[1])
        return self.seen[-1], -(-self.used // self.surface.examples)

    def path(self, window: Window | None) -> Path:
        points, losses = np.array(self.points), np.array(self.losses)
        seen = np.array(self.seen[: len(self.rates)]) if self.size else None
        return Path(
            self.settings, points, losses, np.array(self.gradients), _stacked(self.states),
            np.array(self.rates), np.array(self.evaluations),
            outcome(points, losses, partial(_slope, self.surface), window), self.seed,
            np.array(self.momenta), seen,
        )  # fmt: skip


def _stacked(states: Sequence[dict[str, Any]]) -> dict[str, Array]:
    """What is remembered as numbers, one row a point."""
    found = {}
    for name in states[-1] if states else ():
        rows = [state.get(name) for state in states]
        if name != "t" and all(isinstance(row, float | int | np.ndarray | np.floating) for row in rows):
            found[name] = np.array(rows, dtype=float)
    return found
