"""Softmax and the losses built on it.

The one rule: softmax and its logarithm share one shifted exponential, so large scores overflow nowhere,
and the gradient of softmax with cross-entropy is what it is on paper: probability minus target.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.ops.axes import axis_of, first
from graph_explorer.engine.ops.declare import Array, Operation


def softmax(x: Array, *, axis: int = -1) -> Array:
    """Positive numbers that add up to 1 along `axis`, in the ratios of e to the x."""
    grown = np.asarray(x - np.max(x, axis=axis, keepdims=True))
    np.exp(grown, out=grown)
    grown /= np.sum(grown, axis=axis, keepdims=True)
    return grown


def _softmax_back(g: Array, y: Array, x: Array, *, axis: int = -1) -> Array:
    return y * (g - np.sum(g * y, axis=axis, keepdims=True))


def log_softmax(x: Array, *, axis: int = -1) -> Array:
    """The logarithm of softmax, also where softmax itself underflows."""
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def _log_softmax_back(g: Array, y: Array, x: Array, *, axis: int = -1) -> Array:
    return g - np.exp(y) * np.sum(g, axis=axis, keepdims=True)


def _log_softmax_push(d: Array, y: Array, x: Array, *, axis: int = -1) -> Array:
    return d - np.sum(np.exp(y) * d, axis=axis, keepdims=True)


def hardmax(x: Array, *, axis: int = -1) -> Array:
    """1 at the first largest entry along `axis`, 0 elsewhere."""
    along = axis_of(axis, np.ndim(x), "Hardmax")
    largest = np.expand_dims(np.argmax(x, axis=along), along)
    shape = [1] * np.ndim(x)
    shape[along] = -1
    return (np.reshape(np.arange(np.shape(x)[along]), shape) == largest).astype(x.dtype)


def _hits(x: Array, labels: Any, weights: Array, ignore_index: int | None, name: str) -> Array:
    """The weight of every class in every loss: 0, or the label's weight; of x's shape.

    x is (batch, classes, d1, d2, …), the labels are (batch, d1, d2, …).
    """
    found, size = np.asarray(labels), np.shape(x)
    if len(size) < 2 or found.shape != (size[0], *size[2:]):
        raise InputError(f"{name}: labels of shape {found.shape} do not fit scores of shape {size}")
    counted = np.ones(found.shape, bool) if ignore_index is None else found != ignore_index
    wrong = counted & ((found < 0) | (found >= size[1]))
    if np.any(wrong):
        raise InputError(f"{name}: label {found[wrong].flat[0]} is none of the {size[1]} classes")
    classes = np.reshape(np.arange(size[1]), (1, size[1], *[1] * (len(size) - 2)))
    hits = ((classes == found[:, None]) & counted[:, None]).astype(x.dtype)
    if weights is None:
        return hits
    return hits * np.reshape(weights, (1, size[1], *[1] * (len(size) - 2)))


def _scaled_hits(
    x: Array, labels: Any, weights: Array, ignore_index: int | None, reduction: str, name: str
) -> Array:
    """`_hits`, divided by their sum where the losses are averaged: loss = −Σ hits · ln p."""
    if reduction not in ("none", "sum", "mean"):
        raise InputError(f"{name}: unknown reduction '{reduction}'; known: mean, none, sum")
    hits = _hits(x, labels, weights, ignore_index, name)
    return hits / np.sum(hits) if reduction == "mean" else hits


def _total(losses: Array, reduction: str) -> Array:
    """Losses by class summed over the classes, and over all unless `reduction` is none."""
    return np.sum(losses, axis=1 if reduction == "none" else None)


def _spread(g: Array, reduction: str) -> Array:
    return np.expand_dims(g, 1) if reduction == "none" else g


def _weights_back(
    g: Array, logs: Array, labels: Any, weights: Array, ignore_index: int | None, reduction: str, name: str
) -> Array:
    """∂loss/∂weights of the classes, for a loss −Σ w_c h_c ln p_c, over Σ w_c h_c where averaged."""
    plain = _hits(logs, labels, None, ignore_index, name)
    along = tuple(k for k in range(np.ndim(logs)) if k != 1)
    if reduction != "mean":
        return -np.sum(_spread(g, reduction) * plain * logs, axis=along)
    counts = np.sum(plain, axis=along)
    total = np.sum(counts * weights)
    sums = np.sum(plain * logs, axis=along)
    loss = -np.sum(weights * sums) / total
    return g * (-sums - loss * counts) / total


def _weights_push(
    d: Array, logs: Array, labels: Any, weights: Array, ignore_index: int | None, reduction: str, name: str
) -> Array:
    plain = _hits(logs, labels, None, ignore_index, name)
    moved = -plain * logs * np.reshape(d, (1, -1, *[1] * (np.ndim(logs) - 2)))
    if reduction != "mean":
        return _total(moved, reduction)
    hits = _hits(logs, labels, weights, ignore_index, name)
    loss = -np.sum(hits * logs) / np.sum(hits)
    along = tuple(k for k in range(np.ndim(logs)) if k != 1)
    return (np.sum(moved) - loss * np.sum(d * np.sum(plain, axis=along))) / np.sum(hits)


_CROSS, _NLL = "SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"


def softmax_cross_entropy(
    scores: Array, labels: Any, weights: Array = None, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> tuple[Array, Array]:  # fmt: skip
    """The surprise −ln p of the true class, p the softmax of the scores; and all ln p."""
    logs = log_softmax(scores, axis=1)
    hits = _scaled_hits(scores, labels, weights, ignore_index, reduction, _CROSS)
    # a class that does not count may have ln p = −∞
    return -_total(np.where(hits == 0, 0, hits * logs).astype(scores.dtype), reduction), logs


def _cross_scores_back(
    g: Any, y: Any, scores: Array, labels: Any, weights: Array = None, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    logs = log_softmax(scores, axis=1)
    hits = _scaled_hits(scores, labels, weights, ignore_index, reduction, _CROSS)
    losses, by_class = (g[0], g[1]) if isinstance(g, tuple) and len(g) > 1 else (first(g), None)
    found = 0.0
    if losses is not None:
        share = np.sum(hits, axis=1, keepdims=True)
        found = _spread(losses, reduction) * (np.exp(logs) * share - hits)
    if by_class is not None:
        found = found + _log_softmax_back(by_class, logs, scores, axis=1)
    return found


def _cross_scores_push(
    d: Array, y: Any, scores: Array, labels: Any, weights: Array = None, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> tuple[Array, Array]:  # fmt: skip
    logs = log_softmax(scores, axis=1)
    hits = _scaled_hits(scores, labels, weights, ignore_index, reduction, _CROSS)
    moved = _log_softmax_push(d, logs, scores, axis=1)
    return -_total(hits * moved, reduction), moved


def _cross_weights_back(
    g: Any, y: Any, scores: Array, labels: Any, weights: Array, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    if first(g) is None:
        return np.zeros_like(weights)
    logs = log_softmax(scores, axis=1)
    return _weights_back(first(g), logs, labels, weights, ignore_index, reduction, _CROSS)


def _cross_weights_push(
    d: Array, y: Any, scores: Array, labels: Any, weights: Array, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> tuple[Array, Array]:  # fmt: skip
    logs = log_softmax(scores, axis=1)
    moved = _weights_push(d, logs, labels, weights, ignore_index, reduction, _CROSS)
    return moved, np.zeros_like(logs)


def negative_log_likelihood(
    x: Array, target: Any, weight: Array = None, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    """Minus the given logarithm of the true class's probability."""
    hits = _scaled_hits(x, target, weight, ignore_index, reduction, _NLL)
    return -_total(np.where(hits == 0, 0, hits * x).astype(x.dtype), reduction)


