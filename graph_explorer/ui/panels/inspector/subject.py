"""Of what the inspector speaks: what is selected, or what the present step does.

The one rule: it is a function of the session's state and of whether the inspector follows the steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Pulled, Trace
from graph_explorer.ui.session import State


@dataclass(frozen=True)
class Subject:
    """A node (`name`), an edge (`use`), a group (`name`), or nothing.

    `is_step` tells that it is the present step, not what is selected.
    """

    kind: Literal["nothing", "node", "edge", "group"] = "nothing"
    name: str = ""
    use: Use | None = None
    is_step: bool = False


def subject(state: State, following: bool) -> Subject:
    """What to show. Following the steps, or with nothing selected, it is the present step."""
    if state.graph is None:
        return Subject()
    if not following:
        if state.edge is not None:
            return Subject("edge", use=state.edge)
        if state.selection:
            return Subject("node" if state.selection in state.graph else "group", state.selection)
    event = state.event
    if event is None:
        return Subject(is_step=True)
    if isinstance(event, Pulled) and state.mode == "edges":
        return Subject("edge", use=Use(event.node.id, event.input_index), is_step=True)
    return Subject("node", event.node.id, is_step=True)


def term_positions(trace: Trace, name: str) -> tuple[int, ...]:
    """The positions in the backward pass of the contributions to the gradient of `name`."""
    if not trace.takes_gradient(name):
        return ()
    return trace.plan.terms.get(trace.plan.number[trace.graph.resolve(name)], ())


def pull_along(trace: Trace, use: Use) -> Pulled | None:
    """The step that pulls the gradient back along an edge; None if no gradient passes there."""
    if use.node not in trace.graph:
        return None
    node = trace.graph.node(use.node)
    if use.input_index >= len(node.inputs) or not node.inputs[use.input_index]:
        return None
    here = (trace.graph.index(node.id), use.input_index)
    for position in term_positions(trace, node.inputs[use.input_index]):
        if trace.plan.pulls[position] == here:
            return Pulled(trace, position)
    return None
