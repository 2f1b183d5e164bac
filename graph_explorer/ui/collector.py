"""When Python's collector of cycles may hold the window up.

The collector stops all threads while it looks through the objects there are: half a second, again and
again, where a graph has 100 000 nodes. It finds nothing there, since nothing large is part of a cycle.

The one rule: while a large graph is shown only young objects are looked through, the others when it is gone.
"""

from __future__ import annotations

import gc

from graph_explorer.engine.graph import Graph

#: Graphs of more nodes than this are large.
LARGE = 5_000
#: So many collections of middle-aged objects never come about.
_NEVER = 2**31 - 1
#: How many objects make a collection due, and how many collections one of older objects, unless we ask.
_USUAL = gc.get_threshold()


def collect_for(graph: Graph | None) -> None:
    """Sets the collector for a window that shows this graph."""
    young, middle, old = _USUAL
    large = graph is not None and len(graph) > LARGE
    gc.set_threshold(young, middle, _NEVER if large else old)
