"""The numbers at one point of a surface: value, gradient and, where asked for, second derivatives.

The one rule: what cannot be computed at a point is told as a sentence, and never as a number.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.surface import Surface
from graph_explorer.ui.jobs import Jobs

Array = np.ndarray[Any, Any]
Point = tuple[float, float]

#: Seconds that a point may take while everything waits for it.
QUICK = 0.012


@dataclass(frozen=True)
class Found:
    """What is known at a point; `problem` says why there is no number."""

    at: Point
    value: float = float("nan")
    gradient: Array | None = None
    hessian: Array | None = None
    problem: str = ""

    def told(self, axes: tuple[str, str], output: str) -> str:
        """The numbers as one line: where, the value, the gradient."""
        where = f"{axes[0]} = {number(self.at[0])}, {axes[1]} = {number(self.at[1])}"
        if self.gradient is None:
            return f"{where}: {self.problem}"
        slopes = ", ".join(number(slope) for slope in self.gradient)
        length = number(float(np.hypot(*self.gradient)))
        return f"{where}:  {output} = {number(self.value)},  ∇{output} = ({slopes}),  ‖∇{output}‖ = {length}"

    def curvature(self) -> str:
        """The eigenvalues of the Hessian with their directions, as a sentence."""
        if self.hessian is None or not np.isfinite(self.hessian).all():
            return ""
        sizes, ways = np.linalg.eigh(self.hessian)
        each = [
            f"{number(float(size), 3)} along ({number(float(way[0]), 2)}, {number(float(way[1]), 2)})"
            for size, way in zip(sizes, ways.T, strict=True)
        ]
        return f"Curvature {' and '.join(each)}."


def probe(surface: Surface, at: Point, curvature: bool = False) -> Found:
    """The numbers at a point."""
    try:
        value, gradient = surface.value_and_gradient(at)
    except InputError as error:
        return Found(at, problem=str(error))
    if not curvature:
        return Found(at, value, gradient)
    try:
        return Found(at, value, gradient, surface.hessian(at))
    except InputError as error:
        return Found(at, value, gradient, problem=str(error))


class Probing:
    """Probes one point after the other; where that takes long it does so in a job, the newest point only."""

    def __init__(self, jobs: Jobs, show: Callable[[Found], None], say: Callable[[str], None]) -> None:
        self._jobs, self._show, self._say = jobs, show, say
        self._seconds: dict[bool, float] = {}
        self._surface: Surface | None = None

    def ask(self, surface: Surface, at: Point, curvature: bool) -> None:
        """Finds the numbers at a point, and shows them at once or soon."""
        if surface is not self._surface:
            self._surface, self._seconds = surface, {}
        work = partial(_timed, surface, at, curvature)
        if self._seconds.get(curvature, 0.0) < QUICK:
            self._jobs.cancel("probe")
            self._take(curvature, work())
        else:
            self._jobs.start(
                "probe", "Differentiating", lambda checkpoint: work(),
                lambda result: self._take(curvature, result), lambda error: self._say(str(error)),
            )  # fmt: skip

    def _take(self, curvature: bool, result: tuple[Found, float]) -> None:
        found, self._seconds[curvature] = result
        self._show(found)


def _timed(surface: Surface, at: Point, curvature: bool) -> tuple[Found, float]:
    started = time.perf_counter()
    return probe(surface, at, curvature), time.perf_counter() - started


def field(surface: Surface, window: tuple[float, float, float, float], columns: int, rows: int) -> Array:
    """Points and gradients on an even grid inside a window: (columns · rows, 4)."""
    left, right, bottom, top = window
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    _, gradients = surface.values_and_gradients(points)
    return np.concatenate([points, gradients], axis=1)
