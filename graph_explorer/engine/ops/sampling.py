"""Sampling: an image read at places that are themselves computed, as a spatial transformer does.

The one rule: every read is a weighted sum over the entries around the place, a product of one weight an
axis; how the weights move with the place is the gradient of the grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.indexing import add_at

MODES = ("linear", "nearest", "cubic")
PADDINGS = ("zeros", "border", "reflection")

#: The parameter of the cubic, as PyTorch and ONNX have it.
_CUBIC = -0.75


@dataclass(frozen=True)
class Tap:
    """One of the entries around every place, along one axis: its index, weight, and ∂weight/∂place."""

    index: Array
    weight: Array
    slope: Array


def _reflected(at: Array, low: float, high: float) -> tuple[Array, Array]:
    """`at` thrown back from both borders until it is between them, and the direction it then runs in."""
    length = high - low
    if length <= 0:
        return np.full_like(at, low), np.zeros_like(at)
    phase = np.mod(at - low, 2 * length)
    turned = phase > length
    return low + np.where(turned, 2 * length - phase, phase), np.where(turned, -1.0, 1.0)


def _weights(distance: Array, mode: str) -> tuple[Array, Array]:
    """The weight at a signed distance of less than 2 from an entry, and its derivative."""
    d, sign = np.abs(distance), np.where(distance < 0, -1.0, 1.0)
    if mode == "linear":
        return 1.0 - d, -sign
    a = _CUBIC
    inner = ((a + 2) * d - (a + 3)) * d * d + 1
    outer = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    inner_slope = (3 * (a + 2) * d - 2 * (a + 3)) * d
    outer_slope = (3 * a * d - 10 * a) * d + 8 * a
    return np.where(d <= 1, inner, outer), sign * np.where(d <= 1, inner_slope, outer_slope)


def _taps(grid: Array, size: int, mode: str, padding: str, align_corners: int) -> list[Tap]:
    """The entries around every place along an axis of `size`; the grid runs from −1 to 1."""
    low, high = (0.0, size - 1.0) if align_corners else (-0.5, size - 0.5)
    rate = (high - low) / 2
    at = (grid + 1) * rate + low
    if mode == "nearest":
        at = np.rint(at)
    run = np.ones_like(at)
    beyond = (at < low) | (at > high)
    if padding == "border":
        run = np.where(beyond, 0.0, run)
        at = np.where(beyond, np.clip(at, 0, size - 1), at)
    elif padding == "reflection":
        thrown, direction = _reflected(at, low, high)
        at, run = np.where(beyond, thrown, at), np.where(beyond, direction, run)
    start = np.floor(at)
    offsets = {"nearest": (0,), "linear": (0, 1), "cubic": (-1, 0, 1, 2)}[mode]
    taps = []
    for offset in offsets:
        place = start + offset
        weight, slope = np.ones_like(at), np.zeros_like(at)
        if mode != "nearest":
            weight, slope = _weights(at - place, mode)
        inside = (place >= 0) & (place <= size - 1)
        if padding == "zeros":
            weight, slope = np.where(inside, weight, 0.0), np.where(inside, slope, 0.0)
        elif padding == "reflection":
            place = np.trunc(_reflected(place, low, high)[0])
        index = np.clip(place, 0, size - 1).astype(np.int64)
        taps.append(Tap(index, weight.astype(grid.dtype), (slope * run * rate).astype(grid.dtype)))
    return taps


def linear_taps(at: Array, size: int, dtype: Any) -> list[Tap]:
    """The two entries around every place along an axis of `size`; beyond the axis all is zero."""
    start = np.floor(at)
    taps = []
    for offset in (0, 1):
        place = start + offset
        inside = (place >= 0) & (place <= size - 1)
        weight, slope = _weights(at - place, "linear")
        index = np.clip(place, 0, size - 1).astype(np.int64)
        weight, slope = np.where(inside, weight, 0.0), np.where(inside, slope, 0.0)
        taps.append(Tap(index, weight.astype(dtype), slope.astype(dtype)))
    return taps


def _all_taps(x: Array, grid: Array, mode: str, padding: str, align_corners: int) -> list[list[Tap]]:
    """The taps of every spatial axis, over (batch, places). The grid's last axis is ordered x, y, z."""
    if mode not in MODES or padding not in PADDINGS:
        raise InputError(
            f"GridSample: mode '{mode}' of {', '.join(MODES)}; padding '{padding}' of {', '.join(PADDINGS)}"
        )
    spatial = np.shape(x)[2:]
    if np.ndim(grid) != np.ndim(x) or np.shape(grid)[-1] != len(spatial) or len(x) != len(grid):
        raise InputError(f"GridSample: a grid of shape {np.shape(grid)} does not fit {np.shape(x)}")
    places = np.reshape(grid, (np.shape(grid)[0], -1, len(spatial)))
    return [
        _taps(places[..., len(spatial) - 1 - k], size, mode, padding, align_corners)
        for k, size in enumerate(spatial)
    ]


def flat_place(taps: tuple[Tap, ...], spatial: tuple[int, ...]) -> Array:
    """The flat place in an image of the entry at the taps of all axes: (batch, places)."""
    index = taps[0].index
    for tap, size in zip(taps[1:], spatial[1:], strict=True):
        index = index * size + tap.index
    return index


def times(factors: list[Array]) -> Array:
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def read(x: Array, index: Array) -> Array:
    """The entries of all channels at flat places: (batch, channels, places)."""
    planes = np.reshape(x, (*np.shape(x)[:2], -1))
    return np.take_along_axis(planes, index[:, None, :], axis=2)


