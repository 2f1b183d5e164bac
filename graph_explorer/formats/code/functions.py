"""Operators that take NumPy more than a line, as functions that are copied into the code.

The one rule: a function here calls NumPy and its neighbours, nothing else; it is read by people who
want to see how the operator works, so it is as short as it can be, not as fast. The engine's own rules
are the measure of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any  # a NumPy array
Ints = tuple[int, ...]
Index = Any


def erf(x: Array) -> Array:
    """The error function: 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)); it is ±1 beyond ±6."""
    bounded = np.clip(x, -6.0, 6.0)
    term = total = bounded
    for n in range(1, 160):
        term = term * 2 * bounded**2 / (2 * n + 1)
        total = total + term
    return 1.1283791670955126 * np.exp(-(bounded**2)) * total  # 2/√π


# ── windows on images: convolution and pooling ────────────────────────────────────────────────


def seen(x: Array, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints, fill: float = 0.0) -> Array:
    """What every window sees: (batch, channels, *output, *kernel). `pads`: all before, then all behind."""
    count = len(kernel)
    around = [(0, 0), (0, 0), *zip(pads[:count], pads[count:], strict=True)]
    reach = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, dilations, strict=True)]
    axes = tuple(range(2, 2 + count))
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, around, constant_values=fill), reach, axis=axes
    )
    every = [slice(None, None, step) for step in (*strides, *dilations)]
    return windows[(slice(None), slice(None), *every)]


def unseen(g: Array, spatial: Ints, strides: Ints, pads: Ints, dilations: Ints) -> Array:
    """The reverse: adds what every window holds, (batch, channels, *output, *kernel), up into an image."""
    count = len(spatial)
    output, kernel = g.shape[2 : 2 + count], g.shape[2 + count :]
    padded = [size + pads[k] + pads[k + count] for k, size in enumerate(spatial)]
    total = np.zeros((*g.shape[:2], *padded), g.dtype)
    for place in np.ndindex(*kernel):
        starts = [at * dilation for at, dilation in zip(place, dilations, strict=True)]
        steps = zip(starts, output, strides, strict=True)
        here = [slice(start, start + (size - 1) * stride + 1, stride) for start, size, stride in steps]
        total[(slice(None), slice(None), *here)] += g[(..., *place)]
    inside = [slice(pads[k], pads[k] + size) for k, size in enumerate(spatial)]
    return total[(slice(None), slice(None), *inside)]


def correlate(x: Array, w: Array, strides: Ints, pads: Ints, dilations: Ints, group: int) -> Array:
    """Every kernel of w laid on every window of x: (batch, kernels, *output)."""
    windows = seen(x, w.shape[2:], strides, pads, dilations)
    output = windows.shape[2 : x.ndim]
    columns = windows.reshape(x.shape[0], group, w.shape[1], np.prod(output, dtype=int), -1)
    rows = w.reshape(group, w.shape[0] // group, w.shape[1], -1)
    return np.einsum("ngcpt,gmct->ngmp", columns, rows, optimize=True).reshape(len(x), w.shape[0], *output)


def spread(
    g: Array, w: Array, spatial: Ints, strides: Ints, pads: Ints, dilations: Ints, group: int
) -> Array:
    """The reverse of `correlate` in x: every entry of g lays its kernel down on an image."""
    above = g.reshape(g.shape[0], group, w.shape[0] // group, -1)
    rows = w.reshape(group, w.shape[0] // group, w.shape[1], -1)
    columns = np.einsum("ngmp,gmct->ngcpt", above, rows, optimize=True)
    windows = columns.reshape(g.shape[0], group * w.shape[1], *g.shape[2:], *w.shape[2:])
    return unseen(windows, spatial, strides, pads, dilations)


def kernel_gradient(
    x: Array, g: Array, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints, group: int
) -> Array:
    """The reverse of `correlate` in w: what every entry of a kernel met, times what came back."""
    windows = seen(x, kernel, strides, pads, dilations)
    channels = x.shape[1] // group
    output = np.prod(g.shape[2:], dtype=int)
    columns = windows.reshape(x.shape[0], group, channels, output, -1)
    above = g.reshape(g.shape[0], group, g.shape[1] // group, -1)
    return np.einsum("ngmp,ngcpt->gmct", above, columns, optimize=True).reshape(g.shape[1], channels, *kernel)


def max_pool(x: Array, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints) -> Array:
    """The largest entry of every window."""
    windows = seen(x, kernel, strides, pads, dilations, -np.inf)
    return np.max(windows, axis=tuple(range(x.ndim, windows.ndim)))


def max_pool_back(g: Array, x: Array, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints) -> Array:
    """The gradient of every window goes to its first largest entry."""
    windows = seen(x, kernel, strides, pads, dilations, -np.inf)
    flat = windows.reshape(*g.shape, -1)
    hits = np.argmax(flat, axis=-1)[..., None] == np.arange(flat.shape[-1])
    return unseen((hits * g[..., None]).reshape(windows.shape), x.shape[2:], strides, pads, dilations)


def entries_of_windows(
    spatial: Ints, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints, padding_counts: bool
) -> Array:
    """How many entries every window averages over: (*output)."""
    ones = seen(np.ones((1, 1, *spatial)), kernel, strides, pads, dilations, float(padding_counts))
    return np.sum(ones[0, 0], axis=tuple(range(len(kernel), 2 * len(kernel))))


def mean_pool(
    x: Array, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints, padding_counts: bool
) -> Array:
    """The mean of every window."""
    windows = seen(x, kernel, strides, pads, dilations)
    counts = entries_of_windows(x.shape[2:], kernel, strides, pads, dilations, padding_counts)
    return np.sum(windows, axis=tuple(range(x.ndim, windows.ndim))) / counts.astype(x.dtype)


def mean_pool_back(
    g: Array, spatial: Ints, kernel: Ints, strides: Ints, pads: Ints, dilations: Ints, padding_counts: bool
) -> Array:
    """The gradient of every window is shared among its entries."""
    counts = entries_of_windows(spatial, kernel, strides, pads, dilations, padding_counts)
    each = (g / counts.astype(g.dtype)).reshape(*g.shape, *[1] * len(kernel))
    return unseen(np.broadcast_to(each, (*g.shape, *kernel)), spatial, strides, pads, dilations)


# ── chosen entries ────────────────────────────────────────────────────────────────────────────


def placed(g: Array, shape: Ints, index: Index) -> Array:
    """Zeros of `shape`, with g added at `index`; where an entry is named twice, both are added."""
    result = np.zeros(shape, g.dtype)
    np.add.at(result, index, g)
    return result


def taken_back(g: Array, shape: Ints, indices: Index, axis: int) -> Array:
    """The reverse of `np.take`."""
    return placed(g, shape, (*[slice(None)] * axis, np.asarray(indices)))


def taken_along(x: Array, indices: Array, axis: int) -> Array:
    """For every entry of `indices` the entry of x at its place, but with that index along `axis`."""
    index: list[Array] = list(np.indices(indices.shape, sparse=True))
    index[axis] = indices
    return x[tuple(index)]


def taken_along_back(g: Array, shape: Ints, indices: Array, axis: int) -> Array:
    """The reverse of `taken_along`."""
    index: list[Array] = list(np.indices(indices.shape, sparse=True))
    index[axis] = indices
    return placed(g, shape, tuple(index))


def picked(x: Array, indices: Array) -> Array:
    """The entries whose places the last axis of `indices` spells."""
    return x[tuple(np.moveaxis(indices, -1, 0))]


def picked_back(g: Array, shape: Ints, indices: Array) -> Array:
    """The reverse of `picked`."""
    return placed(g, shape, tuple(np.moveaxis(indices, -1, 0)))


def one_hot(indices: Array, depth: int, off: float, on: float, axis: int) -> Array:
    """`on` where the new axis counts the index, `off` elsewhere."""
    wrapped = np.where(indices < 0, indices + depth, indices)
    hits = wrapped[..., None] == np.arange(depth)
    return np.moveaxis(np.where(hits, on, off), -1, axis)


# ── losses, noise ─────────────────────────────────────────────────────────────────────────────


def counted(labels: Array, shape: Ints, weights: Array | None, ignored: int | None, averaged: bool) -> Array:
    """How much each class counts in the loss: 1 (or its weight) at the label, over their sum for a mean."""
    classes = np.arange(shape[1]).reshape(-1, *[1] * (len(shape) - 2))
    hits = 1.0 * (np.expand_dims(labels, 1) == classes)
    if ignored is not None:
        hits = hits * (np.expand_dims(labels, 1) != ignored)
    if weights is not None:
        hits = hits * weights.reshape(classes.shape)
    return hits / np.sum(hits) if averaged else hits


def kept(shape: Ints, ratio: float, seed: int) -> Array:
    """Which entries dropout keeps: the seed decides."""
    return np.random.RandomState(seed).uniform(0.0, 1.0, shape) >= ratio
