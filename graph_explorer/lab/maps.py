"""Maps of how methods do: over learning rates, over two hyper-parameters, over all starts.

The one rule: every method of a comparison gets the same starts, the same noise and the same number of
evaluations; what was chosen for it (a learning rate) is part of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.lab.descent import descend
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.outcome import Window
from graph_explorer.lab.path import Outcome
from graph_explorer.lab.surface import Surface

Array = NDArray[np.float64]
Checkpoint = Callable[[float], None]

#: The learning rates of a sweep: from 10⁻⁶ to 10, four a decade.
RATES = np.logspace(-6, 1, 29)
#: A rate that was found is refined this many times, by neighbours twice as near each time.
REFINEMENTS = 3


@dataclass(frozen=True)
class Sweep:
    """One method over learning rates: `rates` (r,), `losses` (r,) where each path ended."""

    settings: MethodSettings
    rates: Array
    losses: Array
    outcomes: tuple[Outcome, ...]

    @property
    def best(self) -> int | None:
        """Which rate ended lowest; None if no path ended at a finite loss. Of equals the smallest."""
        finite = np.isfinite(self.losses)
        return int(np.argmin(np.where(finite, self.losses, np.inf))) if finite.any() else None


@dataclass(frozen=True)
class HeatMap:
    """One method over two of its numbers: `losses[row, column]` belongs to `b[row]` and `a[column]`."""

    settings: MethodSettings
    names: tuple[str, str]
    a: Array
    b: Array
    losses: Array


def learning_rate_sweep(
    surface: Surface,
    settings: MethodSettings,
    starts: ArrayLike,
    steps: int,
    *,
    rates: ArrayLike = RATES,
    budget: int | None = None,
    seed: int = 0,
    window: Window | None = None,
    checkpoint: Checkpoint | None = None,
) -> Sweep:
    """The final loss against the learning rate, from one start (n,) or as the mean over several (s, n).

    The outcome is that of the first start.
    """
    each = np.asarray(rates, dtype=float)
    losses, outcomes = [], []
    for number, rate in enumerate(each.tolist()):
        if checkpoint is not None:
            checkpoint(number / len(each))
        chosen = settings.with_number("lr", rate)
        loss, outcome = _ending(surface, chosen, starts, steps, budget, seed, window)
        losses.append(loss)
        outcomes.append(outcome)
    return Sweep(settings, each, np.array(losses), tuple(outcomes))


def heat_map(
    surface: Surface,
    settings: MethodSettings,
    a: tuple[str, ArrayLike],
    b: tuple[str, ArrayLike],
    starts: ArrayLike,
    steps: int,
    *,
    budget: int | None = None,
    seed: int = 0,
    window: Window | None = None,
    checkpoint: Checkpoint | None = None,
) -> HeatMap:
    """The final loss over two hyper-parameters (or parts of pairs, such as `beta1`) and their values."""
    columns, rows = np.asarray(a[1], dtype=float), np.asarray(b[1], dtype=float)
    losses = np.empty((len(rows), len(columns)))
    for place in np.ndindex(losses.shape):
        if checkpoint is not None:
            checkpoint((place[0] * len(columns) + place[1]) / losses.size)
        across, up = float(columns[place[1]]), float(rows[place[0]])
        chosen = settings.with_number(a[0], across).with_number(b[0], up)
        losses[place] = _ending(surface, chosen, starts, steps, budget, seed, window)[0]
    return HeatMap(settings, (a[0], b[0]), columns, rows, losses)


def best_learning_rates(
    surface: Surface,
    methods: Sequence[MethodSettings],
    starts: ArrayLike,
    budget: int,
    *,
    seed: int = 0,
    window: Window | None = None,
    checkpoint: Checkpoint | None = None,
) -> tuple[MethodSettings, ...]:
    """Each method with the learning rate that ends lowest after `budget` evaluations.

    A sweep over `RATES`, then nearer neighbours of the best, each rounded to two digits. A method
    that ends nowhere finite keeps its own rate. Several starts (s, n) count by their mean.
    """
    found = []
    for number, settings in enumerate(methods):

        def told(fraction: float, number: int = number) -> None:
            if checkpoint is not None:
                checkpoint((number + fraction) / len(methods))

        found.append(_best_rate(surface, settings, starts, budget, seed, window, told))
    return tuple(found)


def _best_rate(
    surface: Surface,
    settings: MethodSettings,
    starts: ArrayLike,
    budget: int,
    seed: int,
    window: Window | None,
    checkpoint: Checkpoint,
) -> MethodSettings:
    tried: dict[float, float] = {}
    rates = [_rounded(rate) for rate in RATES]
    apart = math.log10(RATES[1] / RATES[0])
    for turn in range(1 + REFINEMENTS):
        for number, rate in enumerate(rates):
            checkpoint(0.9 * number / len(rates) if turn == 0 else 0.9 + 0.1 * turn / (1 + REFINEMENTS))
            if rate not in tried:
                chosen = settings.with_number("lr", rate)
                tried[rate] = _ending(surface, chosen, starts, budget, budget, seed, window)[0]
        best = min(tried, key=lambda rate: (tried[rate] if math.isfinite(tried[rate]) else math.inf, rate))
        if not math.isfinite(tried[best]):
            return settings
        apart /= 2
        rates = [_rounded(best * 10**shift) for shift in (-apart, apart)]
    return settings.with_number("lr", best)


def _rounded(rate: float) -> float:
    """A rate as one would write it: two digits."""
    return float(f"{rate:.1e}")


def _ending(
    surface: Surface,
    settings: MethodSettings,
    starts: ArrayLike,
    steps: int,
    budget: int | None,
    seed: int,
    window: Window | None,
) -> tuple[float, Outcome]:
    """The loss at the end, the mean over several starts, and the outcome of the first; inf for nan."""
    paths = [
        descend(surface, settings, start, steps, budget=budget, seed=seed, window=window)
        for start in np.atleast_2d(np.asarray(starts, dtype=float))
    ]
    loss = float(np.mean([path.losses[-1] for path in paths]))
    return (loss if not math.isnan(loss) else math.inf), paths[0].outcome
