"""Normalisation: values of mean 0 and variance 1 over some axes, then scaled and shifted by what is learnt.

The one rule: all of them standardise; they differ only in the axes over which they do, and in the shape
in which scale and bias meet the result. That is a `Layout`; the derivatives are written once, for any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axes_of, axis_of
from graph_explorer.engine.ops.declare import Array, Operation, Rule, unbroadcast

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Layout:
    """How an operation standardises: x in the shape `view`, over `axes`; scale in the shape `scale`."""

    view: Sizes
    axes: Sizes
    scale: Sizes
    epsilon: float
    centred: bool = True


LayoutRule = Callable[..., Layout]


def _moments(x: Array, layout: Layout) -> tuple[Array, Array, Array]:
    """The standardised x, its mean and the inverse of its deviation, all in the view."""
    viewed = np.reshape(x, layout.view)
    mean = np.mean(viewed, axis=layout.axes, keepdims=True)
    centred = viewed - mean if layout.centred else viewed
    variance = np.mean(centred * centred, axis=layout.axes, keepdims=True)
    inverse = 1.0 / np.sqrt(variance + layout.epsilon)
    return centred * inverse, mean, inverse


def _through(g: Array, x: Array, layout: Layout) -> Array:
    """∂standardised/∂x applied to g; it is symmetric, so this pulls and pushes alike."""
    normal, _, inverse = _moments(x, layout)
    viewed = np.reshape(g, layout.view)
    along = np.mean(viewed * normal, axis=layout.axes, keepdims=True)
    kept = viewed - normal * along
    if layout.centred:
        kept = kept - np.mean(viewed, axis=layout.axes, keepdims=True)
    return np.reshape(kept * inverse, np.shape(x))


def _wide(x: Array) -> Array:
    """x in at least 32 bits, where the moments are computed."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


def _apply(x: Array, scale: Array, bias: Array, layout: Layout) -> tuple[Array, Array, Array]:
    """The result, and the mean and inverse deviation in the view."""
    normal, mean, inverse = _moments(_wide(x), layout)
    result = np.reshape(normal, np.shape(x)).astype(x.dtype, copy=False) * np.reshape(scale, layout.scale)
    if bias is not None:
        result = result + np.reshape(bias, layout.scale)
    return result, mean.astype(x.dtype, copy=False), inverse.astype(x.dtype, copy=False)


def _first(g: Any) -> Any:
    """The gradient of the first output; None where none arrives."""
    return g[0] if isinstance(g, tuple) else g


def _x_back(
    layout_of: LayoutRule, g: Any, y: Any, x: Array, scale: Array, bias: Array = None, **attributes: Any
) -> Array:
    layout = layout_of(x, scale, **attributes)
    of_y = _first(g)
    direct = None if of_y is None else _through(of_y * np.reshape(scale, layout.scale), x, layout)
    if not isinstance(g, tuple):
        return direct
    more = _from_moments(g, x, layout)
    return more if direct is None else direct + more


def _from_moments(g: tuple[Any, ...], x: Array, layout: Layout) -> Array:
    """What the gradients of the mean and of the inverse deviation, if any arrive, add to that of x."""
    of_mean, of_inverse = (*g, None, None)[1:3]
    normal, _, inverse = _moments(x, layout)
    count, found = normal.size // inverse.size, np.zeros(layout.view, x.dtype)
    if of_mean is not None:
        found = found + np.reshape(of_mean, np.shape(inverse)) / count
    if of_inverse is not None:
        above = np.reshape(of_inverse, np.shape(inverse))
        found = found - above * inverse * inverse * normal / count
    return np.reshape(found, np.shape(x))


def _x_push(
    layout_of: LayoutRule, d: Array, y: Any, x: Array, scale: Array, bias: Array = None, **attributes: Any
) -> Any:
    layout = layout_of(x, scale, **attributes)
    moved = _through(d, x, layout) * np.reshape(scale, layout.scale)
    if not isinstance(y, tuple):
        return moved
    normal, _, inverse = _moments(x, layout)
    viewed = np.reshape(d, layout.view)
    along = np.mean(viewed * normal, axis=layout.axes, keepdims=True)
    return moved, np.mean(viewed, axis=layout.axes, keepdims=True), -inverse * inverse * along


