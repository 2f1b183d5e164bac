"""Pooling: every window of an image becomes one number.

The one rule: windows are boxes, so a maximum or sum is taken along one axis after the other, which
looks at k + k instead of k·k entries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import first, whole
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.indexing import add_at
from graph_explorer.engine.ops.windows import Windows, windows


def _seen(
    name: str,
    x: Array,
    auto_pad: str,
    ceil_mode: int,
    dilations: Any,
    kernel_shape: Any,
    pads: Any,
    strides: Any,
) -> Windows:
    if np.ndim(x) < 3:
        raise InputError(f"{name}: it needs (batch, channels, …), not the shape {np.shape(x)}")
    kernel = whole(kernel_shape)
    return windows(name, np.shape(x)[2:], kernel, strides, pads, dilations, auto_pad, ceil_mode)


def _parts(padded: Array, seen: Windows, axis: int) -> list[Array]:
    """What the windows see along one spatial axis, one array a place of the kernel."""
    before = (slice(None),) * (axis + 2)
    return [padded[(*before, seen.along(axis, offset))] for offset in range(seen.kernel[axis])]


def _read(padded: Array, seen: Windows, axis: int) -> list[Array]:
    """The same to be read several times: along the last axis copies, since every other entry is slow."""
    parts = _parts(padded, seen, axis)
    strided = axis + 3 == padded.ndim and seen.strides[axis] > 1
    return [np.ascontiguousarray(part) for part in parts] if strided else parts


def _least(dtype: Any) -> Any:
    return -np.inf if np.issubdtype(dtype, np.floating) else np.iinfo(dtype).min


def _running_max(x: Array, seen: Windows) -> list[tuple[list[Array], Array]]:
    """One axis after the other, the last first: what the windows see along it, and the largest of that."""
    stages = []
    result = seen.pad(x, _least(x.dtype))
    for axis in reversed(range(len(seen.kernel))):
        parts = _read(result, seen, axis)
        result = np.maximum(parts[0], parts[1]) if len(parts) > 1 else parts[0].copy()
        for part in parts[2:]:
            np.maximum(result, part, out=result)
        stages.append((parts, result))
    return stages


def _first_hits(parts: list[Array], result: Array) -> Iterator[Array]:
    """For every place of the kernel along one axis, where it is the first that holds the maximum."""
    taken: Array = None
    for part in parts:
        hit = part == result
        if taken is not None:
            np.greater(hit, taken, out=hit)
        yield hit
        taken = hit if taken is None else taken | hit


def _strides_of(spatial: tuple[int, ...], storage_order: int) -> tuple[int, ...]:
    """How far apart neighbours along each spatial axis are when counted flat."""
    if storage_order:
        return tuple(math.prod(spatial[:k]) for k in range(len(spatial)))
    return tuple(math.prod(spatial[k + 1 :]) for k in range(len(spatial)))


def _places(x: Array, seen: Windows, storage_order: int = 0) -> Array:
    """The flat place in x of the first largest entry of every window."""
    steps = _strides_of(seen.spatial, storage_order)
    best = seen.pad(x, _least(x.dtype))
    place: Array = np.zeros((1,) * best.ndim, np.int64)
    # last axis first: of equal entries the one in the earliest row, then column, stays
    for axis in reversed(range(len(seen.kernel))):
        place = np.broadcast_to(place, best.shape)
        values, places = _parts(best, seen, axis), _parts(place, seen, axis)
        best, place = values[0].copy(), places[0].copy()
        for offset in range(1, seen.kernel[axis]):
            better = values[offset] > best
            np.copyto(best, values[offset], where=better)
            np.copyto(place, places[offset] + offset * seen.dilations[axis] * steps[axis], where=better)
    shape = [1, 1, *[1] * len(steps)]
    for axis, step in enumerate(steps):
        start = np.arange(seen.output[axis]) * seen.strides[axis] - seen.before[axis]
        place = place + np.reshape(start * step, [*shape[: axis + 2], -1, *shape[axis + 3 :]])
    size = math.prod(seen.spatial)
    planes = np.arange(math.prod(x.shape[:2])) * size
    # a window of −∞ only has no better entry than its padding
    return np.clip(place, 0, size - 1) + np.reshape(planes, (*x.shape[:2], *shape[2:]))


class _Indices:
    """The second output of MaxPool: worked out only if somebody asks for the array."""

    def __init__(self, x: Array, seen: Windows, storage_order: int) -> None:
        self._question = x, seen, storage_order

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(_places(*self._question), dtype)


def max_pool(
    x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0, dilations: Any = None,
    pads: Any = None, storage_order: int = 0, strides: Any = None,
) -> tuple[Array, Any]:  # fmt: skip
    """The largest entry of every window, and its flat place in x."""
    seen = _seen("MaxPool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    return _running_max(x, seen)[-1][1], _Indices(x, seen, storage_order)


def _max_back(
    g: Any, y: Any, x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0,
    dilations: Any = None, pads: Any = None, storage_order: int = 0, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _seen("MaxPool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    stages, above = _running_max(x, seen), first(g)
    for axis in range(len(seen.kernel)):
        parts, result = stages.pop()
        wide = seen.room(axis, result.shape, above.dtype)
        apart = seen.apart(axis)
        for place, hit in zip(_parts(wide, seen, axis), _first_hits(parts, result), strict=True):
            if apart:
                np.multiply(above, hit, out=place)
            else:
                place += above * hit
        above = wide
    return above[seen.inside]


def _max_push(
    d: Array, y: Any, x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0,
    dilations: Any = None, pads: Any = None, storage_order: int = 0, strides: Any = None,
) -> tuple[Array, None]:  # fmt: skip
    seen = _seen("MaxPool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    stages, moved = _running_max(x, seen), seen.pad(d)
    for axis, (parts, result) in zip(reversed(range(len(seen.kernel))), stages, strict=True):
        total = np.zeros(result.shape, d.dtype)
        for part, hit in zip(_parts(moved, seen, axis), _first_hits(parts, result), strict=True):
            total += part * hit
        moved = total
    return moved, None


def _sums(x: Array, seen: Windows) -> Array:
    """The sum of every window; padding counts as zero."""
    result = seen.pad(x)
    for axis in reversed(range(len(seen.kernel))):
        parts = _parts(result, seen, axis)
        result = parts[0] + parts[1] if len(parts) > 1 else parts[0].copy()
        for part in parts[2:]:
            result += part
    return result


def _spread(g: Array, seen: Windows) -> Array:
    """The adjoint of `_sums`: every entry gets the g of all windows that see it."""
    for axis in range(len(seen.kernel)):
        wide = seen.room(axis, g.shape, g.dtype)
        for part in _parts(wide, seen, axis):
            part += g
        g = wide
    return g[seen.inside]


def _counts(seen: Windows, include_pad: int, dtype: Any) -> Array:
    """How many entries of every window count: those of the image, or also the padding; (*output)."""
    total: Array = np.ones((), dtype)
    for axis, size in enumerate(seen.spatial):
        at = np.arange(seen.output[axis])[:, None] * seen.strides[axis] - seen.before[axis]
        at = at + np.arange(seen.kernel[axis]) * seen.dilations[axis]
        low, high = (-seen.before[axis], size + seen.behind[axis]) if include_pad else (0, size)
        count = np.sum((at >= low) & (at < high), axis=1).astype(dtype)
        total = total[..., None] * count
    return total


def average_pool(
    x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0, count_include_pad: int = 0,
    dilations: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """The mean of every window, over the entries of the image alone or also the padding."""
    seen = _seen("AveragePool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    return _sums(x, seen) / _counts(seen, count_include_pad, x.dtype)


def _average_back(
    g: Array, y: Array, x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0,
    count_include_pad: int = 0, dilations: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _seen("AveragePool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    return _spread(g / _counts(seen, count_include_pad, g.dtype), seen)


def _power(x: Array, p: int) -> Array:
    return np.square(x) if p == 2 else np.abs(x) ** p


def _root(total: Array, p: int) -> Array:
    return np.sqrt(total) if p == 2 else total ** np.asarray(1.0 / p, total.dtype)


def _slope_above(y: Array, p: int) -> Array:
    """y^(1−p), and 0 where y is 0."""
    return np.where(y == 0, np.zeros_like(y), np.where(y == 0, np.ones_like(y), y) ** (1.0 - p))


def _slope_below(x: Array, p: int) -> Array:
    return np.sign(x) * np.abs(x) ** (p - 1)


def lp_pool(
    x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0, dilations: Any = None,
    p: int = 2, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """The p-norm of every window."""
    seen = _seen("LpPool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    return _root(_sums(_power(x, p), seen), p)


def _lp_back(
    g: Array, y: Array, x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0,
    dilations: Any = None, p: int = 2, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _seen("LpPool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    return _spread(g * _slope_above(y, p), seen) * _slope_below(x, p)


def _lp_push(
    d: Array, y: Array, x: Array, *, kernel_shape: Any, auto_pad: str = "NOTSET", ceil_mode: int = 0,
    dilations: Any = None, p: int = 2, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _seen("LpPool", x, auto_pad, ceil_mode, dilations, kernel_shape, pads, strides)
    return _sums(d * _slope_below(x, p), seen) * _slope_above(y, p)


def _spatial(x: Array) -> tuple[int, ...]:
    return tuple(range(2, np.ndim(x)))


def _global_average(x: Array) -> Array:
    return np.mean(x, axis=_spatial(x), keepdims=True)


def _global_average_back(g: Array, y: Array, x: Array) -> Array:
    return np.broadcast_to(g / math.prod(np.shape(x)[2:]), np.shape(x))


def _global_places(x: Array) -> Array:
    planes = np.reshape(x, (*x.shape[:2], -1))
    place = np.argmax(planes, axis=2) + np.reshape(
        np.arange(planes.shape[0] * planes.shape[1]) * planes.shape[2], planes.shape[:2]
    )
    return np.reshape(place, (*x.shape[:2], *[1] * (x.ndim - 2)))


def _global_lp(x: Array, *, p: int = 2) -> Array:
    return _root(np.sum(_power(x, p), axis=_spatial(x), keepdims=True), p)


def _global_lp_back(g: Array, y: Array, x: Array, *, p: int = 2) -> Array:
    return g * _slope_above(y, p) * _slope_below(x, p)


def _global_lp_push(d: Array, y: Array, x: Array, *, p: int = 2) -> Array:
    return np.sum(d * _slope_below(x, p), axis=_spatial(x), keepdims=True) * _slope_above(y, p)


_LP_SLOPE = r"\frac{x_i \left|x_i\right|^{p-2}}{y^{p-1}}"

OPERATIONS = (
    Operation(
        name="MaxPool", family="pooling", inputs=("X",), forward=max_pool, selects=True,
        summary="the largest entry of every window; of equal ones the first gets the gradient",
        pulls=(_max_back,), pushes=(_max_push,),
        operators=(r"\left[\text{first largest of its window}\right]",),
    ),
    Operation(
        name="AveragePool", family="pooling", inputs=("X",), forward=average_pool, multilinear=True,
        summary="the mean of every window", pulls=(_average_back,),
        operators=(r"\sum_{\text{windows}} \frac{1}{n}",),
    ),
    Operation(
        name="LpPool", family="pooling", inputs=("X",), forward=lp_pool,
        summary="the p-norm of every window", pulls=(_lp_back,), pushes=(_lp_push,),
        operators=(_LP_SLOPE,),
    ),
    Operation(
        name="GlobalAveragePool", family="pooling", inputs=("X",), forward=_global_average,
        summary="the mean of every channel", pulls=(_global_average_back,), multilinear=True,
        operators=(r"\frac{1}{n}",),
    ),
    Operation(
        name="GlobalMaxPool", family="pooling", inputs=("X",), selects=True,
        forward=lambda x: np.max(x, axis=_spatial(x), keepdims=True),
        summary="the largest entry of every channel; of equal ones the first gets the gradient",
        pulls=(lambda g, y, x: add_at(np.shape(x), _global_places(x), g),),
        pushes=(lambda d, y, x: np.ravel(d)[_global_places(x)],),
        operators=(r"\left[\text{first largest of its channel}\right]",),
    ),
    Operation(
        name="GlobalLpPool", family="pooling", inputs=("X",), forward=_global_lp,
        summary="the p-norm of every channel", pulls=(_global_lp_back,), pushes=(_global_lp_push,),
        operators=(_LP_SLOPE,),
    ),
)  # fmt: skip
