"""The canvas in sentences: for tooltips, screen readers and whoever does not see the picture.

The one rule: a sentence says what the picture shows at the same time, no more: what is not reached
yet is called so.
"""

from __future__ import annotations

import numpy as np

from graph_explorer.engine.graph import Node
from graph_explorer.engine.trace import Computed, Event, Seeded, Trace
from graph_explorer.layout import Member
from graph_explorer.ui.canvas.wording import norm, short
from graph_explorer.ui.finding.differences import change_of
from graph_explorer.ui.session import State

#: So many edges of a bundle are named.
_MOST = 3


def describe(state: State, name: str) -> list[str]:
    """What a window shows of a node or group, a sentence a line; nothing for no name."""
    if state.trace is None or not name:
        return _unrun(state, name)
    if name in state.trace.graph:
        return [*describe_node(state.trace, state.time, name), *_differs(state, name)]
    caption = state.document.read.captions.get(name, "") if state.document is not None else ""
    return describe_group(state.trace, state.time, name, caption)


def _unrun(state: State, name: str) -> list[str]:
    """What is known of a node of a document that has not been run."""
    if state.graph is None or name not in state.graph:
        return []
    return [_what(state.graph.node(name)), "Not run yet: its value is not known."]


def _differs(state: State, name: str) -> list[str]:
    """How a node differs from what it was in the kept run."""
    apart, node = state.difference, state.trace.graph.node(name) if state.trace is not None else None
    if apart is None or node is None or apart.now is not state.trace:
        return []
    edit = apart.edited.get(node.id)
    change = ""
    if not node.is_leaf and apart.was(node.id) and apart.now.has_value(node.id, state.time):
        change = change_of(apart, node.id, apart.now.has_gradient(node.id, state.time))
    return ([f"Edited: {edit.told}."] if edit else []) + ([f"Changed: {change}."] if change else [])


def describe_node(trace: Trace, time: int, name: str) -> list[str]:
    """What is known about a node at `time`, a sentence a line."""
    node = trace.graph.node(name)
    lines = [_what(node)]
    if node.caption:
        lines.append(node.caption[0].upper() + node.caption[1:] + ".")
    if trace.has_value(name, time):
        lines.append(f"Value {short(trace.value(name))}.")
    elif trace.has_value(name):
        lines.append("Value not computed yet.")
    else:
        lines.append(_why_no_value(trace, node))
    if node.op != "constant":
        lines.append(_gradient(trace, time, name))
    arises = trace.nonfinite.get(name) if _undefined(trace, name) else ""
    if arises and (trace.has_value(name, time) if arises == "value" else trace.has_gradient(name, time)):
        lines.append(f"The {arises} stops being finite here.")
    return lines


def _undefined(trace: Trace, name: str) -> bool:
    """Whether a number of a value or its gradient is not finite: only then is it asked where that arises."""
    number = trace.plan.number[trace.graph.resolve(name)]
    found = (arrays[number] for arrays in (trace.values, trace.gradients) if len(arrays))
    return any(array is not None and not np.isfinite(norm(array)) for array in found)


def _what(node: Node) -> str:
    if node.is_leaf:
        return f"{node.id}: {node.op}."
    return f"{node.id}: {node.op} of {listed([name for name in node.inputs if name])}."


def _why_no_value(trace: Trace, node: Node) -> str:
    if getattr(trace.failure, "node", None) is node:
        return f"It could not be computed: {trace.failure}"
    return "No value: the run stopped before it."


def _gradient(trace: Trace, time: int, name: str) -> str:
    if not trace.takes_gradient(name):
        return f"No gradient: {trace.why_no_gradient(name)}."
    if not trace.has_gradient(name, time):
        return "Gradient not reached yet."
    so_far = short(trace.gradient(name, time))
    if trace.is_complete(name, time):
        return f"Gradient {so_far}."
    return f"Gradient so far {so_far}, {trace.count_terms(name, time)} of {trace.count_terms(name)} terms."


def describe_group(trace: Trace, time: int, path: str, caption: str = "") -> list[str]:
    """What is known about a group at `time`, a sentence a line."""
    paths, number = trace.graph.grouping
    inside = np.array([one == path or one.startswith(f"{path}/") for one in paths], dtype=bool)[number]
    count = int(inside.sum())
    lines = [f"{path}: group of {count} node{'s' * (count != 1)}."]
    if caption:
        lines.append(caption[0].upper() + caption[1:] + ".")
    needed = trace.plan.completed[inside]
    needed = needed[needed >= 0]
    if needed.size:
        done = int((needed <= trace.pulled_by(time)).sum()) if time > trace.forward_length else 0
        lines.append(f"{done} of {needed.size} gradients complete.")
    return lines


def describe_line(members: tuple[Member, ...]) -> str:
    """What a line stands for."""
    if len(members) == 1:
        source, target, index = members[0]
        return f"{source} → {target}, input {index + 1}"
    told = [f"{source} → {target}" for source, target, _ in members[: _MOST + 1]]
    if len(members) > len(told):
        told[-1] = f"{len(members) - _MOST:,} more".replace(",", "\u2009")
    return f"{len(members):,} edges: ".replace(",", "\u2009") + listed(told)


def describe_event(event: Event | None) -> str:
    """The present step in one sentence."""
    if event is None:
        return "Nothing is computed yet."
    if isinstance(event, Computed):
        return f"Forward: {event.node.id} is {short(event.value)}."
    if isinstance(event, Seeded):
        return f"Backward starts at {event.node.id} with {short(event.gradient)}."
    added = short(event.contribution)
    return f"Step {event.step}: backward through {event.node.id} into {event.into}, which gets {added}."


def listed(names: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
