"""Heat on cards: of every card the level of its colour, and from which stage on it is shown.

The one rule: a card shows heat only once the number behind it is known at the present time; what a
collapsed group shows is the number of what comes out of it, of the weights that are used in it, or
of the gravest edit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.difference import Difference
from graph_explorer.engine.health import Health
from graph_explorer.ui.canvas.hand import Hand
from graph_explorer.ui.canvas.progress import BLANK, COMPLETE, VALUE
from graph_explorer.ui.health.heats import NOTHING, Levels, group_numbers, shown_by
from graph_explorer.ui.health.kinds import HEATS


@dataclass(frozen=True)
class Warmth:
    """The level (n,) of every card, shown from `stage` on."""

    levels: Levels
    stage: int

    def seen(self, stages: NDArray[np.int8], places: NDArray[np.int64]) -> Levels:
        """The levels of some cards at their present stages."""
        return np.where(stages >= self.stage, self.levels[places], np.int8(NOTHING))


def warmth_of(name: str, health: Health | None, apart: Difference | None, cards: Hand) -> Warmth | None:
    """The heat called `name` on cards; None while it is off or not computed."""
    found = shown_by(name, health, apart) if name and health is not None else None
    if found is None or health is None:
        return None
    numbers, scale = found
    shown = numbers[cards.results]
    inside = group_numbers(name, health, apart)
    if inside:
        shut = np.flatnonzero(cards.bundles >= 0)
        shown[shut] = [inside[cards.ids[place]] for place in shut.tolist()]
    heat = HEATS[name]
    return Warmth(scale.levels(shown), BLANK if not heat.scaled else COMPLETE if heat.backward else VALUE)
