"""Running sums and products along an axis.

The one rule: nothing is divided by, so zeros do no harm to any gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.ops.axes import axis_of
from graph_explorer.engine.ops.declare import Array, Operation


def running_sum(x: Array, axis: Any, *, exclusive: int = 0, reverse: int = 0) -> Array:
    """The sum of all entries up to each one along `axis`; without it (`exclusive`), or from the end."""
    return _running(np.cumsum, 0.0, x, axis, exclusive, reverse)


def _running(total: Any, start: float, x: Array, axis: Any, exclusive: int, reverse: int) -> Array:
    along = axis_of(axis, np.ndim(x), "CumSum" if total is np.cumsum else "CumProd")
    turned = np.flip(x, along) if reverse else x
    if exclusive:
        size = np.shape(x)[along]
        begin = np.full_like(np.take(turned, [0], axis=along), start)
        turned = np.concatenate([begin, np.take(turned, range(size - 1), axis=along)], axis=along)
    sums = total(turned, axis=along, dtype=x.dtype)
    return np.flip(sums, along) if reverse else sums


def _pull_running_sum(
    g: Array, y: Array, x: Array, axis: Any, *, exclusive: int = 0, reverse: int = 0
) -> Array:
    return running_sum(g, axis, exclusive=exclusive, reverse=1 - reverse)


def running_product(x: Array, axis: Any, *, exclusive: int = 0, reverse: int = 0) -> Array:
    """The product of all entries up to each one along `axis`."""
    return _running(np.cumprod, 1.0, x, axis, exclusive, reverse)


def _steps(x: Array, axis: int, reverse: int) -> list[Array]:
    """The slices of x along `axis`, in the order in which they are multiplied."""
    slices = [np.take(x, k, axis=axis) for k in range(np.shape(x)[axis])]
    return slices[::-1] if reverse else slices


def _pull_running_product(
    g: Array, y: Array, x: Array, axis: Any, *, exclusive: int = 0, reverse: int = 0
) -> Array:
    # From the last to the first: what arrives behind entry k is g_k + x_{k+1} · (what arrives behind
    # k+1); so no entry is divided by, and zeros do no harm.
    along = axis_of(axis, np.ndim(x), "CumProd")
    before = _steps(running_product(x, along, exclusive=1, reverse=reverse), along, reverse)
    values, arriving = _steps(x, along, reverse), _steps(g, along, reverse)
    behind = np.zeros_like(values[0])
    found = []
    for k in reversed(range(len(values))):
        if exclusive:
            found.append(before[k] * behind)
            behind = arriving[k] + values[k] * behind
        else:
            behind = arriving[k] + (values[k + 1] * behind if k + 1 < len(values) else 0.0)
            found.append(before[k] * behind)
    return np.stack(found if reverse else found[::-1], axis=along)


def _push_running_product(
    d: Array, y: Array, x: Array, axis: Any, *, exclusive: int = 0, reverse: int = 0
) -> Array:
    along = axis_of(axis, np.ndim(x), "CumProd")
    values, moving = _steps(x, along, reverse), _steps(d, along, reverse)
    product, tangent = np.ones_like(values[0]), np.zeros_like(values[0])
    found = []
    for value, moved in zip(values, moving, strict=True):
        if exclusive:
            found.append(tangent)
        product, tangent = product * value, tangent * value + product * moved
        if not exclusive:
            found.append(tangent)
    return np.stack(found[::-1] if reverse else found, axis=along)


OPERATIONS = (
    Operation(
        name="CumSum",
        family="reduction",
        summary="the running sum along an axis",
        forward=running_sum,
        inputs=("x", "axis"),
        pulls=(_pull_running_sum, None),
        multilinear=True,
        operators=(r"\left[j \le i\right]",),
        settings={"axis": 1},
        latex=r"\sum_{j \le i} {x}_j",
    ),
    Operation(
        name="CumProd",
        family="reduction",
        summary="the running product along an axis",
        forward=running_product,
        inputs=("x", "axis"),
        pulls=(_pull_running_product, None),
        pushes=(_push_running_product, None),
        operators=(r"\left[j \le i\right] \prod_{k \le i,\, k \ne j} x_k",),
        settings={"axis": 1},
        latex=r"\prod_{j \le i} {x}_j",
    ),
)
