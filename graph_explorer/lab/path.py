"""The path of a method on a surface: every point with what the method knew and used there.

The one rule: a path is a record. It is complete without the surface that it was made on, and the
update rule of each of its steps can be written out with the numbers that were used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.optimizers.settings import Worked
from graph_explorer.lab.optimizers.shared import random_vectors

Array = NDArray[np.float64]
Outcome = Literal["converged", "diverged", "left", "running"]


@dataclass(frozen=True)
class Path:
    """Where a method went: k steps from the start, in n coordinates.

    `points` (k+1, n), the start first; `losses` (k+1,) and `gradients` (k+1, n) of the surface at
    each; `state` what the method remembered there, by name, (k+1, n) or (k+1,); `rates` (k,) the
    learning rate of each step; `evaluations` (k+1,) how many evaluations of the function it had used
    when it came to the point. `momenta` (k,) holds nan where the schedule cycles no momentum, `seen`
    (k, n) the gradients that the method was given where those are not the surface's (mini-batches).
    """

    settings: MethodSettings
    points: Array
    losses: Array
    gradients: Array
    state: Mapping[str, Array]
    rates: Array
    evaluations: NDArray[np.int64]
    outcome: Outcome
    seed: int
    momenta: Array
    seen: Array | None = None

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.rates)

    @property
    def total_evaluations(self) -> int:
        """Values and gradients count one each, a Hessian as many as there are coordinates."""
        return int(self.evaluations[-1])

    def distances(self, minima: Sequence[Sequence[float]]) -> Array:
        """How far each point is from the nearest of the known minima: (k+1,); nan if none is known."""
        if not len(minima):
            return np.full(len(self.points), np.nan)
        gaps = self.points[:, None, :] - np.asarray(minima, dtype=float)
        with np.errstate(all="ignore"):
            return np.asarray(np.sqrt(np.sum(gaps**2, axis=-1)).min(axis=1))

    def worked(self, step: int) -> tuple[Worked, ...]:
        """The update rule of a step (from 1), line by line with its numbers; () for a search."""
        if self.settings.method.rule is None:
            return ()
        before: dict[str, Any] = {name: values[step - 1] for name, values in self.state.items()}
        gradient = self.gradients[step - 1] if self.seen is None else self.seen[step - 1]
        momentum = self.momenta[step - 1]
        xi = random_vectors(step, self.points.shape[1], self.seed)[-1]
        return self.settings.worked(
            self.points[step - 1],
            gradient,
            before | {"t": step - 1},
            float(self.rates[step - 1]),
            None if np.isnan(momentum) else float(momentum),
            xi,
        )
