"""Resize: an image, or any array, at another size.

The one rule: along each axis every entry of the result is a weighted sum of a few entries of x, so a
resize is one small matrix an axis; its gradient is their transposes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axes_of, whole
from graph_explorer.engine.ops.declare import Array, Operation

MODES = ("nearest", "linear", "cubic")
NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
PLACES = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
    "tf_half_pixel_for_nn",  # of opset 11 only
)
POLICIES = ("stretch", "not_larger", "not_smaller")


@dataclass(frozen=True)
class _Axis:
    """How one axis of `size` entries becomes one of `made`, between the fractions `start` and `end` of it."""

    axis: int
    size: int
    made: int
    scale: float
    start: float
    end: float


@dataclass(frozen=True)
class _Choices:
    """ONNX's attributes."""

    antialias: int
    place: str
    cubic: float
    exclude_outside: int
    mode: str
    nearest: str


def _axes(x: Array, roi: Any, scales: Any, sizes: Any, axes: Any, policy: str, place: str) -> list[_Axis]:
    """What becomes of every axis that changes."""
    along = tuple(range(np.ndim(x))) if axes is None else axes_of(axes, np.ndim(x), "Resize")
    old = [np.shape(x)[axis] for axis in along]
    given = None if scales is None else [float(value) for value in np.ravel(np.asarray(scales))]
    wanted = None if sizes is None else list(whole(sizes))
    if not given and not wanted:
        raise InputError("Resize: it needs scales or sizes")
    if len(given or wanted or ()) != len(along):
        raise InputError(f"Resize: {len(given or wanted or ())} scales or sizes for {len(along)} axes")
    if given:
        new = [math.floor(size * factor) for size, factor in zip(old, given, strict=True)]
    else:
        assert wanted is not None
        given = [new / max(1, size) for new, size in zip(wanted, old, strict=True)]
        new = wanted
        if policy != "stretch":
            factor = min(given) if policy == "not_larger" else max(given)
            new, given = [math.floor(factor * size + 0.5) for size in old], [factor] * len(old)
    if min(given) <= 0 or min(new) < 1:
        raise InputError(f"Resize: scales {given} make nothing of {tuple(old)}")
    part = (0.0,) * len(old) + (1.0,) * len(old)
    if place == "tf_crop_and_resize":
        if roi is None:
            raise InputError("Resize: tf_crop_and_resize needs a region of interest")
        part = tuple(float(value) for value in np.ravel(np.asarray(roi)))
    count = len(along)
    return [
        _Axis(along[k], old[k], new[k], given[k], part[k], part[k + count])
        for k in range(count)
        if new[k] != old[k] or given[k] != 1.0 or place == "tf_crop_and_resize"
    ]


def _places(axis: _Axis, place: str) -> Array:
    """Where in x every entry of the result lies, as a real number."""
    made = np.arange(axis.made, dtype=np.float64)
    full, last = axis.scale * axis.size, axis.size - 1
    if place == "align_corners":
        return made * 0.0 if full == 1 else made * last / (full - 1)
    if place == "asymmetric":
        return made / axis.scale
    if place == "tf_half_pixel_for_nn":
        return (made + 0.5) / axis.scale
    if place == "tf_crop_and_resize":
        length = (axis.end - axis.start) * last
        inner = np.full_like(made, length / 2) if full == 1 else made * length / (full - 1)
        return inner + axis.start * last
    if place == "pytorch_half_pixel" and full == 1:
        return np.full_like(made, -0.5)
    shift = axis.size / 2 * (1 - axis.made / full) if place == "half_pixel_symmetric" else 0.0
    return shift + (made + 0.5) / axis.scale - 0.5


def _nearest(at: Array, how: str) -> Array:
    rules: dict[str, Any] = {
        "round_prefer_floor": lambda: np.ceil(at - 0.5),
        "round_prefer_ceil": lambda: np.floor(at + 0.5),
        "floor": lambda: np.floor(at),
        "ceil": lambda: np.ceil(at),
    }
    return rules[how]().astype(np.int64)


def _kernel(distance: Array, mode: str, a: float) -> Array:
    """The weight at a distance: a triangle, or the cubic of R. G. Keys 1981, with parameter a."""
    d = np.abs(distance)
    if mode == "linear":
        return np.maximum(1.0 - d, 0.0)
    inner = ((a + 2) * d - (a + 3)) * d * d + 1
    outer = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, inner, np.where(d < 2, outer, 0.0))


def _matrix(axis: _Axis, choices: _Choices) -> Array:
    """The weights of x's entries in the result's: (made, size)."""
    at = _places(axis, choices.place)
    matrix = np.zeros((axis.made, axis.size))
    rows = np.arange(axis.made)
    if choices.mode == "nearest":
        matrix[rows, np.clip(_nearest(at, choices.nearest), 0, axis.size - 1)] = 1.0
        return matrix
    squeeze = min(1.0, axis.scale) if choices.antialias else 1.0
    reach = math.ceil((1 if choices.mode == "linear" else 2) / squeeze)
    seen = np.floor(at).astype(np.int64)[:, None] + np.arange(1 - reach, reach + 1)
    weights = _kernel((seen - at[:, None]) * squeeze, choices.mode, choices.cubic)
    if choices.exclude_outside:
        weights = weights * ((seen >= 0) & (seen < axis.size))
    weights = weights / np.sum(weights, axis=1, keepdims=True)
    np.add.at(matrix, (rows[:, None], np.clip(seen, 0, axis.size - 1)), weights)
    return matrix


