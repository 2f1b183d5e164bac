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

import numpy as np

from graph_explorer.engine.ops.declare import Array
from graph_explorer.engine.ops.windows import Windows

#: Columns of this many bytes are made at a time: more do not stay in the processor's cache.
_PORTION = 16 * 2**20
#: The wide layout pays for at most so many kernels: to copy columns, and to add them up, which takes longer.
_MOST_COPIED, _MOST_ADDED = 32, 256
#: Of so many entries, kernel gradients of all samples are made at once and then added up.
_SMALL_KERNEL = 4096


def _is_wide(seen: Windows, channels: int, kernels: int, most: int) -> bool:
    """Whether the wide layout pays; `channels` and `kernels` are those of one group."""
    windows = math.prod(seen.output)
    return (
        set(seen.strides) == {1}
        and kernels <= most
        and 4 * kernels <= channels * math.prod(seen.kernel)
        and 3 * seen.flat_count <= 4 * windows
        and not _is_image(seen)
    )


def _is_image(seen: Windows) -> bool:
    """Whether the columns are the image itself."""
    return seen.touching and not any(seen.before)


def _columns(x: Array, seen: Windows, group: int, wide: bool) -> Array:
    """What the windows see as columns: (batch, group, channels·kernel, columns)."""
    batch, channels = x.shape[:2]
    if _is_image(seen):
        return x.reshape(batch, group, channels // group, -1)
    view = seen.flat_view(seen.flat(x)) if wide else seen.view(seen.pad(x))
    taps = channels // group * math.prod(seen.kernel)
    return np.ascontiguousarray(view).reshape(batch, group, taps, -1)


def _portions(batch: int, seen: Windows, channels: int, itemsize: int) -> Iterator[slice]:
    """The samples in portions whose columns are not too large."""
    columns = channels * math.prod(seen.kernel) * math.prod(seen.output) * itemsize
    size = max(1, _PORTION // max(1, columns))
    return (slice(start, start + size) for start in range(0, batch, size))


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def correlate(x: Array, w: Array, seen: Windows, group: int, bias: Array | None = None) -> Array:
    """(batch, channels, *spatial) and (kernels, channels/group, *kernel) → (batch, kernels, *output).

    `bias` is one number a kernel, added on the way.
    """
    wide = _is_wide(seen, w.shape[1], w.shape[0] // group, _MOST_COPIED)
    rows = w.reshape(group, w.shape[0] // group, -1)
    lift = None if bias is None else np.reshape(bias, (-1, *[1] * len(seen.kernel)))
    parts = []
    for part in _portions(len(x), seen, x.shape[1], x.itemsize):
        made = np.matmul(rows, _columns(x[part], seen, group, wide))
        made = made.reshape(len(made), w.shape[0], *(seen.flat_shape if wide else seen.output))
        if wide:
            kept = made[seen.flat_inside]
            parts.append(np.ascontiguousarray(kept) if lift is None else kept + lift)
        else:
            if lift is not None:
                made += lift
            parts.append(made)
    return _joined(parts) if parts else np.zeros((0, w.shape[0], *seen.output), x.dtype)


def spread(g: Array, w: Array, seen: Windows, group: int) -> Array:
    """The adjoint of `correlate` in the image: (batch, kernels, *output) → (batch, channels, *spatial)."""
    if group == w.shape[0] and w.shape[1] == 1:
        return _spread_by_channel(g, w, seen)
    channels = group * w.shape[1]
    wide = _is_wide(seen, w.shape[1], w.shape[0] // group, _MOST_ADDED)
    rows = np.swapaxes(w.reshape(group, w.shape[0] // group, -1), 1, 2)
    parts = []
    for part in _portions(len(g), seen, channels, g.itemsize):
        above = seen.flat_result(g[part]) if wide else g[part]
        columns = np.matmul(rows, above.reshape(len(above), group, w.shape[0] // group, -1))
        if _is_image(seen):
            parts.append(columns.reshape(len(above), channels, *seen.spatial))
        elif wide:
            parts.append(seen.flat_fold(columns.reshape(len(above), channels, *seen.kernel, -1)))
        else:
            parts.append(seen.fold(columns.reshape(len(above), channels, *seen.kernel, *seen.output)))
    return _joined(parts) if parts else np.zeros((0, channels, *seen.spatial), g.dtype)


def kernel_gradient(x: Array, g: Array, seen: Windows, group: int) -> Array:
    """The adjoint of `correlate` in the kernel: → (kernels, channels/group, *kernel)."""
    kernels, channels = g.shape[1] // group, x.shape[1] // group
    wide = _is_wide(seen, channels, kernels, _MOST_COPIED)
    shape = (group, kernels, channels * math.prod(seen.kernel))
    total = np.zeros(shape, g.dtype)
    for part in _portions(len(x), seen, x.shape[1], x.itemsize):
        columns = np.swapaxes(_columns(x[part], seen, group, wide), 2, 3)
        above = seen.flat_result(g[part]) if wide else g[part]
        above = above.reshape(len(above), group, kernels, -1)
        if len(above) == len(g) == 1:
            total = np.matmul(above[0], columns[0])
        elif total.size <= _SMALL_KERNEL:
            total += np.sum(np.matmul(above, columns), axis=0)
        else:
            for one, seen_by_it in zip(above, columns, strict=True):
                total += np.matmul(one, seen_by_it)
    return total.reshape(g.shape[1], channels, *seen.kernel)


def _spread_by_channel(g: Array, w: Array, seen: Windows) -> Array:
    """`spread` where every channel has a kernel of its own: products entry by entry are faster then."""
    total = seen.empty(g.shape[:2], g.dtype)
    for offset, place in seen.offsets():
        tap = np.reshape(w[(slice(None), 0, *offset)], (-1, *[1] * len(offset)))
        total[place] += g * tap
    return total[seen.inside]
