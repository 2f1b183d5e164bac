"""The two directions through all parameters in which a descent moves most: the landscape it sees.

The one rule: the descent is a method of the table on the whole gradient, from where the parameters are;
what it finds are directions, and the surface along them passes through that same point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Use
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.lab.directions import Along, principal_directions
from graph_explorer.lab.optimizers import read_method

Array = np.ndarray[Any, Any]

#: The descent, where nobody asks for another one.
METHOD = "adam:lr=0.01"
STEPS = 60


def descent_directions(
    graph: Graph,
    leaves: Mapping[str, Array],
    output: str,
    names: Iterable[str],
    detached: Iterable[Use] = (),
    *,
    method: str = METHOD,
    steps: int = STEPS,
    checkpoint: Callable[[float], None] | None = None,
) -> tuple[tuple[Along, ...], float]:
    """The principal directions of a descent through the leaves `names`, and their part of its variance.

    One unit is as far as the descent goes along a direction, forward being the way it ends. `InputError`
    where it leads nowhere, or along one direction only.
    """
    moved = tuple(name for name in names if np.asarray(leaves[name]).dtype.kind == "f")
    if not moved:
        raise InputError("there is no parameter to descend along; add one")
    plan = Plan(graph, output, moved, frozenset(detached))
    path = list(_descended(plan, dict(leaves), moved, method, steps, checkpoint))
    units, shares, coordinates = principal_directions(path)
    gone = coordinates - coordinates[0]
    reach = np.abs(gone).max(axis=0) * np.where(gone[-1] < 0, -1, 1)
    directions = tuple(
        Along(unit.label, {name: np.asarray(part * size, part.dtype) for name, part in unit.parts.items()})
        for unit, size in zip(units, reach, strict=True)
    )
    return directions, float(shares.sum())


def _descended(
    plan: Plan,
    leaves: dict[str, Array],
    names: tuple[str, ...],
    method: str,
    steps: int,
    checkpoint: Callable[[float], None] | None,
) -> Iterable[dict[str, Array]]:
    """The parameters at every point of the descent, the first where they are."""
    settings = read_method(method)
    now = {name: np.asarray(leaves[name]) for name in names}
    point = np.concatenate([np.ravel(value).astype(float) for value in now.values()])
    state = settings.init(point, settings.lr)
    yield now
    for step in range(steps):
        if checkpoint is not None:
            checkpoint(step / steps)
        trace = execute(plan, leaves | now)
        if trace.failure is not None:
            raise trace.failure
        slopes = [trace.gradient(n) if trace.has_gradient(n) else np.zeros(v.shape) for n, v in now.items()]
        gradient = np.concatenate([np.ravel(slope).astype(float) for slope in slopes])
        point, state = settings.step(point, gradient, state, settings.lr)
        ends = np.cumsum([value.size for value in now.values()])[:-1]
        parts = zip(now.items(), np.split(point, ends), strict=True)
        now = {name: part.reshape(value.shape).astype(value.dtype) for (name, value), part in parts}
        yield now
