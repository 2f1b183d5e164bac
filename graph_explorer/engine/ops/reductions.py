"""Reductions: many entries become one, along some or all axes; and which ones lead.

The one rule: of a reduction only ∂y/∂x, entry by entry, is declared. Pulling spreads the gradient over
the reduced entries and multiplies by it; pushing multiplies by it and sums.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from graph_explorer.engine.ops.axes import axes_of, axis_of, first, one, whole
from graph_explorer.engine.ops.declare import Array, Operation, discrete

Axes = tuple[int, ...]


def _reduced(x: Array, axes: Any, noop_with_empty_axes: int, name: str) -> Axes:
    """The axes to reduce: all of them where none are given, unless that is to mean none."""
    if axes is None or not whole(axes):
        return () if noop_with_empty_axes else tuple(range(np.ndim(x)))
    return axes_of(axes, np.ndim(x), name)


def _spread(g: Array, x: Array, axes: Axes) -> Array:
    """g, one entry a group of x's, given to each entry of the group."""
    kept = tuple(1 if k in axes else size for k, size in enumerate(np.shape(x)))
    return np.broadcast_to(np.reshape(g, kept), np.shape(x))


def _count(x: Array, axes: Axes) -> int:
    """How many entries of x become one."""
    return int(np.prod([np.shape(x)[k] for k in axes], dtype=np.int64))


def _sum(x: Array, axes: Axes, keepdims: bool) -> Array:
    return np.sum(x, axis=axes, keepdims=keepdims, dtype=x.dtype)


def _mean(x: Array, axes: Axes, keepdims: bool) -> Array:
    return np.asarray(np.mean(x, axis=axes, keepdims=keepdims)).astype(x.dtype, copy=False)


def _smallest(dtype: Any) -> Any:
    if np.issubdtype(dtype, np.floating):
        return -np.inf
    return False if dtype == np.bool_ else np.iinfo(dtype).min


def _largest(dtype: Any) -> Any:
    if np.issubdtype(dtype, np.floating):
        return np.inf
    return True if dtype == np.bool_ else np.iinfo(dtype).max


def _max(x: Array, axes: Axes, keepdims: bool) -> Array:
    start = {} if x.size else {"initial": _smallest(x.dtype)}
    return np.max(x, axis=axes, keepdims=keepdims, **start)


def _min(x: Array, axes: Axes, keepdims: bool) -> Array:
    start = {} if x.size else {"initial": _largest(x.dtype)}
    return np.min(x, axis=axes, keepdims=keepdims, **start)


