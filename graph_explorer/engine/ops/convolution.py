"""Convolution and its transpose, in one to three dimensions (or more).

The one rule: everything is three products between image, kernel and result, which stand in `products`.
A transposed convolution is the same three in other roles.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops import channels
from graph_explorer.engine.ops.axes import whole
from graph_explorer.engine.ops.declare import Array, Operation
from graph_explorer.engine.ops.products import correlate, kernel_gradient, spread
from graph_explorer.engine.ops.windows import Windows, windows


def _check(name: str, x: Array, w: Array, b: Array, group: int, channel_axis: int) -> None:
    image, kernel = np.shape(x), np.shape(w)
    if len(image) < 3 or len(kernel) != len(image):
        raise InputError(
            f"{name}: an image (batch, channels, …) and a kernel of as many axes, not {image} and {kernel}"
        )
    wanted = image[1] if channel_axis == 0 else image[1] // max(1, group)
    if group < 1 or image[1] % group or kernel[0] % group or kernel[channel_axis] != wanted:
        raise InputError(
            f"{name}: {image[1]} channels in {group} group(s) do not fit a kernel of shape {kernel}"
        )
    kernels = kernel[0] if channel_axis == 1 else kernel[1] * group
    if b is not None and np.shape(b) != (kernels,):
        raise InputError(f"{name}: a bias of shape {np.shape(b)} for {kernels} kernels")


def _seen(
    x: Array, w: Array, auto_pad: str, dilations: Any, kernel_shape: Any, pads: Any, strides: Any
) -> Windows:
    kernel = np.shape(w)[2:]
    if kernel_shape is not None and whole(kernel_shape) != kernel:
        raise InputError(f"Conv: kernel_shape {whole(kernel_shape)} is not the kernel's {kernel}")
    return windows("Conv", np.shape(x)[2:], kernel, strides, pads, dilations, auto_pad)


def convolve(
    x: Array, w: Array, b: Array = None, *, auto_pad: str = "NOTSET", dilations: Any = None,
    group: int = 1, kernel_shape: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """Every kernel laid on every window of the image; ONNX's (and every network's) cross-correlation."""
    _check("Conv", x, w, b, group, 1)
    return correlate(x, w, _seen(x, w, auto_pad, dilations, kernel_shape, pads, strides), group, b)


def _image_back(
    g: Array, y: Array, x: Array, w: Array, b: Array = None, *, auto_pad: str = "NOTSET",
    dilations: Any = None, group: int = 1, kernel_shape: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    return spread(g, w, _seen(x, w, auto_pad, dilations, kernel_shape, pads, strides), group)


def _kernel_back(
    g: Array, y: Array, x: Array, w: Array, b: Array = None, *, auto_pad: str = "NOTSET",
    dilations: Any = None, group: int = 1, kernel_shape: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _seen(x, w, auto_pad, dilations, kernel_shape, pads, strides)
    return kernel_gradient(x, g, seen, group)


def _bias_back(g: Array, y: Array, x: Array, w: Array, b: Array, **attributes: Any) -> Array:
    return channels.total(g)


def _bias_push(d: Array, y: Array, x: Array, w: Array, b: Array, **attributes: Any) -> Array:
    return np.broadcast_to(channels.over(d, y), np.shape(y))


def _transposed_windows(
    x: Array, w: Array, auto_pad: str, dilations: Any, kernel_shape: Any, output_padding: Any,
    output_shape: Any, pads: Any, strides: Any,
) -> Windows:  # fmt: skip
    """The windows of the output that an ordinary convolution would turn into x."""
    count, sizes, kernel = np.ndim(x) - 2, np.shape(x)[2:], np.shape(w)[2:]
    if kernel_shape is not None and whole(kernel_shape) != kernel:
        raise InputError(f"ConvTranspose: kernel_shape {whole(kernel_shape)} is not the kernel's {kernel}")
    hops = (1,) * count if strides is None else whole(strides)
    taps = (1,) * count if dilations is None else whole(dilations)
    extra = (0,) * count if output_padding is None else whole(output_padding)
    both = (0,) * (2 * count) if pads is None else whole(pads)
    if not len(hops) == len(taps) == len(extra) == count or len(both) != 2 * count:
        raise InputError(f"ConvTranspose: strides, dilations or pads do not fit {count} spatial axes")
    before, behind, output = list(both[:count]), list(both[count:]), []
    for k, size in enumerate(sizes):
        full = hops[k] * (size - 1) + extra[k] + (kernel[k] - 1) * taps[k] + 1
        wanted = None if output_shape is None else whole(output_shape)[-count:][k]
        if wanted is None and auto_pad.startswith("SAME"):
            wanted = size * hops[k]
        if wanted is not None:
            padding = max(0, full - wanted)
            before[k] = padding // 2 if auto_pad == "SAME_UPPER" else padding - padding // 2
            behind[k] = padding - before[k]
        output.append(full - before[k] - behind[k] if wanted is None else wanted)
        if output[-1] < 1:
            raise InputError(f"ConvTranspose: pads {both} leave nothing of {full} entries")
    return Windows(tuple(output), kernel, hops, taps, tuple(before), tuple(behind), sizes)


def convolve_transposed(
    x: Array, w: Array, b: Array = None, *, auto_pad: str = "NOTSET", dilations: Any = None,
    group: int = 1, kernel_shape: Any = None, output_padding: Any = None, output_shape: Any = None,
    pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    """Every entry of the image lays down its kernel, and what overlaps adds up."""
    _check("ConvTranspose", x, w, b, group, 0)
    seen = _transposed_windows(
        x, w, auto_pad, dilations, kernel_shape, output_padding, output_shape, pads, strides
    )
    made = spread(x, w, seen, group)
    return made if b is None else made + channels.over(b, x)


def _transposed_image_back(
    g: Array, y: Array, x: Array, w: Array, b: Array = None, *, auto_pad: str = "NOTSET",
    dilations: Any = None, group: int = 1, kernel_shape: Any = None, output_padding: Any = None,
    output_shape: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _transposed_windows(
        x, w, auto_pad, dilations, kernel_shape, output_padding, output_shape, pads, strides
    )
    return correlate(g, w, seen, group)


def _transposed_kernel_back(
    g: Array, y: Array, x: Array, w: Array, b: Array = None, *, auto_pad: str = "NOTSET",
    dilations: Any = None, group: int = 1, kernel_shape: Any = None, output_padding: Any = None,
    output_shape: Any = None, pads: Any = None, strides: Any = None,
) -> Array:  # fmt: skip
    seen = _transposed_windows(
        x, w, auto_pad, dilations, kernel_shape, output_padding, output_shape, pads, strides
    )
    return kernel_gradient(g, x, seen, group)


def _pushes(forward: Any) -> tuple[Any, ...]:
    return (
        lambda d, y, x, w, b=None, **attributes: forward(d, w, **attributes),
        lambda d, y, x, w, b=None, **attributes: forward(x, d, **attributes),
        _bias_push,
    )


OPERATIONS = (
    Operation(
        name="Conv", family="convolution", forward=convolve, inputs=("X", "W", "B"),
        summary="the same small kernel laid on every window of an image",
        pulls=(_image_back, _kernel_back, _bias_back), pushes=_pushes(convolve), multilinear=True,
        latex=r"{W} \star {X} + {B}", reference="LeCun et al. 1989",
        operators=(r"W^{\top} \ast \,\cdot", r"X \star \,\cdot", r"\sum_{\text{places}}"),
    ),
    Operation(
        name="ConvTranspose", family="convolution", forward=convolve_transposed,
        inputs=("X", "W", "B"),
        summary="every entry lays down its kernel: the backward pass of a convolution, run forward",
        pulls=(_transposed_image_back, _transposed_kernel_back, _bias_back),
        pushes=_pushes(convolve_transposed), multilinear=True, latex=r"{W}^{\top} \ast {X} + {B}",
        operators=(r"W \star \,\cdot", r"X \star \,\cdot", r"\sum_{\text{places}}"),
    ),
)  # fmt: skip
