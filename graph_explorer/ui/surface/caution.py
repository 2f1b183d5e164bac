"""What a slice through thousands of parameters can show, and what it cannot, in plain words beside it.

The one rule: each kind of plane has its own caution; none is shown without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph_explorer.lab.directions import Along
from graph_explorer.surfaces import CHECKPOINTS, FILTER, PRINCIPAL, RANDOM

if TYPE_CHECKING:
    from graph_explorer.lab.surface import Surface
    from graph_explorer.ui.session import State

#: How the directions of a plane are called, by the first word of their labels.
_KINDS: Mapping[str, tuple[str, str]] = {
    "filter": FILTER, "random": RANDOM, "principal": PRINCIPAL, "start": CHECKPOINTS,
}  # fmt: skip
_CAUTIONS: Mapping[tuple[str, str], str] = {
    FILTER: (
        "Two random directions out of {count}, each unit as long as its own weights. This shows how fast the "
        "loss rises around here. It hides what lies in all other directions: a bowl here can be a saddle "
        "there, and another seed shows another slice."
    ),
    RANDOM: (
        "Two random directions out of {count}, not scaled to the weights: networks that compute the same can "
        "look sharp or flat here. Compare networks with filter-normalised directions."
    ),
    PRINCIPAL: (
        "The plane in which the path moved most. The ground is the loss on the plane: a point of the path "
        "that lies off it has another loss. Any long walk looks like an arc from here."
    ),
    CHECKPOINTS: (
        "A plane through three checkpoints; the straight line from start to end lies at height 0. A hill on "
        "that line is no obstacle where the training walked around it, off this plane."
    ),
}


def plane_kind(surface: Surface) -> tuple[str, str] | None:
    """Which directions through all parameters a surface is over; None where its axes are numbers."""
    if not all(isinstance(axis, Along) for axis in surface.axes):
        return None
    return _KINDS.get(surface.axes[0].label.partition(" ")[0])


def caution(state: State) -> str:
    """What to bear in mind of the surface; what its plane holds of the path of the training; "" for none."""
    surface = state.surface
    kind = plane_kind(surface) if surface is not None else None
    if surface is None or kind is None:
        return ""
    moved = {name for axis in surface.axes for name in axis.names}
    count = sum(surface.leaves[name].size for name in moved)
    told = next((way.trail.told for way in state.ways if way.chosen), ())
    return " ".join([*(f"{sentence}." for sentence in told), _CAUTIONS[kind].format(count=f"{count:,}")])
