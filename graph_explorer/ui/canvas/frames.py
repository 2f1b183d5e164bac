"""The frames of open groups, as arrays.

The one rule: of a frame there is its box and its path; the texts of its title are made when it is
painted. Outer frames come before the ones inside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from graph_explorer.ui.canvas.cards import Style, repeats_text, shortened, text_width
from graph_explorer.ui.canvas.space import Space

Box = tuple[float, float, float, float]

#: Height of a frame's title, and room before and after its text.
TITLE = 22.0
INDENT = 10.0
#: Room for the arrow head before a title.
ARROW = 14.0
_KEPT = 2048
_WIDEST = 260.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of an open group with the texts that fit on its title."""

    path: str
    title: str
    caption: str
    box: Box


class Frames:
    """The frames of one layout (f). `boxes` (f, 4) are x, y, width, height."""

    def __init__(
        self, groups: Mapping[str, Box], captions: Mapping[str, str], repeats: Mapping[str, int]
    ) -> None:
        self.paths: Sequence[str] = sorted(groups, key=lambda path: path.count("/"))
        boxes = np.array([groups[path] for path in self.paths], dtype=np.float64)
        self.boxes: NDArray[np.float64] = boxes.reshape(-1, 4)
        self._captions, self._repeats = captions, repeats
        self._titled = lru_cache(maxsize=_KEPT)(self._texts)

    def __len__(self) -> int:
        return len(self.paths)

    def moved(self, boxes: NDArray[np.float64]) -> Frames:
        """The same frames elsewhere."""
        made = copy(self)
        made.boxes = boxes
        for worked_out in ("_columns", "_space"):
            made.__dict__.pop(worked_out, None)
        made._titled = lru_cache(maxsize=_KEPT)(made._texts)
        return made

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {path: place for place, path in enumerate(self.paths)}

    @cached_property
    def typical(self) -> float:
        """The height or width, whichever is less, that half of the frames have at least."""
        return float(np.median(self.boxes[:, 2:].min(axis=1))) if len(self) else 0.0

    @cached_property
    def depths(self) -> NDArray[np.int64]:
        """How many frames are around each one, (f,)."""
        counts = np.array([path.count("/") for path in self.paths], dtype=np.int64)
        return counts - counts[:1]  # outer ones come first

    @cached_property
    def _columns(self) -> NDArray[np.float64]:
        """(4, f): left, top, right, bottom."""
        left, top, width, height = self.boxes.T
        return np.ascontiguousarray([left, top, left + width, top + height])

    @cached_property
    def _space(self) -> Space:
        return Space(self._columns.T)

    def _texts(self, place: int) -> tuple[str, str]:
        path = self.paths[place]
        name = _named(path, self._repeats)
        return frame_title(name, self._captions.get(path, ""), float(self.boxes[place, 2]))

    def frame(self, place: int) -> Frame:
        return Frame(self.paths[place], *self._titled(place), self.box(place))

    def box(self, place: int) -> Box:
        x, y, width, height = self.boxes[place].tolist()
        return x, y, width, height

    def box_of(self, path: str) -> Box | None:
        """The box of an open group's frame; None if it is not drawn."""
        place = self._places.get(path, -1)
        return self.box(place) if place >= 0 else None

    def within(self, box: Box, smallest: float = 0.0) -> NDArray[np.int64]:
        """The places of the frames that touch a rectangle and are no narrower than `smallest`."""
        found = np.sort(self._space.within(box))
        return np.asarray(found[self.boxes[found, 2:].min(axis=1, initial=np.inf) >= smallest])

    def near(self, box: Box) -> int:
        """How many frames are near a rectangle: no fewer than touch it."""
        return self._space.near(box)

    def at(self, x: float, y: float, title_only: bool = False) -> str:
        """The path of the innermost open group around a point, or whose title is there; "" if none is."""
        left, top, right, bottom = self._columns
        low = top + TITLE if title_only else bottom
        hit = np.flatnonzero((left <= x) & (x <= right) & (top <= y) & (y <= low))
        return self.paths[int(hit[-1])] if hit.size else ""


def _named(path: str, repeats: Mapping[str, int]) -> str:
    """What a frame calls its group: the last part of its path, and how many equal blocks it holds."""
    return f"{path.rsplit('/', 1)[-1]} {repeats_text(repeats.get(path, 0))}".rstrip()


def frame_title(name: str, caption: str, room: float) -> tuple[str, str]:
    """The texts on a frame's title that fit into `room` scene pixels."""
    title = shortened(name, Style.TITLE, room - 2 * INDENT - ARROW)
    left = room - 3 * INDENT - ARROW - text_width(title, Style.TITLE)
    return title, shortened(caption, Style.CAPTION, left) if left > 40 else ""


@lru_cache(maxsize=_KEPT)
def _least_width(name: str, caption: str) -> float:
    title = text_width(name, Style.TITLE) + 2 * INDENT + ARROW
    return min(title + (text_width(caption, Style.CAPTION) + INDENT if caption else 0.0), _WIDEST)


def least_sizes(
    paths: Iterable[str], captions: Mapping[str, str], repeats: Mapping[str, int]
) -> dict[str, tuple[float, float]]:
    """How wide each group's frame has to be for its title; its height is that of what it holds."""
    return {path: (_least_width(_named(path, repeats), captions.get(path, "")), 0.0) for path in paths}
