"""Gradient descent and its momenta."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import FRACTION, NOT_NEGATIVE, Value, choice, flag, number
from graph_explorer.lab.optimizers.method import Memory, Method
from graph_explorer.lab.optimizers.rule import Constants, Update
from graph_explorer.lab.optimizers.shared import (
    SHARED,
    decayed,
    learning_rate,
    seen_gradient,
    with_defaults,
)


def sgd(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    if not h.on("momentum"):
        yield "x", x - h.lr * g
        return
    fresh = (1 - h.dampening) * g if h.on("dampening") and not h.first else g
    if h.convention == "heavy_ball":
        velocity = yield "velocity", h.momentum * was.velocity - h.lr * fresh
        yield "x", x + h.momentum * velocity - h.lr * g if h.nesterov else x + velocity
    else:
        b = yield "b", h.momentum * was.b + fresh
        yield "x", x - h.lr * (g + h.momentum * b) if h.nesterov else x - h.lr * b


def asgd(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    x = yield "x", x * (1 - h.lambd * was.rate)
    x = yield "x", x - was.rate * g
    yield "average", was.average + was.weight * (x - was.average)
    yield "rate", h.lr / (1 + h.lambd * h.lr * h.t) ** h.alpha
    yield "weight", 1 / np.maximum(1, h.t - h.t0)


def _nesterov_conflict(values: Mapping[str, Value]) -> str:
    if values["nesterov"] and (not values["momentum"] or values["dampening"]):
        return (
            "nesterov needs a momentum above 0 and no dampening; "
            "write for example momentum=0.9 and leave dampening out"
        )
    return ""


_OWN = (
    learning_rate(1e-3),
    number("momentum", 0.0, "how much of the momentum stays from step to step"),
    number("dampening", 0.0, "the part of each gradient that the momentum leaves out", FRACTION),
    flag("nesterov", False, "whether the step looks ahead along the momentum"),
    choice(
        "convention",
        "pytorch",
        "pytorch adds up gradients and multiplies by the rate; heavy_ball adds up steps; "
        "they differ where the rate changes",
        ("pytorch", "heavy_ball"),
    ),
    *SHARED,
)
_MEMORIES = (
    Memory("b", when=lambda h: h.on("momentum") and h.convention == "pytorch"),
    Memory("velocity", when=lambda h: h.on("momentum") and h.convention == "heavy_ball"),
)


def _row(name: str, title: str, summary: str, reference: str, **defaults: Any) -> Method:
    return Method(
        name,
        title,
        summary,
        reference,
        with_defaults(_OWN, **defaults),
        _MEMORIES,
        sgd,
        conflict=_nesterov_conflict,
    )


METHODS = (
    _row(
        "sgd",
        "Gradient descent",
        "A step against the gradient, as long as the gradient times the learning rate.",
        "Robbins, Monro: A stochastic approximation method, 1951",
    ),
    _row(
        "momentum",
        "Momentum",
        "Gradients add up while the older ones fade: fast along a ravine, smooth across it.",
        "Polyak: Some methods of speeding up the convergence of iteration methods, 1964",
        momentum=0.9,
    ),
    _row(
        "nesterov",
        "Nesterov momentum",
        "Momentum that also looks one step ahead along itself.",
        "Nesterov 1983; in this form Sutskever et al. 2013",
        momentum=0.9,
        nesterov=True,
    ),
    Method(
        "asgd",
        "Averaged gradient descent",
        "Gradient descent with a falling rate that also keeps the mean of its points.",
        "Polyak, Juditsky: Acceleration of stochastic approximation by averaging, 1992",
        (
            learning_rate(1e-2),
            number("lambd", 1e-4, "the decay of the point and of the rate", usual=(1e-6, 1.0), log=True),
            number("alpha", 0.75, "the power with which the rate falls"),
            number("t0", 1e6, "the step from which points are averaged", NOT_NEGATIVE, (1, 1e6)),
            *SHARED,
        ),
        (
            Memory("average"),
            Memory("rate", "lr", vector=False),
            Memory("weight", 1.0, vector=False),
        ),
        asgd,
    ),
)
