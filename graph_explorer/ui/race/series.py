"""The curves of a race as numbers: what is drawn over what, and between which bounds.

The one rule: a curve shows what was computed. Nothing is clipped or moved without a word: where a
logarithm needs it, the loss is measured from the lowest one, and the axis says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.lab.descent import Path
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.race.wording import number_text

Array = np.ndarray[Any, Any]
Across = Literal["steps", "evaluations"]
Quantity = Literal["loss", "gradient"]
#: How a curve is drawn; a faint one is thin, and stays behind the others.
Stroke = Literal["line", "dashed", "faint"]

#: A linear axis shows losses up to this many times the way down from the highest start.
_ABOVE = 1.15
#: A logarithmic axis shows at most this many powers of ten below the highest start, and above it.
_DECADES_DOWN, _DECADES_UP = 16.0, 3.0


@dataclass(frozen=True)
class View:
    """What the curves show: `across` is the axis to the right, logarithmic where it says so."""

    across: Across = "steps"
    log_x: bool = False
    log_y: bool = True


@dataclass(frozen=True)
class Curve:
    """One path as points of a plot: `x` and `y` (k,) as drawn, so logarithms where the axis has them.

    `entry` is the place of its colour among those of the plot.
    """

    place: int
    entry: int
    x: Array
    y: Array
    stroke: Stroke = "line"


def shown_places(race: Race, paths: Sequence[Path]) -> list[int]:
    """Which paths belong to an entry that is shown."""
    return [place for place in range(len(paths)) if race.entries[race.of(place)[0]].shown]


def amounts(path: Path, quantity: Quantity) -> Array:
    """The loss or the length of the gradient at every point of a path."""
    if quantity == "loss":
        return path.losses
    with np.errstate(all="ignore"):
        return np.asarray(np.linalg.norm(path.gradients, axis=-1))


def lowest(paths: Sequence[Path]) -> float:
    """The loss to measure from on a logarithmic axis: 0, or the lowest one where that is not above 0."""
    found = [path.losses[np.isfinite(path.losses)] for path in paths]
    least = min((float(losses.min()) for losses in found if len(losses)), default=0.0)
    return min(least, 0.0) if least <= 0 else 0.0


def across(path: Path, view: View) -> Array:
    """Where each point of a path stands on the axis to the right, before any logarithm."""
    return np.arange(len(path.points)) if view.across == "steps" else path.evaluations


def curve(path: Path, place: int, entry: int, quantity: Quantity, view: View, base: float) -> Curve:
    """One path as it is drawn; points that the axes cannot show are left out."""
    x, y = across(path, view).astype(float), amounts(path, quantity)
    with np.errstate(all="ignore"):
        x = np.log10(x) if view.log_x else x
        y = np.log10(y - base if quantity == "loss" else y) if view.log_y else y
    there = np.isfinite(x) & np.isfinite(y)
    return Curve(place, entry, x[there], y[there])


def bounds(curves: Sequence[Curve], log_y: bool) -> tuple[float, float, float, float] | None:
    """Left, right, bottom and top that show all curves, those that climb only as far as makes sense."""
    drawn = [each for each in curves if len(each.y)]
    if not drawn:
        return None
    left, right = min(float(c.x.min()) for c in drawn), max(float(c.x.max()) for c in drawn)
    start = max(float(c.y[0]) for c in drawn)
    bottom, top = min(float(c.y.min()) for c in drawn), max(float(c.y.max()) for c in drawn)
    if log_y:
        bottom, top = max(bottom, start - _DECADES_DOWN), min(top, start + _DECADES_UP)
    else:
        top = min(top, bottom + (start - bottom) * _ABOVE) if start > bottom else top
    if right <= left:
        right = left + 1
    room, beside = (top - bottom) * 0.05 or 0.5, (right - left) * 0.015
    return left - beside, right + beside, bottom - room, top + room


def axis_title(quantity: Quantity, view: View, base: float) -> str:
    """What the axis upwards shows, with what the loss is measured from."""
    if quantity == "gradient":
        return "Length of the gradient"
    if not view.log_y or base == 0:
        return "Loss"
    return f"Loss above the lowest here, {number_text(base, 5)}"
