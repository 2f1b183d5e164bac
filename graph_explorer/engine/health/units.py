"""Units that do not pass a gradient: dead or closed gates, saturated squashing functions.

The one rule: what counts is the local derivative over all the examples that a unit has seen, not the
look of its output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from graph_explorer.engine.graph import Node
from graph_explorer.engine.health.bounds import bound
from graph_explorer.engine.health.finding import Finding
from graph_explorer.engine.health.measures import Measures
from graph_explorer.engine.notation import number
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]

#: Activations whose slope is exactly 0 on a side: a unit can be closed for every example.
GATES = frozenset({"Relu", "ThresholdedRelu", "Clip", "HardSigmoid", "HardSwish"})
#: Activations that squash, with their steepest slope.
SQUASHING = {"Sigmoid": 0.25, "Tanh": 1.0, "Softsign": 1.0}
#: Operations whose outputs have their channels on axis 1.
_CHANNELS_FIRST = frozenset({"Conv", "ConvTranspose", "BatchNormalization", "InstanceNormalization"})
#: Through these the axis of the units is looked for further back.
_THROUGH = frozenset({"arithmetic", "activation", "exponential", "normalisation"})
_FURTHEST = 8


def unit_axis(trace: Trace, node: Node) -> int:
    """Along which axis the units of a layer are told apart; the others are examples and positions.

    The channels of a convolution, the rows of a product `W @ X` whose left factor is learnt, else
    the last axis.
    """
    axes = np.ndim(trace.value(node.id))
    if axes < 2:
        return axes - 1
    if axes > 3:
        return 1
    here = node
    for _ in range(_FURTHEST):
        if here.op in _CHANNELS_FIRST and axes == 3:
            return 1
        if here.op == "MatMul" and trace.graph.node(here.inputs[0]).op == "parameter":
            return axes - 2
        found = trace.plan.operations[trace.graph.index(here.id)]
        ahead = [name for name in here.inputs if name and np.ndim(trace.value(name)) == axes]
        if found is None or not ahead or (here is not node and found.family not in _THROUGH):
            break
        here = trace.graph.node(ahead[0])
    return axes - 1


def slopes(trace: Trace, node: Node) -> Array:
    """The local derivative of an elementwise node by its first input, of the shape of its output."""
    found = trace.plan.operations[trace.graph.index(node.id)]
    assert found is not None
    y = trace.value(node.id)
    with np.errstate(all="ignore"):
        slope = found.partial(0, y, trace.inputs_of(node), node.attributes)
    return np.broadcast_to(np.asarray(slope), np.shape(y))


def closed_units(trace: Trace, node: Node) -> tuple[int, int, int] | None:
    """Of a gate: how many units are closed for every example, of how many, and the number of examples.

    None where the node is no gate, or has no value.
    """
    if node.op not in GATES or not trace.has_value(node.id) or not np.size(trace.value(node.id)):
        return None
    open_ = np.moveaxis(np.atleast_1d(slopes(trace, node) != 0), unit_axis(trace, node), 0)
    units = open_.shape[0]
    return units - int(open_.reshape(units, -1).any(axis=1).sum()), units, open_.size // units


def dead_units(measures: Measures) -> Iterator[Finding]:
    """Gates that are closed for every example, and, where there are few examples, a note of closed ones."""
    trace = measures.trace
    few: list[tuple[str, int, int]] = []
    for node in trace.graph:
        found = closed_units(trace, node)
        if found is None or not found[0]:
            continue
        closed, units, seen = found
        if seen >= bound("dead samples") or closed == units >= bound("dead samples"):
            yield _dead(measures, node, units, closed, seen)
        else:
            few.append((node.id, closed, units))
    if few:
        yield _closed(few)


def _dead(measures: Measures, node: Node, units: int, closed: int, seen: int) -> Finding:
    share = closed / units
    passed = " No gradient passes through it." if closed == units else ""
    examples = "for the one example here" if seen == 1 else f"for all {seen} examples or positions here"
    return Finding(
        "dead",
        "problem" if share >= bound("dead share") else "note",
        node.id,
        f"{closed} of {units} units of '{node.id}' ({node.op}) are closed {examples}: "
        f"their slope is 0, so that they do not learn.{passed}",
        {"dead": closed, "units": units, "share": share, "examples": seen},
        weight=share,
    )


def _closed(few: list[tuple[str, int, int]]) -> Finding:
    """One note for all gates that have seen too few examples to call any of their units dead."""
    few.sort(key=lambda row: -row[1] / row[2])
    closed, units = sum(row[1] for row in few), sum(row[2] for row in few)
    name, here, of = few[0]
    where = f"of '{name}'" if len(few) == 1 else f"in {len(few)} nodes, the most in '{name}' ({here} of {of})"
    return Finding(
        "closed",
        "note",
        name,
        f"{closed} of {units} unit{'s' * (units != 1)} {where} {'is' if closed == 1 else 'are'} closed for "
        f"what {'it has' if closed == 1 else 'they have'} seen here: the slope is 0, and no gradient passes.",
        {"closed": closed, "units": units, "share": closed / units},
        tuple(row[0] for row in few),
    )


def saturation(trace: Trace, node: Node) -> tuple[int, int, float] | None:
    """Of a squashing function: how many entries lie where it is flat, of how many, and the mean slope.

    None where the node is none, or has no finite value.
    """
    if node.op not in SQUASHING or not trace.has_value(node.id):
        return None
    slope = slopes(trace, node)
    slope = slope[np.isfinite(slope)]
    if not slope.size:
        return None
    flat = int(np.count_nonzero(slope < bound("slope share") * SQUASHING[node.op]))
    return flat, slope.size, float(slope.mean())


def saturated_units(measures: Measures) -> Iterator[Finding]:
    """Sigmoids and tanhs most of whose entries lie where the function is flat."""
    for node in measures.trace.graph:
        found = saturation(measures.trace, node)
        if found is not None and found[0] / found[1] >= bound("saturated share"):
            yield _saturated(node, *found)


def _saturated(node: Node, flat: int, count: int, mean: float) -> Finding:
    if count == 1:
        said = f"'{node.id}' ({node.op}) is saturated: its slope is {number(mean, 2)}"
    else:
        said = f"{flat} of {count} entries of '{node.id}' ({node.op}) are saturated: the mean slope is "
        said += number(mean, 2)
    return Finding(
        "saturated",
        "problem",
        node.id,
        f"{said}, the steepest would be {SQUASHING[node.op]:g}.",
        {"saturated": flat, "entries": count, "share": flat / count, "mean slope": mean},
        weight=flat / count,
    )
