"""The numbers along an axis of a plot: round ones, also where the axis is logarithmic.

The one rule: a logarithmic axis shows few numbers that are whole powers of ten, or, where less than two
of those are seen, 1, 2 and 5 times one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph

from graph_explorer.engine.notation import raised

#: Pixels from number to number at the least: along the bottom, along the side.
_ACROSS, _UPWARDS = 56, 26


def decades(low: float, high: float, most: int) -> list[float]:
    """The places, as logarithms, of at most about `most` round numbers."""
    whole = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(whole) >= 2:
        every = max(1, math.ceil(len(whole) / max(most, 1)))
        return [float(power) for power in whole if power % every == 0]
    parts = (1, 2, 5) if most < 9 else (1, 2, 3, 5, 7)
    fine = [
        power + math.log10(part)
        for power in range(math.floor(low), math.ceil(high) + 1)
        for part in parts
        if low <= power + math.log10(part) <= high
    ]
    return fine[:: max(1, math.ceil(len(fine) / max(most, 1)))]


def written(power: float) -> str:
    """The number with this logarithm: plain where it is short, else as a power of ten."""
    exponent = math.floor(power + 1e-9)
    digit = round(10 ** (power - exponent))
    if -3 <= exponent <= 4:
        return f"{digit * 10**exponent:g}" if exponent >= 0 else f"{digit * 10.0**exponent:.{-exponent}f}"
    return f"10{raised(exponent)}" if digit == 1 else f"{digit}·10{raised(exponent)}"


class Axis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """An axis of a plot whose places are logarithms where `logMode` says so."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float | None, list[float]]]:
        if not self.logMode or not math.isfinite(low + high):
            return list(super().tickValues(low, high, size))[:1]
        room = _ACROSS if self.orientation in ("bottom", "top") else _UPWARDS
        return [(None, decades(low, high, max(int(size / room), 2)))]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:
            return [written(value) for value in values]
        return [text.replace("-", "−") for text in super().tickStrings(values, scale, spacing)]
