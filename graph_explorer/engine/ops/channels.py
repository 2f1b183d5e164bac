"""Channels of an image (batch, channels, *spatial): one number each, laid over it and summed from it.

The one rule: for arrays a sum is a matrix product, which reads every entry once and writes nothing;
for values that stand for arrays in a formula it is spelled out.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.engine.ops.declare import Array, is_array


def others(x: Array) -> tuple[int, ...]:
    """All axes but the channels'."""
    return tuple(k for k in range(np.ndim(x)) if k != 1)


def over(channels: Array, x: Array) -> Array:
    """One number a channel in a shape that broadcasts with x."""
    return np.reshape(channels, (-1, *[1] * (np.ndim(x) - 2)))


def total(g: Array) -> Array:
    """The sum of every channel."""
    if not _plain(g):
        return np.sum(g, axis=others(g))
    planes = _planes(g)
    return np.sum(np.matmul(planes, np.ones(planes.shape[2], g.dtype)), axis=0)


def product(g: Array, x: Array) -> Array:
    """The sum of g·x of every channel."""
    if not (_plain(g) and _plain(x)):
        return np.sum(g * x, axis=others(x))
    return np.sum(np.vecdot(_planes(g), _planes(x)), axis=0)


def _plain(x: Array) -> bool:
    return is_array(x) and x.dtype.char in "fd" and x.size > 0


def _planes(x: Array) -> Array:
    return np.reshape(x, (*x.shape[:2], -1))
