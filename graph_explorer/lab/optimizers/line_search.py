"""How far to go along a direction.

The one rule: a search sees the function only along its line, as `Trial`s, and returns the one it
chose; what it costs is counted by the oracle behind it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.lab.optimizers.oracle import Array, Oracle


@dataclass(frozen=True)
class Trial:
    """The function at a distance `at` along the direction; `slope` is its derivative there."""

    at: float
    value: float
    slope: float
    gradient: Array


Line = Callable[[float], Trial]


@dataclass(frozen=True)
class Wolfe:
    """What a strong Wolfe search is content with, and when it gives up."""

    decrease: float = 1e-4
    curvature: float = 0.9
    shortest: float = 1e-9
    trials: int = 25


def along(oracle: Oracle, point: Array, direction: Array) -> Line:
    """The function on the line through `point`."""

    def trial(at: float) -> Trial:
        value, gradient = oracle.value_and_gradient(point + at * direction)
        return Trial(at, value, np.dot(gradient, direction), gradient)

    return trial


def backtracking(oracle: Oracle, point: Array, direction: Array, start: Trial, first: float, h: Any) -> float:
    """The first of `first`, `first`·shrink, … that decreases the value enough (Armijo 1966).

    Zero if none of `max_trials` does.
    """
    at = first
    for _ in range(h.max_trials):
        if oracle.value(point + at * direction) <= start.value + h.c1 * at * start.slope:
            return at
        at *= h.shrink
    return 0.0


def strong_wolfe(line: Line, start: Trial, first: float, reach: float, wolfe: Wolfe) -> Trial:
    """A trial with enough decrease and a slope flat enough (Nocedal, Wright, algorithms 3.5, 3.6).

    The trials are those of `torch.optim.LBFGS`: cubic interpolation, extrapolation by at most ten
    times, and a step away from the ends of the bracket when it shrinks too slowly. `reach` is the
    largest entry of the direction. When the trials run out the better end is returned.
    """
    bracket, trials = _bracket(line, start, first, wolfe)
    if len(bracket) == 1:
        return bracket[0]
    return _zoom(line, start, bracket, reach, wolfe, trials)


def _bracket(line: Line, start: Trial, first: float, wolfe: Wolfe) -> tuple[list[Trial], int]:
    """One trial that satisfies both conditions, or two with such a one between them."""
    before, now, trials = start, line(first), 0
    while trials < wolfe.trials:
        if not _decreases(now, start, wolfe) or (trials > 1 and now.value >= before.value):
            return [before, now], trials
        if abs(now.slope) <= -wolfe.curvature * start.slope:
            return [now], trials
        if now.slope >= 0:
            return [before, now], trials
        ahead = (now.at + 0.01 * (now.at - before.at), now.at * 10)
        before, now = now, line(_cubic_minimum(before, now, ahead))
        trials += 1
    return [start, now], trials


def _decreases(trial: Trial, start: Trial, wolfe: Wolfe) -> bool:
    return not trial.value > start.value + wolfe.decrease * trial.at * start.slope


def _zoom(line: Line, start: Trial, ends: list[Trial], reach: float, wolfe: Wolfe, trials: int) -> Trial:
    """Shrinks the bracket around a trial that satisfies both conditions."""
    low, high = (0, 1) if ends[0].value <= ends[1].value else (1, 0)
    stalled = False
    while trials < wolfe.trials and not abs(ends[1].at - ends[0].at) * reach < wolfe.shortest:
        at = _cubic_minimum(ends[0], ends[1], None)
        at, stalled = _kept_inside(at, ends, stalled)
        now = line(at)
        trials += 1
        if not _decreases(now, start, wolfe) or now.value >= ends[low].value:
            ends[high] = now
            low, high = (0, 1) if ends[0].value <= ends[1].value else (1, 0)
            continue
        if abs(now.slope) <= -wolfe.curvature * start.slope:
            return now
        if now.slope * (ends[high].at - ends[low].at) >= 0:
            ends[high] = ends[low]
        ends[low] = now
    return ends[low]


def _kept_inside(at: float, ends: list[Trial], stalled: bool) -> tuple[float, bool]:
    """The next trial, moved inwards if the search stalls at one end; and whether it stalls now."""
    left, right = min(ends[0].at, ends[1].at), max(ends[0].at, ends[1].at)
    margin = 0.1 * (right - left)
    if not min(right - at, at - left) < margin:
        return at, False
    if not (stalled or at >= right or at <= left):
        return at, True
    return (right - margin if abs(at - right) < abs(at - left) else left + margin), False


def _cubic_minimum(a: Trial, b: Trial, within: tuple[float, float] | None) -> float:
    """Where the cubic through two values and slopes is least, within the bounds; else the middle.

    Nocedal, Wright, equation 3.59.
    """
    if a.at > b.at:
        a, b = b, a
    low, high = within if within is not None else (a.at, b.at)
    with np.errstate(all="ignore"):
        bend = a.slope + b.slope - 3 * (a.value - b.value) / np.float64(a.at - b.at)
        square = bend**2 - a.slope * b.slope
        if not square >= 0:
            return (low + high) / 2.0
        root = math.sqrt(square)
        share = (b.slope + root - bend) / np.float64(b.slope - a.slope + 2 * root)
        return float(min(max(b.at - (b.at - a.at) * share, low), high))
