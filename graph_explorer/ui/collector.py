"""When Python's collector of cycles may hold the window up.

The collector stops all threads while it looks through the objects there are: half a second, again and
again, where a graph has 100 000 nodes. It finds nothing there, since nothing large is part of a cycle.

The one rule: while a large graph is shown only young objects are looked through, the others when it is gone.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session
    from graph_explorer.ui.state import State

#: Graphs of more nodes than this are large.
LARGE = 5_000
#: So many collections of middle-aged objects never come about.
_NEVER = 2**31 - 1
#: How many objects make a collection due, and how many collections one of older objects, unless we ask.
_USUAL = gc.get_threshold()


class Collector:
    """Sets the collector for what one session shows."""

    def __init__(self, session: Session) -> None:
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        if before.graph is now.graph:
            return
        young, middle, old = _USUAL
        large = now.graph is not None and len(now.graph) > LARGE
        gc.set_threshold(young, middle, _NEVER if large else old)
