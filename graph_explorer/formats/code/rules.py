"""Operators whose engine rule cannot be spelled as it is: what is written instead.

The one rule: a rule here has the signature of the engine's and the same result; the tests hold it to
that over all samples of the operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.ops.axes import axes_of, axis_of, whole
from graph_explorer.engine.ops.convolution import _transposed_windows
from graph_explorer.engine.ops.windows import Windows, windows
from graph_explorer.formats.code import functions
from graph_explorer.formats.code.spelled import Spelled, call

Value = Any
Rule = Callable[..., Any]

#: ONNX's numbers of the types that NumPy has.
_TYPES: Mapping[int, type] = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64, 9: np.bool_,
    10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64,
}  # fmt: skip


def _power(a: Value, b: Value) -> Value:
    return np.power(a, b)


def _clip(x: Value, low: Value = None, high: Value = None) -> Value:
    above = x if low is None else np.maximum(x, low)
    return above if high is None else np.minimum(above, high)


def _cast(x: Value, *, to: int, saturate: int = 1, round_mode: str = "up") -> Value:
    return x.astype(_TYPES[to])


def _cast_back(g: Value, y: Value, x: Value, *like: Value, **attributes: Any) -> Value:
    return g.astype(x.dtype.type)


def _leading(function: Rule) -> Rule:
    """ArgMax or ArgMin, of equals the first."""

    def rule(x: Value, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
        if select_last_index:
            raise TypeError("of equals the last")
        return function(x, axis=axis, keepdims=bool(keepdims))

    return rule


def _hard_sigmoid(x: Value, *, alpha: float = 0.2, beta: float = 0.5) -> Value:
    return np.clip(alpha * x + beta, 0.0, 1.0)


def _shrink(x: Value, *, bias: float = 0.0, lambd: float = 0.5) -> Value:
    return np.where(x > lambd, x - bias, np.where(x < -lambd, x + bias, 0.0))


def _batch_norm(
    x: Value, scale: Value, b: Value, mean: Value, var: Value, *, epsilon: float = 1e-5,
    momentum: float = 0.9, training_mode: int = 0,
) -> Value:  # fmt: skip
    along = (-1, *[1] * (x.ndim - 2))
    axes = (0, *range(2, x.ndim))
    now, spread = mean, var
    if training_mode:
        now = np.mean(x, axis=axes)
        spread = np.mean((x - np.reshape(now, along)) ** 2, axis=axes)
    normal = (x - np.reshape(now, along)) / np.reshape(np.sqrt(spread + epsilon), along)
    y = np.reshape(scale, along) * normal + np.reshape(b, along)
    if not training_mode:
        return y
    return y, mean * momentum + now * (1.0 - momentum), var * momentum + spread * (1.0 - momentum)


def _mean(x: Value, axes: Any = None, *, keepdims: int = 1, noop_with_empty_axes: int = 0) -> Value:
    if axes is None or not whole(axes):
        return x if noop_with_empty_axes else np.mean(x, axis=None, keepdims=bool(keepdims))
    return np.mean(x, axis=axes_of(axes, np.ndim(x), "ReduceMean"), keepdims=bool(keepdims))


def _softmax(x: Value, *, axis: int = -1) -> Value:
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def _log_softmax(x: Value, axis: int) -> Value:
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


# ── windows ───────────────────────────────────────────────────────────────────────────────────


def _around(found: Windows) -> tuple[Any, ...]:
    """Strides, pads and dilations, as the functions take them."""
    return found.strides, (*found.before, *found.reach), found.dilations


def _seen(x: Value, w: Value, options: Mapping[str, Any]) -> Windows:
    return windows(
        "Conv", x.shape[2:], w.shape[2:], options.get("strides"), options.get("pads"),
        options.get("dilations"), options.get("auto_pad", "NOTSET"),
    )  # fmt: skip


def _biased(made: Value, b: Value) -> Value:
    return made if b is None else made + np.reshape(b, (-1, *[1] * (made.ndim - 2)))


def _convolution(x: Value, w: Value, b: Value = None, **options: Any) -> Value:
    group = options.get("group", 1)
    return _biased(call(functions.correlate, x, w, *_around(_seen(x, w, options)), group), b)


def _convolution_image(g: Value, y: Value, x: Value, w: Value, b: Value = None, **options: Any) -> Value:
    around = _around(_seen(x, w, options))
    return call(functions.spread, g, w, x.shape[2:], *around, options.get("group", 1))


def _convolution_kernel(g: Value, y: Value, x: Value, w: Value, b: Value = None, **options: Any) -> Value:
    around = _around(_seen(x, w, options))
    return call(functions.kernel_gradient, x, g, w.shape[2:], *around, options.get("group", 1))


def _seen_transposed(x: Value, w: Value, options: Mapping[str, Any]) -> Windows:
    return _transposed_windows(
        x, w, options.get("auto_pad", "NOTSET"), options.get("dilations"), options.get("kernel_shape"),
        options.get("output_padding"), options.get("output_shape"), options.get("pads"),
        options.get("strides"),
    )  # fmt: skip


def _transposed(x: Value, w: Value, b: Value = None, **options: Any) -> Value:
    found = _seen_transposed(x, w, options)
    made = call(functions.spread, x, w, found.spatial, *_around(found), options.get("group", 1))
    return _biased(made, b)


def _transposed_image(g: Value, y: Value, x: Value, w: Value, b: Value = None, **options: Any) -> Value:
    around = _around(_seen_transposed(x, w, options))
    return call(functions.correlate, g, w, *around, options.get("group", 1))


def _transposed_kernel(g: Value, y: Value, x: Value, w: Value, b: Value = None, **options: Any) -> Value:
    around = _around(_seen_transposed(x, w, options))
    return call(functions.kernel_gradient, g, x, w.shape[2:], *around, options.get("group", 1))


def _pooled(x: Value, options: Mapping[str, Any]) -> Windows:
    return windows(
        "Pool", x.shape[2:], whole(options["kernel_shape"]), options.get("strides"), options.get("pads"),
        options.get("dilations"), options.get("auto_pad", "NOTSET"), options.get("ceil_mode", 0),
    )  # fmt: skip


def _max_pool(x: Value, **options: Any) -> Value:
    found = _pooled(x, options)
    return (call(functions.max_pool, x, found.kernel, *_around(found)),)


def _max_pool_back(g: Value, y: Value, x: Value, **options: Any) -> Value:
    found = _pooled(x, options)
    return call(functions.max_pool_back, _first(g), x, found.kernel, *_around(found))


def _counts_padding(found: Windows, options: Mapping[str, Any]) -> bool:
    counts = bool(options.get("count_include_pad", 0))
    if counts and found.reach != found.behind:
        raise TypeError("windows beyond the padding")
    return counts


def _mean_pool(x: Value, **options: Any) -> Value:
    found = _pooled(x, options)
    return call(functions.mean_pool, x, found.kernel, *_around(found), _counts_padding(found, options))


def _mean_pool_back(g: Value, y: Value, x: Value, **options: Any) -> Value:
    found = _pooled(x, options)
    counts = _counts_padding(found, options)
    return call(functions.mean_pool_back, g, x.shape[2:], found.kernel, *_around(found), counts)


# ── chosen entries ────────────────────────────────────────────────────────────────────────────


def _first(value: Value) -> Value:
    return value[0] if isinstance(value, tuple) else value


def _fixed(indices: Any) -> Any:
    """Indices that stand in the program: a number stays one, so that it reads like `x[2]`."""
    return indices if isinstance(indices, Spelled) or np.ndim(indices) else int(indices)


def _gather(x: Value, indices: Any, *, axis: int = 0) -> Value:
    along, indices = axis_of(axis, x.ndim, "Gather"), _fixed(indices)
    if isinstance(indices, int):
        return x[(*[slice(None)] * along, indices)] if along else x[indices]
    return np.take(x, indices if isinstance(indices, Spelled) else np.asarray(indices), axis=along)


def _gather_back(g: Value, y: Value, x: Value, indices: Any, *, axis: int = 0) -> Value:
    along, indices = axis_of(axis, x.ndim, "Gather"), _fixed(indices)
    if isinstance(indices, int):
        return call(functions.placed, g, x.shape, (*[slice(None)] * along, indices))
    return call(functions.taken_back, g, x.shape, indices, along)


def _gather_elements(x: Value, indices: Any, *, axis: int = 0) -> Value:
    return call(functions.taken_along, x, indices, axis_of(axis, x.ndim, "GatherElements"))


def _gather_elements_back(g: Value, y: Value, x: Value, indices: Any, *, axis: int = 0) -> Value:
    return call(functions.taken_along_back, g, x.shape, indices, axis_of(axis, x.ndim, "GatherElements"))


def _top_k_back(g: Value, y: Value, x: Value, *k: Value, axis: int = -1, **options: Any) -> Value:
    if y[1] is None:
        raise TypeError("the places are not kept")
    return call(functions.taken_along_back, _first(g), x.shape, y[1], axis_of(axis, x.ndim, "TopK"))


def _gather_nd(x: Value, indices: Any, *, batch_dims: int = 0) -> Value:
    if batch_dims:
        raise TypeError("batches of places")
    if isinstance(indices, tuple):
        return x[indices]
    return call(functions.picked, x, indices)


def _gather_nd_back(g: Value, y: Value, x: Value, indices: Any, *, batch_dims: int = 0) -> Value:
    if isinstance(indices, tuple):
        return call(functions.placed, g, x.shape, indices)
    return call(functions.picked_back, g, x.shape, indices)


def _slice_back(g: Value, y: Value, x: Value, *settings: Any, **named: Any) -> Value:
    from graph_explorer.engine.ops import OPERATIONS

    cut = OPERATIONS["Slice"].forward(Spelled(x.value, name="x"), *settings, **named)
    return call(functions.placed, g, x.shape, cut.parts[1])


def _one_hot(indices: Value, depth: Any, values: Any, *, axis: int = -1) -> Value:
    off, on = (float(one) for one in np.ravel(values))
    count = int(np.ravel(depth)[0])
    return call(functions.one_hot, indices, count, off, on, axis_of(axis, indices.ndim + 1, "OneHot"))


def _widths(x: Value, pads: Any, axes: Any, mode: str) -> list[tuple[int, int]]:
    given = whole(pads)
    along = tuple(range(x.ndim)) if axes is None else axes_of(axes, x.ndim, "Pad")
    if mode != "constant" or min(given, default=0) < 0:
        raise TypeError("only constants around an array are spelled")
    widths = dict(zip(along, zip(given[: len(along)], given[len(along) :], strict=True), strict=True))
    return [widths.get(axis, (0, 0)) for axis in range(x.ndim)]


def _pad(x: Value, pads: Any, constant: Any = None, axes: Any = None, *, mode: str = "constant") -> Value:
    fill = 0.0 if constant is None else constant
    return np.pad(x, _widths(x, pads, axes, mode), constant_values=fill)


def _pad_back(
    g: Value, y: Value, x: Value, pads: Any, constant: Any = None, axes: Any = None, *, mode: str = "constant"
) -> Value:
    widths = _widths(x, pads, axes, mode)
    return g[tuple(slice(a, a + size) for (a, _), size in zip(widths, x.shape, strict=True))]


# ── losses, noise ─────────────────────────────────────────────────────────────────────────────


def _counted(scores: Value, labels: Value, weights: Value, options: Mapping[str, Any]) -> Value:
    averaged = options.get("reduction", "mean") == "mean"
    hits = call(functions.counted, labels, scores.shape, weights, options.get("ignore_index"), averaged)
    return hits.astype(scores.dtype.type)


def _loss(logs: Value, hits: Value, options: Mapping[str, Any]) -> Value:
    terms = np.where(hits == 0, 0.0, hits * logs)
    return -np.sum(terms, axis=1) if options.get("reduction") == "none" else -np.sum(terms)


def _one_class(g: Value, options: Mapping[str, Any]) -> Value:
    return np.expand_dims(g, 1) if options.get("reduction") == "none" else g


def _cross_entropy(scores: Value, labels: Value, weights: Value = None, **options: Any) -> Value:
    logs = _log_softmax(scores, 1)
    return _loss(logs, _counted(scores, labels, weights, options), options), logs


def _cross_entropy_back(
    g: Value, y: Value, scores: Value, labels: Value, weights: Value = None, **options: Any
) -> Value:
    if isinstance(g, tuple) and len(g) > 1 and g[1] is not None:
        raise TypeError("the second output")
    hits = _counted(scores, labels, weights, options)
    share = np.sum(hits, axis=1, keepdims=True)
    return _one_class(_first(g), options) * (_softmax(scores, axis=1) * share - hits)


def _likelihood(x: Value, labels: Value, weights: Value = None, **options: Any) -> Value:
    return _loss(x, _counted(x, labels, weights, options), options)


def _likelihood_back(
    g: Value, y: Value, x: Value, labels: Value, weights: Value = None, **options: Any
) -> Value:
    return -_one_class(g, options) * _counted(x, labels, weights, options)


def _dropout_factor(x: Value, ratio: Any, training_mode: Any, seed: int | None) -> Any:
    chance = 0.5 if ratio is None else float(ratio)
    if training_mode is None or not bool(training_mode) or chance == 0:
        return None
    scale = 1.0 / (1.0 - chance) if chance < 1 else 0.0
    return call(functions.kept, x.shape, chance, seed or 0), scale


def _dropout(x: Value, ratio: Any = None, training_mode: Any = None, *, seed: int | None = None) -> Value:
    found = _dropout_factor(x, ratio, training_mode, seed)
    if found is None:
        return x, np.ones_like(x) == 1
    return x * found[0] * found[1], found[0]


def _dropout_back(
    g: Value, y: Value, x: Value, ratio: Any = None, training_mode: Any = None, *, seed: int | None = None
) -> Value:
    found = _dropout_factor(x, ratio, training_mode, seed)
    return _first(g) if found is None else _first(g) * found[0] * found[1]


#: Operators whose settings are computed while the code runs: they choose entries.
CHOOSING = ("Gather", "GatherElements", "GatherND")

#: Operator → its forward rule.
FORWARD: Mapping[str, Rule] = {
    "Pow": _power, "Clip": _clip, "Identity": lambda x: x, "Cast": _cast, "ReduceMean": _mean,
    "CastLike": lambda x, like, **options: x.astype(like.dtype.type), "Softmax": _softmax,
    "HardSigmoid": _hard_sigmoid, "HardSwish": lambda x: x * _hard_sigmoid(x, alpha=1 / 6),
    "Shrink": _shrink, "Mean": lambda *values: sum(values[1:], values[0]) / float(len(values)),
    "ArgMax": _leading(np.argmax), "ArgMin": _leading(np.argmin), "Det": np.linalg.det,
    "BatchNormalization": _batch_norm,
    "Conv": _convolution, "ConvTranspose": _transposed, "MaxPool": _max_pool, "AveragePool": _mean_pool,
    "Gather": _gather, "GatherElements": _gather_elements, "GatherND": _gather_nd, "OneHot": _one_hot,
    "Pad": _pad, "SoftmaxCrossEntropyLoss": _cross_entropy, "NegativeLogLikelihoodLoss": _likelihood,
    "Dropout": _dropout,
}  # fmt: skip

#: Operator and input → the rule that pulls a gradient back to it.
PULLS: Mapping[tuple[str, int], Rule] = {
    ("Cast", 0): _cast_back, ("CastLike", 0): _cast_back,
    ("Conv", 0): _convolution_image, ("Conv", 1): _convolution_kernel,
    ("ConvTranspose", 0): _transposed_image, ("ConvTranspose", 1): _transposed_kernel,
    ("MaxPool", 0): _max_pool_back, ("AveragePool", 0): _mean_pool_back,
    ("Gather", 0): _gather_back, ("GatherElements", 0): _gather_elements_back,
    ("GatherND", 0): _gather_nd_back, ("TopK", 0): _top_k_back,
    ("Slice", 0): _slice_back, ("Pad", 0): _pad_back,
    ("SoftmaxCrossEntropyLoss", 0): _cross_entropy_back, ("NegativeLogLikelihoodLoss", 0): _likelihood_back,
    ("Dropout", 0): _dropout_back,
}  # fmt: skip
