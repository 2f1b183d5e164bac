"""Where everything on the canvas stands, as arrays: boxes, lines, frames, and what is at a point.

The one rule: a scene never changes and knows no numbers of a run; positions are scene pixels, y
grows downward. Nothing here is an object a card or a line, so that a million of them are a few arrays.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.layout import Layout, curves
from graph_explorer.ui.canvas.frames import Frames
from graph_explorer.ui.canvas.hand import Hand
from graph_explorer.ui.canvas.space import Space
from graph_explorer.ui.canvas.trunks import LONG, Trunks

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]
Box = tuple[float, float, float, float]

#: A piece that leaves the straight by more than this, in scene pixels, is a curve.
CURVED = 0.1
#: No more curves than these are counted one by one.
_COUNTED = 30_000
#: At how many points of each piece of a curve distances are measured.
_SAMPLES = np.linspace(0.0, 1.0, 9)
#: What is worked out from positions, and so not kept where they change.
_FOLLOWS = ("bends", "spans", "ends", "_cards", "_straight", "_curved", "_pieces_of_kind", "trunks")


class Scene:
    """One layout with its cards.

    `boxes` (n, 4) are x, y, width, height; `sources` and `targets` (m,) the places of each line's ends;
    `pieces` (p, 4, 2) the cubic pieces of all lines, those of line k from `first_piece[k]` on; `bounds`
    is x, y, width, height of the whole.
    """

    def __init__(self, layout: Layout, cards: Hand, frames: Frames) -> None:
        self.layout = layout
        self.cards = cards
        self.frames = frames
        self.boxes: Floats = np.hstack([layout.centers - layout.sizes / 2, layout.sizes])
        self.pieces, self.first_piece = curves(layout.lines, layout.direction)
        self.sources: Places = layout.lines.sources
        self.targets: Places = layout.lines.targets
        self.bounds: Box = layout.bounds

    def displaced(self, by: Floats, frames: Frames) -> Scene:
        """The same scene with its cards moved by `by` (n, 2), their lines after them, and other frames."""
        made = copy(self)
        for name in _FOLLOWS:
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

    def prepare(self) -> None:
        """Works out what looking things up needs, so that it is there when the scene is shown."""
        self.curves_in((0.0, 0.0, 1.0, 1.0))
        self.pieces_in((0.0, 0.0, 1.0, 1.0))
        self.card_at(0.0, 0.0)
        self.lines_from(0)
        self.lines_to(0)
        self.trunks.within((0.0, 0.0, 1.0, 1.0))
        self.frames.within((0.0, 0.0, 1.0, 1.0))
        self.place("")

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def kinds(self) -> NDArray[np.int8]:
        """What each card stands for, (n,)."""
        return self.cards.kinds

    def place(self, name: str) -> int:
        """The place of a card; −1 where the node or group is not drawn as one."""
        return self.layout.place(name)

    def curve(self, line: int) -> Floats:
        """The cubic pieces of one line, (k, 4, 2)."""
        return self.pieces[self.first_piece[line] : self.first_piece[line + 1]]

    @cached_property
    def line_of_piece(self) -> Places:
        return np.repeat(np.arange(len(self.sources), dtype=np.int32), np.diff(self.first_piece))

    @cached_property
    def multiplicities(self) -> Places:
        """How many edges each line stands for."""
        return self.layout.lines.multiplicity

    @cached_property
    def bends(self) -> Floats:
        """By how much each piece leaves a straight line along or across the flow, (p,)."""
        across, along = np.abs(self.ends[:2] - self.ends[2:])
        return np.asarray(np.minimum(across, along))

    @cached_property
    def spans(self) -> Floats:
        """How far each piece goes along or across the flow, whichever is more, (p,)."""
        across, along = np.abs(self.ends[:2] - self.ends[2:])
        return np.asarray(np.maximum(across, along))

    @cached_property
    def ends(self) -> Floats:
        """Where pieces begin and end, (4, p): x and y of the first point, then of the last."""
        return np.ascontiguousarray(self.pieces[:, ::3].reshape(-1, 4).T)

    @cached_property
    def mean_size(self) -> Floats:
        """The width and height that cards have on average."""
        return np.asarray(self.boxes[:, 2:].mean(axis=0))

    # ── what is in a rectangle, what is at a point ────────────────────────────────────────────

    @cached_property
    def _cards(self) -> Space:
        return Space(np.hstack([self.boxes[:, :2], self.boxes[:, :2] + self.boxes[:, 2:]]))

    @cached_property
    def _pieces_of_kind(self) -> tuple[Places, Places]:
        """The numbers of the straight pieces that are in no trunk, and those of the curves."""
        curved = self.bends > CURVED
        straight = ~curved
        straight[self.trunks.pieces] = False
        return np.flatnonzero(straight), np.flatnonzero(curved)

    @cached_property
    def trunks(self) -> Trunks:
        """The long straight pieces on which many lines leave a card together; none bears an arrow head."""
        long = (self.spans > LONG) & (self.bends <= CURVED)
        long &= self.multiplicities[self.line_of_piece] == 1
        long[self.first_piece[1:] - 1] = False
        pieces = np.flatnonzero(long)
        return Trunks(self.ends, pieces, self.sources[self.line_of_piece[pieces]])

    @cached_property
    def _straight(self) -> Space:
        return _space_of(self.pieces[self._pieces_of_kind[0]])

    @cached_property
    def _curved(self) -> Space:
        return _space_of(self.pieces[self._pieces_of_kind[1]])

    def cards_in(self, box: Box) -> Places:
        """The places of the cards that touch a rectangle."""
        return self._cards.within(box)

    def pieces_in(self, box: Box) -> Places:
        """The numbers of the cubic pieces whose bounds touch a rectangle, but for those of trunks."""
        straight, curved = self._pieces_of_kind
        return np.concatenate([straight[self._straight.within(box)], curved[self._curved.within(box)]])

    def curves_in(self, box: Box) -> int:
        """How many pieces in a rectangle are no straight lines."""
        return len(self._curved.within(box))

    def near(self, box: Box) -> tuple[int, int, int]:
        """How many cards, straight pieces and curves are near a rectangle; roughly, where they are many."""
        curves = self._curved.near(box)
        if curves <= _COUNTED:
            curves = self.curves_in(box)
        return self._cards.near(box), self._straight.near(box), curves

    def card_at(self, x: float, y: float) -> int:
        """The place of the card at a point, −1 if there is none."""
        hit = self.cards_in((x, y, 0.0, 0.0))
        return int(hit.max()) if hit.size else -1

    def line_at(self, x: float, y: float, reach: float) -> int:
        """The line nearest to a point within `reach` scene pixels, −1 if there is none."""
        near = self.pieces_in((x - reach, y - reach, 2 * reach, 2 * reach))
        if not near.size:
            piece = self.trunks.at(x, y, reach)
            return int(self.line_of_piece[piece]) if piece >= 0 else -1
        points = bezier(self.pieces[near], _SAMPLES)
        distances = _distances(points, np.array([x, y])).min(axis=1)
        best = int(np.argmin(distances))
        piece = int(near[best]) if distances[best] <= reach else self.trunks.at(x, y, reach)
        return int(self.line_of_piece[piece]) if piece >= 0 else -1

    # ── lines ─────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _by_source(self) -> tuple[Places, Places]:
        """The lines in the order of the cards that they leave, and where those of each card begin."""
        order = np.argsort(self.sources, kind="stable")
        return order, np.searchsorted(self.sources[order], np.arange(len(self) + 1))

    @cached_property
    def _by_target(self) -> tuple[Places, Places]:
        """The same by the cards that they lead to."""
        order = np.argsort(self.targets, kind="stable")
        return order, np.searchsorted(self.targets[order], np.arange(len(self) + 1))

    @cached_property
    def _line_of_edge(self) -> Places:
        """The line of each edge of the wiring, −1 where it is not drawn."""
        lines = self.layout.lines
        found = np.full(len(self.layout.wiring.source), -1, dtype=np.int64)
        found[lines.members] = np.repeat(np.arange(len(lines)), lines.multiplicity)
        return found

    def lines_of_edges(self, edges: Places) -> Places:
        """The lines that stand for edges of the wiring, −1 where none is drawn."""
        return self._line_of_edge[edges]

    def lines_from(self, place: int) -> Places:
        """The lines that leave a card."""
        order, first = self._by_source
        return order[first[place] : first[place + 1]] if len(self) else order

    def lines_to(self, place: int) -> Places:
        """The lines that lead to a card."""
        order, first = self._by_target
        return order[first[place] : first[place + 1]]

    def line_boxes(self, line: int, window: Box | None = None) -> list[Box]:
        """The bounds of the pieces of a line: together much less than the box around all of it.

        With a `window`, those of the pieces that touch it.
        """
        pieces = self.curve(line) if window is None else np.concatenate(self.stretches(line, window))
        low, high = pieces.min(axis=1), pieces.max(axis=1)
        return [(x, y, width, height) for x, y, width, height in np.hstack([low, high - low]).tolist()]

    def stretches(self, line: int, window: Box) -> list[Floats]:
        """The pieces of a line (k, 4, 2) that touch a rectangle, those that join each other together."""
        pieces, (x, y, width, height) = self.curve(line), window
        near = (pieces.min(axis=1) <= (x + width, y + height)) & (pieces.max(axis=1) >= (x, y))
        found = np.flatnonzero(near.all(axis=1))
        return np.split(pieces[found], np.flatnonzero(np.diff(found) > 1) + 1)

    def box(self, place: int) -> Box:
        """The bounds of a card."""
        x, y, width, height = self.boxes[place].tolist()
        return x, y, width, height

    def box_of(self, name: str) -> Box | None:
        """The bounds of a card or an open frame; None if neither is drawn."""
        place = self.place(name)
        return self.box(place) if place >= 0 else self.frames.box_of(name)


def _space_of(pieces: Floats) -> Space:
    columns = np.ascontiguousarray(pieces.reshape(-1, 8).T).reshape(4, 2, -1)  # quicker than row by row
    return Space(np.concatenate([columns.min(axis=0), columns.max(axis=0)]).T)


def bernstein(at: Floats) -> Floats:
    """The shares (…, 4) that the four points of a cubic piece have in its points at the parameters `at`."""
    u = 1 - at
    return np.stack([u * u * u, 3 * u * u * at, 3 * u * at * at, at * at * at], axis=-1)


def bezier(pieces: Floats, at: Floats) -> Floats:
    """Points (p, k, 2) on cubic pieces (p, 4, 2) at the parameters `at` (k), from 0 to 1."""
    corners = np.ascontiguousarray(pieces.swapaxes(0, 1)).reshape(4, -1)
    return np.asarray((bernstein(at) @ corners).reshape(len(at), -1, 2).swapaxes(0, 1))


def _distances(points: Floats, to: Floats) -> Floats:
    """Distances (p, k−1) of a point from the chords of point rows (p, k, 2)."""
    start, way = points[:, :-1], np.diff(points, axis=1)
    length = np.maximum((way**2).sum(axis=2), 1e-12)
    along = np.clip(((to - start) * way).sum(axis=2) / length, 0, 1)
    return np.asarray(np.hypot(*np.moveaxis(start + along[..., None] * way - to, 2, 0)))
