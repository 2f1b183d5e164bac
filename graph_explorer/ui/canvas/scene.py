"""Where everything on the canvas stands, as arrays: boxes, lines, frames, and what is at a point.

The one rule: a scene never changes and knows no numbers of a run; positions are scene pixels, y
grows downward. Looking something up is a comparison over arrays, which at 100 000 boxes is faster
than any tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout import Layout, curves
from graph_explorer.ui.canvas.cards import Card, Style, shortened, text_width

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]
Box = tuple[float, float, float, float]

#: Height of a frame's title, and room before and after its text.
TITLE = 22.0
INDENT = 10.0
#: At how many points of each piece of a curve distances are measured.
_SAMPLES = np.linspace(0.0, 1.0, 9)


@dataclass(frozen=True)
class Frame:
    """The frame of an open group; `depth` counts the frames around it."""

    path: str
    title: str
    caption: str
    box: Box
    depth: int


def frame_title(path: str, caption: str, room: float) -> tuple[str, str]:
    """The texts on a frame's title that fit into `room` scene pixels: the last part, the caption."""
    title = shortened(path.rsplit("/", 1)[-1], Style.TITLE, room - 2 * INDENT - 14)
    left = room - 3 * INDENT - 14 - text_width(title, Style.TITLE)
    return title, shortened(caption, Style.CAPTION, left) if left > 40 else ""