def _likelihood_back(
    g: Array, y: Array, x: Array, target: Any, weight: Array = None, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    return -_spread(g, reduction) * _scaled_hits(x, target, weight, ignore_index, reduction, _NLL)


def _likelihood_weight_back(
    g: Array, y: Array, x: Array, target: Any, weight: Array, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    return _weights_back(g, x, target, weight, ignore_index, reduction, _NLL)


def _likelihood_push(
    d: Array, y: Array, x: Array, target: Any, weight: Array = None, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    return -_total(d * _scaled_hits(x, target, weight, ignore_index, reduction, _NLL), reduction)


def _likelihood_weight_push(
    d: Array, y: Array, x: Array, target: Any, weight: Array, *,
    ignore_index: int | None = None, reduction: str = "mean",
) -> Array:  # fmt: skip
    return _weights_push(d, x, target, weight, ignore_index, reduction, _NLL)


OPERATIONS = (
    Operation(
        name="Softmax", family="softmax", inputs=("x",), forward=softmax,
        summary="positive numbers that add up to 1, in the ratios of e to the x",
        pulls=(_softmax_back,), pushes=(_softmax_back,), reference="Bridle 1990",
        latex=r"\operatorname{softmax}\left({x}\right)",
        operators=(r"\operatorname{diag}\left(y\right) - y\,y^{\top}",),
    ),
    Operation(
        name="LogSoftmax", family="softmax", inputs=("x",), forward=log_softmax,
        summary="the logarithm of softmax", pulls=(_log_softmax_back,), pushes=(_log_softmax_push,),
        latex=r"\ln \operatorname{softmax}\left({x}\right)",
        operators=(r"I - e^{y}\,\mathbf{1}^{\top}",),
    ),
    Operation(
        name="Hardmax", family="softmax", inputs=("x",), forward=hardmax,
        summary="1 at the largest entry, 0 elsewhere",
        flat="it is 0 or 1, and jumps where the largest entry changes",
    ),
    Operation(
        name="SoftmaxCrossEntropyLoss", family="softmax", inputs=("scores", "labels", "weights"),
        forward=softmax_cross_entropy, summary="the surprise at the true class, from raw scores",
        pulls=(_cross_scores_back, None, _cross_weights_back),
        pushes=(_cross_scores_push, None, _cross_weights_push),
        latex=r"-\ln \operatorname{softmax}\left({scores}\right)_{label}",
        operators=(r"\frac{1}{N}\left(p - t\right)", "", r"\frac{-\ln p - L}{\sum w}"),
    ),
    Operation(
        name="NegativeLogLikelihoodLoss", family="softmax", inputs=("x", "target", "weight"),
        forward=negative_log_likelihood, summary="minus the logarithm of the true class's probability",
        pulls=(_likelihood_back, None, _likelihood_weight_back),
        pushes=(_likelihood_push, None, _likelihood_weight_push),
        operators=(r"-\frac{t}{N}", "", r"\frac{-\ln p - L}{\sum w}"),
    ),
)  # fmt: skip
