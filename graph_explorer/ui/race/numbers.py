"""The numbers along an axis of a plot: round ones, also where the axis is logarithmic.

The one rule: a logarithmic axis shows few numbers that are whole powers of ten, or, where less than two
of those are seen, 1, 2 and 5 times one.
"""

from __future__ import annotations

import math

from graph_explorer.engine.notation import raised
from graph_explorer.ui.surface.ticks import labels, ticks


def numbers(low: float, high: float, most: int, logarithmic: bool) -> list[tuple[float, str]]:
    """At most about `most` places from `low` to `high`, each with what stands there."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return []
    if logarithmic:
        return [(place, written(place)) for place in decades(low, high, most)]
    places = ticks(low, high, most)
    return list(zip(places, labels(places), strict=True))


def decades(low: float, high: float, most: int) -> list[float]:
    """The places, as logarithms, of at most about `most` round numbers."""
    whole = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(whole) >= 2:
        every = max(1, math.ceil(len(whole) / max(most, 1)))
        return [float(power) for power in whole if power % every == 0]
    fine = [
        power + math.log10(part)
        for power in range(math.floor(low), math.ceil(high) + 1)
        for part in (1, 2, 5)
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
