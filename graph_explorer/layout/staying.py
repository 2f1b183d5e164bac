"""Where a whole picture stands, seen from the one before it.

The rule: what stands above a change stays exactly where it was, and what stands below it moves along
the flow only; across the flow the picture stands so that as much as can be stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.record import Floats, Layout

_FIRST: Final = 8
"""Of a picture in columns this part is asked to stay across."""


def stay(layout: Layout, previous: Layout, pause: Pause) -> Layout:
    """The layout moved as a whole to where the previous one, of the same direction, stood."""
    found = np.fromiter(paced(map(previous.place, layout.ids), pause), np.int64, len(layout.ids))
    places = np.flatnonzero(found >= 0)
    frames = [path for path in layout.groups if path in previous.groups]
    # A group that was opened or closed begins where it began.
    turned = [path for path in layout.groups if previous.place(path) >= 0]
    turned += [name for name in layout.ids if name in previous.groups]
    if not places.size and not frames + turned:
        return layout
    flow = 1 if layout.direction == "down" else 0
    now = _begins(layout, places, frames + turned, flow)
    before = _begins(previous, found[places], frames + turned, flow)
    first = np.argmin(before)
    along = before[first] - now[first]
    across = previous.centers[found[places], 1 - flow] - layout.centers[places, 1 - flow]
    if layout.seats is not None and layout.seats.plans[-1].uncut.breaks:
        # What comes first is in the first column, which stays where others may have to move.
        across = across[: 1 + len(across) // _FIRST]
    if not places.size:
        across = np.array(
            [_across(previous, path, flow) - _across(layout, path, flow) for path in frames + turned]
        )
    way = (_most_common(across), float(along))
    return layout.moved(*(way if flow else way[::-1])) if any(way) else layout


def _begins(layout: Layout, places: NDArray[np.int64], groups: Sequence[str], flow: int) -> Floats:
    """Where boxes and groups begin along the flow."""
    boxes = layout.centers[places, flow] - layout.sizes[places, flow] / 2
    return np.append(boxes, [_begin(layout, path, flow) for path in groups])


def _begin(layout: Layout, path: str, flow: int) -> float:
    if path in layout.groups:
        return layout.groups[path][flow]
    place = layout.index(path)
    return float(layout.centers[place, flow] - layout.sizes[place, flow] / 2)


def _across(layout: Layout, path: str, flow: int) -> float:
    center = layout.center(path)
    return center[1 - flow] if center else 0.0


def _most_common(ways: Floats) -> float:
    """The way that most have to go, the nearer one if there are several."""
    values, counts = np.unique(np.round(ways, 2), return_counts=True)
    most = values[counts == counts.max()]
    return float(most[np.argmin(np.abs(most))])
