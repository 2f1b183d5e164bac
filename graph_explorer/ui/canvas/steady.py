"""Where the camera goes when another layout comes: what one looks at stays where it is.

The one rule: a group that is opened or closed keeps its place on screen, and its title or its card is
in sight afterwards, under the pointer if that is what opened or closed it; else the card nearest to the
middle of the window keeps its place, or the group that stands for it now.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.engine.graph import enclosing
from graph_explorer.ui.canvas.camera import MARGIN, READABLE, Camera, Point, fitted
from graph_explorer.ui.canvas.frames import TITLE
from graph_explorer.ui.canvas.scene import Box, Scene

Room = tuple[float, float]

#: Of so many cards, the nearest ones, one is looked for that is still there.
_TRIED = 2000
#: So much of a frame's title has to be in sight, in scene pixels.
_TITLE = 160.0
#: How far from the upper border of the window it is put: below the names of the groups around it.
_TOP = 48.0
#: How far from the border of a box the pointer is left, in screen pixels.
_INSET = 4.0


def kept(
    before: Scene, now: Scene, camera: Camera, room: Room, at: Point | None = None, nearest: bool = True
) -> Camera | None:
    """The camera for `now`; `at` is the point of the screen where a group was opened or closed.

    None where nothing has a place in both, not even the `nearest` card, or where all can be read from
    farther away and nothing could from here: then all is to be shown.
    """
    if 2 * camera.scale < READABLE and fitted(now.bounds, *room).scale >= READABLE:
        return None
    toggled = toggled_kept(before, now, camera, room, at)
    return nearest_kept(before, now, camera, room) if toggled is None and nearest else toggled


def toggled_kept(
    before: Scene, now: Scene, camera: Camera, room: Room, at: Point | None = None
) -> Camera | None:
    """The camera at which the outermost group that was opened or closed in sight stays where it was."""
    changed = set(before.frames.paths) ^ set(now.frames.paths)
    for path in sorted(changed, key=len):
        old, new = before.box_of(path), now.box_of(path)
        if old is not None and new is not None and _touches(camera.seen_box(old), room):
            wide = max(old[2], new[2]) * camera.scale > room[0] - 2 * MARGIN
            high = max(old[3], new[3]) * camera.scale > room[1] - 2 * MARGIN
            heads = [_head(box, now.layout.direction, wide, high) for box in (old, new)]
            found = camera.with_point(heads[1], camera.seen(heads[0]))
            if at is not None:
                found = _around(found, new, at)
            handle = new if now.place(path) >= 0 else (new[0], new[1], min(new[2], _TITLE), TITLE)
            return _with_in_sight(found, handle, room)
    return None


def nearest_kept(before: Scene, now: Scene, camera: Camera, room: Room) -> Camera | None:
    """The camera at which the card nearest to the middle of the window stays where it was."""
    middle = np.array(camera.scene((room[0] / 2, room[1] / 2)))
    centres = before.boxes[:, :2] + before.boxes[:, 2:] / 2
    away = ((centres - middle) ** 2).sum(axis=1)
    nearest = np.argpartition(away, _TRIED)[:_TRIED] if len(away) > _TRIED else np.arange(len(away))
    for place in nearest[np.argsort(away[nearest])].tolist():
        box = _standing_for(now, before.cards.ids[place], before.cards.group(place))
        if box is not None:
            head, old = _head(box, now.layout.direction), _head(before.box(place), now.layout.direction)
            return camera.with_point(head, camera.seen(old))
    return None


def _standing_for(scene: Scene, name: str, group: str) -> Box | None:
    """The box of a card or frame, or that of the closed group in which it is now."""
    closed = (path for path in enclosing(group) if scene.place(path) >= 0)
    return scene.box_of(name) or next(map(scene.box_of, closed), None)


def _head(box: Box, direction: str, wide: bool = False, high: bool = False) -> Point:
    """Where a box is held: in the middle of the side from which values come, where what is before it stands.

    One that is too wide or high for the window is held at its corner, where its title is.
    """
    x, y, width, height = box
    if direction == "down":
        return (x if wide else x + width / 2), y
    return x, (y if high else y + height / 2)


def _touches(box: Box, room: Room) -> bool:
    return box[0] < room[0] and box[1] < room[1] and box[0] + box[2] > 0 and box[1] + box[3] > 0


def _around(camera: Camera, box: Box, at: Point) -> Camera:
    """Moved no more than it takes to have a point of the screen inside a box."""
    x, y, width, height = camera.seen_box(box)
    inset = min(_INSET, width / 2, height / 2)
    return camera.moved(
        _into(at[0], x + inset, x + width - inset), _into(at[1], y + inset, y + height - inset)
    )


def _into(at: float, first: float, last: float) -> float:
    """By how much a stretch has to move to have a point in it."""
    return max(0.0, at - last) + min(0.0, at - first)


def _with_in_sight(camera: Camera, box: Box, room: Room) -> Camera:
    """Moved no more than it takes to have a box in the window; of one that is too large, its beginning."""
    x, y, width, height = camera.seen_box(box)
    return camera.moved(
        _shift(x, width, MARGIN, room[0] - MARGIN, room[0]),
        _shift(y, height, _TOP, room[1] - MARGIN, room[1]),
    )


def _shift(start: float, size: float, first: float, last: float, room: float) -> float:
    """By how much a stretch has to move to be in the window, between `first` and `last`."""
    if start >= 0 and start + size <= room:
        return 0.0
    return max(first - start, 0.0) if start < first or size > last - first else last - start - size
