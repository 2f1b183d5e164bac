"""Padding and cropping: more or fewer entries at the ends of axes.

The one rule: along each axis the result is x at a list of places; beyond the ends a mode says which
place that is, and in the mode `constant` there is none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axes_of, whole
from graph_explorer.engine.ops.declare import Array, Operation

Widths = list[tuple[int, int]]

MODES = ("constant", "reflect", "edge", "wrap")


def _widths(x: Array, pads: Any, axes: Any, mode: str) -> Widths:
    """Per axis of x how many entries are added before and behind; negative ones are cut off."""
    if mode not in MODES:
        raise InputError(f"Pad: unknown mode '{mode}'; known: {', '.join(MODES)}")
    count = np.ndim(x)
    along = tuple(range(count)) if axes is None else axes_of(axes, count, "Pad")
    given = whole(pads)
    if len(given) != 2 * len(along):
        raise InputError(f"Pad: {len(given)} pads for {len(along)} axes; it needs two an axis")
    widths = [(0, 0)] * count
    for k, axis in enumerate(along):
        widths[axis] = (given[k], given[k + len(along)])
        if np.shape(x)[axis] + sum(widths[axis]) < 0:
            raise InputError(
                f"Pad: cutting {widths[axis]} off axis {axis} of {np.shape(x)} leaves less than nothing"
            )
    return widths


def _places(size: int, before: int, behind: int, mode: str) -> Any:
    """The places in an axis of `size` from which the padded axis is taken."""
    at = np.arange(-before, size + behind)
    if size == 0 or mode == "edge":
        return np.clip(at, 0, max(0, size - 1))
    if mode == "wrap":
        return at % size
    turned = at % max(1, 2 * (size - 1))
    return np.where(turned >= size, 2 * (size - 1) - turned, turned)


def _kept(size: int, before: int, behind: int) -> slice:
    """The part of an axis that stays."""
    return slice(max(0, -before), size - max(0, -behind))


def _with_constant(x: Array, widths: Widths, constant: Any) -> Array:
    kept = x[tuple(_kept(n, *width) for n, width in zip(np.shape(x), widths, strict=True))]
    added = [(max(0, before), max(0, behind)) for before, behind in widths]
    value = 0 if constant is None else np.asarray(constant).astype(x.dtype).reshape(())
    return np.pad(kept, added, constant_values=value)


def pad(
    x: Array, pads: Any, constant_value: Array = None, axes: Any = None, *, mode: str = "constant"
) -> Array:
    """x with `pads` entries more at the beginnings and ends of its axes, or fewer where negative."""
    widths = _widths(x, pads, axes, mode)
    if mode == "constant":
        return _with_constant(x, widths, constant_value)
    for axis, (before, behind) in enumerate(widths):
        if before or behind:
            x = np.take(x, _places(np.shape(x)[axis], before, behind, mode), axis=axis)
    return x


def _back(
    g: Array, y: Array, x: Array, pads: Any, constant_value: Array = None, axes: Any = None, *,
    mode: str = "constant",
) -> Array:  # fmt: skip
    widths = _widths(x, pads, axes, mode)
    if mode == "constant":
        return _with_constant(g, [(-before, -behind) for before, behind in widths], None)
    for axis, (before, behind) in enumerate(widths):
        size = np.shape(x)[axis]
        if not (before or behind):
            continue
        rows = np.moveaxis(g, axis, 0)
        folded = np.zeros((size, *rows.shape[1:]), g.dtype)
        for place, row in zip(_places(size, before, behind, mode), rows, strict=True):
            folded[place] += row
        g = np.moveaxis(folded, 0, axis)
    return g


def _constant_back(
    g: Array, y: Array, x: Array, pads: Any, constant_value: Array = None, axes: Any = None, *,
    mode: str = "constant",
) -> Array:  # fmt: skip
    if mode != "constant":
        return np.zeros_like(constant_value)
    inside = _back(g, y, x, pads, None, axes)
    return np.reshape(np.sum(g) - np.sum(inside), np.shape(constant_value))


def _push(
    d: Array, y: Array, x: Array, pads: Any, constant_value: Array = None, axes: Any = None, *,
    mode: str = "constant",
) -> Array:  # fmt: skip
    return pad(d, pads, None, axes, mode=mode)


def _constant_push(
    d: Array, y: Array, x: Array, pads: Any, constant_value: Array = None, axes: Any = None, *,
    mode: str = "constant",
) -> Array:  # fmt: skip
    zeros = np.zeros_like(x)
    return pad(zeros, pads, d, axes) if mode == "constant" else np.zeros_like(y)


def _centre(x: Array, shape: Any, axes: Any) -> tuple[int, ...]:
    """The pads that bring the named axes of x to `shape`, with x in the middle."""
    count = np.ndim(x)
    along = tuple(range(count)) if axes is None else axes_of(axes, count, "CenterCropPad")
    sizes = whole(shape)
    if len(sizes) != len(along):
        raise InputError(f"CenterCropPad: {len(sizes)} sizes for {len(along)} axes")
    before, behind = [0] * count, [0] * count
    for axis, size in zip(along, sizes, strict=True):
        more = size - np.shape(x)[axis]
        # rounded toward zero: the odd entry is cut off, or added, behind
        before[axis] = more // 2 if more >= 0 else -(-more // 2)
        behind[axis] = more - before[axis]
    return (*before, *behind)


def center_crop_pad(x: Array, shape: Any, *, axes: Any = None) -> Array:
    """The middle of x, or x in the middle of zeros, so that the named axes have the sizes `shape`."""
    return pad(x, _centre(x, shape, axes))


def _centre_back(g: Array, y: Array, x: Array, shape: Any, *, axes: Any = None) -> Array:
    return _back(g, y, x, _centre(x, shape, axes))


OPERATIONS = (
    Operation(
        name="Pad", family="shape", summary="entries added, or cut off, at the ends of axes",
        forward=pad, inputs=("x", "pads", "constant_value", "axes"),
        pulls=(_back, None, _constant_back, None), pushes=(_push, None, _constant_push, None),
        multilinear=True, selects=True,
        operators=(r"\text{crop}", "", r"\sum_{\text{padding}}"), settings={"pads": 1, "axes": 3},
    ),
    Operation(
        name="CenterCropPad", family="shape", summary="cropped or padded evenly to given sizes",
        forward=center_crop_pad, inputs=("x", "shape"), pulls=(_centre_back, None),
        multilinear=True, selects=True, operators=(r"\text{crop}",), settings={"shape": 1},
    ),
)  # fmt: skip
