"""What the positions of a slider stand for: decades, decades below one, or an even division.

The one rule: the table of hyper-parameters says which; a slider reaches 3e-4 as easily as 0.1, and what
it gives is a short number that one could have typed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from graph_explorer.lab.hyperparameters import Bounds, Hyperparameter

Kind = Literal["even", "decades", "near one"]

#: Positions of the whole slider where it is even; positions a power of ten where it is not.
_EVEN, _A_DECADE = 200, 40
#: How near to one a slider goes, in powers of ten.
_NEAREST = 4


@dataclass(frozen=True)
class Scale:
    """A slider from `low` to `high`. With `zero`, position 0 stands for 0, whatever `low` is."""

    kind: Kind
    low: float
    high: float
    zero: bool = False
    whole: bool = False

    @property
    def positions(self) -> int:
        """The highest position; the lowest is 0."""
        if self.kind == "even":
            return int(self.high - self.low) if self.whole and self.high - self.low < _EVEN else _EVEN
        return round((self._at(self.high) - self._at(self.low)) * _A_DECADE) + self.zero

    @property
    def page(self) -> int:
        """How far a page key goes: a power of ten, or a tenth of it all."""
        return max(self.positions // 10, 1) if self.kind == "even" else _A_DECADE

    def _at(self, value: float) -> float:
        """A value as powers of ten."""
        return -math.log10(1 - value) if self.kind == "near one" else math.log10(value)

    def position(self, value: float) -> int:
        """The position nearest to a value; the nearest end for what lies outside."""
        if math.isnan(value) or value <= self.low:
            return int(self.zero and value > 0)
        if value >= self.high:
            return self.positions
        if self.kind == "even":
            return round((value - self.low) / (self.high - self.low) * self.positions)
        return round((self._at(value) - self._at(self.low)) * _A_DECADE) + self.zero

    def value(self, position: int) -> float:
        """What a position stands for, in as few digits as tell it from its neighbours."""
        if self.zero and position == 0:
            return 0.0
        if self.kind == "even":
            found = self.low + (self.high - self.low) * position / self.positions
            found = round(found, -math.floor(math.log10((self.high - self.low) / self.positions)))
        elif self.kind == "decades":
            found = float(f"{10 ** (self._at(self.low) + (position - self.zero) / _A_DECADE):.3g}")
        else:
            found = 1 - float(f"{10 ** -(self._at(self.low) + (position - self.zero) / _A_DECADE):.3g}")
            found = round(found, _NEAREST + 3)
        return float(round(found)) if self.whole else found


def scale_of(row: Hyperparameter, part: int = 0) -> Scale:
    """The scale for a number of a hyper-parameter; `part` is its place in a pair."""
    bounds: Bounds = row.bounds[min(part, len(row.bounds) - 1)]
    default = row.default[part] if isinstance(row.default, tuple) else row.default
    low, high = max(row.usual[0], bounds.low), min(row.usual[1], bounds.high)
    if low >= high:  # what is usual for one of a pair is not for the other
        low, high = bounds.low, bounds.low + 1
    if bounds.high == 1 and bounds.open_high and not row.log:
        return Scale("near one", max(bounds.low, 0.0), 1 - 10.0**-_NEAREST)
    if row.log and low > 0:
        whole = row.kind == "integer"
        return Scale("decades", low, high, zero=default == 0 and not whole, whole=whole)
    return Scale("even", low, high, whole=row.kind == "integer")