def grid_sample(
    x: Array, grid: Array, *, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros"
) -> Array:
    """x (batch, channels, *spatial) read at the places of the grid (batch, *output, axes)."""
    total: Any = 0.0
    for taps in product(*_all_taps(x, grid, mode, padding_mode, align_corners)):
        weight = times([tap.weight for tap in taps]).astype(x.dtype, copy=False)
        total = total + read(x, flat_place(taps, np.shape(x)[2:])) * weight[:, None, :]
    return np.reshape(total, (*np.shape(x)[:2], *np.shape(grid)[1:-1]))


def _image_back(
    g: Array, y: Array, x: Array, grid: Array, *, align_corners: int = 0, mode: str = "linear",
    padding_mode: str = "zeros",
) -> Array:  # fmt: skip
    batch, channels = np.shape(x)[:2]
    size = math.prod(np.shape(x)[2:])
    above = np.reshape(g, (batch, channels, -1))
    planes = np.reshape(np.arange(batch * channels) * size, (batch, channels, 1))
    total = np.zeros(np.shape(x), g.dtype)
    for taps in product(*_all_taps(x, grid, mode, padding_mode, align_corners)):
        weight = times([tap.weight for tap in taps]).astype(g.dtype, copy=False)
        places = flat_place(taps, np.shape(x)[2:])[:, None, :] + planes
        total += add_at(np.shape(x), places, above * weight[:, None, :])
    return total


def _grid_slopes(x: Array, grid: Array, align_corners: int, mode: str, padding: str) -> list[Array]:
    """∂output/∂grid for every axis of the grid: (batch, channels, places) each."""
    axes = _all_taps(x, grid, mode, padding, align_corners)
    totals: list[Any] = [0.0] * len(axes)
    for taps in product(*axes):
        seen = read(x, flat_place(taps, np.shape(x)[2:]))
        for k in range(len(axes)):
            factors = [tap.slope if j == k else tap.weight for j, tap in enumerate(taps)]
            totals[k] = totals[k] + seen * times(factors)[:, None, :]
    return totals[::-1]


def _grid_back(
    g: Array, y: Array, x: Array, grid: Array, *, align_corners: int = 0, mode: str = "linear",
    padding_mode: str = "zeros",
) -> Array:  # fmt: skip
    above = np.reshape(g, (*np.shape(x)[:2], -1))
    slopes = _grid_slopes(x, grid, align_corners, mode, padding_mode)
    return np.reshape(np.stack([np.sum(above * slope, axis=1) for slope in slopes], axis=-1), np.shape(grid))


def _grid_push(
    d: Array, y: Array, x: Array, grid: Array, *, align_corners: int = 0, mode: str = "linear",
    padding_mode: str = "zeros",
) -> Array:  # fmt: skip
    moved = np.reshape(d, (np.shape(d)[0], 1, -1, np.shape(d)[-1]))
    slopes = _grid_slopes(x, grid, align_corners, mode, padding_mode)
    return np.reshape(sum(slope * moved[..., k] for k, slope in enumerate(slopes)), np.shape(y))


def _base(size: tuple[int, ...], align_corners: int, dtype: Any) -> Array:
    """The places of an untransformed image as (x, y, …, 1): (places, axes + 1)."""
    sides = [
        np.linspace(-1.0, 1.0, length) if align_corners else (2 * np.arange(length) + 1.0) / length - 1.0
        for length in size
    ]
    rows = np.meshgrid(*sides, indexing="ij")[::-1]
    return np.stack([*(np.ravel(row) for row in rows), np.ones(math.prod(size))], axis=-1).astype(dtype)


def affine_grid(theta: Array, size: Any, *, align_corners: int = 0) -> Array:
    """The places that an affine map `theta` (batch, axes, axes + 1) reads, for an image of `size`."""
    spatial = whole(size)[2:]
    if np.ndim(theta) != 3 or np.shape(theta)[1:] != (len(spatial), len(spatial) + 1):
        raise InputError(f"AffineGrid: theta of shape {np.shape(theta)} does not move {len(spatial)} axes")
    places = np.matmul(_base(spatial, align_corners, theta.dtype), np.swapaxes(theta, 1, 2))
    return np.reshape(places, (np.shape(theta)[0], *spatial, len(spatial)))


def _theta_back(g: Array, y: Array, theta: Array, size: Any, *, align_corners: int = 0) -> Array:
    above = np.reshape(g, (np.shape(g)[0], -1, np.shape(g)[-1]))
    return np.matmul(np.swapaxes(above, 1, 2), _base(whole(size)[2:], align_corners, theta.dtype))


OPERATIONS = (
    Operation(
        name="GridSample", family="image", forward=grid_sample, inputs=("X", "grid"),
        summary="an image read at computed places", pulls=(_image_back, _grid_back),
        pushes=(lambda d, y, x, grid, **attributes: grid_sample(d, grid, **attributes), _grid_push),
        operators=(r"\sum_{\text{reads}} w \,\cdot", r"\sum x \,\frac{\partial w}{\partial \text{grid}}"),
        reference="Jaderberg et al. 2015",
    ),
    Operation(
        name="AffineGrid", family="image", forward=affine_grid, inputs=("theta", "size"),
        summary="the places that an affine map reads", pulls=(_theta_back, None), multilinear=True,
        operators=(r"\cdot^{\top} \, \text{base}",), settings={"size": 1},
        reference="Jaderberg et al. 2015",
    ),
)  # fmt: skip
