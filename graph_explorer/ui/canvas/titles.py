"""Where the names of open groups stand, at every distance: painted there, and hit there.

The one rule: near, a name stands in the frame's title; far out, it keeps its size on screen and sits on
the frame's upper border, where the frame has room for it and the name around it leaves room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.cards import Style, text_width
from graph_explorer.ui.canvas.detail import NAMED_FROM, Distance, distance_at
from graph_explorer.ui.canvas.frames import ARROW, INDENT, TITLE, Frame, Frames

#: Height of a name on screen, far out, and how far from the corner of its frame it begins.
HEIGHT, ASIDE = 16.0, 8.0
#: Room before and after its text.
PADDING = 6.0
_KEPT = 2048


def labels(frames: Frames, camera: Camera, places: NDArray[np.int64]) -> Iterator[tuple[str, Box]]:
    """The groups whose names are written far out, and where on screen; `places` has outer ones first."""
    around: dict[str, Box] = {}  # where the name is written that stands around each group
    large = frames.boxes[places, 2:].min(axis=1, initial=np.inf) * camera.scale >= NAMED_FROM
    for place in places[large].tolist():
        path = frames.paths[place]
        outer = around.get(path.rpartition("/")[0])
        x, y, wide, _ = camera.seen_box(frames.box(place))
        box = x + ASIDE, y - HEIGHT / 2, _width(path.rpartition("/")[2]), HEIGHT
        if box[2] + 12 <= wide and not (outer is not None and _touch(box, outer)):
            yield path, box
            outer = box
        if outer is not None:
            around[path] = outer


def _touch(one: Box, other: Box) -> bool:
    """Whether two names would stand too close to each other."""
    aside = one[0] < other[0] + other[2] + 2 and other[0] < one[0] + one[2] + 2
    return aside and abs(one[1] - other[1]) <= HEIGHT + 2


@lru_cache(maxsize=_KEPT)
def _width(name: str) -> float:
    return text_width(name, Style.CAPTION) + 2 * PADDING


def title_box(frame: Frame) -> Box:
    """Where the name of a frame stands near, in scene pixels, with its caption."""
    x, y, _, _ = frame.box
    texts = [(frame.title, Style.TITLE), (frame.caption, Style.CAPTION)]
    width = ARROW + sum(text_width(text, style) + INDENT for text, style in texts if text)
    return x + INDENT - 5, y + 3, width, TITLE - 5


def name_at(frames: Frames, camera: Camera, x: float, y: float) -> str:
    """The path of the group whose name is at a point of the screen; "" if none is."""
    near = distance_at(camera.scale) is Distance.TEXTS
    above = 0.0 if near else HEIGHT
    places = frames.within(camera.scene_box((x, y - above, 0.0, 2 * above)))
    boxes: Iterable[tuple[str, Box]] = (
        ((frames.paths[place], camera.seen_box(title_box(frames.frame(place)))) for place in places.tolist())
        if near
        else labels(frames, camera, places)
    )
    found = [path for path, box in boxes if box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]]
    return found[-1] if found else ""
