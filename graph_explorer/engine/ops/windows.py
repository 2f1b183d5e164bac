"""Windows that slide over the spatial axes of an image: where they stand and what they see.

The one rule: images are (batch, channels, *spatial). Geometry is worked out here once for convolution
and pooling, in any number of dimensions; nothing loops over windows, at most over a kernel's offsets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.declare import Array

Sizes = tuple[int, ...]

AUTO_PADS = ("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")


@dataclass(frozen=True)
class Windows:
    """Windows of `kernel` entries, `dilations` apart, every `strides` entries of an image of `spatial`
    size with `before` and `behind` entries of padding; `output` is how many there are along each axis.
    """

    spatial: Sizes
    kernel: Sizes
    strides: Sizes
    dilations: Sizes
    before: Sizes
    behind: Sizes
    output: Sizes

    @cached_property
    def reach(self) -> Sizes:
        """How many entries of padding behind are needed for the last window to be full."""
        return tuple(
            max(
                behind,
                (count - 1) * stride + (kernel - 1) * dilation + 1 - size - before,
            )
            for size, kernel, stride, dilation, before, behind, count in zip(
                self.spatial,
                self.kernel,
                self.strides,
                self.dilations,
                self.before,
                self.behind,
                self.output,
                strict=True,
            )
        )

    @property
    def touching(self) -> bool:
        """Whether the windows are the image itself: single entries, next to each other."""
        return self.output == self.spatial and set(self.kernel) == {1} and set(self.strides) == {1}

    def pad(self, x: Array, fill: Any = 0) -> Array:
        """x with the padding around it, as far as the last window reaches."""
        if not any(self.before) and not any(self.reach):
            return x
        padded = self.empty(x.shape[:2], x.dtype)
        if fill:
            padded[...] = fill
        padded[self.inside] = x
        return padded

    @property
    def inside(self) -> tuple[slice, ...]:
        """The image within its padding."""
        inner = (slice(a, a + size) for a, size in zip(self.before, self.spatial, strict=True))
        return (slice(None), slice(None), *inner)

    def view(self, padded: Array) -> Array:
        """What every window sees, without a copy: (batch, channels, *kernel, *output)."""
        steps = padded.strides[2:]
        taps = tuple(s * dilation for s, dilation in zip(steps, self.dilations, strict=True))
        hops = tuple(s * stride for s, stride in zip(steps, self.strides, strict=True))
        return np.lib.stride_tricks.as_strided(
            padded,
            (*padded.shape[:2], *self.kernel, *self.output),
            (*padded.strides[:2], *taps, *hops),
            writeable=False,
        )

    def offsets(self) -> Iterator[tuple[Sizes, tuple[slice, ...]]]:
        """Every place in the kernel, with the entries of the padded image that windows see there."""
        for offset in product(*(range(size) for size in self.kernel)):
            yield offset, (slice(None), slice(None), *map(self.along, range(len(offset)), offset))

    def along(self, axis: int, offset: int) -> slice:
        """The entries along spatial `axis` that the windows see at one place of the kernel."""
        start = offset * self.dilations[axis]
        return slice(start, start + (self.output[axis] - 1) * self.strides[axis] + 1, self.strides[axis])

    def empty(self, planes: Sizes, dtype: Any) -> Array:
        """Zeros in the shape of the padded image; `planes` are batch and channels."""
        return np.zeros((*planes, *self.padded), dtype)

    # ── the padded image counted flat, for windows side by side ───────────────────────────────

    @cached_property
    def padded(self) -> Sizes:
        """The size of the image with its padding."""
        return tuple(sum(side) for side in zip(self.before, self.spatial, self.reach, strict=True))

    @cached_property
    def flat_shape(self) -> Sizes:
        """One entry a window, and for every row of windows as many as the padded image has in a row."""
        return (*self.output[:1], *self.padded[1:])

    @property
    def flat_count(self) -> int:
        return math.prod(self.flat_shape)

    @property
    def flat_inside(self) -> tuple[slice, ...]:
        """The windows among (batch, channels, *flat_shape)."""
        return (slice(None), slice(None), *map(slice, self.output))

    @cached_property
    def _flat_steps(self) -> Sizes:
        """How far apart two entries of the kernel along each axis are, counted flat."""
        inner = (math.prod(self.padded[axis + 1 :]) for axis in range(len(self.padded)))
        return tuple(step * dilation for step, dilation in zip(inner, self.dilations, strict=True))

    def _flat_empty(self, planes: Sizes, dtype: Any) -> tuple[Array, Array]:
        """Zeros (*planes, padded image counted flat and a little more), and the image in it."""
        last = sum(step * (size - 1) for step, size in zip(self._flat_steps, self.kernel, strict=True))
        size = math.prod(self.padded)
        flat = np.zeros((*planes, max(size, last + self.flat_count)), dtype)
        return flat, flat[..., :size].reshape(*planes, *self.padded)[self.inside]

    def flat(self, x: Array) -> Array:
        """x with its padding, counted flat: (batch, channels, entries)."""
        flat, inner = self._flat_empty(x.shape[:2], x.dtype)
        inner[...] = x
        return flat

    def flat_view(self, flat: Array) -> Array:
        """What every window sees, without a copy: (batch, channels, *kernel, flat_count)."""
        steps = (flat.strides[2] * step for step in self._flat_steps)
        return np.lib.stride_tricks.as_strided(
            flat,
            (*flat.shape[:2], *self.kernel, self.flat_count),
            (*flat.strides[:2], *steps, flat.strides[2]),
            writeable=False,
        )

    def flat_result(self, g: Array) -> Array:
        """One entry a window laid out as `flat_shape`, with zeros between: (batch, channels, flat_count)."""
        wide = np.zeros((*g.shape[:2], *self.flat_shape), g.dtype)
        wide[self.flat_inside] = g
        return wide.reshape(*g.shape[:2], -1)

    def flat_fold(self, seen: Array) -> Array:
        """The adjoint of `flat` and `flat_view`: adds up (batch, channels, *kernel, flat_count)."""
        flat, inner = self._flat_empty(seen.shape[:2], seen.dtype)
        for offset in product(*(range(size) for size in self.kernel)):
            start = sum(step * place for step, place in zip(self._flat_steps, offset, strict=True))
            flat[..., start : start + self.flat_count] += seen[(slice(None), slice(None), *offset)]
        return np.ascontiguousarray(inner)

    # ── pooling ───────────────────────────────────────────────────────────────────────────────

    def apart(self, axis: int) -> bool:
        """Whether each window ends along `axis` before the next begins."""
        return self.dilations[axis] * (self.kernel[axis] - 1) < self.strides[axis]

    def room(self, axis: int, shape: Sizes, dtype: Any) -> Array:
        """Zeros in `shape`, but along spatial `axis` as many as the padded image has."""
        return np.zeros((*shape[: axis + 2], self.padded[axis], *shape[axis + 3 :]), dtype)

    def rows(self, rows: slice) -> tuple[slice, ...]:
        """The windows of some rows along the first spatial axis, among (…, *kernel, *output)."""
        return (slice(None),) * (2 + len(self.kernel)) + (rows,)

    def fold(self, seen: Array, into: Array = None, row: int = 0) -> Array:
        """The adjoint of padding and viewing: adds up (batch, channels, *kernel, *output).

        The sums go to a padded image `into`, if one is given; `seen` may be only some rows of windows,
        from `row` on.
        """
        total = self.empty(seen.shape[:2], seen.dtype) if into is None else into
        count, start = seen.shape[2 + len(self.kernel)], row * self.strides[0]
        stop = start + (count - 1) * self.strides[0] + 1
        for offset, place in self.offsets():
            shift = offset[0] * self.dilations[0]
            band = slice(start + shift, stop + shift, self.strides[0])
            total[(*place[:2], band, *place[3:])] += seen[(slice(None), slice(None), *offset)]
        return total[self.inside]


def _each(value: Any, count: int, default: int, name: str, what: str) -> Sizes:
    found = (default,) * count if value is None else whole(value)
    if len(found) != count or min(found, default=0) < 0:
        raise InputError(f"{name}: {what} {found} do not fit {count} spatial axes")
    return found


def windows(
    name: str,
    spatial: Sizes,
    kernel: Sizes,
    strides: Any = None,
    pads: Any = None,
    dilations: Any = None,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
) -> Windows:
    """The windows that ONNX's attributes of operator `name` describe."""
    count = len(spatial)
    if len(kernel) != count:
        raise InputError(f"{name}: a kernel of {len(kernel)} axes for an image of {count} spatial axes")
    hops = _each(strides, count, 1, name, "strides")
    taps = _each(dilations, count, 1, name, "dilations")
    both = _each(pads, 2 * count, 0, name, "pads")
    if 0 in hops or 0 in taps or 0 in kernel:
        raise InputError(f"{name}: kernel {kernel}, strides {hops} and dilations {taps} are at least 1")
    if auto_pad not in AUTO_PADS:
        raise InputError(f"{name}: unknown auto_pad '{auto_pad}'; known: {', '.join(AUTO_PADS)}")
    before, behind, output = [], [], []
    for k, size in enumerate(spatial):
        extent = taps[k] * (kernel[k] - 1) + 1
        a, b, made = _fitted(size, extent, hops[k], (both[k], both[k + count]), auto_pad, ceil_mode)
        if made < 1:
            raise InputError(
                f"{name}: a kernel of extent {extent} does not fit {size} entries with {a}+{b} of padding"
            )
        before.append(a)
        behind.append(b)
        output.append(made)
    return Windows(spatial, kernel, hops, taps, tuple(before), tuple(behind), tuple(output))


def _fitted(
    size: int, extent: int, hop: int, pads: tuple[int, int], auto_pad: str, ceil_mode: int
) -> tuple[int, int, int]:
    """Along one axis: the padding before and behind, and how many windows there are."""
    if auto_pad.startswith("SAME"):
        made = -(-size // hop)
        padding = max(0, (made - 1) * hop + extent - size)
        before = padding // 2 if auto_pad == "SAME_UPPER" else padding - padding // 2
        return before, padding - before, made
    before, behind = (0, 0) if auto_pad == "VALID" else pads
    made = _steps(size + before + behind - extent, hop, ceil_mode) + 1
    if ceil_mode and (made - 1) * hop >= size + before:
        made -= 1  # a window that would begin in the padding behind is left out
    return before, behind, made


def _steps(room: int, stride: int, ceil_mode: int) -> int:
    return math.ceil(room / stride) if ceil_mode else room // stride
