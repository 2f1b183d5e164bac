"""Methods that divide the gradient by a size of their own for every direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import (
    AT_LEAST_ONE,
    FRACTION,
    NOT_NEGATIVE,
    Bounds,
    flag,
    number,
    pair,
)
from graph_explorer.lab.optimizers.method import Memory, Method
from graph_explorer.lab.optimizers.rule import Constants, Update, rms
from graph_explorer.lab.optimizers.shared import (
    SHARED,
    decayed,
    epsilon,
    learning_rate,
    seen_gradient,
    with_defaults,
)


def adagrad(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    rate = h.lr
    if h.on("lr_decay"):
        rate = yield "rate", h.lr / (1 + (h.t - 1) * h.lr_decay)
    s = yield "s", was.s + g**2
    yield "x", x - rate * g / (np.sqrt(s) + h.eps)


def rmsprop(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    v = yield "v", h.alpha * was.v + (1 - h.alpha) * g**2
    if h.centered:
        m = yield "m", h.alpha * was.m + (1 - h.alpha) * g
        root = yield "root", np.sqrt(v - m**2) + h.eps
    else:
        root = yield "root", np.sqrt(v) + h.eps
    if h.on("momentum"):
        b = yield "b", h.momentum * was.b + g / root
        yield "x", x - h.lr * b
    else:
        yield "x", x - h.lr * g / root


def adadelta(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    v = yield "v", h.rho * was.v + (1 - h.rho) * g**2
    delta = yield "delta", np.sqrt(was.deltas + h.eps) / np.sqrt(v + h.eps) * g
    yield "deltas", h.rho * was.deltas + (1 - h.rho) * delta**2
    yield "x", x - h.lr * delta


def adafactor(x: Any, g: Any, was: Any, h: Constants) -> Update:
    """For a vector, whose mean of squares is kept whole and not as rows and columns."""
    g = yield from seen_gradient(x, g, h)
    rate = yield "rate", np.minimum(h.lr, 1 / np.sqrt(h.t))
    x_rms = yield "x_rms", rms(x)
    size = yield "size", np.maximum(h.eps2, x_rms) * rate
    x = yield from decayed(x, h)
    share = yield "share", h.t**h.beta2_decay
    v = yield "v", (1 - share) * was.v + share * g**2
    delta = yield "delta", g / np.sqrt(np.maximum(v, h.eps1**2))
    delta_rms = yield "delta_rms", rms(delta)
    yield "x", x - size * delta / np.maximum(1, delta_rms / h.d)


METHODS = (
    Method(
        "adagrad",
        "AdaGrad",
        "Every direction is divided by the root of all its squared gradients: steps only shrink.",
        "Duchi, Hazan, Singer: Adaptive subgradient methods, 2011",
        (
            learning_rate(1e-2),
            number("lr_decay", 0.0, "how fast the learning rate decays"),
            number("initial_accumulator_value", 0.0, "where the sum of squares starts"),
            epsilon(1e-10),
            *SHARED,
        ),
        (Memory("s", "initial_accumulator_value"),),
        adagrad,
    ),
    Method(
        "rmsprop",
        "RMSProp",
        "Every direction is divided by the root of the mean of its recent squared gradients.",
        "Hinton: Neural networks for machine learning, lecture 6e, 2012; centred: Graves 2013",
        (
            learning_rate(1e-2),
            number("alpha", 0.99, "how slowly the mean of the squares forgets"),
            epsilon(1e-8),
            number("momentum", 0.0, "how much of the momentum stays from step to step"),
            flag("centered", False, "divides by the deviation from the mean instead"),
            *SHARED,
        ),
        (
            Memory("v"),
            Memory("m", when=lambda h: bool(h.centered)),
            Memory("b", when=lambda h: h.on("momentum")),
        ),
        rmsprop,
    ),
    Method(
        "adadelta",
        "Adadelta",
        "The size of recent steps over the size of recent gradients: no learning rate is needed.",
        "Zeiler: ADADELTA, 2012",
        (
            learning_rate(1.0),
            number("rho", 0.9, "how slowly the means forget", FRACTION),
            epsilon(1e-6),
            *SHARED,
        ),
        (Memory("v"), Memory("deltas")),
        adadelta,
    ),
    Method(
        "adafactor",
        "Adafactor",
        "Steps in proportion to the size of the point, clipped by their root mean square.",
        "Shazeer, Stern: Adafactor, ICML 2018, algorithm 4 for a vector",
        (
            learning_rate(1e-2),
            number(
                "beta2_decay",
                -0.8,
                "how the share of the newest square decays, at most 0",
                Bounds(high=0.0),
                (-1.0, 0.0),
            ),
            pair(
                "eps",
                (None, 1e-3),
                "the least root of the mean of squares (none: the precision) and size of the point",
                ("eps1", "eps2"),
                (NOT_NEGATIVE, NOT_NEGATIVE),
                optional=True,
            ),
            number("d", 1.0, "the largest root mean square of a step", AT_LEAST_ONE, (1.0, 10.0)),
            *with_defaults(SHARED, decoupled_weight_decay=True),
        ),
        (Memory("v"),),
        adafactor,
    ),
)
