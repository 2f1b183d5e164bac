"""Parameters that no gradient reaches, or only a gradient of zero, and where it was lost.

The one rule: a gradient that is not there and one that is zero are two things; for both the node at
which it ends is named, found in one walk from the output down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from graph_explorer.engine.graph import Node, Use
from graph_explorer.engine.health.finding import Finding
from graph_explorer.engine.health.measures import Measures
from graph_explorer.engine.health.units import GATES
from graph_explorer.engine.trace import Trace

#: Of so many parameters alike each is named.
_NAMED = 3
#: What only gives a softmax another shape.
_VIEWS = frozenset({"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Transpose"})
#: Where one input being 0 is why the other gets no gradient.
_PRODUCTS = frozenset({"Mul", "MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum"})


def never_arrives(measures: Measures) -> Iterator[Finding]:
    """Parameters to which this run computes no gradient although one was asked for."""
    trace = measures.trace
    if trace.failure is not None:
        return
    lost = [
        node.id
        for node in trace.graph.leaves("parameter")
        if node.id in trace.plan.wrt and not trace.takes_gradient(node.id)
    ]
    ends = _ends(trace) if lost else {}
    alike: dict[tuple[str, str], list[str]] = {}
    for name in lost:
        unused = "", f"the output '{trace.output}' does not depend on it"
        alike.setdefault(ends.get(name, unused), []).append(name)
    for (place, reason), names in alike.items():
        yield Finding(
            "no gradient",
            "problem",
            place or names[0],
            f"No gradient arrives at {_listed(names)}: {reason}.",
            {"parameters": len(names)},
            _once(place, names),
            weight=len(names),
        )


def constant_output(measures: Measures) -> Iterator[Finding]:
    """A softmax all of whose entries are seeded alike: their sum is 1 whatever the parameters are."""
    trace = measures.trace
    if trace.failure is not None:
        return
    node = trace.graph.node(trace.output)
    while node.op in _VIEWS:
        node = trace.graph.node(node.inputs[0])
    if node.op == "Softmax" and trace.seed.size > 1 and np.ptp(trace.seed) == 0:
        yield Finding(
            "constant output",
            "problem",
            trace.output,
            f"The output '{trace.output}' is a softmax whose {trace.seed.size} entries are added up: the sum "
            "is the same whatever the parameters are, and every gradient is 0 up to rounding.",
            {"entries": trace.seed.size},
        )


def _ends(trace: Trace) -> Mapping[str, tuple[str, str]]:
    """For values on which the output depends: where the gradient that was to come to them ends, and why."""
    used, ends = {trace.output}, {trace.output: (trace.output, "the output takes no gradient")}
    for node in reversed(trace.graph.nodes):
        made = [name for name in node.outputs if name in used]
        if not made:
            continue
        for slot, name in enumerate(node.inputs):
            if not name:
                continue
            used.add(name)
            reason = _stops(trace, node, slot)
            ends[name] = (node.id, reason) if reason else ends.get(made[0], (node.id, "it ends there"))
    return ends


def _stops(trace: Trace, node: Node, slot: int) -> str:
    """Why an edge passes no gradient, as a clause; empty where it does."""
    if Use(node.id, slot) in trace.plan.detached:
        return f"the edge into '{node.id}' is detached"
    found = trace.plan.operations[trace.graph.index(node.id)]
    if found is None or not found.differentiable(slot):
        return f"{node.op} at '{node.id}' passes no gradient on"
    return ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:_NAMED])
    return shown + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _once(place: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([place, *names] if place else names))


def zero_gradients(measures: Measures) -> Iterator[Finding]:
    """Parameters whose gradient is exactly 0, by the node at which it became 0."""
    trace, norms = measures.trace, measures.gradients.norm
    reached = [node.id for node in trace.graph.leaves("parameter") if trace.takes_gradient(node.id)]
    zero = [
        name
        for name in reached
        if norms[measures.place(name)] == 0 and measures.values.count[measures.place(name)]
    ]
    became = _became_zero(measures) if zero else {}
    ended: dict[str, list[str]] = {}
    for name in zero:
        ended.setdefault(became.get(name, ""), []).append(name)
    for place, names in ended.items():
        gate = bool(place) and trace.graph.node(place).op in GATES
        yield Finding(
            "zero gradient",
            "problem" if gate and len(names) == len(reached) else "note",
            place or names[0],
            f"The gradient of {_listed(names)} is exactly 0{_reason(trace, place)}.",
            {"parameters": len(names), "of": len(reached)},
            _once(place, names),
            weight=len(names),
        )


def _became_zero(measures: Measures) -> Mapping[str, str]:
    """For values whose gradient is 0: the node into which a gradient other than 0 came, and 0 went out."""
    trace, norms = measures.trace, measures.gradients.norm
    zero = norms == 0
    found: dict[str, str] = {}
    for index, slot in trace.plan.pulls:
        node = trace.graph.nodes[index]
        name = node.inputs[slot]
        if not zero[trace.plan.inputs[index][slot]]:
            continue
        came = any(not zero[number] for number in trace.plan.outputs[index])
        found.setdefault(name, node.id if came else found.get(node.id, ""))
    return found


def _reason(trace: Trace, place: str) -> str:
    """Why a gradient ends at a node, as a clause."""
    if not place:
        return ", as is that of the output"
    node = trace.graph.node(place)
    if node.op in GATES:
        return f": the gate '{place}' ({node.op}) is closed"
    known = [name for name in node.inputs if name] if node.op in _PRODUCTS else []
    factor = next((name for name in known if np.size(trace.value(name)) and not trace.value(name).any()), "")
    if factor:
        return f": at '{place}' ({node.op}) it is multiplied by '{factor}', which is 0"
    return f": the local derivative of '{place}' ({node.op}) is 0 there"
