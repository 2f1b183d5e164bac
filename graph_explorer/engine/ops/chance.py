"""Random numbers, as parts of a graph.

The one rule: the same seed draws the same numbers (0 where none is given), so that a run can be
repeated; a draw does not follow small changes of what it is drawn from, and passes no gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.creation import made_shape
from graph_explorer.engine.ops.declare import Array, discrete
from graph_explorer.engine.ops.logic import TYPES


def _source(seed: float | None) -> np.random.RandomState:
    return np.random.RandomState(int(seed or 0) % 2**32)


def _kind(name: str, dtype: int | None, x: Array | None = None) -> Any:
    """The element type that is asked for, or else that of x, or float32."""
    if dtype and dtype not in TYPES:
        raise InputError(f"{name}: no element type has the number {dtype}")
    if dtype:
        return TYPES[dtype]
    return np.float32 if x is None else np.asarray(x).dtype


def random_normal(
    *, shape: Any, dtype: int = 1, mean: float = 0.0, scale: float = 1.0, seed: float | None = None
) -> Array:
    """Normal numbers of a given mean and deviation."""
    drawn = _source(seed).standard_normal(made_shape("RandomNormal", shape))
    return np.asarray(mean + scale * drawn).astype(_kind("RandomNormal", dtype))


def random_uniform(
    *, shape: Any, dtype: int = 1, high: float = 1.0, low: float = 0.0, seed: float | None = None
) -> Array:
    """Numbers that lie anywhere between two bounds."""
    drawn = _source(seed).uniform(low, high, made_shape("RandomUniform", shape))
    return np.asarray(drawn).astype(_kind("RandomUniform", dtype))


def random_normal_like(
    x: Array, *, dtype: int | None = None, mean: float = 0.0, scale: float = 1.0, seed: float | None = None
) -> Array:
    """Normal numbers in the shape of x."""
    drawn = _source(seed).standard_normal(np.shape(x))
    return np.asarray(mean + scale * drawn).astype(_kind("RandomNormalLike", dtype, x))


def random_uniform_like(
    x: Array, *, dtype: int | None = None, high: float = 1.0, low: float = 0.0, seed: float | None = None
) -> Array:
    """Numbers between two bounds in the shape of x."""
    drawn = _source(seed).uniform(low, high, np.shape(x))
    return np.asarray(drawn).astype(_kind("RandomUniformLike", dtype, x))


def bernoulli(x: Array, *, dtype: int | None = None, seed: float | None = None) -> Array:
    """1 with the chance that x tells, else 0."""
    drawn = _source(seed).uniform(0.0, 1.0, np.shape(x)) < x
    return np.asarray(drawn).astype(_kind("Bernoulli", dtype, x))


def multinomial(x: Array, *, dtype: int = 6, sample_size: int = 1, seed: float | None = None) -> Array:
    """Classes drawn for every row of logarithms of chances: (rows, sample_size)."""
    if np.ndim(x) != 2 or not np.size(x):
        raise InputError(f"Multinomial: it draws from rows of chances, not from the shape {np.shape(x)}")
    chances = np.exp(np.asarray(x, np.float64) - np.max(x, axis=1, keepdims=True))
    reached = np.cumsum(chances, axis=1) / np.sum(chances, axis=1, keepdims=True)
    drawn = _source(seed).uniform(0.0, 1.0, (len(x), sample_size, 1))
    return np.sum(drawn >= reached[:, None, :-1], axis=2).astype(_kind("Multinomial", dtype))


_DRAW = "a draw does not follow small changes"
_SHAPE = "of what goes in only the shape counts"

OPERATIONS = (
    discrete(
        "RandomNormal", random_normal, family="chance", inputs=(), summary="normal random numbers",
        flat="nothing goes into it",
    ),
    discrete(
        "RandomUniform", random_uniform, family="chance", inputs=(),
        summary="random numbers between two bounds", flat="nothing goes into it",
    ),
    discrete(
        "RandomNormalLike", random_normal_like, family="chance", inputs=("x",),
        summary="normal random numbers in the shape of x", flat=_SHAPE,
    ),
    discrete(
        "RandomUniformLike", random_uniform_like, family="chance", inputs=("x",),
        summary="random numbers between two bounds in the shape of x", flat=_SHAPE,
    ),
    discrete(
        "Bernoulli", bernoulli, family="chance", inputs=("x",), summary="1 with the chance x, else 0",
        flat=_DRAW,
    ),
    discrete(
        "Multinomial", multinomial, family="chance", inputs=("x",), flat=_DRAW,
        summary="classes drawn by the logarithms of their chances",
    ),
)  # fmt: skip
