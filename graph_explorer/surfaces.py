"""Which surface of a document is looked at: its output over two axes through its parameters.

The one rule: a surface is of the document as it is; the axes pass through its present values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from graph_explorer.document import Document, split_entry
from graph_explorer.engine.errors import InputError

if TYPE_CHECKING:
    from graph_explorer.lab.directions import Direction
    from graph_explorer.lab.losses import Over
    from graph_explorer.lab.surface import Surface

#: As axes: two random directions through all parameters.
RANDOM = ("random", "random")
#: As axes: two random directions in which every filter or unit counts alike.
FILTER = ("filter", "filter")
#: As axes: the two directions through all parameters in which a descent from here moves most, or the path
#: of a training.
PRINCIPAL = ("principal", "principal")
#: As axes: the plane through three checkpoints of a training.
CHECKPOINTS = ("checkpoints", "checkpoints")
#: What the first of two random directions is called.
_UNIT = ("random 1", "filter 1")


def surface_of(
    document: Document, axes: tuple[str, str] | None = None, seed: int = 0, over: Over | None = None
) -> Surface:
    """The output over two axes: scalar parameters, or entries such as `W1[0,1]`.

    By default the axes of the document's `[surface]`, or else its first two scalar parameters or
    entries. Random directions, where the document or the axes ask for them, are drawn from `seed`;
    `PRINCIPAL` axes are looked for by a descent. The output is that of the document's own examples, or the
    mean `over` others.
    """
    # a document alone needs nothing of the lab, and opens the faster without it
    from graph_explorer.lab.directions import entry, filter_directions, random_directions, unit_axes

    asked = document.surface
    if axes is None and asked is not None:
        axes = asked.axes
    if axes == RANDOM or (axes is None and asked is not None and asked.random):
        parameters = {name: each.array for name, each in document.parameters.items()}
        directions: tuple[Direction, ...] = random_directions(parameters, seed)
    elif axes == FILTER:
        parameters = {name: each.array for name, each in document.parameters.items()}
        directions = filter_directions(parameters, unit_axes(document.graph, parameters), seed)
    elif axes == CHECKPOINTS:
        raise InputError("checkpoints are of a training; give its path, or choose other axes")
    elif axes == PRINCIPAL:
        directions = principal_of(document)[0]
    else:
        chosen = [split_entry(axis) for axis in axes or _first_numbers(document)]
        values = {name: each.array for name, each in (*document.inputs.items(), *document.parameters.items())}
        directions = tuple(entry(name, index, values) for name, index in chosen)
    return surface_along(document, directions, over)


def surface_along(document: Document, directions: tuple[Direction, ...], over: Over | None = None) -> Surface:
    """The output over directions that are known already."""
    from graph_explorer.lab.surface import Surface

    output_entry = split_entry(document.output_name)[1] if document.output_name else None
    return Surface(
        document.graph, document.leaves, document.output, directions, output_entry, document.read.detached,
        over,
    )  # fmt: skip


def principal_of(
    document: Document, checkpoint: Callable[[float], None] | None = None
) -> tuple[tuple[Direction, ...], float]:
    """The directions in which a descent through all parameters moves most, and their part of its variance."""
    from graph_explorer.lab.principal import descent_directions

    return descent_directions(
        document.graph, document.leaves, document.output, document.default_wrt, document.read.detached,
        checkpoint=checkpoint,
    )  # fmt: skip


def window_of(
    document: Document, axes: tuple[str, str] | None, surface: Surface
) -> tuple[float, float, float, float]:
    """The document's own window; around the present point where it gives none for these axes.

    Along random directions it reaches as far as the parameters themselves are from zero.
    """
    own = document.surface
    if own is not None and axes in (None, own.axes):
        return own.window
    if axes in (RANDOM, FILTER) or (axes is None and surface.axes[0].label in _UNIT):
        return -1.0, 1.0, -1.0, 1.0
    if axes == PRINCIPAL:  # one unit is as far as the descent goes
        return -1.5, 1.5, -1.5, 1.5
    x, y = surface.here
    half = [max(4.0, 2 * abs(at)) if np.isfinite(at) else 4.0 for at in (x, y)]
    return float(x - half[0]), float(x + half[0]), float(y - half[1]), float(y + half[1])


def _first_numbers(document: Document) -> list[str]:
    """The first two numbers that can move: scalar parameters, else entries of larger ones."""
    found = [name for name in document.default_wrt if document.entry(name).array.ndim == 0]
    for name in document.default_wrt if len(found) < 2 else ():
        array = document.entry(name).array
        if array.ndim:
            places = list(np.ndindex(array.shape))[:2]
            found += [f"{name}[{','.join(map(str, place))}]" for place in places]
    if len(found) < 2:
        raise InputError(
            f"a surface needs two numbers that can move, and there {'is' if found else 'are'} "
            f"{len(found) or 'none'}; add a parameter",
            source=document.source,
        )
    return found[:2]