def _normal(x: Array, layout: Layout) -> Array:
    return np.reshape(_moments(x, layout)[0], np.shape(x))


def _scale_back(
    layout_of: LayoutRule, g: Any, y: Any, x: Array, scale: Array, bias: Array = None, **attributes: Any
) -> Array:
    if _first(g) is None:
        return np.zeros_like(scale)
    layout = layout_of(x, scale, **attributes)
    return np.reshape(unbroadcast(_first(g) * _normal(x, layout), layout.scale), np.shape(scale))


def _bias_back(
    layout_of: LayoutRule, g: Any, y: Any, x: Array, scale: Array, bias: Array, **attributes: Any
) -> Array:
    if _first(g) is None:
        return np.zeros_like(bias)
    return np.reshape(unbroadcast(_first(g), layout_of(x, bias, **attributes).scale), np.shape(bias))


def _alone(moved: Array, y: Any) -> Any:
    """`moved`, and no movement of the other outputs if there are any."""
    return (moved, *[np.zeros_like(part) for part in y[1:]]) if isinstance(y, tuple) else moved


def _scale_push(
    layout_of: LayoutRule, d: Array, y: Any, x: Array, scale: Array, bias: Array = None, **attributes: Any
) -> Any:
    layout = layout_of(x, scale, **attributes)
    return _alone(_normal(x, layout) * np.reshape(d, layout.scale), y)


def _bias_push(
    layout_of: LayoutRule, d: Array, y: Any, x: Array, scale: Array, bias: Array, **attributes: Any
) -> Any:
    layout = layout_of(x, bias, **attributes)
    return _alone(np.broadcast_to(np.reshape(d, layout.scale), np.shape(x)), y)


def _normalisation(
    name: str,
    forward: Rule,
    layout_of: LayoutRule,
    summary: str,
    reference: str,
    inputs: tuple[str, ...],
) -> Operation:
    """An operation of x, scale and perhaps bias that standardises as `layout_of` tells."""
    count = len(inputs)
    return Operation(
        name=name,
        family="normalisation",
        forward=forward,
        summary=summary,
        reference=reference,
        inputs=inputs,
        pulls=tuple(partial(rule, layout_of) for rule in (_x_back, _scale_back, _bias_back)[:count]),
        pushes=tuple(partial(rule, layout_of) for rule in (_x_push, _scale_push, _bias_push)[:count]),
        operators=_OPERATORS if count > 2 else (_UNCENTRED, _OPERATORS[1]),
    )


_OPERATORS = (
    r"\frac{\gamma}{\sigma}\left(I - \frac{1}{n}\mathbf{1}\mathbf{1}^{\top}"
    r" - \frac{1}{n}\hat{x}\hat{x}^{\top}\right)",
    r"\hat{x}",
    "1",
)
_UNCENTRED = r"\frac{\gamma}{r}\left(I - \frac{1}{n}\hat{x}\hat{x}^{\top}\right)"


def _trailing(x: Array, axis: int, name: str) -> Sizes:
    return tuple(range(axis_of(axis, np.ndim(x), name), np.ndim(x)))


