"""What heat on the graph can show, and on which scale.

The one rule: heat is a number a value that is never negative, on a logarithmic scale from the smallest
to the largest; zero, NaN and "not there" are no points of the scale but levels of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.health import Health
from graph_explorer.ui.health.kinds import HEATS
from graph_explorer.ui.style import mixed
from graph_explorer.ui.theme import Theme, theme

Floats = NDArray[np.float64]
Levels = NDArray[np.int8]

#: What a level below the scale means: nothing is known, exactly zero, no finite number.
NOTHING, ZERO, WRONG, LOWEST = range(4)
#: How many steps of colour the scale has.
STEPS = 48
#: The scale spans at least so many powers of ten, so that noise is not painted as a pattern.
_LEAST = 1.0


#: Heat → its numbers over the values of the graph; None where there is nothing to compare with.
_NUMBERS: Mapping[str, Callable[[Health, Difference | None], Floats | None]] = MappingProxyType(
    {
        "gradient": lambda health, apart: health.measures.gradients.norm,
        "value": lambda health, apart: health.measures.values.norm,
        "update": lambda health, apart: np.asarray(health.rate * health.measures.pace),
        "change": lambda health, apart: apart.values.relative if apart is not None else None,
        "gradient_change": lambda health, apart: apart.gradients.relative if apart is not None else None,
    }
)


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale from `low` to `high`, both positive."""

    low: float
    high: float

    def levels(self, numbers: Floats) -> Levels:
        """The level of each number: NaN is NOTHING, infinite WRONG, else ZERO or a step of the scale."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (np.log(numbers) - np.log(self.low)) / (np.log(self.high) - np.log(self.low))
        steps = np.clip(
            np.rint(np.nan_to_num(share, posinf=1.0, neginf=0.0) * (STEPS - 1)), 0, STEPS - 1
        ).astype(np.int8)
        found = np.where(numbers > 0, LOWEST + steps, ZERO).astype(np.int8)
        found[np.isnan(numbers)] = NOTHING
        found[np.isinf(numbers)] = WRONG
        return found


def scale_of(numbers: Floats) -> Scale:
    """The scale on which these numbers lie; around 1 where none is positive."""
    some = numbers[np.isfinite(numbers) & (numbers > 0)]
    low, high = (float(some.min()), float(some.max())) if some.size else (0.1, 1.0)
    decades = float(np.log10(high) - np.log10(low))
    if decades < _LEAST:  # wider by as much on either side
        spread = 10 ** ((_LEAST - decades) / 2)
        low, high = max(low / spread, 5e-324), min(high * spread, 1.7e308)
    return Scale(low, high)


def shown_by(name: str, health: Health, apart: Difference | None) -> tuple[Floats, Scale] | None:
    """What heat `name` shows, over the values of the graph, infinite where it is not finite; and its scale.

    None where it compares, and there is nothing to compare with.
    """
    found = _NUMBERS[name](health, apart)
    if found is None:
        return None
    numbers = found.copy()
    sizes = health.measures.gradients if HEATS[name].backward else health.measures.values
    if not HEATS[name].compares:
        numbers[sizes.known & ((sizes.undefined > 0) | (sizes.infinite > 0))] = np.inf
    plain = health.trace.graph.leaves("constant")  # written in the program: nothing to tell
    numbers[[health.measures.place(node.id) for node in plain]] = np.nan
    groups = group_ratios(health).values() if name == "update" else ()
    return numbers, scale_of(np.concatenate([numbers, np.array(list(groups), dtype=np.float64)]))


def group_ratios(health: Health) -> Mapping[str, float]:
    """The update/weight ratio of every group."""
    return {path: health.rate * pace for path, pace in health.measures.group_paces.items()}


@lru_cache(maxsize=8)
def heat_colors(theme_name: str) -> tuple[QColor, ...]:
    """The colour of every level of a theme: nothing, zero, wrong, then the scale from low to high."""
    shown = theme(theme_name)
    quiet = QColor(mixed(shown.window, shown.edge, 0.35))
    zero = QColor(mixed(shown.node, shown.muted, 0.35))
    scale = (QColor(_stop(shown, k / (STEPS - 1))) for k in range(STEPS))
    return (quiet, zero, shown.color("parameter"), *scale)  # which is like nothing on the scale


def _stop(shown: Theme, share: float) -> str:
    """The colour at a share of the way through the stops of a theme."""
    at = share * (len(shown.heat) - 1)
    below = min(int(at), len(shown.heat) - 2)
    return mixed(shown.heat[below], shown.heat[below + 1], at - below)
