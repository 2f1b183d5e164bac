"""Round numbers along an axis, and how they are written.

The one rule: ticks are 1, 2 or 5 times a power of ten apart, and written with as many digits as tell
them from each other.
"""

from __future__ import annotations

import itertools
import math

from graph_explorer.engine.notation import raised


def spacing(span: float, most: int) -> float:
    """The least round distance that puts no more than about `most` ticks on a span."""
    rough = span / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, most: int) -> list[float]:
    """The round numbers from `low` to `high`, both included."""
    step = spacing(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [place * step for place in range(first, last + 1)]


def labels(places: list[float]) -> list[str]:
    """What stands at ticks: all with the same number of decimals, or all as powers of ten."""
    if not places:
        return []
    largest = max(map(abs, places))
    step = min((b - a for a, b in itertools.pairwise(places)), default=largest or 1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if largest >= 1e6 or decimals > 7:
        return [_scientific(place, largest, step) for place in places]
    return [_signed(f"{place:.{decimals}f}") for place in places]


def _signed(text: str) -> str:
    """A number's text with a true minus sign, and no minus before nothing."""
    return text.lstrip("-") if not text.strip("-0.") else text.replace("-", "−")


def _scientific(place: float, largest: float, step: float) -> str:
    if abs(place) < step / 2:
        return "0"
    digits = max(0, math.floor(math.log10(largest) + 1e-9) - math.floor(math.log10(step) + 1e-9))
    mantissa, exponent = f"{place:.{digits}e}".split("e")
    return _signed(mantissa) + f"·10{raised(int(exponent))}"
