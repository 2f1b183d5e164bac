"""Choosing entries by place: slices, gathers and the like.

The one rule: a choice moves entries, so applied to the places 0, 1, 2 … of x it tells where every
entry of y came from; the gradient goes back there, and adds up where an entry was chosen twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axes_of, axis_of, first, one, whole
from graph_explorer.engine.ops.declare import Array, Operation, Rule, discrete


def add_at(shape: tuple[int, ...], places: Array, g: Array) -> Array:
    """Zeros of `shape` with the entries of g added at the flat `places`."""
    size = int(np.prod(shape, dtype=np.int64))
    total = np.bincount(np.ravel(places), np.ravel(g), size)
    return np.reshape(total, shape).astype(g.dtype, copy=False)


def places_of(x: Array) -> Array:
    """The flat place of every entry of x, in x's shape."""
    return np.reshape(np.arange(np.size(x)), np.shape(x))


def _checked(indices: Any, size: int, name: str) -> Array:
    """`indices` counted from the front; `InputError` where one is outside an axis of `size`."""
    found = np.asarray(indices)
    if found.dtype.kind not in "iu":
        raise InputError(f"{name}: indices are whole numbers, not {found.dtype}; cast them first")
    outside = (found < -size) | (found >= size)
    if np.any(outside):
        raise InputError(f"{name}: index {found[outside].flat[0]} is outside an axis of size {size}")
    return np.where(found < 0, found + size, found)


def _cut(x: Array, starts: Any, ends: Any, axes: Any, steps: Any) -> tuple[slice, ...]:
    begin, end = whole(starts), whole(ends)
    along = tuple(range(len(begin))) if axes is None else axes_of(axes, np.ndim(x), "Slice")
    step = (1,) * len(begin) if steps is None else whole(steps)
    if not len(begin) == len(end) == len(along) == len(step) or len(begin) > np.ndim(x):
        raise InputError(
            f"Slice: {len(begin)} starts, {len(end)} ends, {len(step)} steps for {len(along)} axes"
            f" of a value of {np.ndim(x)} dimensions"
        )
    if 0 in step:
        raise InputError("Slice: a step cannot be 0")
    cut = [slice(None)] * np.ndim(x)
    for axis, *bounds in zip(along, begin, end, step, strict=True):
        cut[axis] = slice(*bounds)
    return tuple(cut)


