"""Values made from shapes and numbers: constants, ranges, shapes themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.declare import Array, Operation, discrete
from graph_explorer.engine.ops.logic import TYPES

_SHAPE = "of what goes in only the shape counts"

#: No program needs more; an absurd shape in a file is refused before memory is asked for.
_LARGEST = 2**31


def shape_of(x: Array, *, start: int = 0, end: int | None = None) -> Array:
    """The sizes of the axes from `start` to `end`."""
    return np.array(np.shape(x)[slice(start, end)], dtype=np.int64)


def made_shape(name: str, shape: Any) -> tuple[int, ...]:
    """The sizes in `shape`; `InputError` where they are no shape that operator `name` can make."""
    sizes = whole(shape)
    if min(sizes, default=1) < 0 or np.prod(sizes, dtype=np.float64) > _LARGEST:
        raise InputError(f"{name}: {sizes} is no shape of at most 2³¹ entries")
    return sizes


def constant_of_shape(shape: Array, *, value: Array = None) -> Array:
    """An array of `shape` filled with `value`, zero in float32 by default."""
    sizes = made_shape("ConstantOfShape", shape)
    fill = np.zeros(1, np.float32) if value is None else np.asarray(value)
    return np.full(sizes, fill.reshape(-1)[0], fill.dtype)


def constant(
    *,
    value: Array = None,
    value_float: float | None = None,
    value_floats: Any = None,
    value_int: int | None = None,
    value_ints: Any = None,
) -> Array:
    """The one value among the attributes that is given."""
    if value is not None:
        return np.asarray(value)
    whole_number = value_int if value_int is not None else value_ints
    if whole_number is not None:
        return np.asarray(whole_number, np.int64)
    number = value_float if value_float is not None else value_floats
    if number is None:
        raise InputError("Constant: none of value, value_float(s), value_int(s) is given")
    return np.asarray(number, np.float32)


def range_of(start: Array, limit: Array, delta: Array, *, stash_type: int = 1) -> Array:
    """start, start + delta, … as long as the limit is not reached."""
    dtype = np.asarray(start).dtype
    begin, end, step = (np.asarray(value).reshape(()) for value in (start, limit, delta))
    if step == 0:
        raise InputError("Range: the step is 0; the range would never end")
    wide = TYPES[stash_type] if dtype == np.float16 else dtype
    # counted in double precision, so that a float32 step adds no entry by rounding
    count = max(0, int(np.ceil((float(end) - float(begin)) / float(step))))
    if count > _LARGEST:
        raise InputError(f"Range: {count} entries; at most 2³¹ are made")
    return (begin.astype(wide) + np.arange(count).astype(wide) * step.astype(wide)).astype(dtype)


def _start_back(g: Array, y: Array, start: Array, limit: Array, delta: Array, **stash: int) -> Array:
    return np.reshape(np.sum(g), np.shape(start))


def _delta_back(g: Array, y: Array, start: Array, limit: Array, delta: Array, **stash: int) -> Array:
    return np.reshape(np.sum(g * np.arange(np.shape(g)[0], dtype=g.dtype)), np.shape(delta))


def _start_push(d: Array, y: Array, start: Array, limit: Array, delta: Array, **stash: int) -> Array:
    return np.broadcast_to(np.reshape(d, ()), np.shape(y))


def _delta_push(d: Array, y: Array, start: Array, limit: Array, delta: Array, **stash: int) -> Array:
    return np.reshape(d, ()) * np.arange(np.shape(y)[0], dtype=d.dtype)


def eye_like(x: Array, *, dtype: int | None = None, k: int = 0) -> Array:
    """A matrix of x's shape with ones on diagonal k."""
    if np.ndim(x) != 2:
        raise InputError(f"EyeLike: it needs a matrix, not the shape {np.shape(x)}")
    rows, columns = np.shape(x)
    return np.eye(rows, columns, k=k, dtype=x.dtype if dtype is None else TYPES[dtype])


OPERATIONS = (
    discrete(
        "Shape", shape_of, family="creation", inputs=("x",), summary="the sizes of the axes", flat=_SHAPE
    ),
    discrete(
        "Size",
        lambda x: np.asarray(np.size(x), np.int64),
        family="creation",
        inputs=("x",),
        summary="the number of entries",
        flat=_SHAPE,
    ),
    discrete(
        "ConstantOfShape",
        constant_of_shape,
        family="creation",
        inputs=("shape",),
        summary="an array of a given shape filled with one number",
        flat=_SHAPE,
        settings={"shape": 0},
    ),
    discrete(
        "Constant",
        constant,
        family="creation",
        inputs=(),
        summary="a fixed value",
        flat="nothing goes into it",
    ),
    Operation(
        name="Range",
        family="creation",
        summary="evenly spaced numbers from a start to before a limit",
        forward=range_of,
        inputs=("start", "limit", "delta"),
        pulls=(_start_back, None, _delta_back),
        pushes=(_start_push, None, _delta_push),
        operators=(r"\sum_i", "", r"\sum_i i \,\cdot"),
        flat="the limit only tells how many numbers there are",
        settings={"start": 0, "limit": 1, "delta": 2},
    ),
    discrete(
        "EyeLike",
        eye_like,
        family="creation",
        inputs=("x",),
        summary="ones on a diagonal, zeros elsewhere",
        flat=_SHAPE,
    ),
)
