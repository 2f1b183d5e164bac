"""What a person chose to look at as a landscape, and the paths of trainings on it.

The one rule: it is a frozen part of the session's state; what is computed from it is kept beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.lab.losses import Over
from graph_explorer.lab.slices import Slice, Trail, window_around

Array = np.ndarray[Any, Any]
Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class Landscape:
    """`examples` is what the loss is taken over, as a person chose it, "" where nobody did; `over` the same
    once it has been read, None for the document's own examples.

    `plane` goes through checkpoints of a training, or along the way of a descent; None where the axes
    alone say which plane it is. `said` tells in a sentence where it comes from.
    """

    examples: str = ""
    over: Over | None = None
    plane: Slice | None = None
    window: Window | None = None
    said: str = ""


#: Before anyone chose.
NO_LANDSCAPE = Landscape()


@dataclass(frozen=True)
class Way:
    """The path of a run on the plane: `colour` is that of the run among the series of colours."""

    trail: Trail
    colour: int
    title: str
    chosen: bool = False


def window_of_path(plane: Slice, points: Any) -> Window:
    """The part of the plane that shows where a path falls on it."""
    return window_around(plane.placed(points)[0])