def _layer_layout(
    x: Array, scale: Array, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Layout:
    return Layout(np.shape(x), _trailing(x, axis, "LayerNormalization"), np.shape(scale), epsilon)


def layer_normalization(
    x: Array,
    scale: Array,
    bias: Array = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> tuple[Array, Array, Array]:
    """Every sample standardised over the axes from `axis` on; also its mean and inverse deviation."""
    layout = _layer_layout(x, scale, axis=axis, epsilon=epsilon)
    result, mean, inverse = _apply(x, scale, None, layout)
    return result if bias is None else result + bias, mean, inverse


def _rms_layout(
    x: Array, scale: Array, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Layout:
    return Layout(
        np.shape(x), _trailing(x, axis, "RMSNormalization"), np.shape(scale), epsilon, centred=False
    )


def rms_normalization(
    x: Array, scale: Array, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Array:
    """Every sample divided by its root mean square over the axes from `axis` on."""
    return _apply(x, scale, None, _rms_layout(x, scale, axis=axis, epsilon=epsilon))[0]


def _by_channel(x: Array) -> Sizes:
    if np.ndim(x) < 2:
        raise InputError(f"a normalisation by channel needs (batch, channels, …), not {np.shape(x)}")
    return (np.shape(x)[1], *[1] * (np.ndim(x) - 2))


def _instance_layout(x: Array, scale: Array, *, epsilon: float = 1e-5) -> Layout:
    return Layout(np.shape(x), tuple(range(2, np.ndim(x))), _by_channel(x), epsilon)


def instance_normalization(x: Array, scale: Array, bias: Array, *, epsilon: float = 1e-5) -> Array:
    """Every channel of every sample standardised over its places."""
    return _apply(x, scale, bias, _instance_layout(x, scale, epsilon=epsilon))[0]


def _group_layout(
    x: Array, scale: Array, *, num_groups: int, epsilon: float = 1e-5, stash_type: int = 1
) -> Layout:
    channels = _by_channel(x)[0]
    if num_groups < 1 or channels % num_groups:
        raise InputError(f"GroupNormalization: {channels} channels do not make {num_groups} groups")
    view = (np.shape(x)[0], num_groups, channels // num_groups, *np.shape(x)[2:])
    return Layout(view, tuple(range(2, len(view))), _by_channel(x), epsilon)


def group_normalization(
    x: Array,
    scale: Array,
    bias: Array,
    *,
    num_groups: int,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> Array:
    """Every group of channels of every sample standardised."""
    return _apply(x, scale, bias, _group_layout(x, scale, num_groups=num_groups, epsilon=epsilon))[0]


def _mean_variance_layout(x: Array, *, axes: Any = (0, 2, 3)) -> Layout:
    return Layout(np.shape(x), axes_of(axes, np.ndim(x), "MeanVarianceNormalization"), (), 0.0)


def mean_variance_normalization(x: Array, *, axes: Any = (0, 2, 3)) -> Array:
    """Standardised over `axes`, with nothing learnt behind it."""
    normal, _, _ = _moments(_wide(x), _mean_variance_layout(x, axes=axes))
    return normal.astype(x.dtype, copy=False)


def _mean_variance_through(g: Array, y: Array, x: Array, *, axes: Any = (0, 2, 3)) -> Array:
    return _through(g, x, _mean_variance_layout(x, axes=axes))


OPERATIONS = (
    _normalisation(
        "LayerNormalization",
        layer_normalization,
        _layer_layout,
        "every sample standardised over its last axes",
        "Ba, Kiros and Hinton 2016",
        inputs=("X", "Scale", "B"),
    ),
    _normalisation(
        "RMSNormalization",
        rms_normalization,
        _rms_layout,
        "every sample divided by its root mean square",
        "Zhang and Sennrich 2019",
        inputs=("X", "scale"),
    ),
    _normalisation(
        "InstanceNormalization",
        instance_normalization,
        _instance_layout,
        "every channel of every sample standardised",
        "Ulyanov, Vedaldi and Lempitsky 2016",
        inputs=("X", "scale", "B"),
    ),
    _normalisation(
        "GroupNormalization",
        group_normalization,
        _group_layout,
        "every group of channels of every sample standardised",
        "Wu and He 2018",
        inputs=("X", "scale", "bias"),
    ),
    Operation(
        name="MeanVarianceNormalization",
        family="normalisation",
        forward=mean_variance_normalization,
        summary="standardised over the given axes",
        inputs=("X",),
        pulls=(_mean_variance_through,),
        pushes=(_mean_variance_through,),
        operators=(_OPERATORS[0].replace(r"\gamma", "1"),),
    ),
)
