"""Numbers that fly: contributions backward along the edges just followed, values forward into a node.

The one rule: only a single step flies, and only as many numbers as an eye can follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graph_explorer.engine.notation import number, shape
from graph_explorer.engine.trace import Computed, Event, Pulled, Trace
from graph_explorer.ui.canvas.marks import Flight
from graph_explorer.ui.canvas.scene import Scene

MOST = 8


def flights_between(scene: Scene, trace: Trace, before: int, now: int) -> tuple[Flight, ...]:
    """What flies when time goes on from `before` to `now`; nothing unless that is one step of a node."""
    if not 0 < now - before <= MOST:
        return ()
    events = trace.events[before:now]
    if any(event.node is not events[0].node for event in events):
        return ()
    return tuple(flight for event in events for flight in _flights(scene, trace, event))


def _flights(scene: Scene, trace: Trace, event: Event) -> Iterator[Flight]:
    if isinstance(event, Pulled):
        line = scene.layout.line_of(event.node.id, event.input_index)
        if line >= 0:
            yield Flight(line, _text(event.contribution), 0.0)
    elif isinstance(event, Computed):
        for index, name in enumerate(event.node.inputs[:MOST]):
            line = scene.layout.line_of(event.node.id, index)
            if line >= 0:
                yield Flight(line, _text(trace.value(name)), 0.0, forward=True)


def _text(array: np.ndarray[Any, Any]) -> str:
    return number(array[()]) if array.ndim == 0 else shape(array.shape)
