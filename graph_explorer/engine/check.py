"""Every gradient held against central differences.

The one rule: the check knows nothing of derivatives. It runs the graph forward at two points a small
step apart, for each entry, and compares the slope with what the backward pass said.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]

#: Entries checked of one array; of a larger one, as many spread over it.
MAX_ENTRIES = 200

#: A difference this small, relative to the size of the gradient, is rounding: see `_tolerance`.
RELATIVE = 1e-5


@dataclass(frozen=True)
class Compared:
    """One entry of one gradient: what backpropagation says, and what differences say.

    `error` is relative to the larger of the two and the scale of the rounding. `kink` is true where
    the slopes to the left and right differ: there is then no derivative to agree on. `cut` is true
    where the two differ by what was detached alone: with the detached values held, they agree.
    """

    name: str
    index: tuple[int, ...]
    gradient: float
    difference: float
    error: float
    agrees: bool
    kink: bool = False
    cut: bool = False


def check(
    trace: Trace,
    leaves: Mapping[str, Array],
    names: Iterable[str] | None = None,
    checkpoint: Callable[[float], None] | None = None,
) -> tuple[Compared, ...]:
    """Compares the gradients of the leaves `names` (by default all that have one) with differences.

    Differences are taken in float64 whatever the type of the values. A leaf without a gradient is
    compared with 0 where it was detached, so that what detaching loses is seen: a gradient that is right
    but for that is `cut`.
    """
    if np.asarray(trace.value(trace.output)).dtype.kind not in "biuf":
        raise InputError(f"the output '{trace.output}' holds no numbers; choose another one")
    wide = {name: _wide(value) for name, value in leaves.items()}
    plan = Plan(trace.graph, trace.output, ())
    objective = _objective(plan, wide, trace)
    held = _objective(*_held(trace, wide), trace) if trace.plan.detached else None
    center = objective({})
    wanted = [n for n in (trace.plan.wrt if names is None else names) if n in wide]
    found: list[Compared] = []
    for done, name in enumerate(wanted):
        gradient = trace.gradient(name) if trace.has_gradient(name) else np.zeros_like(wide[name])
        precision = np.finfo(gradient.dtype).eps if gradient.dtype.kind == "f" else 0.0
        chosen = _chosen(wide[name].size)
        for k, flat in enumerate(chosen):
            if checkpoint is not None:
                checkpoint((done + k / len(chosen)) / len(wanted))
            index = tuple(int(i) for i in np.unravel_index(flat, wide[name].shape))
            entry = (name, index, wide[name], gradient)
            compared = _compare(*entry, objective, center, float(precision))
            if held is not None and not compared.agrees:
                cut = _compare(*entry, held, center, float(precision)).agrees
                compared = replace(compared, cut=cut)
            found.append(compared)
    return tuple(found)


def _wide(value: Array) -> Array:
    return value.astype(np.float64) if value.dtype.kind == "f" else value


def _objective(
    plan: Plan, leaves: Mapping[str, Array], trace: Trace
) -> Callable[[Mapping[str, Array]], float]:
    """The output along the seed as a function of some leaves."""
    seed = np.asarray(trace.seed, dtype=np.float64)

    def objective(changed: Mapping[str, Array]) -> float:
        run = execute(plan, {**leaves, **changed})
        return float(np.sum(np.asarray(run.value(trace.output)) * seed))

    return objective


def _held(trace: Trace, leaves: Mapping[str, Array]) -> tuple[Plan, Mapping[str, Array]]:
    """The graph in which what is detached is a constant: the value that it has now."""
    graph = trace.graph
    cut = {(use.node, use.input_index) for use in trace.plan.detached if use.node in graph}
    nodes: list[Node] = []
    constants: dict[str, Array] = {}
    for node in graph:
        inputs = list(node.inputs)
        for index, value in enumerate(node.inputs):
            if (node.id, index) in cut:
                inputs[index] = f"{node.id}.held{index}"
                constants[inputs[index]] = _wide(trace.value(value))
                nodes.append(Node(inputs[index], "constant"))
        nodes.append(replace(node, inputs=tuple(inputs)))
    return Plan(Graph(nodes, graph.names), trace.output, ()), {**leaves, **constants}


def _chosen(size: int) -> list[int]:
    if size <= MAX_ENTRIES:
        return list(range(size))
    return [int(k) for k in np.linspace(0, size - 1, MAX_ENTRIES)]


def _compare(
    name: str,
    index: tuple[int, ...],
    value: Array,
    gradient: Array,
    objective: Callable[[Mapping[str, Array]], float],
    center: float,
    precision: float,
) -> Compared:
    given = float(gradient[index])
    best: tuple[float, float, float] | None = None
    for scale in (1e-6, 1e-5, 1e-4):
        step = scale * max(1.0, abs(float(value[index])))
        moved = value.copy()
        moved[index] = value[index] + step
        above = objective({name: moved})
        moved[index] = value[index] - step
        below = objective({name: moved})
        slope = (above - below) / (2 * step)
        if not (np.isfinite(slope) and np.isfinite(given)):
            both_nan = bool(np.isnan(slope) and np.isnan(given))
            same = both_nan or slope == given
            return Compared(name, index, given, slope, 0.0 if same else float("inf"), same)
        # what rounding in the objective alone can do to the slope
        rounding = 4 * sys.float_info.epsilon * max(abs(center), 1.0) / step
        error = max(abs(slope - given) - rounding, 0.0) / max(abs(slope), abs(given), 1e-8)
        if best is None or error < best[0]:
            best = (error, slope, abs((above - center) - (center - below)) / step)
    assert best is not None
    error, slope, bend = best
    agrees = error <= max(RELATIVE, 1e3 * precision)
    kink = not agrees and bend > 1e-3 * max(abs(slope), abs(given), 1e-8)
    return Compared(name, index, given, slope, error, agrees, kink)
