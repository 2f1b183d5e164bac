"""Numbers on a grid of few values, as a small processor likes them, and back.

The one rule: a quantized number is (q − zero point)·scale. Rounding onto the grid is a staircase,
through which no gradient passes; reading from it is linear in the scale.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axis_of
from graph_explorer.engine.ops.declare import Array, Operation, discrete, unbroadcast
from graph_explorer.engine.ops.logic import TYPES

#: Whole numbers that NumPy has and a quantized value may be.
_GRIDS = (np.uint8, np.int8, np.uint16, np.int16)


def _spread(value: Array, shape: tuple[int, ...], axis: int, block_size: int) -> Array:
    """A scale or zero point as it meets an array of `shape`: for all, for an index of an axis, or a block."""
    found = np.asarray(value)
    if found.size == 1:
        return np.reshape(found, ())
    along = axis_of(axis, len(shape), "DequantizeLinear")
    if found.ndim <= 1:
        if found.size != shape[along]:
            raise InputError(f"{found.size} scales for the {shape[along]} entries of axis {along}")
        return np.reshape(found, [-1 if k == along else 1 for k in range(len(shape))])
    if block_size < 1:
        raise InputError(f"scales of shape {found.shape} need a block size")
    repeated = np.repeat(found, block_size, axis=along)
    return np.take(repeated, range(shape[along]), axis=along)


def quantize(
    x: Array, y_scale: Array, y_zero_point: Array = None, *, axis: int = 1, block_size: int = 0,
    output_dtype: int = 0, precision: int = 0, saturate: int = 1,
) -> Array:  # fmt: skip
    """x over the scale, rounded, plus the zero point, within the range of the whole numbers."""
    kind: Any = TYPES.get(output_dtype) if output_dtype else np.uint8
    if y_zero_point is not None:
        kind = np.asarray(y_zero_point).dtype.type
    if kind not in _GRIDS:
        raise InputError("QuantizeLinear: it makes whole numbers of 8 or 16 bits")
    wide = TYPES[precision] if precision else np.result_type(x, y_scale)
    scaled = x.astype(wide) / _spread(y_scale, np.shape(x), axis, block_size).astype(wide)
    rounded = np.rint(scaled).astype(np.float64)
    if y_zero_point is not None:
        rounded = rounded + _spread(y_zero_point, np.shape(x), axis, block_size)
    return np.asarray(np.clip(rounded, np.iinfo(kind).min, np.iinfo(kind).max)).astype(kind)


def _offsets(x: Array, x_zero_point: Array, axis: int, block_size: int, dtype: Any) -> Array:
    """How far every number lies above the zero point."""
    wide = x.astype(np.promote_types(dtype, np.float32))
    if x_zero_point is None:
        return wide
    return wide - _spread(x_zero_point, np.shape(x), axis, block_size).astype(wide.dtype)


def dequantize(
    x: Array, x_scale: Array, x_zero_point: Array = None, *, axis: int = 1, block_size: int = 0,
    output_dtype: int = 0,
) -> Array:  # fmt: skip
    """The real numbers (x − zero point)·scale."""
    kind = TYPES[output_dtype] if output_dtype else np.asarray(x_scale).dtype
    above = _offsets(x, x_zero_point, axis, block_size, kind)
    return np.asarray(above * _spread(x_scale, np.shape(x), axis, block_size)).astype(kind)


def _scale_back(
    g: Array, y: Array, x: Array, x_scale: Array, x_zero_point: Array = None, *, axis: int = 1,
    block_size: int = 0, output_dtype: int = 0,
) -> Array:  # fmt: skip
    slope = g * _offsets(x, x_zero_point, axis, block_size, g.dtype)
    size = np.shape(x_scale)
    if np.ndim(x_scale) > 1:
        along = axis_of(axis, np.ndim(x), "DequantizeLinear")
        starts = np.arange(size[along]) * block_size
        return np.asarray(np.add.reduceat(slope, starts, axis=along)).astype(g.dtype)
    met = np.shape(_spread(x_scale, np.shape(x), axis, block_size))
    return np.reshape(unbroadcast(slope, met), size).astype(g.dtype)


def dynamic_quantize(x: Array) -> tuple[Array, Array, Array]:
    """x on a grid of 256 values that spans it and holds zero; the grid's scale and zero point."""
    low, high = np.minimum(0, np.min(x)), np.maximum(0, np.max(x))
    scale = np.asarray((1.0 if high == low else high - low) / 255.0, np.float32)
    zero = np.rint(np.clip(-low / scale, 0, 255))
    rounded = np.clip(np.rint(x / scale) + zero, 0, 255).astype(np.uint8)
    return rounded, scale, np.asarray(zero, np.uint8)


_STAIRCASE = "rounding to a grid is a staircase, flat between its steps"

OPERATIONS = (
    discrete(
        "QuantizeLinear", quantize, family="quantization", inputs=("x", "y_scale", "y_zero_point"),
        summary="real numbers rounded to whole ones on a grid", flat=_STAIRCASE,
    ),
    Operation(
        name="DequantizeLinear", family="quantization", forward=dequantize,
        inputs=("x", "x_scale", "x_zero_point"), summary="the real numbers that those on a grid stand for",
        pulls=(None, _scale_back, None), multilinear=True,
        operators=("", r"\sum \left(x - z\right)", ""), flat="x and its zero point stand on the grid",
    ),
    discrete(
        "DynamicQuantizeLinear", dynamic_quantize, family="quantization", inputs=("x",), outputs=3,
        summary="real numbers on a grid that fits them, and the grid", flat=_STAIRCASE,
    ),
)  # fmt: skip
