"""Which checkpoints of a run are kept.

The one rule: the first, the last and the best stay; of the others every second one goes when they
outgrow the memory that they may have. Any epoch can be reached again from the one before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_explorer.lab.standing import Standing

#: Bytes that the checkpoints of one run may take.
BUDGET = 128 * 2**20


def size(standing: Standing) -> int:
    """The bytes of a checkpoint."""
    parts: tuple[Mapping[str, Any], ...] = (standing.parameters, standing.memory, standing.best)
    arrays = sum(getattr(value, "nbytes", 0) for part in parts for value in part.values())
    return int(arrays + standing.losses.nbytes)


def thinned(standings: tuple[Standing, ...], budget: int = BUDGET) -> tuple[Standing, ...]:
    """The checkpoints that are kept, in order."""
    if len(standings) <= 3 or size(standings[-1]) * len(standings) <= budget:
        return standings
    best = standings[-1].best_epoch
    last = len(standings) - 1
    return tuple(s for k, s in enumerate(standings) if k % 2 == 0 or k == last or s.epoch == best)
