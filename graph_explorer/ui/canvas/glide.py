"""From one layout to the next: where each card comes from, and the scenes on the way.

The one rule: what is in both layouts moves straight; what is new comes out of the box, or goes into
the frame, that stood for it before; lines hold on to their cards all the way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from graph_explorer.engine.graph import enclosing
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.scene import Box, Floats, Frame, Scene

#: With more cards than this the new layout is shown at once.
MOST = 3000


def origins(before: Scene, now: Scene) -> Floats:
    """By how much each card of `now` stood elsewhere in `before`, (n, 2); 0 for what was not there."""
    away = np.zeros((len(now), 2))
    for place, card in enumerate(now.cards):
        source = _source(before, card.id, card.group)
        if source is not None:
            away[place] = np.subtract(_centre(source), _centre(now.boxes[place]))
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
    rest = (1 - share) * away
    frames = [
        dataclasses.replace(frame, box=_between(_frame_source(before, frame) or frame.box, frame.box, share))
        for frame in now.frames
    ]
    return now.displaced(rest, frames)


def _frame_source(before: Scene, frame: Frame) -> Box | None:
    return _source(before, frame.path, frame.path.rpartition("/")[0])


def _between(before: Box, now: Box, share: float) -> Box:
    x, y, width, height = ((1 - share) * a + share * b for a, b in zip(before, now, strict=True))
    return x, y, width, height


def toggled_kept(before: Scene, now: Scene, camera: Camera) -> Camera | None:
    """The camera at which a group that was opened or closed stays where it was; None if none was."""
    changed = {frame.path for frame in before.frames} ^ {frame.path for frame in now.frames}
    for path in sorted(changed, key=len):
        old, new = before.box_of(path), now.box_of(path)
        if old is not None and new is not None:
            return camera.with_point(_top(new), camera.seen(_top(old)))
    return None


def nearest_kept(before: Scene, now: Scene, camera: Camera, room: tuple[float, float]) -> Camera | None:
    """The camera at which the card nearest to the middle of the window stays where it was."""
    middle = np.array(camera.scene((room[0] / 2, room[1] / 2)))
    centres = before.boxes[:, :2] + before.boxes[:, 2:] / 2
    for place in np.argsort(((centres - middle) ** 2).sum(axis=1)).tolist():
        kept = now.box_of(before.cards[place].id)
        if kept is not None:
            x, y, width, height = before.boxes[place].tolist()
            return camera.with_point(_top(kept), camera.seen(_top((x, y, width, height))))
    return None


def _centre(box: Sequence[float]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _top(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1]
