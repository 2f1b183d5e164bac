"""Where numbers stop being finite, in values and in gradients, and by which operation on what.

The one rule: only the origin is named, with the operands of one entry; whatever comes after it is a
consequence. An infinity that does no harm (a mask of −∞ that becomes 0) is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Node
from graph_explorer.engine.health.finding import Finding
from graph_explorer.engine.health.measures import Measures
from graph_explorer.engine.notation import bracketed, number
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]
Truths = NDArray[np.bool_]

#: How an operation on operands is written in a sentence; others by their name.
_WRITTEN = {
    "Log": "log({0})",
    "Sqrt": "sqrt({0})",
    "Exp": "exp({0})",
    "Div": "{0} / {1}",
    "Pow": "{0} ** {1}",
    "Reciprocal": "1 / {0}",
    "Sub": "{0} − {1}",
    "Add": "{0} + {1}",
    "Mul": "{0} · {1}",
}


def nonfinite_values(measures: Measures) -> Iterator[Finding]:
    """Values in which NaN or infinity arises; for infinity only where it does harm."""
    trace, sizes = measures.trace, measures.values
    nan, infinite = sizes.undefined > 0, sizes.infinite > 0
    harmful = _harmful(trace, nan, infinite) if infinite.any() else infinite
    for node in trace.graph:
        inputs = [trace.plan.number[name] for name in node.inputs if name]
        for name in node.outputs:
            place = trace.plan.number[name] if name else -1
            if place < 0:
                continue
            if nan[place]:
                if not nan[inputs].any():
                    yield _value(measures, node, name, "nan")
            elif harmful[place] and not infinite[inputs].any():
                yield _value(measures, node, name, "infinite")


def _harmful(trace: Trace, nan: Truths, infinite: Truths) -> Truths:
    """Which infinite values are the output, make NaN, or make an infinite one that is harmful."""
    harmful = np.zeros_like(infinite)
    harmful[trace.plan.number[trace.output]] = infinite[trace.plan.number[trace.output]]
    for index in reversed(range(len(trace.graph))):
        made = list(trace.plan.outputs[index])
        if nan[made].any() or harmful[made].any():
            inputs = [place for place in trace.plan.inputs[index] if place >= 0]
            harmful[inputs] |= infinite[inputs]
    return harmful


def _value(measures: Measures, node: Node, name: str, what: str) -> Finding:
    place = measures.place(name)
    sizes = measures.values
    count = int((sizes.undefined if what == "nan" else sizes.infinite)[place])
    word = "NaN" if what == "nan" else "infinity"
    arises = "is given as" if node.is_leaf else "becomes"
    whole = int(sizes.count[place])
    entries = f" in {count} of {whole} entries" if whole > 1 else ""
    return Finding(
        f"{what} value",
        "problem",
        name,
        f"'{name}' {arises} {word}{entries}{_operands(measures.trace, node, name, what)}.",
        {"entries": count, "of": whole},
        weight=count / max(whole, 1),
    )


def _operands(trace: Trace, node: Node, name: str, what: str) -> str:
    """What the operation was given at the first entry at fault: ': log(0)' or ': log(0) at [2]'."""
    if node.is_leaf:
        return ""
    value = trace.value(name)
    at = np.argwhere(np.isnan(value) if what == "nan" else np.isinf(value))[0]
    found = trace.plan.operations[trace.graph.index(node.id)]
    inputs = [array for array in trace.inputs_of(node) if array is not None]
    where = f" at [{', '.join(map(str, at.tolist()))}]" if value.ndim else ""
    if found is None or not found.elementwise:
        largest = [number(_largest(array)) for array in inputs]
        return (
            f": {node.op} of entries up to {' and '.join(largest)} in magnitude{where}" if largest else where
        )
    taken = [bracketed(number(np.broadcast_to(array, value.shape)[tuple(at)])) for array in inputs]
    if node.op in _WRITTEN:
        return f": {_WRITTEN[node.op].format(*taken)}{where}"
    return f": {node.op} of {' and '.join(taken)}{where}"


def _largest(array: Any) -> float:
    """The largest finite magnitude, 0 if there is none."""
    found = np.abs(np.asarray(array, dtype=np.float64))
    return float(found[np.isfinite(found)].max(initial=0.0))


def nonfinite_gradients(measures: Measures) -> Iterator[Finding]:
    """Edges along which a finite gradient becomes NaN or infinite, by the node that it was pulled through."""
    trace, sizes = measures.trace, measures.gradients
    bad = (sizes.undefined > 0) | (sizes.infinite > 0)
    told: set[str] = set()
    for position, (index, slot) in enumerate(trace.plan.pulls if bad.any() else ()):
        number_into = trace.plan.inputs[index][slot]
        node = trace.graph.nodes[index]
        if not bad[number_into] or bad[list(trace.plan.outputs[index])].any() or node.id in told:
            continue
        contribution = trace.contribution(position)
        if not np.isfinite(contribution).all():
            told.add(node.id)
            yield _gradient(trace, node, slot, contribution)


def _gradient(trace: Trace, node: Node, slot: int, contribution: Array) -> Finding:
    nan = np.isnan(contribution)
    what = "nan" if nan.any() else "infinite"
    wrong = nan if what == "nan" else np.isinf(contribution)
    at = np.argwhere(wrong)[0]
    into = node.inputs[slot]
    where = f" at [{', '.join(map(str, at.tolist()))}]" if contribution.ndim else ""
    entries = f" in {int(wrong.sum())} of {contribution.size} entries" if contribution.ndim else ""
    return Finding(
        f"{what} gradient",
        "problem",
        into,
        f"The gradient of '{into}' becomes {'NaN' if what == 'nan' else 'infinite'}{entries} on its way back "
        f"through '{node.id}' ({node.op}): there '{into}' is "
        f"{number(np.asarray(trace.value(into))[tuple(at)])}{where}.",
        {"entries": int(wrong.sum()), "of": contribution.size},
        (into, node.id),
        weight=float(wrong.mean()),
    )
