"""Sweeps over learning rates as curves of a plot, both axes logarithmic.

The one rule: a mark means that the path converged; a low loss on a plateau has none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph_explorer.lab.maps import Sweep
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.race.wording import number_text


def _base(sweeps: Sequence[Sweep]) -> float:
    """The loss to measure from: 0, or a little below the lowest one where that is not above 0."""
    finite = np.concatenate([sweep.losses[np.isfinite(sweep.losses)] for sweep in sweeps])
    if not len(finite) or finite.min() > 0:
        return 0.0
    return float(finite.min() - 1e-9 * max(np.ptp(finite), 1e-300))


def sweep_curves(sweeps: Sequence[Sweep]) -> tuple[list[Curve], float]:
    """A curve a method, and the loss that they are measured from."""
    base = _base(sweeps)
    curves = []
    for number, sweep in enumerate(sweeps):
        with np.errstate(all="ignore"):
            heights = np.log10(sweep.losses - base)
        there = np.isfinite(heights)
        curves.append(Curve(number, number, np.log10(sweep.rates)[there], heights[there]))
    return curves, base


def sweep_marks(
    sweeps: Sequence[Sweep], curves: Sequence[Curve], colours: Sequence[int]
) -> list[tuple[float, float, int]]:
    """A marker for every rate with which a method converged: x, y, colour."""
    marks = []
    for sweep, curve, colour in zip(sweeps, curves, colours, strict=True):
        arrived = {
            float(np.log10(rate))
            for rate, outcome in zip(sweep.rates, sweep.outcomes, strict=True)
            if outcome == "converged"
        }
        marks += [
            (x, y, colour) for x, y in zip(curve.x.tolist(), curve.y.tolist(), strict=True) if x in arrived
        ]
    return marks


def sweep_title(base: float) -> str:
    """What the axis upwards shows."""
    return "Loss at the end" if base == 0 else f"Loss at the end above {number_text(base, 4)}"
