"""Where one has been in the graph: back and forward, as in a browser.

The one rule: a place is what was selected, inside which groups, and the camera with which it was left;
going somewhere new forgets what lay ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph_explorer.engine.graph import Graph, Use

if TYPE_CHECKING:
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

    def is_in(self, graph: Graph | None) -> bool:
        """Whether what was selected is still there."""
        if graph is None or (self.entered and not set(self.entered) <= set(graph.groups)):
            return False
        return not self.selection or self.selection in graph or self.selection in graph.groups


class Trail:
    """The places of one session, and at which of them it is. `told` is called after each change."""

    def __init__(self) -> None:
        self.told: Callable[[], None] = lambda: None
        self._places: list[Place] = []
        self._at = 0
        self._left: dict[str, Camera] = {}

    def clear(self) -> None:
        """Forgets all places."""
        there, self._places, self._at = bool(self._places), [], 0
        self._left.clear()
        if there:
            self.told()

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
        self.told()

    def before(self) -> str:
        """What was selected before the present place; "" for nothing."""
        return self._places[self._at - 1].selection if self._at > 0 else ""

    def leads(self, back: bool, graph: Graph | None) -> bool:
        """Whether there is a place to go to that way."""
        return self._nearest(back, graph) >= 0

    def travel(self, back: bool, camera: Camera, graph: Graph | None) -> Place | None:
        """The nearest place that way that is still in the graph; None where there is none.

        The present place is remembered with the camera with which it is left.
        """
        at = self._nearest(back, graph)
        if at < 0:
            return None
        self._places[self._at] = replace(self._places[self._at], camera=camera)
        self._at = at
        self.told()
        return self._places[at]

    def _nearest(self, back: bool, graph: Graph | None) -> int:
        places = range(self._at - 1, -1, -1) if back else range(self._at + 1, len(self._places))
        return next((at for at in places if self._places[at].is_in(graph)), -1)
