"""Methods that look at the sign of the gradient only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import NOT_NEGATIVE, Bounds, Value, pair
from graph_explorer.lab.optimizers.method import Memory, Method
from graph_explorer.lab.optimizers.rule import Constants, Update
from graph_explorer.lab.optimizers.shared import (
    SHARED,
    betas,
    decayed,
    learning_rate,
    seen_gradient,
    with_defaults,
)


def lion(x: Any, g: Any, was: Any, h: Constants) -> Update:
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    direction = yield "direction", np.sign(h.beta1 * was.m + (1 - h.beta1) * g)
    yield "x", x - h.lr * direction
    yield "m", h.beta2 * was.m + (1 - h.beta2) * g


def rprop(x: Any, g: Any, was: Any, h: Constants) -> Update:
    """Where the sign of the gradient changes, the point stays and only its next step shrinks."""
    g = yield from seen_gradient(x, g, h)
    x = yield from decayed(x, h)
    agreement = yield "agreement", np.sign(g * was.previous)
    shrunk = np.where(agreement < 0, h.eta_minus, 1)
    factor = yield "factor", np.where(agreement > 0, h.eta_plus, shrunk)
    delta = yield "delta", np.minimum(np.maximum(was.delta * factor, h.step_min), h.step_max)
    g = yield "previous", np.where(agreement < 0, 0, g)
    yield "x", x - delta * np.sign(g)


def _step_sizes_conflict(values: Mapping[str, Value]) -> str:
    sizes = values["step_sizes"]
    if isinstance(sizes, tuple) and sizes[0] > sizes[1]:  # type: ignore[operator]
        return "step_sizes has its smallest step above its largest; write step_sizes=1e-6/50"
    return ""


METHODS = (
    Method(
        "lion",
        "Lion",
        "Steps of the same length in every direction, along the sign of a mean gradient.",
        "Chen et al.: Symbolic discovery of optimization algorithms, 2023",
        (
            learning_rate(1e-4),
            betas(0.9, 0.99),
            *with_defaults(SHARED, decoupled_weight_decay=True),
        ),
        (Memory("m"),),
        lion,
    ),
    Method(
        "rprop",
        "Rprop",
        "Every direction has a step of its own, which grows while the sign stays and shrinks else.",
        "Riedmiller, Braun: The RPROP algorithm, 1993",
        (
            learning_rate(1e-2),
            pair(
                "etas",
                (0.5, 1.2),
                "the factors of a step after a change of sign and after the same sign",
                ("eta_minus", "eta_plus"),
                (
                    Bounds(0.0, 1.0, open_low=True, open_high=True),
                    Bounds(1.0, open_low=True),
                ),
                (0.1, 2.0),
            ),
            pair(
                "step_sizes",
                (1e-6, 50.0),
                "the smallest and the largest step",
                ("step_min", "step_max"),
                (NOT_NEGATIVE, NOT_NEGATIVE),
                (1e-9, 100.0),
                log=True,
            ),
            *SHARED,
        ),
        (Memory("previous"), Memory("delta", "lr")),
        rprop,
        conflict=_step_sizes_conflict,
    ),
)
