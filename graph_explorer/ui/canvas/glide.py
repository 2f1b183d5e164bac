"""From one layout to the next: where each card comes from, and the scenes on the way.

The one rule: what is in both layouts moves straight; what is new comes out of the box, or goes into
the frame, that stood for it before; lines hold on to their cards all the way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph_explorer.engine.graph import enclosing
from graph_explorer.ui.canvas.scene import Box, Floats, Scene

#: With more cards than this the new layout is shown at once.
MOST = 3000


def origins(before: Scene, now: Scene) -> Floats:
    """By how much each card of `now` stood elsewhere in `before`, (n, 2); 0 for what was not there."""
    away = np.zeros((len(now), 2))
    for place, name in enumerate(now.cards.ids):
        source = _source(before, name, now.cards.group(place))
        if source is not None:
            away[place] = np.subtract(_centre(source), _centre(now.box(place)))
    return away


def _source(before: Scene, name: str, group: str) -> Box | None:
    """The box in the earlier scene from which a card or frame comes; `group` is what is around it."""
    for stand_in in (name, *enclosing(group)):
        box = before.box_of(stand_in)
        if box is not None and (stand_in == name or before.place(stand_in) >= 0):
            return box
    return None


def on_the_way(before: Scene, now: Scene, away: Floats, share: float) -> Scene:
    """The scene when `share` of the way to `now` is done."""
    boxes = now.frames.boxes
    starts = [
        _source(before, path, path.rpartition("/")[0]) or now.frames.box(place)
        for place, path in enumerate(now.frames.paths)
    ]
    way = (1 - share) * np.array(starts, dtype=np.float64).reshape(-1, 4) + share * boxes
    return now.displaced((1 - share) * away, now.frames.moved(way))


def _centre(box: Sequence[float]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
