"""A chart as a record: scales, lines with bands, points, and what is said beside them.

The one rule: a chart holds numbers as they are; only a scale knows where on an axis they fall.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine.notation import number, raised
from graph_explorer.ui.surface.ticks import labels, ticks

Array = np.ndarray[Any, Any]

#: Room at both ends of an axis, as a part of its length.
_ROOM = 0.06


@dataclass(frozen=True)
class Scale:
    """An axis: even, by powers of ten (`log`), or one place for each of some `names`."""

    low: float
    high: float
    log: bool = False
    names: tuple[str, ...] = ()

    def at(self, values: Any) -> Array:
        """Where values fall, from `low` to `high`; not finite where a logarithm has no place for them."""
        found = np.asarray(values, dtype=float)
        with np.errstate(all="ignore"):
            return np.log10(found) if self.log else found

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Places with their texts, about `most` of them."""
        if self.names:
            return [(float(place), name) for place, name in enumerate(self.names)]
        if not self.log:
            places = ticks(self.low, self.high, most)
            return list(zip(places, labels(places), strict=True))
        first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
        factors: Sequence[int] = (1,) if last - first >= 2 else (1, 2, 5)
        step = max(1, math.ceil((last - first + 1) / max(most, 1)))
        found = []
        for power in range(first - 1, last + 1, step):
            for factor in factors:
                place = power + math.log10(factor)
                if self.low - 1e-9 <= place <= self.high + 1e-9:
                    found.append((place, _power(power, factor)))
        return found


def _power(power: int, factor: int) -> str:
    if -3 <= power <= 3:
        return number(factor * 10.0**power)
    return f"10{raised(power)}" if factor == 1 else f"{factor}·10{raised(power)}"


def scale_of(values: Iterable[float], log: bool = False) -> Scale:
    """A scale that shows all of the finite values, with a little room; a `log` one those above 0."""
    finite = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    placed = [math.log10(value) if log else value for value in finite] or [0.0, 1.0]
    low, high = min(placed), max(placed)
    wide = (high - low) or max(abs(low) * 0.2, 0.5)
    return Scale(low - _ROOM * wide, high + _ROOM * wide, log)


def names_scale(names: Sequence[str]) -> Scale:
    """A scale with one place for each name."""
    return Scale(-0.5, len(names) - 0.5, names=tuple(names))


def spread(values: Sequence[float]) -> bool:
    """Whether values above 0 lie so far from each other that only powers of ten show all of them."""
    good = [value for value in values if math.isfinite(value)]
    return len(good) > 1 and min(good) > 0 and max(good) / min(good) > 20


@dataclass(frozen=True)
class Line:
    """A line of points `x`, `y` (n,) in the colour of a series, and between `low` and `high` a band."""

    title: str
    colour: int
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Dot:
    """A point that can be pointed at: `number` is what it stands for. One that `failed` has no height."""

    number: int
    colour: int
    x: float
    y: float
    text: str
    failed: bool = False


@dataclass(frozen=True)
class Chart:
    """Everything that is drawn. `best` and `chosen` are numbers of dots, −1 for none."""

    title: str
    names: tuple[str, str]
    across: Scale
    up: Scale
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    best: int = -1
    chosen: int = -1
    remarks: tuple[str, ...] = field(default_factory=tuple)

    @cached_property
    def any_failed(self) -> bool:
        return any(dot.failed for dot in self.dots)

    def dot(self, number: int) -> Dot | None:
        """The dot of this number."""
        return next((dot for dot in self.dots if dot.number == number), None)
