"""What heat on the graph can show, and on which scale.

The one rule: heat is a number a value that is never negative, on a logarithmic scale from the smallest
to the largest; zero, NaN and "not there" are no points of the scale but levels of their own. What was
edited is no number: each kind of edit is a level beyond the scale.
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
from graph_explorer.engine.edits import Kind
from graph_explorer.engine.graph import enclosing
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
#: Kind of edit → the role of its colour, and what the legend calls it; the gravest first.
EDITS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        "new": ("success", "new"),
        "gone": ("error", "something gone"),
        "operation": ("glow", "does something else"),
        "inputs": ("output", "takes something else"),
        "value": ("value", "another value"),
        "name": ("muted", "renamed"),
    }
)
#: Kind of edit → its level.
EDIT_LEVELS: Mapping[Kind, int] = MappingProxyType({kind: LOWEST + STEPS + k for k, kind in enumerate(EDITS)})


@lru_cache(maxsize=1)
def _edited(apart: Difference) -> Floats:
    """The level of every value: that of the edit of the node that makes it, ZERO for none."""
    number, graph = apart.now.plan.number, apart.now.graph
    found = np.full(len(number), float(ZERO))
    for edit in apart.edits:
        if edit.now:
            found[[number[name] for name in graph.node(edit.now).outputs if name]] = EDIT_LEVELS[edit.kind]
    return found


#: Heat → its numbers over the values of the graph; None where there is nothing to compare with.
_NUMBERS: Mapping[str, Callable[[Health, Difference | None], Floats | None]] = MappingProxyType(
    {
        "gradient": lambda health, apart: health.measures.gradients.norm,
        "value": lambda health, apart: health.measures.values.norm,
        "update": lambda health, apart: np.asarray(health.rate * health.measures.pace),
        "change": lambda health, apart: apart.values.relative if apart is not None else None,
        "gradient_change": lambda health, apart: apart.gradients.relative if apart is not None else None,
        "edits": lambda health, apart: _edited(apart) if apart is not None else None,
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


@dataclass(frozen=True)
class Kinds:
    """No scale: numbers are levels already."""

    @staticmethod
    def levels(numbers: Floats) -> Levels:
        """The level of each number, NOTHING where it is NaN."""
        return np.nan_to_num(numbers, nan=NOTHING).astype(np.int8)


def scale_of(numbers: Floats) -> Scale:
    """The scale on which these numbers lie; around 1 where none is positive."""
    some = numbers[np.isfinite(numbers) & (numbers > 0)]
    low, high = (float(some.min()), float(some.max())) if some.size else (0.1, 1.0)
    decades = float(np.log10(high) - np.log10(low))
    if decades < _LEAST:  # wider by as much on either side
        spread = 10 ** ((_LEAST - decades) / 2)
        low, high = max(low / spread, 5e-324), min(high * spread, 1.7e308)
    return Scale(low, high)


def shown_by(name: str, health: Health, apart: Difference | None) -> tuple[Floats, Scale | Kinds] | None:
    """What heat `name` shows, over the values of the graph, infinite where it is not finite; and its scale.

    None where it compares, and there is nothing to compare with.
    """
    found = _NUMBERS[name](health, apart)
    if found is None:
        return None
    if not HEATS[name].scaled:
        return found, Kinds()
    numbers = found.copy()
    sizes = health.measures.gradients if HEATS[name].backward else health.measures.values
    if not HEATS[name].compares:
        numbers[sizes.known & ((sizes.undefined > 0) | (sizes.infinite > 0))] = np.inf
    plain = health.trace.graph.leaves("constant")  # written in the program: nothing to tell
    numbers[[health.measures.place(node.id) for node in plain]] = np.nan
    groups = list(group_numbers(name, health, apart).values())
    return numbers, scale_of(np.concatenate([numbers, np.array(groups, dtype=np.float64)]))


def group_numbers(name: str, health: Health, apart: Difference | None) -> Mapping[str, float]:
    """What heat `name` shows of every group that is closed; empty where that is what comes out of it."""
    if name == "update":
        return group_ratios(health)
    return _edited_groups(apart) if name == "edits" and apart is not None else {}


@lru_cache(maxsize=1)
def _edited_groups(apart: Difference) -> Mapping[str, float]:
    """The level of every group: that of the gravest edit in it, ZERO for none."""
    found = dict.fromkeys(apart.now.graph.groups, float(ZERO))
    for edit in sorted(apart.edits, key=lambda edit: -EDIT_LEVELS[edit.kind]):
        node = apart.now.graph.node(edit.now) if edit.now else apart.before.graph.node(edit.before)
        for path in enclosing(node.group):
            if path in found:
                found[path] = float(EDIT_LEVELS[edit.kind])
    return found


def group_ratios(health: Health) -> Mapping[str, float]:
    """The update/weight ratio of every group."""
    return {path: health.rate * pace for path, pace in health.measures.group_paces.items()}


@lru_cache(maxsize=8)
def heat_colors(theme_name: str) -> tuple[QColor, ...]:
    """The colour of every level of a theme: nothing, zero, wrong, the scale from low to high, edits."""
    shown = theme(theme_name)
    quiet = QColor(mixed(shown.window, shown.edge, 0.35))
    zero = QColor(mixed(shown.node, shown.muted, 0.35))
    scale = (QColor(_stop(shown, k / (STEPS - 1))) for k in range(STEPS))
    edited = (shown.color(role) for role, _ in EDITS.values())
    return (quiet, zero, shown.color("parameter"), *scale, *edited)  # a parameter's is not on the scale


def _stop(shown: Theme, share: float) -> str:
    """The colour at a share of the way through the stops of a theme."""
    at = share * (len(shown.heat) - 1)
    below = min(int(at), len(shown.heat) - 2)
    return mixed(shown.heat[below], shown.heat[below + 1], at - below)
