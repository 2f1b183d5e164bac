"""Where one has been in the graph: back and forward, as in a browser.

The one rule: a place is what was selected, inside which groups, and the camera with which it was left;
going somewhere new forgets what lay ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from graph_explorer.engine.graph import Use
from graph_explorer.ui.canvas.camera import Camera

#: So many places are remembered.
MOST = 200


@dataclass(frozen=True)
class Place:
    """What was selected, from where it was seen when it was left, and the groups that were entered then."""

    selection: str
    edge: Use | None
    camera: Camera
    entered: tuple[str, ...] = ()


class Trail:
    """The places of one view, and at which of them it is."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = 0
        self._left: dict[str, Camera] = {}

    def clear(self) -> None:
        """Forgets all places."""
        self._places, self._at = [], 0
        self._left.clear()

    def leave(self, inside: str, camera: Camera) -> None:
        """Remembers from where the inside of a group was seen last; "" is the whole graph."""
        self._left[inside] = camera

    def seen(self, inside: str) -> Camera | None:
        """From where the inside of a group was seen last; None where it was never left."""
        return self._left.get(inside)

    def visit(self, before: Place, now: Place) -> None:
        """Goes from one place to a new one."""
        self._places[self._at :] = [before, now]
        self._places = self._places[-MOST:]
        self._at = len(self._places) - 1

    def travel(self, back: bool, camera: Camera, exists: Callable[[Place], bool]) -> Place | None:
        """The nearest place that still exists that way; None where there is none.

        The present place is remembered with the camera with which it is left.
        """
        step = -1 if back else 1
        at = self._at + step
        while 0 <= at < len(self._places):
            if exists(self._places[at]):
                self._places[self._at] = replace(self._places[self._at], camera=camera)
                self._at = at
                return self._places[at]
            at += step
        return None
