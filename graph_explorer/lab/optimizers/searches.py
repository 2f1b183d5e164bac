"""Descent by line search, conjugate gradients and Newton's method.

The one rule: a search keeps the value and gradient of where it stands, and asks for nothing twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import (
    Bounds,
    Hyperparameter,
    choice,
    flag,
    integer,
    number,
)
from graph_explorer.lab.optimizers.line_search import (
    Trial,
    Wolfe,
    along,
    backtracking,
    strong_wolfe,
)
from graph_explorer.lab.optimizers.method import Memory, Method
from graph_explorer.lab.optimizers.oracle import Array, Oracle
from graph_explorer.lab.optimizers.rule import Constants, State
from graph_explorer.lab.optimizers.shared import MAXIMIZE, SCHEDULE, WEIGHT_DECAY, learning_rate

_INSIDE = Bounds(0.0, 1.0, open_low=True, open_high=True)


def _here(point: Array, state: State, oracle: Oracle) -> tuple[float, Array]:
    """Value and gradient where the method stands, asked for at the first step only."""
    if state["t"]:
        return state["value"], state["gradient"]
    return oracle.value_and_gradient(point)


def _wolfe(h: Constants) -> Wolfe:
    return Wolfe(h.c1, h.c2, trials=h.max_trials)


def gd_line_search(point: Array, state: State, oracle: Oracle, h: Constants) -> tuple[Array, State]:
    value, gradient = _here(point, state, oracle)
    direction = -gradient
    start = Trial(0.0, value, np.dot(gradient, direction), gradient)
    found: dict[str, Any] = {"value": value, "gradient": gradient, "length": 0.0}
    if start.slope != 0 and h.line_search_fn == "strong_wolfe":
        line = along(oracle, point, direction)
        chosen = strong_wolfe(line, start, h.lr, np.abs(direction).max(), _wolfe(h))
        found = {"value": chosen.value, "gradient": chosen.gradient, "length": chosen.at}
        point = point + chosen.at * direction
    elif start.slope != 0:
        length = backtracking(oracle, point, direction, start, h.lr, h)
        if length:
            point = point + length * direction
            value, gradient = oracle.value_and_gradient(point)
            found = {"value": value, "gradient": gradient, "length": length}
    return point, {"t": state["t"] + 1, "direction": direction, **found}


def _fletcher_reeves(new: Array, old: Array, direction: Array) -> float:
    return float(np.dot(new, new) / np.dot(old, old))


def _polak_ribiere(new: Array, old: Array, direction: Array) -> float:
    """Never below zero, which restarts the method: Powell 1984, Gilbert and Nocedal 1992."""
    return float(max(0.0, np.dot(new, new - old) / np.dot(old, old)))


def _hestenes_stiefel(new: Array, old: Array, direction: Array) -> float:
    return float(np.dot(new, new - old) / np.dot(direction, new - old))


_MIX = {
    "polak_ribiere": _polak_ribiere,
    "fletcher_reeves": _fletcher_reeves,
    "hestenes_stiefel": _hestenes_stiefel,
}


def cg(point: Array, state: State, oracle: Oracle, h: Constants) -> tuple[Array, State]:
    """Nonlinear conjugate gradients (Nocedal, Wright, algorithm 5.4) with a strong Wolfe search.

    Where the mixed direction does not descend, the method starts again from the gradient.
    """
    value, gradient = _here(point, state, oracle)
    direction, share, first = -gradient, 0.0, h.lr
    if state["t"] and state["slope"]:
        share = _MIX[h.formula](gradient, state["last_gradient"], state["direction"])
        mixed = -gradient + share * state["direction"]
        if np.dot(gradient, mixed) < 0:
            direction = mixed
        slope = np.dot(gradient, direction)
        if state["length"] and slope:  # as far as the last step promised (equation 3.60)
            first = h.lr * state["length"] * state["slope"] / slope
    start = Trial(0.0, value, np.dot(gradient, direction), gradient)
    chosen = start
    if start.slope < 0:
        line = along(oracle, point, direction)
        chosen = strong_wolfe(line, start, first, np.abs(direction).max(), _wolfe(h))
    return point + chosen.at * direction, {
        "t": state["t"] + 1,
        "value": chosen.value,
        "gradient": chosen.gradient,
        "last_gradient": gradient,
        "direction": direction,
        "length": chosen.at,
        "slope": start.slope,
    }


def newton(point: Array, state: State, oracle: Oracle, h: Constants) -> tuple[Array, State]:
    """To the stationary point of the quadratic model, be it a minimum, a saddle or a maximum.

    Directions without curvature are left alone. `saddle_free` turns negative curvatures over, so
    that saddles repel (Dauphin et al. 2014).
    """
    _, gradient = oracle.value_and_gradient(point)
    hessian = oracle.hessian(point)
    if not (np.isfinite(hessian).all() and np.isfinite(gradient).all()):
        nowhere = np.full_like(point, np.nan)
        return nowhere, {"t": state["t"] + 1, "direction": nowhere}
    curvatures, axes = np.linalg.eigh(hessian)
    if h.saddle_free:
        curvatures = np.abs(curvatures)
    curvatures = curvatures + h.damping
    flat = np.abs(curvatures) <= len(point) * np.finfo(float).eps * np.abs(curvatures).max()
    along_axes = np.where(flat, 0.0, (axes.T @ gradient) / np.where(flat, 1.0, curvatures))
    direction = -(axes @ along_axes)
    return point + h.lr * direction, {"t": state["t"] + 1, "direction": direction}


def _conditions(c2: float) -> tuple[Hyperparameter, ...]:
    return (
        number(
            "c1", 1e-4, "the part of the promised decrease that is enough", _INSIDE, (1e-6, 0.5), log=True
        ),
        number("c2", c2, "the part of the slope that may be left", _INSIDE),
        integer("max_trials", 25, "the most trials of one search"),
    )


_SHARED = (WEIGHT_DECAY, MAXIMIZE, SCHEDULE)

METHODS = (
    Method(
        "newton",
        "Newton's method",
        "Straight to the stationary point of the quadratic that fits here, of whatever kind it is.",
        "Nocedal, Wright: Numerical optimization, chapter 3; saddle-free: Dauphin et al. 2014",
        (
            learning_rate(1.0),
            number("damping", 0.0, "added to every curvature", usual=(1e-6, 1e3), log=True),
            flag("saddle_free", False, "turns negative curvatures over"),
            *_SHARED,
        ),
        (Memory("direction"),),
        search=newton,
        formulas=(
            ("direction", r"d_t = -H_t^{-1}\,g_t"),
            ("x", r"x_{t} = x_{t-1} + \eta\,d_t"),
        ),
        kind="hessian",
    ),
    Method(
        "cg",
        "Conjugate gradient",
        "Every direction keeps what the last one gained: on a quadratic in two dimensions, two steps.",
        "Fletcher, Reeves 1964; Polak, Ribière 1969; Hestenes, Stiefel 1952",
        (
            learning_rate(1.0),
            choice("formula", "polak_ribiere", "how directions are mixed", tuple(_MIX)),
            *_conditions(0.1),
            *_SHARED,
        ),
        (
            Memory("value", vector=False),
            Memory("gradient"),
            Memory("last_gradient"),
            Memory("direction"),
            Memory("length", vector=False),
            Memory("slope", vector=False),
        ),
        search=cg,
        formulas=(
            ("direction", r"d_t = -g_t + \beta_t\,d_{t-1}"),
            ("x", r"x_{t} = x_{t-1} + \alpha_t\,d_t"),
        ),
        kind="line search",
    ),
    Method(
        "gd_line_search",
        "Gradient descent with line search",
        "Against the gradient, as far as the function keeps going down enough.",
        "Armijo: Minimization of functions having Lipschitz continuous first derivatives, 1966",
        (
            learning_rate(1.0),
            choice(
                "line_search_fn",
                "armijo",
                "armijo shrinks the step until the value decreases; strong_wolfe also asks for "
                "a flatter slope",
                ("armijo", "strong_wolfe"),
            ),
            number("shrink", 0.5, "the factor of a step that was too long", _INSIDE),
            *_conditions(0.9),
            *_SHARED,
        ),
        (
            Memory("value", vector=False),
            Memory("gradient"),
            Memory("direction"),
            Memory("length", vector=False),
        ),
        search=gd_line_search,
        formulas=(
            ("direction", r"d_t = -g_t"),
            ("x", r"x_{t} = x_{t-1} + \alpha_t\,d_t"),
        ),
        kind="line search",
    ),
)
