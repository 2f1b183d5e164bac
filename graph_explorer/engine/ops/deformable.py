"""Convolution whose kernel looks where a computed offset tells it to.

The one rule: what the kernel sees is one array of columns, read between the entries of the image; the
convolution is then a matrix product, and every derivative goes through the columns.
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
from graph_explorer.engine.ops.sampling import Tap, flat_place, linear_taps, times
from graph_explorer.engine.ops.windows import Windows, windows


@dataclass(frozen=True)
class _Columns:
    """Where the kernel looks: `taps` along every axis, over (batch, offset groups, kernel·output)."""

    shape: tuple[int, ...]  # of the image
    seen: Windows
    group: int
    offset_group: int
    taps: list[list[Tap]]
    mask: Array  # (batch, offset groups, 1, kernel·output), or a one for all

    def of(self, x: Array, of_slope: int | None = None) -> Array:
        """What is read of x, (batch, offset groups, channels, kernel·output), without the mask; or its
        slope along an axis.
        """
        batch, channels = self.shape[:2]
        planes = np.reshape(x, (batch, self.offset_group, channels // self.offset_group, -1))
        total: Any = 0.0
        for taps in product(*self.taps):
            index = flat_place(taps, self.shape[2:])[:, :, None, :]
            total = total + np.take_along_axis(planes, index, axis=3) * self._weight(taps, of_slope)
        return total

    def _weight(self, taps: tuple[Tap, ...], of_slope: int | None = None) -> Array:
        factors = [tap.slope if k == of_slope else tap.weight for k, tap in enumerate(taps)]
        return times(factors)[:, :, None, :]

    def back(self, g: Array) -> Array:
        """The adjoint of `of`: gradients of what was read, added where it was read."""
        batch, channels = self.shape[:2]
        size = math.prod(self.shape[2:])
        planes = np.reshape(np.arange(batch * channels) * size, (batch, self.offset_group, -1, 1))
        total = np.zeros(self.shape, g.dtype)
        for taps in product(*self.taps):
            places = flat_place(taps, self.shape[2:])[:, :, None, :] + planes
            total += add_at(self.shape, places, g * self._weight(taps))
        return total

    def rows(self, columns: Array) -> Array:
        """Columns as the convolution multiplies them: (batch, group, channels·kernel, output)."""
        return np.reshape(columns, (self.shape[0], self.group, -1, math.prod(self.seen.output)))

    def columns(self, rows: Array) -> Array:
        """The inverse of `rows`."""
        reads = self.taps[0][0].index.shape[2]
        return np.reshape(rows, (self.shape[0], self.offset_group, -1, reads))


def _base(seen: Windows, axis: int) -> Array:
    """Where along `axis` the kernel would look without an offset: (kernel, output)."""
    count = len(seen.kernel)
    step = np.arange(seen.kernel[axis]) * seen.dilations[axis] - seen.before[axis]
    start = np.arange(seen.output[axis]) * seen.strides[axis]
    shapes = [[-1 if k == at else 1 for k in range(2 * count)] for at in (axis, axis + count)]
    both = np.reshape(step, shapes[0]) + np.reshape(start, shapes[1])
    every = np.broadcast_to(both, (*seen.kernel, *seen.output))
    return np.reshape(every, (math.prod(seen.kernel), math.prod(seen.output)))


def _looked(
    x: Array, w: Array, offset: Array, mask: Array | None = None, *, dilations: Any = None, group: int = 1,
    kernel_shape: Any = None, offset_group: int = 1, pads: Any = None, strides: Any = None,
) -> _Columns:  # fmt: skip
    count, channels = np.ndim(x) - 2, np.shape(x)[1]
    kernel = np.shape(w)[2:] if kernel_shape is None else whole(kernel_shape)
    if count < 1 or channels != np.shape(w)[1] * group or np.shape(w)[0] % group or channels % offset_group:
        raise InputError(
            f"DeformConv: {channels} channels in {group} group(s) and {offset_group} offset group(s) do not"
            f" fit a kernel of shape {np.shape(w)}"
        )
    seen = windows("DeformConv", np.shape(x)[2:], kernel, strides, pads, dilations)
    taps_of_kernel, places = math.prod(kernel), math.prod(kernel) * math.prod(seen.output)
    for what, value, each in (("offset", offset, count), ("mask", mask, 1)):
        wanted = (len(x), offset_group * taps_of_kernel * each, *seen.output)
        if value is not None and np.shape(value) != wanted:
            raise InputError(f"DeformConv: the {what} has shape {np.shape(value)}; it must have {wanted}")
    moved = np.reshape(offset, (len(x), offset_group, taps_of_kernel, count, -1))
    taps = []
    for axis, size in enumerate(seen.spatial):
        at = np.reshape(_base(seen, axis) + moved[:, :, :, axis], (len(x), offset_group, places))
        taps.append(linear_taps(at, size, x.dtype))
    weight = (
        np.ones((1, 1, 1, 1), x.dtype) if mask is None else np.reshape(mask, (len(x), offset_group, 1, -1))
    )
    return _Columns(np.shape(x), seen, group, offset_group, taps, weight)


def _convolved(columns: Array, w: Array, look: _Columns) -> Array:
    rows = look.rows(columns)
    made = np.matmul(np.reshape(w, (look.group, -1, rows.shape[2])), rows)
    return np.reshape(made, (look.shape[0], len(w), *look.seen.output))


def deform_conv(
    x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, *, dilations: Any = None,
    group: int = 1, kernel_shape: Any = None, offset_group: int = 1, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """A convolution whose kernel is moved, entry by entry, by `offset`, and weighted by `mask`."""
    look = _looked(
        x, w, offset, mask, dilations=dilations, group=group, kernel_shape=kernel_shape,
        offset_group=offset_group, pads=pads, strides=strides,
    )  # fmt: skip
    made = _convolved(look.of(x) * look.mask, w, look)
    return made if b is None else made + np.reshape(b, (-1, *[1] * (np.ndim(x) - 2)))


def _columns_back(g: Array, w: Array, look: _Columns) -> Array:
    """The gradient of the columns, behind the mask."""
    above = np.reshape(g, (look.shape[0], look.group, -1, math.prod(look.seen.output)))
    turned = np.swapaxes(np.reshape(w, (look.group, above.shape[2], -1)), 1, 2)
    return look.columns(np.matmul(turned, above))


def _x_back(
    g: Array, y: Array, x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, **more: Any
) -> Array:
    look = _looked(x, w, offset, mask, **more)
    return look.back(_columns_back(g, w, look) * look.mask)


def _w_back(
    g: Array, y: Array, x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, **more: Any
) -> Array:
    look = _looked(x, w, offset, mask, **more)
    rows = look.rows(look.of(x) * look.mask)
    above = np.reshape(g, (rows.shape[0], look.group, -1, rows.shape[3]))
    return np.reshape(np.sum(np.matmul(above, np.swapaxes(rows, 2, 3)), axis=0), np.shape(w))


def _offset_back(
    g: Array, y: Array, x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, **more: Any
) -> Array:
    look = _looked(x, w, offset, mask, **more)
    above = _columns_back(g, w, look) * look.mask
    slopes = [np.sum(above * look.of(x, axis), axis=2) for axis in range(np.ndim(x) - 2)]
    apart = [np.reshape(one, (*one.shape[:2], math.prod(look.seen.kernel), -1)) for one in slopes]
    return np.reshape(np.stack(apart, axis=3), np.shape(offset))


def _mask_back(
    g: Array, y: Array, x: Array, w: Array, offset: Array, b: Array, mask: Array, **more: Any
) -> Array:
    look = _looked(x, w, offset, mask, **more)
    return np.reshape(np.sum(_columns_back(g, w, look) * look.of(x), axis=2), np.shape(mask))


def _x_push(
    d: Array, y: Array, x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, **more: Any
) -> Array:
    return deform_conv(d, w, offset, None, mask, **more)


def _w_push(
    d: Array, y: Array, x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, **more: Any
) -> Array:
    return deform_conv(x, d, offset, None, mask, **more)


def _offset_push(
    d: Array, y: Array, x: Array, w: Array, offset: Array, b: Array = None, mask: Array = None, **more: Any
) -> Array:
    look = _looked(x, w, offset, mask, **more)
    count = np.ndim(x) - 2
    moved = np.reshape(d, (len(x), look.offset_group, math.prod(look.seen.kernel), count, -1))
    total: Any = 0.0
    for axis in range(count):
        step = np.reshape(moved[:, :, :, axis], (len(x), look.offset_group, 1, -1))
        total = total + look.of(x, axis) * step
    return _convolved(total * look.mask, w, look)


def _mask_push(
    d: Array, y: Array, x: Array, w: Array, offset: Array, b: Array, mask: Array, **more: Any
) -> Array:
    return deform_conv(x, w, offset, None, d, **more)


def _bias_back(
    g: Array, y: Array, x: Array, w: Array, offset: Array, b: Array, *rest: Any, **more: Any
) -> Array:
    return np.sum(g, axis=(0, *range(2, np.ndim(g))))


def _bias_push(d: Array, y: Array, *rest: Any, **more: Any) -> Array:
    return np.broadcast_to(np.reshape(d, (-1, *[1] * (np.ndim(y) - 2))), np.shape(y))


OPERATIONS = (
    Operation(
        name="DeformConv", family="convolution", forward=deform_conv,
        inputs=("X", "W", "offset", "B", "mask"),
        summary="a convolution whose kernel looks where an offset tells it to",
        pulls=(_x_back, _w_back, _offset_back, _bias_back, _mask_back),
        pushes=(_x_push, _w_push, _offset_push, _bias_push, _mask_push),
        operators=(
            r"\sum_{\text{reads}} m\, w\, W^{\top}\,\cdot", r"\sum_{\text{places}} x \,\cdot",
            r"\sum m\, x \,\frac{\partial w}{\partial \text{offset}}\, W^{\top}\,\cdot",
            r"\sum_{\text{places}}", r"\sum x\, W^{\top}\,\cdot",
        ),
        reference="Dai et al. 2017; mask: Zhu et al. 2019",
    ),
)  # fmt: skip
