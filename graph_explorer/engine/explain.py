"""What a step does, in one sentence of plain text.

The one rule: a sentence is a pure function of an event of a trace; its formulas and numbers are those of
`arithmetic`, read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph_explorer.engine.arithmetic import (
    Arithmetic,
    Line,
    arithmetic,
    form,
    forward,
    is_reduction,
    local,
    output_gradient,
    positions,
    product,
    total,
)
from graph_explorer.engine.formulas import operator_latex
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.notation import (
    bracketed,
    brief,
    derivative,
    derivative_latex,
    name_text,
    number,
    written_out,
)
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.spoken import spoken
from graph_explorer.engine.trace import Computed, Event, Pulled, Seeded, Trace

__all__ = [
    "Arithmetic",
    "Line",
    "arithmetic",
    "forward",
    "is_preactivation",
    "local",
    "named_within",
    "number",
    "sentence",
    "sentences",
    "total",
]

#: Operations besides the family of activations after which δ is measured.
_ALSO_ACTIVATIONS = frozenset({"Tanh", "Softmax", "LogSoftmax", "SoftmaxCrossEntropyLoss"})


def sentence(event: Event) -> str:
    """One event in one sentence of plain text."""
    if isinstance(event, Computed):
        return _computed(event.trace, event.node)
    if isinstance(event, Seeded):
        return _seeded(event)
    return f"{_within(event.node)}{_gets(event)}; {_standing(event)}."


def _within(node: Node) -> str:
    """In which group a step happens, as the beginning of a sentence."""
    return f"In {node.group}: " if node.group else ""


def sentences(events: Sequence[Event]) -> str:
    """Several events of one node in one sentence: what a step node by node does."""
    pulls = [event for event in events if isinstance(event, Pulled)]
    if len(pulls) < 2:
        return sentence(events[-1])
    shown = "; ".join(_brief_gets(event) for event in pulls[:4])
    more = f"; and {len(pulls) - 4} more" if len(pulls) > 4 else ""
    node = pulls[0].node
    return f"{_within(node)}{named_within(node.id, node)} passes its gradient on: {shown}{more}."


def _computed(trace: Trace, node: Node) -> str:
    lines = forward(trace, node)
    formula = lines[0].text
    if len(lines) < 2:
        return f"{formula}."
    tail = f" {lines[1].text}" if lines[1].latex.startswith("=") else f": {lines[1].text}"
    return f"{formula}{tail}."


def _seeded(event: Seeded) -> str:
    output = event.trace.output
    seed = np.asarray(event.gradient)
    if seed.ndim and bool(np.all(seed == 1)):
        entries = f"each of its {seed.size} entries"
        return f"Backward begins at {output}: {derivative(output, output)} is 1 for {entries}."
    return f"Backward begins at {output}: {derivative(output, output)} = {brief(seed)}."


def _gets(event: Pulled) -> str:
    output, node = event.trace.output, event.node
    into, here = named_within(event.into, node), named_within(node.id, node)
    subject, through = derivative(output, into), f"through {here}"
    upstream, above = output_gradient(event.upstream), derivative(output, here)
    kind = form(event)
    result = brief(event.contribution)
    made = f"= {result}" if written_out(event.contribution) else f"({result})"
    if kind == "scalar" or (kind == "elementwise" and written_out(upstream)):
        return f"{subject} gets {product(event).text} {through}"
    if kind == "elementwise":
        summed = ", summed where it was repeated" if upstream.shape != event.contribution.shape else ""
        rule = f"{above} × {derivative(here, into)}, entry by entry{summed}"
        return f"{subject} gets {rule} {made}, {through}"
    if kind == "selection":
        return f"{subject} gets {above} at the entries that were taken {made} {through}"
    if is_reduction(node):
        share = {"ReduceSum": "", "ReduceMean": " × 1/n"}.get(node.op, " × its local derivative")
        return f"{subject} gets {above}{share} at each of {event.contribution.size} entries {made} {through}"
    applied = spoken(operator_latex(node, event.input_index, derivative_latex(output, here)))
    return f"{subject} gets {applied} {made} {through}"


def _brief_gets(event: Pulled) -> str:
    into = named_within(event.into, event.node)
    return f"{derivative(event.trace.output, into)} gets {brief(event.contribution)}"


_ORDINALS = {1: "first", 2: "2nd", 3: "3rd"}


def _standing(event: Pulled) -> str:
    """Where this contribution stands among the terms of the gradient it goes into."""
    trace, all_terms = event.trace, positions(event)
    count = len(all_terms)
    place = all_terms.index(event.position) + 1
    if count == 1:
        return "that is all of it"
    if place == 1:
        return f"the first of its {count} terms"
    ordinal = "last" if place == count else _ORDINALS.get(place, f"{place}th")
    tail = "" if place == count else " so far"
    if np.ndim(event.contribution):
        return f"the {ordinal} of its {count} terms, added to what was there"
    before = trace.gradient(event.into, trace.time_of(event))
    return (
        f"the {ordinal} of its {count} terms: {brief(before)} + {bracketed(brief(event.contribution))} "
        f"= {brief(event.accumulated)}{tail}"
    )


def named_within(name: str, node: Node) -> str:
    """A name as it is called within the group of `node`; of another group with that in short."""
    inside = name.removeprefix("/")  # where names of a model begin with it
    return name_text(inside.removeprefix(f"{node.group}/") if node.group else inside)


def is_preactivation(graph: Graph, name: str) -> bool:
    """Whether the gradient of `name` is a δ: its only consumer is an activation function."""
    uses = graph.uses(name)
    if len(uses) != 1 or graph.node(name).is_leaf:
        return False
    consumer = graph.node(uses[0].node)
    if consumer.op in _ALSO_ACTIVATIONS:
        return uses[0].input_index == 0
    return not consumer.is_leaf and operation_of(consumer).family == "activation"
