"""The race with which a document opens.

The one rule: what the document says is taken as it is; what it leaves out is chosen from the surface
itself, so that the first picture shows something.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.directions import Entry as Number
from graph_explorer.lab.outcome import curvatures_at
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import window_of
from graph_explorer.ui.race.state import Entry, Point, Race

Window = tuple[float, float, float, float]

#: Where the document names no methods: each with its learning rate as a part of the longest stable one
#: of gradient descent, or of the window's width for methods whose step is the rate itself.
_STABLE = (("sgd", 0.5), ("momentum", 0.15))
_OWN_STEP = (("adam", 0.02),)
#: The learning rate where the curvature says nothing.
_PLAIN = 0.1


def first_race(document: Document, axes: tuple[str, str] | None, surface: Surface) -> Race:
    """The race that the document describes, or one of three methods from where it stands."""
    if surface.over is not None and not any(isinstance(axis, Number) for axis in surface.axes):
        return Race((), ((0.0, 0.0),))  # on a landscape it is the training's path that is looked at
    own = document.surface if document.surface is not None and axes in (None, document.surface.axes) else None
    starts: tuple[Point, ...] = own.starts if own is not None else ()
    if not starts:
        x, y = surface.here
        starts = (own.start,) if own is not None and own.start is not None else ((float(x), float(y)),)
    texts = own.methods if own is not None else ()
    if not texts:
        window = window_of(document, axes, surface)
        texts = _fitting(surface, starts[0], window)
    steps = own.steps if own is not None else Race.steps
    return Race(tuple(Entry(text, k) for k, text in enumerate(texts)), starts, steps=steps, step=steps)


def _fitting(surface: Surface, start: Point, window: Window) -> tuple[str, ...]:
    width = max(window[1] - window[0], window[3] - window[2])
    longest = _longest_stable(surface, start, width)
    rated = [(name, part * longest) for name, part in _STABLE]
    rated += [(name, part * width) for name, part in _OWN_STEP]
    return tuple(f"{name}:lr={float(f'{rate:.1g}')!r}" for name, rate in rated)


def _longest_stable(surface: Surface, start: Point, width: float) -> float:
    """2 over the largest curvature at the start: beyond it gradient descent climbs on a parabola."""
    try:
        matrix = curvatures_at(
            np.array(start), lambda point: surface.value_and_gradient(point)[1], width * 1e-6
        )
    except InputError:
        return _PLAIN
    sizes = np.abs(np.linalg.eigvalsh(matrix)) if np.isfinite(matrix).all() else np.zeros(1)
    largest = float(sizes.max())
    return min(2 / largest, width / 4) if largest > 0 else _PLAIN
