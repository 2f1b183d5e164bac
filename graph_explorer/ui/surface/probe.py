"""The numbers at one point of a surface: value, gradient and, where asked for, second derivatives.

The one rule: what cannot be computed at a point is told as a sentence, and never as a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.surface import Surface

Array = np.ndarray[Any, Any]
Point = tuple[float, float]


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


def field(surface: Surface, window: tuple[float, float, float, float], columns: int, rows: int) -> Array:
    """Points and gradients on an even grid inside a window: (columns · rows, 4)."""
    left, right, bottom, top = window
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    _, gradients = surface.values_and_gradients(points)
    return np.concatenate([points, gradients], axis=1)
