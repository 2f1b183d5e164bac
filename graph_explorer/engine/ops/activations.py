"""Activation functions: the bends that make a network more than one matrix."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from graph_explorer.engine.ops.declare import Array, elementwise, is_array
from graph_explorer.engine.ops.exponential import erf

_declare = partial(elementwise, family="activation")

#: The constants of self-normalising networks: Klambauer et al. 2017, as ONNX rounds them.
SELU_ALPHA, SELU_GAMMA = 1.67326319217681884765625, 1.05070102214813232421875


def sigmoid(x: Array) -> Array:
    """1/(1+e^(−x)); where e^(−x) overflows it is 0, as it should."""
    if getattr(x, "dtype", None) == np.float16:  # whose exponential overflows too early
        return sigmoid(x.astype(np.float32)).astype(np.float16)
    return 1.0 / (1.0 + np.exp(-x))


def relu(x: Array) -> Array:
    """x where it is positive, else 0."""
    if not (is_array(x) and x.dtype.kind == "f" and x.ndim):
        return np.maximum(x, 0)
    y = np.clip(x, 0, np.inf)  # the same in half the time, but for a −0, which
    y += 0  # becomes 0 here
    return y


def softplus(x: Array) -> Array:
    """ln(1+e^x), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def gelu(x: Array, *, approximate: str = "none") -> Array:
    """x·Φ(x) with the normal distribution Φ, or its tanh approximation (Hendrycks, Gimpel 2016)."""
    if approximate == "tanh":
        return 0.5 * x * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1.0 + erf(x / math.sqrt(2.0)))


def _gelu_partial(x: Array, y: Array, *, approximate: str = "none") -> Array:
    if approximate == "tanh":
        slope = math.sqrt(2.0 / math.pi)
        bend = np.tanh(slope * (x + 0.044715 * x**3))
        return 0.5 * (1.0 + bend) + 0.5 * slope * x * (1.0 - bend**2) * (1.0 + 0.134145 * x**2)
    return 0.5 * (1.0 + erf(x / math.sqrt(2.0))) + x * np.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi)


def clip(x: Array, low: Array = None, high: Array = None) -> Array:
    """x between two bounds; where they cross, the upper one holds."""
    above = x if low is None else np.maximum(x, low)
    return np.asarray(above if high is None else np.minimum(above, high)).astype(np.asarray(x).dtype)


def _clip_high(x: Array, low: Array, high: Array, y: Array) -> Array:
    return _step(x > high) if low is None else _step((x > high) | (low > high))


def _step(condition: Array) -> Array:
    """1 where the condition holds, 0 elsewhere."""
    if is_array(condition) or isinstance(condition, np.bool_):
        return condition  # NumPy multiplies by a truth value as it is, in half the time
    return np.where(condition, 1.0, 0.0)


def _clip_kinks(x: Array, low: Array = None, high: Array = None) -> Array:
    at_low = np.zeros(np.shape(x), bool) if low is None else x == low
    return at_low if high is None else at_low | (x == high)


