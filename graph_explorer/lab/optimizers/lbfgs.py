"""L-BFGS as `torch.optim.LBFGS` defines it: one step is up to `max_iter` inner ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graph_explorer.lab.hyperparameters import choice, integer, number
from graph_explorer.lab.optimizers.line_search import Trial, Wolfe, along, strong_wolfe
from graph_explorer.lab.optimizers.method import Memory, Method
from graph_explorer.lab.optimizers.oracle import Array, Oracle
from graph_explorer.lab.optimizers.rule import Constants, State
from graph_explorer.lab.optimizers.shared import MAXIMIZE, SCHEDULE, WEIGHT_DECAY, learning_rate


@dataclass(frozen=True)
class Past:
    """What is remembered of the steps so far: moves s, changes y of the gradient, newest last.

    Together they stand for the curvature; `scale` is its inverse along the newest change.
    """

    moves: tuple[Array, ...] = ()
    changes: tuple[Array, ...] = ()
    scale: float = 1.0

    def with_pair(self, move: Array, change: Array, size: int) -> Past:
        """The past with one more pair, unless the curvature along it is not positive."""
        curvature = np.dot(change, move)
        if not curvature > 1e-10:
            return self
        moves, changes = (*self.moves, move)[-size:], (*self.changes, change)[-size:]
        return Past(moves, changes, curvature / np.dot(change, change))

    def direction(self, gradient: Array) -> Array:
        """−H·g by the two-loop recursion (Nocedal, Wright, algorithm 7.4)."""
        direction = -gradient
        shares = []
        pairs = list(zip(self.moves, self.changes, strict=True))
        for move, change in reversed(pairs):
            shares.append(np.dot(move, direction) * (1.0 / np.dot(change, move)))
            direction = direction - shares[-1] * change
        direction = direction * self.scale
        for (move, change), share in zip(pairs, reversed(shares), strict=True):
            again = np.dot(change, direction) * (1.0 / np.dot(change, move))
            direction = direction + (share - again) * move
        return direction


@dataclass(frozen=True)
class Progress:
    """Where the inner steps are: the point with its value and gradient, and how it came there."""

    point: Array
    value: float
    gradient: Array
    past: Past
    move: Array
    last_gradient: Array
    iterations: int


def lbfgs(point: Array, state: State, oracle: Oracle, h: Constants) -> tuple[Array, State]:
    value, gradient = oracle.value_and_gradient(point)
    most = h.max_iter * 5 // 4 if h.max_eval is None else h.max_eval
    evaluations = 1
    now = Progress(
        point,
        value,
        gradient,
        state["past"] or Past(),
        state["move"],
        state["last_gradient"],
        state["iterations"],
    )
    inner, done = 0, bool(np.abs(gradient).max() <= h.tolerance_grad)
    while not done and inner < h.max_iter:
        inner += 1
        now, used, done = _inner_step(now, oracle, h, inner == h.max_iter, most - evaluations)
        evaluations += used
        done = done or evaluations >= most
    return now.point, {
        "t": state["t"] + 1,
        "past": now.past,
        "move": now.move,
        "last_gradient": now.last_gradient,
        "iterations": now.iterations,
    }


def _inner_step(
    now: Progress, oracle: Oracle, h: Constants, last: bool, trials: int
) -> tuple[Progress, int, bool]:
    """One inner step, the evaluations it used, and whether there is nothing more to do."""
    first = now.iterations == 0
    past = now.past
    if not first:
        past = past.with_pair(now.move, now.gradient - now.last_gradient, h.history_size)
    direction = -now.gradient if first else past.direction(now.gradient)
    length = h.lr * (min(1.0, 1.0 / np.abs(now.gradient).sum()) if first else 1.0)
    slope = np.dot(now.gradient, direction)
    tried = replace(
        now,
        past=past,
        move=direction * length,
        last_gradient=now.gradient,
        iterations=now.iterations + 1,
    )
    if slope > -h.tolerance_change:
        return tried, 0, True
    value, gradient, used = now.value, now.gradient, 0
    if h.line_search_fn == "strong_wolfe":
        start = Trial(0.0, value, slope, gradient)
        line = _Counting(oracle, now.point, direction)
        limits = Wolfe(shortest=1e-9, trials=trials)
        chosen = strong_wolfe(line, start, length, np.abs(direction).max(), limits)
        length, value, gradient, used = chosen.at, chosen.value, chosen.gradient, line.trials
    point = now.point + length * direction
    if h.line_search_fn is None and not last:
        value, gradient = oracle.value_and_gradient(point)
        used = 1
    moved = replace(tried, point=point, value=value, gradient=gradient, move=direction * length)
    still = np.abs(moved.move).max() <= h.tolerance_change
    flat = np.abs(gradient).max() <= h.tolerance_grad
    same = abs(value - now.value) < h.tolerance_change
    return moved, used, bool(last or flat or still or same)


class _Counting:
    """A line that counts its trials."""

    def __init__(self, oracle: Oracle, point: Array, direction: Array) -> None:
        self._line = along(oracle, point, direction)
        self.trials = 0

    def __call__(self, at: float) -> Trial:
        self.trials += 1
        return self._line(at)


_SMALL = (1e-15, 1e-1)

METHODS = (
    Method(
        "lbfgs",
        "L-BFGS",
        "A Newton step whose curvature is learnt from the last changes of the gradient.",
        "Liu, Nocedal: On the limited memory BFGS method, 1989",
        (
            learning_rate(1.0),
            integer("max_iter", 20, "inner steps of one step"),
            integer("max_eval", None, "evaluations of one step; 5/4 of max_iter", optional=True),
            number("tolerance_grad", 1e-7, "a gradient this small ends a step", usual=_SMALL, log=True),
            number("tolerance_change", 1e-9, "a change this small ends a step", usual=_SMALL, log=True),
            integer("history_size", 100, "how many changes are remembered"),
            choice(
                "line_search_fn",
                None,
                "how the length of a step is found; none takes the learning rate",
                ("strong_wolfe",),
                optional=True,
            ),
            WEIGHT_DECAY,
            MAXIMIZE,
            SCHEDULE,
        ),
        (
            Memory("past", vector=False),
            Memory("move"),
            Memory("last_gradient"),
            Memory("iterations", vector=False),
        ),
        search=lbfgs,
        formulas=(
            ("direction", r"d_t = -H_t\,g_t"),
            ("x", r"x_{t} = x_{t-1} + \eta_t\,d_t"),
        ),
        kind="line search",
    ),
)