def _log_sum_exp(x: Array, axes: Axes, keepdims: bool) -> Array:
    largest = _max(x, axes, True)
    shift = np.where(np.isfinite(largest), largest, 0).astype(x.dtype)
    total = np.log(np.sum(np.exp(x - shift), axis=axes, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, axis=axes)


def _shares(x: Array, y: Array, axes: Axes) -> Array:
    """1 where x is the extreme value y, an equal share where several are."""
    hit = np.where(x == y, np.ones_like(x), np.zeros_like(x))
    return hit / np.sum(hit, axis=axes, keepdims=True)


def _others(x: Array, y: Array, axes: Axes) -> Array:
    """The product of the other entries of the group; right also where some are zero."""
    if x.size == 0:
        return np.zeros_like(x)
    rest = tuple(k for k in range(x.ndim) if k not in axes)
    order = (*rest, *axes)
    rows = np.reshape(np.transpose(x, order), (*(x.shape[k] for k in rest), _count(x, axes)))
    one_before = np.ones_like(rows[..., :1])
    before = np.cumprod(np.concatenate([one_before, rows[..., :-1]], axis=-1), axis=-1)
    turned = np.flip(rows, -1)
    after = np.flip(np.cumprod(np.concatenate([one_before, turned[..., :-1]], axis=-1), axis=-1), -1)
    back = tuple(order.index(k) for k in range(x.ndim))
    return np.transpose(np.reshape(before * after, tuple(x.shape[k] for k in order)), back)


def _toward(x: Array, y: Array, axes: Axes) -> Array:
    """x over its length y; 0 where the length is 0."""
    return np.where(y == 0, 0.0, x / np.where(y == 0, 1.0, y))


Reduce = Callable[[Array, Axes, bool], Array]
#: ∂y/∂x of every entry; y comes spread over x's shape
Slope = Callable[[Array, Array, Axes], Array]


def _reduction(
    name: str, reduce: Reduce, slope: Slope, latex: str, local: str, summary: str, **more: Any
) -> Operation:
    def forward(x: Array, axes: Any = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Array:
        return reduce(x, _reduced(x, axes, noop_with_empty_axes, name), bool(keepdims))

    def pull(
        g: Array,
        y: Array,
        x: Array,
        axes: Any = None,
        *,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Array:
        along = _reduced(x, axes, noop_with_empty_axes, name)
        return _spread(g, x, along) * slope(x, _spread(y, x, along), along)

    def push(
        d: Array,
        y: Array,
        x: Array,
        axes: Any = None,
        *,
        keepdims: int = 1,
        noop_with_empty_axes: int = 0,
    ) -> Array:
        along = _reduced(x, axes, noop_with_empty_axes, name)
        moved = d * slope(x, _spread(y, x, along), along)
        return np.sum(moved, axis=along, keepdims=bool(keepdims))

    return Operation(
        name=name,
        family="reduction",
        summary=summary,
        forward=forward,
        inputs=("x", "axes"),
        pulls=(pull, None),
        pushes=(push, None),
        latex=latex,
        operators=(local,),
        settings={"axes": 1},
        **more,
    )


def _extreme(name: str, reduce: Callable[..., Array], largest: bool, latex: str, summary: str) -> Operation:
    def kinks(x: Array, axes: Any = None, **attributes: int) -> Array:
        along = _reduced(x, axes, attributes.get("noop_with_empty_axes", 0), name)
        hit = x == reduce(x, along, True)
        return hit & (np.sum(hit, axis=along, keepdims=True) > 1)

    return _reduction(
        name,
        reduce,
        _shares,
        latex,
        r"\frac{\left[x_i = y\right]}{\sum_j \left[x_j = y\right]}",
        summary,
        selects=True,
        kinks=kinks,
    )


def _place(name: str, find: Any, x: Array, axis: int, keepdims: int, last: int) -> Array:
    along = axis_of(axis, np.ndim(x), name)
    seen = find(np.flip(x, along) if last else x, axis=along)
    found = np.shape(x)[along] - 1 - seen if last else seen
    return np.asarray(np.expand_dims(found, along) if keepdims else found, dtype=np.int64)


def arg_max(x: Array, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Array:
    """Where along `axis` the largest entry is: the first of equals, or the last."""
    return _place("ArgMax", np.argmax, x, axis, keepdims, select_last_index)


def arg_min(x: Array, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Array:
    """Where along `axis` the smallest entry is: the first of equals, or the last."""
    return _place("ArgMin", np.argmin, x, axis, keepdims, select_last_index)


def top_k(
    x: Array,
    k: Any,
    *,
    axis: int = -1,
    largest: int = 1,
    sorted: int = 1,  # noqa: A002
) -> tuple[Array, Array]:
    """The k largest (or smallest) entries along `axis`, and where they were; the first of equals first."""
    along = axis_of(axis, np.ndim(x), "TopK")
    if largest:  # a stable sort from the end, so that the first of equals comes first
        size = np.shape(x)[along]
        turned = np.argsort(np.flip(x, along), axis=along, kind="stable")
        order = size - 1 - np.flip(turned, along)
    else:
        order = np.argsort(x, axis=along, kind="stable")
    places = np.take(order, range(one(k)), axis=along).astype(np.int64)
    return np.take_along_axis(x, places, axis=along), places


def _pull_top_k(g: Array, y: Array, x: Array, k: Any, *, axis: int = -1, **order: int) -> Array:
    _, places = top_k(x, k, axis=axis, **order)
    result = np.zeros_like(x)
    np.put_along_axis(result, places, first(g), axis=axis)
    return result


def _push_top_k(d: Array, y: Array, x: Array, k: Any, *, axis: int = -1, **order: int) -> tuple[Array, None]:
    _, places = top_k(x, k, axis=axis, **order)
    return np.take_along_axis(d, places, axis=axis), None


def _ones(x: Array, y: Array, axes: Axes) -> Array:
    return 1.0


OPERATIONS = (
    _reduction("ReduceSum", _sum, _ones, r"\sum_i {x}_i", "1", "the sum of the entries"),
    _reduction(
        "ReduceMean",
        _mean,
        lambda x, y, axes: 1.0 / max(1, _count(x, axes)),
        r"\frac{1}{n}\sum_i {x}_i",
        r"\frac{1}{n}",
        "the mean of the entries",
    ),
    _extreme(
        "ReduceMax",
        _max,
        True,
        r"\max_i {x}_i",
        "the largest entry; a tie shares the gradient equally",
    ),
    _extreme(
        "ReduceMin",
        _min,
        False,
        r"\min_i {x}_i",
        "the smallest entry; a tie shares the gradient equally",
    ),
    _reduction(
        "ReduceProd",
        lambda x, axes, keepdims: np.prod(x, axis=axes, keepdims=keepdims, dtype=x.dtype),
        _others,
        r"\prod_i {x}_i",
        r"\prod_{j \ne i} x_j",
        "the product of the entries",
    ),
    _reduction(
        "ReduceL1",
        lambda x, axes, keepdims: _sum(np.abs(x), axes, keepdims),
        lambda x, y, axes: np.sign(x),
        r"\sum_i \left|{x}_i\right|",
        r"\operatorname{sgn} x_i",
        "the sum of the magnitudes",
        kinks=lambda x, axes=None, **attributes: x == 0,
    ),
    _reduction(
        "ReduceL2",
        lambda x, axes, keepdims: np.sqrt(_sum(np.square(x), axes, keepdims)).astype(x.dtype),
        _toward,
        r"\sqrt{\sum_i {x}_i^2}",
        r"\frac{x_i}{y}",
        "the length, by Pythagoras",
        kinks=lambda x, axes=None, **attributes: x == 0,
    ),
    _reduction(
        "ReduceSumSquare",
        lambda x, axes, keepdims: _sum(np.square(x), axes, keepdims),
        lambda x, y, axes: 2.0 * x,
        r"\sum_i {x}_i^2",
        r"2\,x_i",
        "the sum of the squares",
    ),
    _reduction(
        "ReduceLogSum",
        lambda x, axes, keepdims: np.log(_sum(x, axes, keepdims)).astype(x.dtype),
        lambda x, y, axes: np.exp(-y),
        r"\ln \sum_i {x}_i",
        r"\frac{1}{\sum_j x_j}",
        "the logarithm of the sum",
        domain=lambda x, axes=None, **attributes: x > 0,
    ),
    _reduction(
        "ReduceLogSumExp",
        _log_sum_exp,
        lambda x, y, axes: np.exp(x - y),
        r"\ln \sum_i e^{{x}_i}",
        r"e^{x_i - y}",
        "the logarithm of the sum of the exponentials: a smooth maximum",
    ),
    discrete(
        "ArgMax",
        arg_max,
        family="reduction",
        inputs=("x",),
        summary="where the largest entry is",
        flat="a place is a whole number",
    ),
    discrete(
        "ArgMin",
        arg_min,
        family="reduction",
        inputs=("x",),
        summary="where the smallest entry is",
        flat="a place is a whole number",
    ),
    Operation(
        name="TopK",
        family="reduction",
        summary="the k largest or smallest entries, and where they are",
        forward=top_k,
        inputs=("x", "k"),
        outputs=2,
        pulls=(_pull_top_k, None),
        pushes=(_push_top_k, None),
        selects=True,
        operators=(r"\left[\text{entry is among the } k\right]",),
        settings={"k": 1},
    ),
)
