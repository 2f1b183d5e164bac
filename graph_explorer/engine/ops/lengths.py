"""Division by a length: of a vector, or of the neighbouring channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.declare import Array, Operation


def _length(x: Array, axis: int, p: int) -> Array:
    """The p-norm along `axis`, 1 where it is 0."""
    if p not in (1, 2):
        raise InputError(f"LpNormalization: p is 1 or 2, not {p}")
    size = np.sum(np.abs(x) if p == 1 else x * x, axis=axis, keepdims=True)
    found = size if p == 1 else np.sqrt(size)
    return np.where(found == 0, np.ones_like(found), found)


def lp_normalization(x: Array, *, axis: int = -1, p: int = 2) -> Array:
    """x over its p-norm along `axis`; zero where x is."""
    return x / _length(x, axis, p)


def _slope(x: Array, y: Array, p: int) -> Array:
    """∂norm/∂x."""
    return np.sign(x) if p == 1 else y


def _lp_back(g: Array, y: Array, x: Array, *, axis: int = -1, p: int = 2) -> Array:
    along = np.sum(g * y, axis=axis, keepdims=True)
    return (g - _slope(x, y, p) * along) / _length(x, axis, p)


def _lp_push(d: Array, y: Array, x: Array, *, axis: int = -1, p: int = 2) -> Array:
    along = np.sum(d * _slope(x, y, p), axis=axis, keepdims=True)
    return (d - y * along) / _length(x, axis, p)


def _neighbours(x: Array, size: int, turned: bool = False) -> Array:
    """The sum over `size` neighbouring channels; `turned`, its adjoint."""
    before, behind = (size - 1) // 2, size // 2
    if turned:
        before, behind = behind, before
    empty = np.zeros_like(x[:, :1])
    padded = np.concatenate([*[empty] * before, x, *[empty] * behind], axis=1)
    channels = np.shape(x)[1]
    total = padded[:, :channels]
    for k in range(1, size):
        total = total + padded[:, k : k + channels]
    return total


def _denominator(x: Array, alpha: float, bias: float, size: int) -> Array:
    return bias + alpha / size * _neighbours(x * x, size)


def local_response_normalization(
    x: Array, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0
) -> Array:
    """Every entry over a power of what its neighbouring channels hold at the same place."""
    if np.ndim(x) < 3:
        raise InputError(f"LRN: it needs (batch, channels, …), not the shape {np.shape(x)}")
    return x / _denominator(x, alpha, bias, size) ** beta


def _response_back(
    g: Array, y: Array, x: Array, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0
) -> Array:
    below = _denominator(x, alpha, bias, size)
    above = _neighbours(g * x * below ** (-beta - 1.0), size, turned=True)
    return g * below**-beta - 2.0 * alpha * beta / size * x * above


def _response_push(
    d: Array, y: Array, x: Array, *, size: int, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0
) -> Array:
    below = _denominator(x, alpha, bias, size)
    moved = _neighbours(d * x, size)
    return d * below**-beta - 2.0 * alpha * beta / size * x * below ** (-beta - 1.0) * moved


def _zero(x: Array, **attributes: Any) -> Array:
    return x == 0


OPERATIONS = (
    Operation(
        name="LpNormalization",
        family="normalisation",
        forward=lp_normalization,
        summary="a vector over its length",
        inputs=("x",),
        pulls=(_lp_back,),
        pushes=(_lp_push,),
        operators=(r"\frac{1}{\left\|x\right\|}\left(I - y\,y^{\top}\right)",),
        kinks=_zero,
    ),
    Operation(
        name="LRN",
        family="normalisation",
        forward=local_response_normalization,
        summary="every entry over a power of its neighbouring channels' squares",
        inputs=("X",),
        pulls=(_response_back,),
        pushes=(_response_push,),
        operators=(r"s^{-\beta}\left(I - \frac{2\alpha\beta}{n\,s}\, x\, x^{\top}\right)",),
        reference="Krizhevsky, Sutskever and Hinton 2012",
    ),
)
