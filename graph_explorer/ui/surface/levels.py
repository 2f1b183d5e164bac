"""Levels: the values at which contour lines run, and how a value becomes a share of the colour map.

The one rule: levels are round numbers, and the same scale serves contour lines, colours, the colour bar
and the height of the view in three dimensions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.notation import number
from graph_explorer.ui.surface.look import Scale
from graph_explorer.ui.surface.ticks import labels, ticks

Array = np.ndarray[Any, Any]

#: About how many linear levels there are, and how many powers of ten a logarithmic scale spans at most.
MOST = 22
DECADES = 9.0
#: On a logarithmic scale the lowest level lies below all but this part of what is seen.
_LOWEST = 0.002
#: Values that are positive and so many times as large as each other are levelled from zero.
_WIDE = 30.0
#: A surface whose middle value lies lower than this between its least and its greatest one gets
#: logarithmic levels where nobody chooses: linear ones would leave half of it in a single band.
_FLAT = 0.22


@dataclass(frozen=True)
class Levels:
    """A scale from `low` to `high`: of values, or of log₁₀(value − floor)."""

    kind: Literal["linear", "log"]
    low: float
    high: float
    floor: float = 0.0

    def share(self, values: Any) -> Array:
        """Where values lie between the ends of the scale, from 0 to 1; nan where they are not finite."""
        values = np.asarray(values, dtype=float)
        with np.errstate(all="ignore"):
            placed = np.log10(np.maximum(values - self.floor, 0)) if self.kind == "log" else values
            found = np.clip((placed - self.low) / (self.high - self.low), 0, 1)
        return np.where(np.isfinite(values), found, np.nan)

    def value(self, share: float) -> float:
        """The value at a share of the scale."""
        placed = self.low + share * (self.high - self.low)
        return self.floor + 10.0**placed if self.kind == "log" else placed

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The values of the contour lines."""
        if self.kind == "linear":
            return tuple(ticks(self.low, self.high, MOST))
        factors = (1, 2, 5) if self.high - self.low < 6 else (1, 3)
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        found = [factor * 10.0**power for power in powers for factor in factors]
        return tuple(self.floor + above for above in found if self.low <= math.log10(above) <= self.high)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What is written at the contour lines; above a floor that is not zero, how far above."""
        if self.kind == "linear":
            return tuple(labels(list(self.values)))
        plus = "+" if self.floor else ""
        return tuple(plus + number(float(f"{value - self.floor:.3g}")) for value in self.values)

    @property
    def title(self) -> str:
        """How the scale is spaced, as a remark behind the name of the output."""
        if self.kind == "linear":
            return ""
        return f"log above {number(self.floor)}" if self.floor else "log"


def choose(values: Array, scale: Scale, lowest: float = math.inf) -> Levels:
    """Levels that suit values, of which those that are not finite do not count.

    `lowest` is the least known value of the surface, where one is known.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Levels("linear", 0.0, 1.0)
    least, most = float(finite.min()), float(finite.max())
    if not most - least > 1e-12 * max(abs(least), abs(most), 1e-300):
        room = max(abs(least) * 0.1, 1e-6)
        return Levels("linear", least - room, most + room)
    if scale == "log" or (scale == "auto" and np.median(finite) - least < _FLAT * (most - least)):
        return _logarithmic(finite, min(least, lowest), most)
    return Levels("linear", least, most)


def _logarithmic(finite: Array, floor: float, most: float) -> Levels:
    if 0 <= floor < most / _WIDE:
        floor = 0.0
    above = finite - floor
    above = above[above > 0]
    high = math.log10(most - floor)
    low = math.log10(float(np.quantile(above, _LOWEST)))
    return Levels("log", min(max(low, high - DECADES), high - 1.0), high, floor)


def fitting(before: Levels | None, values: Array, scale: Scale, lowest: float) -> Levels:
    """The levels before where they still suit what is seen after a small move, else new ones."""
    fresh = choose(values, scale, lowest)
    if before is None or before.kind != fresh.kind or before.floor != fresh.floor:
        return fresh
    span = before.high - before.low
    ends = abs(fresh.low - before.low), abs(fresh.high - before.high)
    return before if max(ends) < 0.12 * span else fresh