def slice_of(x: Array, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Array:
    """The entries from `starts` to before `ends` along `axes`, every `steps`-th one."""
    return x[_cut(x, starts, ends, axes, steps)]


def _slice_back(
    g: Array, y: Array, x: Array, starts: Any, ends: Any, axes: Any = None, steps: Any = None
) -> Array:
    result = np.zeros(np.shape(x), g.dtype)
    result[_cut(x, starts, ends, axes, steps)] = g
    return result


def gather(x: Array, indices: Any, *, axis: int = 0) -> Array:
    """The slices of x at `indices` along `axis`; the indices' shape stands in place of the axis."""
    along = axis_of(axis, np.ndim(x), "Gather")
    return np.take(x, _checked(indices, np.shape(x)[along], "Gather"), axis=along)


def _gather_back(g: Array, y: Array, x: Array, indices: Any, *, axis: int = 0) -> Array:
    if np.ndim(indices):
        return add_at(np.shape(x), gather(places_of(x), indices, axis=axis), g)
    result = np.zeros(np.shape(x), g.dtype)
    along = axis_of(axis, np.ndim(x), "Gather")
    result[(slice(None),) * along + (one(indices),)] = g
    return result


def gather_elements(x: Array, indices: Any, *, axis: int = 0) -> Array:
    """For every entry of `indices` the entry of x at the same place, but with that index along `axis`."""
    along = axis_of(axis, np.ndim(x), "GatherElements")
    found = _checked(indices, np.shape(x)[along], "GatherElements")
    if found.ndim != np.ndim(x):
        raise InputError(f"GatherElements: indices of shape {found.shape} for a value of {np.shape(x)}")
    grid = list(np.ogrid[tuple(slice(size) for size in found.shape)])
    grid[along] = found
    return x[tuple(grid)]


def gather_nd(x: Array, indices: Any, *, batch_dims: int = 0) -> Array:
    """The last axis of `indices` holds index tuples into x, behind the `batch_dims` axes they share."""
    found = np.asarray(indices)
    depth = found.shape[-1] if found.ndim else 0
    if not found.ndim or depth > np.ndim(x) - batch_dims:
        raise InputError(
            f"GatherND: indices of shape {found.shape} are too long for a value of {np.shape(x)}"
        )
    batch = found.shape[:batch_dims]
    if batch != np.shape(x)[:batch_dims]:
        raise InputError(f"GatherND: the batch axes {batch} and {np.shape(x)[:batch_dims]} differ")
    grid = [
        np.reshape(part, part.shape + (1,) * (found.ndim - 1 - part.ndim))
        for part in (
            np.reshape(np.arange(size), (1,) * k + (size,) + (1,) * (batch_dims - k - 1))
            for k, size in enumerate(batch)
        )
    ]
    sizes = np.shape(x)[batch_dims : batch_dims + depth]
    columns = [_checked(found[..., k], size, "GatherND") for k, size in enumerate(sizes)]
    return x[(*grid, *columns)]


def compress(x: Array, condition: Any, *, axis: int | None = None) -> Array:
    """The slices along `axis` where `condition` holds; without an axis, entries of the flat x."""
    return np.compress(np.asarray(condition, bool), x, axis=axis)


def reverse_sequence(x: Array, sequence_lens: Any, *, batch_axis: int = 1, time_axis: int = 0) -> Array:
    """Every sequence of the batch backward, over its own length; what lies behind stays."""
    batch, time = (
        axis_of(batch_axis, np.ndim(x), "ReverseSequence"),
        axis_of(time_axis, np.ndim(x), "ReverseSequence"),
    )
    size = np.shape(x)
    lengths = np.asarray(whole(sequence_lens))
    if lengths.shape != (size[batch],):
        raise InputError(f"ReverseSequence: {lengths.size} lengths for a batch of {size[batch]}")
    at = np.arange(size[time])[:, None]
    turned = np.where(at < lengths, lengths - 1 - at, at)  # (time, batch)
    shape = [1] * np.ndim(x)
    shape[time], shape[batch] = size[time], size[batch]
    turned = np.reshape(turned if time < batch else turned.T, shape)
    return np.take_along_axis(x, turned, axis=time)


def unique(
    x: Array,
    *,
    axis: int | None = None,
    sorted: int = 1,  # noqa: A002
) -> tuple[Array, Array, Array, Array]:
    """Every value (or slice) once, its first place, which of them each entry is, and their counts."""
    values, places, inverse, counts = np.unique(x, True, True, True, axis=axis)
    inverse = np.ravel(inverse)
    if not sorted:  # in the order in which they come
        order = np.argsort(places)
        values, places, counts = np.take(values, order, axis=axis or 0), places[order], counts[order]
        inverse = np.argsort(order)[inverse]
    return values, places.astype(np.int64), inverse.astype(np.int64), counts.astype(np.int64)


def _first_places(x: Array, axis: int | None, order: int) -> Array:
    """The flat places in x of the entries that stand for their value."""
    places = unique(x, axis=axis, sorted=order)[1]
    return places if axis is None else np.take(places_of(x), places, axis=axis)


def _unique_back(
    g: Any, y: Any, x: Array, *, axis: int | None = None,
    sorted: int = 1,  # noqa: A002
) -> Array:  # fmt: skip
    return add_at(np.shape(x), _first_places(x, axis, sorted), first(g))


def _unique_push(
    d: Array, y: Any, x: Array, *, axis: int | None = None,
    sorted: int = 1,  # noqa: A002
) -> tuple[Array, None, None, None]:  # fmt: skip
    return np.ravel(d)[_first_places(x, axis, sorted)], None, None, None


def one_hot(indices: Array, depth: Any, values: Any, *, axis: int = -1) -> Array:
    """values[1] where the new axis counts the index, values[0] elsewhere."""
    return np.take(np.asarray(values), _hot(indices, depth, axis))


def _hot(indices: Array, depth: Any, axis: int) -> Array:
    (count,) = (int(entry) for entry in np.ravel(np.asarray(depth)))
    found = np.asarray(indices)
    along = axis_of(axis, found.ndim + 1, "OneHot")
    shape = [1] * (found.ndim + 1)
    shape[along] = count
    wrapped = np.where(found < 0, found + count, found)
    return (np.expand_dims(wrapped, along) == np.reshape(np.arange(count), shape)).astype(np.int64)


def _one_hot_back(g: Array, y: Array, indices: Array, depth: Any, values: Array, *, axis: int = -1) -> Array:
    return add_at(np.shape(values), _hot(indices, depth, axis), g)


def _choice(
    name: str, forward: Rule, summary: str, *settings: str, back: Rule | None = None, **more: Any
) -> Operation:
    """An operation whose output is chosen entries of x; its other inputs tell which."""

    def pull(g: Array, y: Array, x: Array, *others: Any, **attributes: Any) -> Array:
        return add_at(np.shape(x), forward(places_of(x), *others, **attributes), g)

    return Operation(
        name=name,
        family="indexing",
        summary=summary,
        forward=forward,
        inputs=("x", *settings),
        pulls=(back or pull, *[None] * len(settings)),
        multilinear=True,
        selects=True,
        operators=(r"\text{back to its place}",),
        settings={setting: 1 + k for k, setting in enumerate(settings)},
        **more,
    )


OPERATIONS = (
    _choice(
        "Slice", slice_of, "the entries between two bounds", "starts", "ends", "axes", "steps",
        back=_slice_back,
    ),
    _choice(
        "Gather", gather, "the slices with the given indices", "indices", back=_gather_back
    ),
    _choice("GatherElements", gather_elements, "entry by entry the one with the given index", "indices"),
    _choice("GatherND", gather_nd, "the entries at the given index tuples", "indices"),
    _choice("Compress", compress, "the slices where a condition holds", "condition"),
    _choice(
        "ReverseSequence", reverse_sequence, "sequences backward, each over its own length",
        "sequence_lens",
    ),
    Operation(
        name="OneHot", family="indexing", summary="a one at the place of each index, zeros elsewhere",
        forward=one_hot, inputs=("indices", "depth", "values"), pulls=(None, None, _one_hot_back),
        multilinear=True, selects=True, operators=("", "", r"\sum_{\text{where it stands}}"),
        flat="indices and depth are whole numbers", settings={"depth": 1, "values": 2},
    ),
    Operation(
        name="Unique", family="indexing", forward=unique, inputs=("x",), outputs=4,
        summary="every value once; also its first place, where each went, and how many there were",
        pulls=(_unique_back,), pushes=(_unique_push,), selects=True,
        operators=(r"\text{back to its first place}",),
    ),
    discrete(
        "NonZero", lambda x: np.array(np.nonzero(np.atleast_1d(x)), np.int64), family="indexing",
        inputs=("x",), summary="the places of all entries that are not zero",
        flat="a place is a whole number",
    ),
)  # fmt: skip
