"""Batch normalisation: every channel standardised over the whole batch.

The one rule: while training it uses the moments of this batch, and so every sample's gradient depends
on all others; otherwise it uses remembered moments and is a plain scaling of every channel.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops import channels
from graph_explorer.engine.ops.declare import Array, Operation


def _moments(x: Array) -> tuple[Array, Array]:
    """The mean and variance of every channel; of half precision in single precision, as ONNX wants."""
    mean = np.mean(x, axis=channels.others(x), dtype=np.promote_types(x.dtype, np.float32))
    return mean, np.mean(np.square(x - channels.over(mean, x)), axis=channels.others(x))


def _used(x: Array, mean: Array, variance: Array, training_mode: int) -> tuple[Array, Array]:
    return _moments(x) if training_mode else (mean, variance)


def batch_normalization(
    x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Any:  # fmt: skip
    """The standardised batch, scaled and shifted; while training also the moments to remember."""
    if np.ndim(x) < 2:
        raise InputError(f"BatchNormalization: it needs (batch, channels, …), not {np.shape(x)}")
    mean, variance = _used(x, input_mean, input_var, training_mode)
    factor = scale / np.sqrt(variance + epsilon)
    y = x * channels.over(factor, x)
    y += channels.over(b - mean * factor, x)
    y = y.astype(x.dtype, copy=False)
    if not training_mode:
        return y
    kept = (
        np.asarray(old * momentum + new * (1.0 - momentum)).astype(np.asarray(old).dtype, copy=False)
        for old, new in ((input_mean, mean), (input_var, variance))
    )
    return (y, *kept)


def _arrived(g: Any, x: Array) -> tuple[Any, Any, Any]:
    """The gradients of the three outputs; None where none arrives."""
    found = g if isinstance(g, tuple) else (g,)
    return (*found, None, None)[:3]


def _normal(x: Array, mean: Array, variance: Array, epsilon: float) -> tuple[Array, Array]:
    inverse = 1.0 / np.sqrt(variance + epsilon)
    return (x - channels.over(mean, x)) * channels.over(inverse, x), inverse


def _through(g: Array, normal: Array) -> Array:
    """g without its mean and without its part along the standardised x, channel by channel."""
    axes = channels.others(g)
    along = np.mean(g * normal, axis=axes, keepdims=True)
    return g - np.mean(g, axis=axes, keepdims=True) - normal * along


def _x_back(
    g: Any, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Array:  # fmt: skip
    of_y, of_mean, of_variance = _arrived(g, x)
    if not training_mode:
        return of_y * channels.over(scale / np.sqrt(input_var + epsilon), x)
    mean, variance = _moments(x)
    normal, inverse = _normal(x, mean, variance, epsilon)
    found = np.zeros_like(x)
    if of_y is not None:
        found = _through(of_y, normal) * channels.over(scale * inverse, x)
    share = (1.0 - momentum) * np.shape(x)[1] / x.size
    if of_mean is not None:
        found = found + share * channels.over(of_mean, x)
    if of_variance is not None:
        found = found + 2.0 * share * channels.over(of_variance, x) * (x - channels.over(mean, x))
    return found


def _x_push(
    d: Array, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Any:  # fmt: skip
    if not training_mode:
        return d * channels.over(scale / np.sqrt(input_var + epsilon), x)
    mean, variance = _moments(x)
    normal, inverse = _normal(x, mean, variance, epsilon)
    moved = _through(d, normal) * channels.over(scale * inverse, x)
    rate, centred = 1.0 - momentum, x - channels.over(mean, x)
    return (
        moved,
        rate * np.mean(d, axis=channels.others(x)),
        rate * 2.0 * np.mean(d * centred, axis=channels.others(x)),
    )


def _with_rest(moved: Array, y: Any) -> Any:
    return (moved, *[np.zeros_like(part) for part in y[1:]]) if isinstance(y, tuple) else moved


def _scale_back(
    g: Any, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Array:  # fmt: skip
    of_y = _arrived(g, x)[0]
    if of_y is None:
        return np.zeros_like(scale)
    mean, variance = _used(x, input_mean, input_var, training_mode)
    return channels.product(of_y, x - channels.over(mean, x)) / np.sqrt(variance + epsilon)


def _scale_push(
    d: Array, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Any:  # fmt: skip
    normal, _ = _normal(x, *_used(x, input_mean, input_var, training_mode), epsilon)
    return _with_rest(normal * channels.over(d, x), y)


def _bias_back(g: Any, y: Any, x: Array, scale: Array, b: Array, *moments: Array, **attributes: Any) -> Array:
    of_y = _arrived(g, x)[0]
    return np.zeros_like(b) if of_y is None else channels.total(of_y)


def _bias_push(d: Array, y: Any, x: Array, scale: Array, b: Array, *moments: Array, **attributes: Any) -> Any:
    return _with_rest(np.broadcast_to(channels.over(d, x), np.shape(x)), y)


def _mean_back(
    g: Any, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Array:  # fmt: skip
    of_y, of_mean, _ = _arrived(g, x)
    if training_mode:
        return np.zeros_like(input_mean) if of_mean is None else momentum * of_mean
    return -channels.total(of_y) * scale / np.sqrt(input_var + epsilon)


def _mean_push(
    d: Array, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Any:  # fmt: skip
    if training_mode:
        return np.zeros_like(x), momentum * d, np.zeros_like(input_var)
    return np.broadcast_to(channels.over(-d * scale / np.sqrt(input_var + epsilon), x), np.shape(x))


def _variance_back(
    g: Any, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Array:  # fmt: skip
    of_y, _, of_variance = _arrived(g, x)
    if training_mode:
        return np.zeros_like(input_var) if of_variance is None else momentum * of_variance
    centred = channels.product(of_y, x - channels.over(input_mean, x))
    return -0.5 * centred * scale / (input_var + epsilon) ** 1.5


def _variance_push(
    d: Array, y: Any, x: Array, scale: Array, b: Array, input_mean: Array, input_var: Array, *,
    epsilon: float = 1e-5, momentum: float = 0.9, training_mode: int = 0,
) -> Any:  # fmt: skip
    if training_mode:
        return np.zeros_like(x), np.zeros_like(input_mean), momentum * d
    return (x - channels.over(input_mean, x)) * channels.over(
        -0.5 * d * scale / (input_var + epsilon) ** 1.5, x
    )


OPERATIONS = (
    Operation(
        name="BatchNormalization", family="normalisation", forward=batch_normalization,
        inputs=("X", "scale", "B", "input_mean", "input_var"),
        summary="every channel standardised over the batch, then scaled and shifted",
        pulls=(_x_back, _scale_back, _bias_back, _mean_back, _variance_back),
        pushes=(_x_push, _scale_push, _bias_push, _mean_push, _variance_push),
        operators=(
            r"\frac{\gamma}{\sigma}\left(I - \frac{1}{n}\mathbf{1}\mathbf{1}^{\top}"
            r" - \frac{1}{n}\hat{x}\hat{x}^{\top}\right)",
            r"\hat{x}", "1", r"-\frac{\gamma}{\sigma}", r"-\frac{\gamma\,\hat{x}}{2\,\sigma^{2}}",
        ),
        domain=lambda x, scale, b, input_mean, input_var, **attributes: channels.over(input_var >= 0, x),
        reference="Ioffe and Szegedy 2015",
    ),
)  # fmt: skip
