"""A surface on a grid, as many tasks: what takes long is spread over workers, kept, and gone on with.

The one rule: the tasks are whole rows of the grid, cut the same way whoever computes them, and a point's
value comes from that point alone. So the numbers are the same, to the last bit, on any place with any number
of workers, in one go or in ten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.fingerprint import fingerprint
from graph_explorer.lab.kept import Kept, Result
from graph_explorer.lab.places import Place, Threads
from graph_explorer.lab.surface import Grid, Surface
from graph_explorer.lab.tasks import Checkpoint, collected

Array = np.ndarray[Any, Any]
Window = tuple[float, float, float, float]

#: A task has about so many points: where they are computed one by one, and where many together.
POINTS, POINTS_TOGETHER = 128, 65536
#: The most points along a side of a grid.
MOST_POINTS = 4096


def landscape(
    surface: Surface,
    window: Window,
    columns: int,
    rows: int,
    *,
    place: Place | None = None,
    kept: Kept | None = None,
    checkpoint: Checkpoint | None = None,
) -> Grid:
    """The values on a grid over `window`, edges included; a grid of one row lies on the line y = 0.

    `kept` holds what an earlier start has computed; see `about`.
    """
    if not (2 <= columns <= MOST_POINTS and 1 <= rows <= MOST_POINTS):
        raise InputError(
            f"a grid has from 2 to {MOST_POINTS} columns and from 1 to {MOST_POINTS} rows, "
            f"found {columns}×{rows}"
        )
    x = np.linspace(*window[:2], columns)
    y = np.linspace(*window[2:], rows) if rows > 1 else np.zeros(1)
    many = surface.together or surface.compiled is not None
    height = max(1, (POINTS_TOGETHER if many else POINTS) // columns)
    tasks = {str(first): (x, y[first : first + height]) for first in range(0, rows, height)}
    found = collected(_rows, surface, tasks, place or Threads(), kept=kept, checkpoint=checkpoint)
    return Grid(x, y, np.concatenate([found[name]["values"] for name in tasks]))


def _rows(surface: Surface, task: tuple[Array, Array], checkpoint: Callable[[float], None]) -> Result:
    """The values of some rows."""
    x, y = task
    return {"values": surface.values(np.stack(np.meshgrid(x, y), axis=-1), checkpoint)}


def about(surface: Surface, window: Window, columns: int, rows: int) -> Mapping[str, str]:
    """What a grid of values is of, aspect by aspect: what must be the same for results to be used again."""
    over = surface.over
    used = {name: value for name, value in surface.leaves.items() if over is None or name not in over.leaves}
    return {
        "program": fingerprint(surface.graph, surface.output, surface.output_entry),
        "document, with other values": fingerprint(used),
        "plane": fingerprint(
            [(axis.label, {n: axis.tangent(n) for n in axis.names}) for axis in surface.axes]
        ),
        "set of examples": "" if over is None else fingerprint(over.leaves),
        "part of the plane": fingerprint(window),
        "grid": f"{columns}x{rows}",
    }
