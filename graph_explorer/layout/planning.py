"""Plans for all regions of a picture, made from the inside out.

Its rule: equal pieces are laid out once, in this picture and in the one before it, and a piece
that is new takes the order of what it resembles: its own last one, or that of a group like it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from graph_explorer.layout.borders import Borders
from graph_explorer.layout.piece import Piece, Plan
from graph_explorer.layout.plan import lay_out
from graph_explorer.layout.record import Direction, Layout
from graph_explorer.layout.regions import ROOT

_SIZE: Final = (96.0, 44.0)
"""Width and height of a box of unknown size, in pixels."""
TITLE: Final = 22.0
"""Room for the title of a frame, at its top."""
_ROOM: Final = 14.0
"""Room between a frame and what is in it."""
_BETWEEN: Final = 17.0
"""Half of the room between two stretches."""

Hints = Sequence[float | None]


class Planning:
    """Works out the plan of every region.

    `plans` holds them by region, `pieces` by piece; `size` gives the extent of any place.
    """

    def __init__(
        self,
        borders: Borders,
        sizes: Mapping[str, tuple[float, float]],
        direction: Direction,
        previous: Layout | None,
        checkpoint: Callable[[float], None] | None,
    ) -> None:
        self.plans: dict[int, Plan] = {}
        self.pieces: dict[Piece, Plan] = {}
        self._borders, self._sizes = borders, sizes
        self._turned = direction == "right"
        self._places = borders.regions.places
        self._previous = previous if previous and previous.direction == direction else None
        self._checkpoint = checkpoint
        self._alike: dict[object, Hints] = {}
        order = borders.regions.regions()
        depth = dict.fromkeys(order, 0)
        for region in order[1:]:
            depth[region] = depth[self._places[region].parent] + 1
        order.sort(key=lambda region: -depth[region])
        for done, region in enumerate(order):
            self._plan(region, done / len(order))

    def size(self, place: int) -> tuple[float, float]:
        """The extent of a node, group or region, across and along."""
        if place in self.plans:
            return self.plans[place].size
        width, height = self._sizes.get(self._places[place].name, _SIZE)
        return (height, width) if self._turned else (width, height)

    def _plan(self, region: int, fraction: float) -> None:
        piece = self._borders.piece(region, self.size, self._room(region), self._least(region))
        inner = piece.links_inside()
        like = (piece.kinds[piece.entries : len(piece.kinds) - piece.exits], inner)
        known = self._previous.plans if self._previous else {}
        plan = self.pieces.get(piece) or known.get(piece)
        if plan is None:
            hints = self._hints(region, piece) or self._alike.get(like, ())
            plan = lay_out(piece, hints, lambda: self._pause(fraction))
        if inner:
            ports = (None,) * piece.entries
            middle = plan.centers[piece.entries : len(piece.kinds) - piece.exits]
            self._alike.setdefault(like, (*ports, *(across for across, _ in middle)))
        self.pieces[piece] = self.plans[region] = plan
        self._borders.borders[region].settle(plan)
        self._pause(fraction)

    def _pause(self, fraction: float) -> None:
        if self._checkpoint:
            self._checkpoint(fraction)

    def _hints(self, region: int, piece: Piece) -> Hints:
        """Where the children of a region stood across before; empty if none of them did."""
        if self._previous is None:
            return ()
        hints: list[float | None] = [None] * piece.entries
        for place in self._borders.regions.children(region):
            center = self._previous.center(self._places[place].name)
            hints.append(center[1 if self._turned else 0] if center else None)
        return hints if any(hint is not None for hint in hints) else ()

    def _room(self, region: int) -> tuple[float, float, float, float]:
        if region == ROOT:
            return (0.0, 0.0, 0.0, 0.0)
        if not self._places[region].name:
            return (_BETWEEN, _BETWEEN, 0.0, 0.0)
        if self._turned:
            return (_ROOM, _ROOM, TITLE + _ROOM, _ROOM)
        return (TITLE + _ROOM, _ROOM, _ROOM, _ROOM)

    def _least(self, region: int) -> float:
        """The least width of a frame: the collapsed group's own, in which its title fits."""
        name = self._places[region].name
        return 0.0 if self._turned or not name else self._sizes.get(name, _SIZE)[0]