def _along(x: Array, matrix: Array, axis: int) -> Array:
    """`matrix` applied along one axis of x."""
    shape = np.shape(x)
    rows = np.reshape(x, (math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])))
    made = np.matmul(matrix, rows)
    return np.reshape(made, (*shape[:axis], matrix.shape[0], *shape[axis + 1 :]))


def _outside(axes: list[_Axis], shape: tuple[int, ...], place: str) -> Any:
    """Where the result lies outside of x, if that has a meaning."""
    if place != "tf_crop_and_resize":
        return None
    found = np.zeros((1,) * len(shape), bool)
    for axis in axes:
        at = _places(axis, place)
        flags = (at < 0) | (at > axis.size - 1)
        found = found | np.reshape(flags, [-1 if k == axis.axis else 1 for k in range(len(shape))])
    return found


def _plan(
    x: Array, roi: Any, scales: Any, sizes: Any, *, antialias: int = 0, axes: Any = None,
    coordinate_transformation_mode: str = "half_pixel", cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0, extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch", mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> tuple[list[_Axis], list[Array], Any]:  # fmt: skip
    """The axes that change, their matrices, and where the result lies outside of x."""
    given = (
        (mode, MODES), (nearest_mode, NEAREST), (coordinate_transformation_mode, PLACES),
        (keep_aspect_ratio_policy, POLICIES),
    )  # fmt: skip
    for value, known in given:
        if value not in known:
            raise InputError(f"Resize: unknown mode '{value}'; known: {', '.join(known)}")
    place = coordinate_transformation_mode
    changed = _axes(x, roi, scales, sizes, axes, keep_aspect_ratio_policy, place)
    choices = _Choices(antialias, place, cubic_coeff_a, exclude_outside, mode, nearest_mode)
    matrices = [_matrix(axis, choices) for axis in changed]
    return changed, matrices, _outside(changed, np.shape(x), place)


def resize(
    x: Array, roi: Any = None, scales: Any = None, sizes: Any = None, *, antialias: int = 0,
    axes: Any = None, coordinate_transformation_mode: str = "half_pixel", cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0, extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch", mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Array:  # fmt: skip
    """x at `scales` times its size, or at the given `sizes`."""
    changed, matrices, outside = _plan(
        x, roi, scales, sizes, antialias=antialias, axes=axes, cubic_coeff_a=cubic_coeff_a,
        coordinate_transformation_mode=coordinate_transformation_mode, exclude_outside=exclude_outside,
        keep_aspect_ratio_policy=keep_aspect_ratio_policy, mode=mode, nearest_mode=nearest_mode,
    )  # fmt: skip
    result = x
    for axis, matrix in zip(changed, matrices, strict=True):
        if mode == "nearest":
            result = np.take(result, np.argmax(matrix, axis=1), axis=axis.axis)
        else:
            wide = x.dtype if x.dtype in (np.float32, np.float64) else np.float32
            result = _along(result.astype(wide, copy=False), matrix.astype(wide), axis.axis)
    if outside is not None:
        result = np.where(outside, extrapolation_value, result)
    if x.dtype.kind in "iu" and result.dtype != x.dtype:
        result = np.clip(np.rint(result), np.iinfo(x.dtype).min, np.iinfo(x.dtype).max)
    return np.asarray(result).astype(x.dtype, copy=False)


def _back(
    g: Array, y: Array, x: Array, roi: Any = None, scales: Any = None, sizes: Any = None, **attributes: Any
) -> Array:
    changed, matrices, outside = _plan(x, roi, scales, sizes, **attributes)
    if outside is not None:
        g = np.where(outside, np.zeros_like(g), g)
    for axis, matrix in zip(reversed(changed), reversed(matrices), strict=True):
        g = _along(g, matrix.T.astype(g.dtype), axis.axis)
    return g


def _push(
    d: Array, y: Array, x: Array, roi: Any = None, scales: Any = None, sizes: Any = None, **attributes: Any
) -> Array:
    return resize(d, roi, scales, sizes, **{**attributes, "extrapolation_value": 0.0})


OPERATIONS = (
    Operation(
        name="Resize", family="image", forward=resize, inputs=("X", "roi", "scales", "sizes"),
        summary="an image at another size", pulls=(_back, None, None, None),
        pushes=(_push, None, None, None), multilinear=True, operators=(r"\sum_{\text{uses}} w \,\cdot",),
        flat="region, scales and sizes are settings: they tell the shape",
        settings={"roi": 1, "scales": 2, "sizes": 3}, reference="cubic: Keys 1981",
    ),
)  # fmt: skip