class Scene:
    """One layout with its cards.

    `boxes` (n, 4) are x, y, width, height; `sources` and `targets` the places of each line's ends;
    `bounds` is x, y, width, height of the whole.
    """

    def __init__(self, layout: Layout, cards: Mapping[str, Card], captions: Mapping[str, str]) -> None:
        self.layout = layout
        self.cards: Sequence[Card] = [cards[name] for name in layout.ids]
        self.boxes: Floats = np.hstack([layout.centers - layout.sizes / 2, layout.sizes])
        self.kinds = np.array([card.kind for card in self.cards], dtype=np.int8)
        #: all cubic pieces of all lines (p, 4, 2), and where those of each line begin, (m + 1,)
        self.pieces, self.first_piece = curves(layout.lines, layout.direction)
        self.sources = layout.lines.sources
        self.targets = layout.lines.targets
        self.frames = _frames(layout, captions)
        self.bounds: Box = layout.bounds

    def displaced(self, by: Floats, frames: Sequence[Frame]) -> Scene:
        """The same scene with its cards moved by `by` (n, 2), their lines after them, and other frames."""
        made = copy(self)
        for name in ("bends", "spans", "_piece_boxes", "_frame_boxes"):
            made.__dict__.pop(name, None)
        made.boxes = self.boxes + np.hstack([by, np.zeros_like(by)])
        made.frames = frames
        if len(self.pieces):
            counts = np.diff(self.first_piece)
            step = np.arange(len(self.pieces)) - self.first_piece[:-1][self.line_of_piece]
            share = (step[:, None] + np.array([0, 1 / 3, 2 / 3, 1])) / counts[self.line_of_piece][:, None]
            start, end = by[self.sources][self.line_of_piece], by[self.targets][self.line_of_piece]
            moved = self.pieces + (1 - share[..., None]) * start[:, None] + share[..., None] * end[:, None]
            made.pieces = moved
        return made

    def __len__(self) -> int:
        return len(self.cards)

    def place(self, name: str) -> int:
        """The place of a card; −1 where the node or group is not drawn as one."""
        return self.layout.place(name)

    def curve(self, line: int) -> Floats:
        """The cubic pieces of one line, (k, 4, 2)."""
        return self.pieces[self.first_piece[line] : self.first_piece[line + 1]]

    @cached_property
    def line_of_piece(self) -> Places:
        return np.repeat(np.arange(len(self.sources)), np.diff(self.first_piece))

    @cached_property
    def multiplicities(self) -> Places:
        """How many edges each line stands for."""
        return self.layout.lines.multiplicity

    @cached_property
    def bends(self) -> Floats:
        """By how much each piece leaves a straight line along or across the flow, (p,)."""
        way = np.abs(self.pieces[:, 3] - self.pieces[:, 0])
        return np.minimum(way[:, 0], way[:, 1])

    @cached_property
    def spans(self) -> Floats:
        """How far each piece goes along or across the flow, whichever is more, (p,)."""
        way = np.abs(self.pieces[:, 3] - self.pieces[:, 0])
        return np.maximum(way[:, 0], way[:, 1])

    @cached_property
    def _frame_boxes(self) -> Floats:
        """(4, f): left, top, width, height."""
        boxes = np.array([frame.box for frame in self.frames], dtype=np.float64)
        return np.ascontiguousarray(boxes.reshape(-1, 4).T)

    @cached_property
    def _piece_boxes(self) -> Floats:
        """(4, p): left, top, right, bottom."""
        return np.ascontiguousarray(np.hstack([self.pieces.min(axis=1), self.pieces.max(axis=1)]).T)

    # ── what is in a rectangle, what is at a point ────────────────────────────────────────────

    def cards_in(self, box: Box) -> Places:
        """The places of the cards that touch a rectangle."""
        x, y, width, height = box
        left, top, wide, high = self.boxes.T
        inside = (left < x + width) & (top < y + height)
        return np.flatnonzero(inside & (left + wide > x) & (top + high > y))

    def pieces_in(self, box: Box) -> Places:
        """The numbers of the cubic pieces whose bounds touch a rectangle."""
        x, y, width, height = box
        left, top, right, bottom = self._piece_boxes
        return np.flatnonzero((left <= x + width) & (right >= x) & (top <= y + height) & (bottom >= y))

    def curves_in(self, box: Box) -> int:
        """How many pieces in a rectangle are no straight lines."""
        return int((self.bends[self.pieces_in(box)] > 0.1).sum())

    def frames_in(self, box: Box, smallest: float = 0.0) -> list[Frame]:
        """The frames that touch a rectangle and are no narrower than `smallest`, outer ones first."""
        x, y, width, height = box
        left, top, wide, high = self._frame_boxes
        inside = (left < x + width) & (top < y + height) & (left + wide > x) & (top + high > y)
        large = (wide >= smallest) & (high >= smallest)
        return [self.frames[k] for k in np.flatnonzero(inside & large).tolist()]

    def card_at(self, x: float, y: float) -> int:
        """The place of the card at a point, −1 if there is none."""
        left, top, wide, high = self.boxes.T
        hit = np.flatnonzero((left <= x) & (top <= y) & (left + wide >= x) & (top + high >= y))
        return int(hit[-1]) if hit.size else -1

    def line_at(self, x: float, y: float, reach: float) -> int:
        """The line nearest to a point within `reach` scene pixels, −1 if there is none."""
        near = self.pieces_in((x - reach, y - reach, 2 * reach, 2 * reach))
        if not near.size:
            return -1
        points = bezier(self.pieces[near], _SAMPLES)
        distances = _distances(points, np.array([x, y])).min(axis=1)
        best = int(np.argmin(distances))
        return int(self.line_of_piece[near[best]]) if distances[best] <= reach else -1

    def frame_at(self, x: float, y: float, title_only: bool = False) -> Frame | None:
        """The innermost open frame around a point, or the one whose title is there."""
        for frame in reversed(self.frames):
            left, top, width, height = frame.box
            high = TITLE if title_only else height
            if left <= x <= left + width and top <= y <= top + high:
                return frame
        return None

    def line_boxes(self, line: int) -> list[Box]:
        """The bounds of the pieces of a line: together much less than the box around all of it."""
        corners = [(c.min(axis=0).tolist(), c.max(axis=0).tolist()) for c in self.curve(line)]
        return [(left, top, right - left, bottom - top) for (left, top), (right, bottom) in corners]

    def box_of(self, name: str) -> Box | None:
        """The bounds of a card or an open frame; None if neither is drawn."""
        place = self.place(name)
        if place >= 0:
            left, top, width, height = self.boxes[place]
            return left, top, width, height
        return next((frame.box for frame in self.frames if frame.path == name), None)


def bezier(pieces: Floats, at: Floats) -> Floats:
    """Points (p, k, 2) on cubic pieces (p, 4, 2) at the parameters `at` (k), from 0 to 1."""
    a, b, c, d = (pieces[:, None, k] for k in range(4))
    t = at[None, :, None]
    u = 1 - t
    return np.asarray(u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d)


def _distances(points: Floats, to: Floats) -> Floats:
    """Distances (p, k−1) of a point from the chords of point rows (p, k, 2)."""
    start, way = points[:, :-1], np.diff(points, axis=1)
    length = np.maximum((way**2).sum(axis=2), 1e-12)
    along = np.clip(((to - start) * way).sum(axis=2) / length, 0, 1)
    return np.asarray(np.hypot(*np.moveaxis(start + along[..., None] * way - to, 2, 0)))


def _frames(layout: Layout, captions: Mapping[str, str]) -> Sequence[Frame]:
    found = []
    for path, box in layout.groups.items():
        title, caption = frame_title(path, captions.get(path, ""), box[2])
        found.append(Frame(path, title, caption, box, path.count("/")))
    return sorted(found, key=lambda frame: frame.depth)
