"""The three products between image, kernel and result from which every convolution is made.

The one rule: each is one matrix product over columns, what the windows see. `correlate` makes the
result, `spread` takes it back to the image, `kernel_gradient` to the kernel.

Columns are laid out in one of two ways. *Tight*: one column a window. *Wide*, for windows side by
side: the padded image counted flat, so that what the windows see at one place of the kernel is one
long run, copied or added at once; the columns that stand over the padding are dropped. Wide saves
time on small images with few channels, where rows are short, and wastes some of the matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from graph_explorer.engine.ops.declare import Array
from graph_explorer.engine.ops.windows import Windows

#: Columns of this many bytes are made at a time: more do not stay in the processor's cache.
_PORTION = 8 * 2**20
#: Never so few windows at a time: each product reads all kernels again.
_LEAST_WINDOWS = 2048
#: The wide layout pays for at most so many kernels: to copy columns, and to add them up, which takes longer.
_MOST_COPIED, _MOST_ADDED = 32, 256
#: Its columns are made all at once, so there must not be too many entries in them.
_MOST_WIDE = 2**24
#: Of so many entries, kernel gradients of all samples are made at once and then added up.
_SMALL_KERNEL = 4096


def _is_wide(seen: Windows, batch: int, channels: int, kernels: int, most: int) -> bool:
    """Whether the wide layout pays; `channels` and `kernels` are those of one group."""
    windows = math.prod(seen.output)
    return (
        set(seen.strides) == {1}
        and kernels <= most
        and 4 * kernels <= channels * math.prod(seen.kernel)
        and 3 * seen.flat_count <= 4 * windows
        and not _is_image(seen)
        and batch * channels * math.prod(seen.kernel) * seen.flat_count <= _MOST_WIDE
    )


def _is_image(seen: Windows) -> bool:
    """Whether the columns are the image itself."""
    return seen.touching and not any(seen.before)


def _columns(view: Array, seen: Windows, group: int) -> Array:
    """What windows see, (batch, channels, *kernel, *windows), as columns: (batch, group, taps, windows)."""
    first = 2 + len(seen.kernel)
    taps = view.shape[1] // group * math.prod(seen.kernel)
    return np.ascontiguousarray(view).reshape(len(view), group, taps, math.prod(view.shape[first:]))


@dataclass(frozen=True)
class _Portion:
    """Samples, and rows of windows along the first spatial axis; `windows` are those rows counted flat."""

    samples: slice
    rows: slice
    windows: slice


def _portions(batch: int, seen: Windows, channels: int, itemsize: int) -> Iterator[_Portion]:
    """Everything, in portions whose columns are not too large."""
    height, width = seen.output[0], math.prod(seen.output[1:])
    row = max(1, channels * math.prod(seen.kernel) * width * itemsize)
    samples = max(1, min(batch, _PORTION // (row * height)))
    rows = max(1, min(height, max(_PORTION // row, -(-_LEAST_WINDOWS // max(1, width)))))
    for first, start in product(range(0, batch, samples), range(0, height, rows)):
        stop = min(start + rows, height)
        yield _Portion(slice(first, first + samples), slice(start, stop), slice(start * width, stop * width))


def correlate(x: Array, w: Array, seen: Windows, group: int, bias: Array | None = None) -> Array:
    """(batch, channels, *spatial) and (kernels, channels/group, *kernel) → (batch, kernels, *output).

    `bias` is one number a kernel, added on the way.
    """
    batch, kernels = len(x), w.shape[0]
    rows = w.reshape(group, kernels // group, -1)
    lift = None if bias is None else np.reshape(bias, (-1, *[1] * len(seen.kernel)))
    if _is_wide(seen, batch, w.shape[1], kernels // group, _MOST_COPIED):
        made = np.matmul(rows, _columns(seen.flat_view(seen.flat(x)), seen, group))
        kept = made.reshape(batch, kernels, *seen.flat_shape)[seen.flat_inside]
        return np.ascontiguousarray(kept) if lift is None else kept + lift
    if _is_image(seen):
        made = np.matmul(rows, x.reshape(batch, group, w.shape[1], math.prod(seen.output)))
    else:
        view = seen.view(seen.pad(x))
        made = np.empty((batch, group, rows.shape[1], math.prod(seen.output)), np.result_type(x, w))
        for part in _portions(batch, seen, x.shape[1], x.itemsize):
            columns = _columns(view[part.samples][seen.rows(part.rows)], seen, group)
            np.matmul(rows, columns, out=made[part.samples, :, :, part.windows])
    made = made.reshape(batch, kernels, *seen.output)
    if lift is not None:
        made += lift
    return made


def spread(g: Array, w: Array, seen: Windows, group: int) -> Array:
    """The adjoint of `correlate` in the image: (batch, kernels, *output) → (batch, channels, *spatial)."""
    if group == w.shape[0] and w.shape[1] == 1:
        return _spread_by_channel(g, w, seen)
    batch, channels, kernels = len(g), group * w.shape[1], w.shape[0] // group
    rows = np.swapaxes(w.reshape(group, kernels, -1), 1, 2)
    if _is_wide(seen, batch, w.shape[1], kernels, _MOST_ADDED):
        above = seen.flat_result(g).reshape(batch, group, kernels, seen.flat_count)
        columns = np.matmul(rows, above)
        return seen.flat_fold(columns.reshape(batch, channels, *seen.kernel, seen.flat_count))
    above = g.reshape(batch, group, kernels, math.prod(seen.output))
    if _is_image(seen):
        return np.matmul(rows, above).reshape(batch, channels, *seen.spatial)
    total = seen.empty((batch, channels), g.dtype)
    for part in _portions(batch, seen, channels, g.itemsize):
        columns = np.matmul(rows, above[part.samples, :, :, part.windows])
        sizes = (part.rows.stop - part.rows.start, *seen.output[1:])
        seen.fold(
            columns.reshape(len(columns), channels, *seen.kernel, *sizes),
            into=total[part.samples],
            row=part.rows.start,
        )
    return total[seen.inside]


def kernel_gradient(x: Array, g: Array, seen: Windows, group: int) -> Array:
    """The adjoint of `correlate` in the kernel: → (kernels, channels/group, *kernel)."""
    batch, kernels, channels = len(x), g.shape[1] // group, x.shape[1] // group
    above = g.reshape(batch, group, kernels, math.prod(seen.output))
    if _is_image(seen):
        total = _summed_products(above, x.reshape(batch, group, channels, -1))
    elif _is_wide(seen, batch, channels, kernels, _MOST_COPIED):
        above = seen.flat_result(g).reshape(batch, group, kernels, seen.flat_count)
        total = _summed_products(above, _columns(seen.flat_view(seen.flat(x)), seen, group))
    else:
        view = seen.view(seen.pad(x))
        total = np.zeros((group, kernels, channels * math.prod(seen.kernel)), g.dtype)
        for part in _portions(batch, seen, x.shape[1], x.itemsize):
            columns = _columns(view[part.samples][seen.rows(part.rows)], seen, group)
            total += _summed_products(above[part.samples, :, :, part.windows], columns)
    return total.reshape(g.shape[1], channels, *seen.kernel)


def _summed_products(above: Array, columns: Array) -> Array:
    """Σ above · columnsᵀ over the samples, of (batch, group, kernels, n) and (batch, group, taps, n)."""
    turned = np.swapaxes(columns, 2, 3)
    if len(above) == 1:
        return np.matmul(above[0], turned[0])
    if math.prod(above.shape[1:3]) * columns.shape[2] <= _SMALL_KERNEL or not len(above):
        return np.sum(np.matmul(above, turned), axis=0)
    total = np.matmul(above[0], turned[0])
    for one, seen_by_it in zip(above[1:], turned[1:], strict=True):
        total += np.matmul(one, seen_by_it)
    return total


def _spread_by_channel(g: Array, w: Array, seen: Windows) -> Array:
    """`spread` where every channel has a kernel of its own: products entry by entry are faster then."""
    total = seen.empty(g.shape[:2], g.dtype)
    for offset, place in seen.offsets():
        tap = np.reshape(w[(slice(None), 0, *offset)], (-1, *[1] * len(offset)))
        total[place] += g * tap
    return total[seen.inside]
