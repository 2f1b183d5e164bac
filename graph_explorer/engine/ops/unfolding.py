"""Images put together again: from columns of windows, and from maxima and where they stood."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.windows import Windows, windows

Sizes = tuple[int, ...]


def _seen(x: Array, image_shape: Any, block_shape: Any, dilations: Any, pads: Any, strides: Any) -> Windows:
    seen = windows("Col2Im", whole(image_shape), whole(block_shape), strides, pads, dilations)
    taps, places = math.prod(seen.kernel), math.prod(seen.output)
    if np.ndim(x) != 3 or np.shape(x)[1] % taps or np.shape(x)[2] != places:
        raise InputError(f"Col2Im: {np.shape(x)} are not {places} columns of blocks of {taps} entries")
    return seen


def columns_to_image(
    x: Array, image_shape: Any, block_shape: Any, *, dilations: Any = None, pads: Any = None,
    strides: Any = None,
) -> Array:  # fmt: skip
    """Columns (batch, channels·block, places) laid into an image; what overlaps adds up."""
    seen = _seen(x, image_shape, block_shape, dilations, pads, strides)
    channels = np.shape(x)[1] // math.prod(seen.kernel)
    return seen.fold(np.reshape(x, (np.shape(x)[0], channels, *seen.kernel, *seen.output)))


def _columns_back(
    g: Array, y: Array, x: Array, image_shape: Any, block_shape: Any, *, dilations: Any = None,
    pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _seen(x, image_shape, block_shape, dilations, pads, strides)
    return np.reshape(seen.view(seen.pad(g)), np.shape(x))


def _unpooled(x: Array, kernel_shape: Any, pads: Any, strides: Any) -> Sizes:
    """The shape from which a pooling with these attributes would make x's."""
    kernel, count = whole(kernel_shape), np.ndim(x) - 2
    hops = (1,) * count if strides is None else whole(strides)
    both = (0,) * (2 * count) if pads is None else whole(pads)
    if not len(kernel) == len(hops) == count or len(both) != 2 * count:
        raise InputError(f"MaxUnpool: kernel, strides or pads do not fit {count} spatial axes")
    sizes = ((np.shape(x)[k + 2] - 1) * hops[k] - both[k] - both[k + count] + kernel[k] for k in range(count))
    return (*np.shape(x)[:2], *sizes)


def _whole_shape(inner: Sizes, output_shape: Any) -> Sizes:
    outer = inner if output_shape is None else whole(output_shape)
    if len(outer) != len(inner) or any(a < b for a, b in zip(outer, inner, strict=True)):
        raise InputError(f"MaxUnpool: the output {outer} is smaller than {inner}")
    return outer


def max_unpool(
    x: Array, indices: Any, output_shape: Any = None, *, kernel_shape: Any, pads: Any = None,
    strides: Any = None,
) -> Array:  # fmt: skip
    """Zeros, but the entries of x at the flat places where a pooling found them."""
    inner = _unpooled(x, kernel_shape, pads, strides)
    places = np.ravel(np.asarray(indices))
    if places.size != np.size(x) or np.any((places < 0) | (places >= math.prod(inner))):
        raise InputError(f"MaxUnpool: {places.size} places do not fit {np.size(x)} entries in {inner}")
    flat = np.zeros(math.prod(inner), x.dtype)
    flat[places] = np.ravel(x)
    result = np.zeros(_whole_shape(inner, output_shape), x.dtype)
    result[tuple(slice(size) for size in inner)] = np.reshape(flat, inner)
    return result


def _unpool_back(
    g: Array, y: Array, x: Array, indices: Any, output_shape: Any = None, *, kernel_shape: Any,
    pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    inner = _unpooled(x, kernel_shape, pads, strides)
    kept = np.ravel(g[tuple(slice(size) for size in inner)])
    return np.reshape(kept[np.ravel(np.asarray(indices))], np.shape(x))


OPERATIONS = (
    Operation(
        name="Col2Im", family="convolution", forward=columns_to_image,
        inputs=("x", "image_shape", "block_shape"), summary="columns of windows laid into an image",
        pulls=(_columns_back, None, None), multilinear=True, operators=(r"\text{cut into windows}",),
        settings={"image_shape": 1, "block_shape": 2},
    ),
    Operation(
        name="MaxUnpool", family="pooling", forward=max_unpool,
        inputs=("X", "indices", "output_shape"), summary="maxima back at their places, zeros elsewhere",
        pulls=(_unpool_back, None, None), multilinear=True, selects=True,
        operators=(r"\text{taken from its place}",), settings={"output_shape": 2},
    ),
)  # fmt: skip
