"""What every method that follows the gradient can be asked for beside its own settings.

The one rule: nothing here happens unless it is asked for, and what happens is a line of the rule,
so that a clipped or noisy run says so wherever its rule is shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import (
    BELOW_ONE,
    POSITIVE,
    Hyperparameter,
    flag,
    integer,
    number,
    pair,
)
from graph_explorer.lab.optimizers.rule import Array, Constants, Update, norm


def learning_rate(default: float) -> Hyperparameter:
    return number("lr", default, "the learning rate", usual=(1e-5, 10.0), log=True)


def epsilon(default: float) -> Hyperparameter:
    return number("eps", default, "keeps the division away from zero", usual=(1e-12, 1e-1), log=True)


def betas(first: float, second: float) -> Hyperparameter:
    return pair(
        "betas",
        (first, second),
        "how slowly the means of the gradients and of their squares forget",
        ("beta1", "beta2"),
        (BELOW_ONE, BELOW_ONE),
    )


MAXIMIZE = flag("maximize", False, "climbs instead of descending")
WEIGHT_DECAY = number(
    "weight_decay", 0.0, "how strongly the point is pulled to zero", usual=(1e-6, 1.0), log=True
)
SCHEDULE = Hyperparameter(
    "schedule", "schedule", "constant", "how the learning rate changes from step to step"
)
#: On every method that follows the gradient, in this order after its own.
SHARED = (
    WEIGHT_DECAY,
    flag(
        "decoupled_weight_decay",
        False,
        "whether the decay acts on the point directly instead of joining the gradient",
    ),
    MAXIMIZE,
    number(
        "clip_norm",
        None,
        "the longest gradient that is let through; a longer one is shortened",
        POSITIVE,
        (1e-3, 1e3),
        log=True,
        optional=True,
    ),
    number(
        "clip_value",
        None,
        "the largest entry of the gradient that is let through",
        POSITIVE,
        (1e-3, 1e3),
        log=True,
        optional=True,
    ),
    number("noise", 0.0, "standard deviation of the noise on the gradient", usual=(0.0, 10.0)),
    integer("batch", None, "how many examples each gradient is taken from; none takes all", optional=True),
    SCHEDULE,
)


def with_defaults(rows: tuple[Hyperparameter, ...], **defaults: Any) -> tuple[Hyperparameter, ...]:
    """The same rows with other defaults for some of them."""
    return tuple(replace(row, default=defaults[row.name]) if row.name in defaults else row for row in rows)


def seen_gradient(x: Any, g: Any, h: Constants) -> Update:
    """The gradient that the method sees.

    The length is clipped as by `torch.nn.utils.clip_grad_norm_`, which adds 1e-6 to it, so that a
    clipped gradient is a little shorter than `clip_norm`.
    """
    if h.on("noise"):
        g = yield "g", g + h.noise * h.xi
    if h.on("clip_norm"):
        length = yield "g_norm", norm(g)
        g = yield "g", g * np.minimum(1, h.clip_norm / (length + 1e-6))
    if h.on("clip_value"):
        g = yield "g", np.minimum(np.maximum(g, -h.clip_value), h.clip_value)
    if h.maximize:
        g = yield "g", -g
    if h.on("weight_decay") and not h.decoupled_weight_decay:
        g = yield "g", g + h.weight_decay * x
    return g


def decayed(x: Any, h: Constants) -> Update:
    """The point after decoupled weight decay (Loshchilov, Hutter 2019), where it is asked for."""
    if h.on("weight_decay") and h.decoupled_weight_decay:
        x = yield "x", x * (1 - h.lr * h.weight_decay)
    return x


def random_vectors(steps: int, dimension: int, seed: int) -> Array:
    """The ξ of every step, shape (steps, dimension).

    All starts of a run and all methods of a race see the same vectors, so that they are compared
    on equal terms and a path does not depend on which others are computed beside it.
    """
    return np.random.default_rng(seed).standard_normal((steps, dimension))
