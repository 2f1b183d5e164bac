"""A method on a given sequence of gradients: no surface, no feedback.

The one rule: the gradients do not depend on where the method goes, so that two right
implementations agree to rounding for as long as one likes, which on a surface they need not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.hyperparameters import HyperparameterError
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.optimizers.shared import random_vectors
from graph_explorer.lab.rates import Rate
from graph_explorer.lab.schedules import scheduled

Array = NDArray[np.float64]


def replay(method: str, start: ArrayLike, gradients: ArrayLike, *, seed: int = 0) -> Array:
    """The points that `method` visits, the start first.

    `start` has the shape (n,) and `gradients` (steps, n); the points are (steps + 1, n). Many
    starts run side by side as (..., n) with gradients (steps, ..., n). `seed` is for `noise=`.
    Raises `InputError` where the shapes do not fit, and for methods that need more than gradients.
    """
    settings = read_method(method)
    point = np.array(start, dtype=np.float64)
    sequence = np.array(gradients, dtype=np.float64)
    if point.ndim == 0 or sequence.shape[1:] != point.shape:
        raise InputError(
            f"the start has shape {point.shape} and the gradients {sequence.shape}; "
            "give a start of shape (n,) and gradients of shape (steps, n)"
        )
    if settings.schedule.schedule.needs_losses:
        raise HyperparameterError(
            f"{settings.schedule.schedule.name} watches the losses, and a sequence of gradients "
            "has none; choose another schedule",
            text=method,
        )
    rates = scheduled(settings.schedule, settings.lr, len(sequence))
    if settings.method.search is not None:
        return _searched(settings, point, sequence, rates)
    return _stepped(settings, point, sequence, rates, seed)


def _stepped(settings: MethodSettings, point: Array, gradients: Array, rates: list[Rate], seed: int) -> Array:
    points = [point]
    noise = random_vectors(len(gradients), point.shape[-1], seed)
    state = settings.init(point, *rates[0]) if rates else {}
    for gradient, (lr, momentum), xi in zip(gradients, rates, noise, strict=True):
        point, state = settings.step(point, gradient, state, lr, momentum, xi)
        points.append(point)
    return np.stack(points)


class _Given:
    """A function of which one gradient is known, the same everywhere, and no value."""

    def __init__(self, gradient: Array) -> None:
        self._gradient = gradient

    def value(self, point: Array) -> float:
        return 0.0

    def value_and_gradient(self, point: Array) -> tuple[float, Array]:
        return 0.0, self._gradient

    def hessian(self, point: Array) -> Array:
        return np.zeros((len(point), len(point)))


def _searched(settings: MethodSettings, point: Array, gradients: Array, rates: list[Rate]) -> Array:
    """L-BFGS without line search needs gradients only; the other searches need the function."""
    if settings.method.name != "lbfgs" or settings.values["line_search_fn"] is not None:
        raise HyperparameterError(
            "this method evaluates the function itself, and a sequence of gradients is none; "
            "descend on a surface instead",
            text=str(settings),
        )
    if point.ndim > 1:
        runs = [_searched(settings, point[each], gradients[:, each], rates) for each in range(len(point))]
        return np.stack(runs, axis=1)
    points = [point]
    state = settings.init(point, rates[0].lr) if rates else {}
    for gradient, rate in zip(gradients, rates, strict=True):
        oracle = settings.counted(_Given(gradient))
        point, state = settings.search(point, state, oracle, rate.lr)
        points.append(point)
    return np.stack(points)
