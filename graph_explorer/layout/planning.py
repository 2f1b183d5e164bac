"""Plans for all regions of a picture, made from the inside out.

Its rule: equal pieces are laid out once, in this picture and in the one before it, and a piece
that is new takes the order of what it resembles: its own last one, or that of a group like it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np

from graph_explorer.layout.anchors import Anchors
from graph_explorer.layout.memory import Memory
from graph_explorer.layout.numbering import (
    FRAME,
    LEAST,
    STACKED,
    STRETCH,
    WHAT,
    Numbering,
)
from graph_explorer.layout.piece import Link, Piece, Plan
from graph_explorer.layout.plan import lay_out
from graph_explorer.layout.record import Direction, Layout

TITLE: Final = 22.0
"""Room for the title of a frame, at its top."""
_ROOM: Final = 14.0
"""Room between a frame and what is in it."""
_MANY: Final = 4096
"""After so many regions it is asked whether to go on, even if none was new."""
_BETWEEN: Final = 17.0
"""Half of the room between two stretches."""


class Planning:
    """Works out the plan of every region: `plans` in the order of the numbering, `pieces` by key.

    `previous` is an earlier layout of the same direction.
    """

    def __init__(
        self,
        numbering: Numbering,
        previous: Layout | None,
        pause: Callable[[float], None],
        direction: Direction,
    ) -> None:
        self.plans: list[Plan] = []
        self.pieces: dict[bytes, Plan] = {}
        self._numbering, self._turned, self._pause = numbering, direction == "right", pause
        self._known = previous.plans if previous else {}
        self._memory = None
        if previous is not None and previous.seats is not None:
            self._memory = Memory(numbering, self.plans, previous, previous.seats)
        self._alike: dict[bytes, Plan] = {}
        for first, end in pairwise(numbering.levels):
            numbering.settle_links(first, end)
            for region in range(first, end):
                if region % _MANY == 0:
                    pause(numbering.done(region))
                key = numbering.key(region)
                plan = self.pieces.get(key)
                if plan is None:
                    plan = self.pieces[key] = self._plan(key, region)
                self.plans.append(plan)
            numbering.settle(first, end, self.plans[first:])

    def _plan(self, key: bytes, region: int) -> Plan:
        numbering = self._numbering
        begin, end = numbering.done(region), numbering.done(region + 1)
        self._pause(begin)
        entries, exits = numbering.ports(region)
        items, links = numbering.items(region), numbering.links(region)
        kinds, inner = items[entries : len(items) - exits, 0], _inside(links, entries, len(items) - exits)
        like = kinds.tobytes() + inner.tobytes()
        plan = self._known.get(key)
        if plan is None:
            anchors = self._memory.anchors(region) if self._memory else Anchors()
            if not anchors.order and like in self._alike:
                anchors = _order_of(self._alike[like], entries)
            plan = lay_out(
                self._piece(region, entries, exits),
                anchors,
                lambda part: self._pause(begin + part * (end - begin)),
            )
        if inner.size:
            self._alike.setdefault(like, plan)
        return plan

    def _piece(self, region: int, entries: int, exits: int) -> Piece:
        numbering = self._numbering
        head, items = numbering.heads[region], numbering.items(region)
        sizes = np.ascontiguousarray(items[:, 1:3]).view(np.float64)
        above: list[tuple[float, ...]] = [()] * len(items)
        below = above.copy()
        for item, inner in enumerate(numbering.ranks(numbering.places(region)).tolist()):
            if inner >= 0:
                above[item], below[item] = self.plans[inner].over, self.plans[inner].under
        return Piece(
            kinds=tuple(items[:, 0].tolist()),
            sizes=tuple(map(tuple, sizes.tolist())),
            links=tuple(Link(*row) for row in numbering.links(region).tolist()),
            above=tuple(above),
            below=tuple(below),
            room=self._room(int(head[WHAT])),
            least=float(head[LEAST : LEAST + 1].view(np.float64)[0]),
            rows=_stacked_rows(entries, len(items) - entries - exits, exits) if head[STACKED] else None,
            entries=entries,
            exits=exits,
        )

    def _room(self, what: int) -> tuple[float, float, float, float]:
        if what == STRETCH:
            return (_BETWEEN, _BETWEEN, 0.0, 0.0)
        if what != FRAME:
            return (0.0, 0.0, 0.0, 0.0)
        if self._turned:
            return (_ROOM, _ROOM, TITLE + _ROOM, _ROOM)
        return (TITLE + _ROOM, _ROOM, _ROOM, _ROOM)


def _order_of(plan: Plan, entries: int) -> Anchors:
    """The order of the items in the plan of a piece that is alike but for its ports."""
    across = plan.uncut.across[plan.entries : len(plan.centers) - plan.exits]
    return Anchors(order=[*(None,) * entries, *across])


def _inside(links: np.ndarray, entries: int, end: int) -> np.ndarray:
    """The links that are at no port of the region itself."""
    return links[(links[:, 0] >= entries) & (links[:, 2] < end)]


def _stacked_rows(entries: int, children: int, exits: int) -> tuple[int, ...]:
    """Rows for stretches, one after another."""
    first = 1 if entries else 0
    middle = range(first, first + children)
    return (0,) * entries + tuple(middle) + (first + children,) * exits