OPERATIONS = (
    _declare(
        "Sigmoid",
        sigmoid,
        lambda x, y: y * (1.0 - y),
        summary="squashes any number into 0 to 1; its slope is at most 1/4",
        latex=r"\sigma\left({x}\right)",
    ),
    _declare(
        "Relu",
        relu,
        lambda x, y: _step(x > 0),
        summary="keeps what is positive, and zero for the rest; at 0 the slope is taken as 0",
        latex=r"\max\left(0, {x}\right)",
        kinks=lambda x: x == 0,
    ),
    _declare(
        "LeakyRelu",
        lambda x, *, alpha=0.01: np.where(x >= 0, x, alpha * x),
        lambda x, y, alpha=0.01: np.where(x > 0, 1.0, alpha),
        summary="like ReLU, with a small slope for negative numbers",
        latex=r"\operatorname{leaky}\left({x}\right)",
        kinks=lambda x, **attributes: x == 0,
    ),
    _declare(
        "PRelu",
        lambda x, slope: np.where(x < 0, slope * x, x),
        lambda x, slope, y: np.where(x > 0, 1.0, slope),
        lambda x, slope, y: np.where(x > 0, 0.0, x),
        inputs=("x", "slope"),
        summary="a leaky ReLU whose slope is learnt",
        latex=r"\operatorname{prelu}\left({x}\right)",
        kinks=lambda x, slope: x == 0,
    ),
    _declare(
        "Elu",
        lambda x, *, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        lambda x, y, alpha=1.0: np.where(x > 0, 1.0, y + alpha),
        summary="the identity above 0, a decaying exponential below",
        latex=r"\operatorname{elu}\left({x}\right)",
        kinks=lambda x, **attributes: x == 0,
    ),
    _declare(
        "Selu",
        lambda x, *, alpha=SELU_ALPHA, gamma=SELU_GAMMA: (
            gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
        ),
        lambda x, y, alpha=SELU_ALPHA, gamma=SELU_GAMMA: np.where(x > 0, gamma, y + gamma * alpha),
        summary="an ELU scaled so that variances settle at 1",
        latex=r"\operatorname{selu}\left({x}\right)",
        kinks=lambda x, **attributes: x == 0,
    ),
    _declare(
        "Celu",
        lambda x, *, alpha=1.0: np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(np.minimum(x, 0) / alpha)),
        lambda x, y, alpha=1.0: np.where(x > 0, 1.0, y / alpha + 1.0),
        summary="an ELU with a continuous slope",
        latex=r"\operatorname{celu}\left({x}\right)",
        kinks=lambda x, **attributes: x == 0,
    ),
    _declare(
        "Softplus",
        softplus,
        lambda x, y: 1.0 / (1.0 + np.exp(-x)),
        summary="a smooth ReLU",
        latex=r"\ln\left(1 + e^{{x}}\right)",
    ),
    _declare(
        "Softsign",
        lambda x: x / (1.0 + np.abs(x)),
        lambda x, y: 1.0 / (1.0 + np.abs(x)) ** 2,
        summary="like tanh, with slower tails",
    ),
    _declare(
        "HardSigmoid",
        lambda x, *, alpha=0.2, beta=0.5: np.clip(alpha * x + beta, 0, 1).astype(np.asarray(x).dtype),
        lambda x, y, alpha=0.2, beta=0.5: np.where((y > 0) & (y < 1), alpha, 0.0),
        summary="a sigmoid of three straight pieces",
        latex=r"\operatorname{hardsigmoid}\left({x}\right)",
        kinks=lambda x, *, alpha=0.2, beta=0.5: (alpha * x + beta == 0) | (alpha * x + beta == 1),
    ),
    _declare(
        "HardSwish",
        lambda x: x * np.clip(x / 6.0 + 0.5, 0, 1).astype(np.asarray(x).dtype),
        lambda x, y: np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, x / 3.0 + 0.5)),
        summary="Swish of straight pieces and a parabola",
        latex=r"\operatorname{hardswish}\left({x}\right)",
        kinks=lambda x: np.abs(x) == 3,
    ),
    _declare(
        "Swish",
        lambda x, *, alpha=1.0: x * sigmoid(alpha * x),
        lambda x, y, alpha=1.0: 1.0 / (1.0 + np.exp(-alpha * x)) * (1.0 + alpha * (x - y)),
        summary="x times its own sigmoid, also called SiLU",
        latex=r"{x}\,\sigma\left({x}\right)",
    ),
    _declare(
        "Mish",
        lambda x: x * np.tanh(softplus(x)),
        lambda x, y: (
            np.tanh(np.log1p(np.exp(x))) + x * (1.0 - np.tanh(np.log1p(np.exp(x))) ** 2) / (1.0 + np.exp(-x))
        ),
        summary="x times the tanh of its softplus",
        latex=r"{x}\,\tanh\left(\ln\left(1+e^{{x}}\right)\right)",
    ),
    _declare(
        "Gelu",
        gelu,
        _gelu_partial,
        summary="x times the chance that a normal number is below x",
        latex=r"{x}\,\Phi\left({x}\right)",
        reference="Hendrycks and Gimpel 2016",
    ),
    _declare(
        "ThresholdedRelu",
        lambda x, *, alpha=1.0: np.where(x > alpha, x, np.zeros_like(x)),
        lambda x, y, alpha=1.0: _step(x > alpha),
        summary="zero up to a threshold, the identity above",
        latex=r"\operatorname{threshold}\left({x}\right)",
        kinks=lambda x, *, alpha=1.0: x == alpha,
    ),
    _declare(
        "Shrink",
        lambda x, *, bias=0.0, lambd=0.5: np.where(
            x < -lambd, x + bias, np.where(x > lambd, x - bias, 0)
        ).astype(np.asarray(x).dtype),
        lambda x, y, bias=0.0, lambd=0.5: _step(np.abs(x) > lambd),
        summary="sets small numbers to zero",
        latex=r"\operatorname{shrink}\left({x}\right)",
        kinks=lambda x, *, bias=0.0, lambd=0.5: np.abs(x) == lambd,
    ),
    _declare(
        "Clip",
        clip,
        lambda x, *rest: _step(x == rest[-1]),
        lambda x, low, *rest: _step((x < low) & (rest[-1] == low)),
        _clip_high,
        inputs=("x", "min", "max"),
        summary="limits numbers to a range; what lies outside moves with the bound instead",
        latex=r"\operatorname{clip}\left({x}\right)",
        kinks=_clip_kinks,
    ),
    _declare(
        "SwiGLU",
        lambda a, b, *, alpha=1.0: a * sigmoid(alpha * a) * b,
        lambda a, b, y, alpha=1.0: (
            b / (1.0 + np.exp(-alpha * a)) * (1.0 + alpha * a / (1.0 + np.exp(alpha * a)))
        ),
        lambda a, b, y, alpha=1.0: a / (1.0 + np.exp(-alpha * a)),
        summary="a Swish that opens or closes a gate for the second value",
        latex=r"{a}\,\sigma\left({a}\right)\,{b}",
        reference="Shazeer 2020",
    ),
)
