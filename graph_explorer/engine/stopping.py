"""Where a gradient stops on its way back, and why.

The one rule: the reason is the one that the operation's declaration gives. Where it stops is found for all
values in one walk, from the output back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph_explorer.engine.graph import Use
from graph_explorer.engine.ops import operation_of

if TYPE_CHECKING:
    from graph_explorer.engine.plan import Plan

#: In place of an edge: a gradient comes back, or the output does not depend on the value.
_NOWHERE, _UNUSED = -1, 1 << 62
#: An edge is the node that takes the value, times this, plus the index of the input.
_INPUTS = 1 << 24


def stops(plan: Plan) -> list[int]:
    """Per value the first edge, in the order of the graph, that lets no gradient of the output back to it."""
    found = [_UNUSED] * len(plan.number)
    found[plan.number[plan.output]] = _NOWHERE
    for node in reversed(plan.forward):
        here = min([found[value] for value in plan.outputs[node]])
        if here == _UNUSED:
            continue
        passes = plan.flows[node]
        for index, value in enumerate(plan.inputs[node]):
            edge = here if index in passes else node * _INPUTS + index
            if value >= 0 and edge < found[value]:
                found[value] = edge
    return found


def is_used(plan: Plan, name: str) -> bool:
    """Whether the output depends on the value `name`."""
    return plan.stops[plan.number[name]] != _UNUSED


def why_none_arrives(plan: Plan, name: str) -> str:
    """Why no gradient of the output comes back to the value `name`, as a clause; "" where one could.

    The clause names the first operation, in the order of the graph, that lets none through on the way.
    """
    edge = plan.stops[plan.number[name]]
    if edge in (_NOWHERE, _UNUSED):
        return ""
    position, index = divmod(edge, _INPUTS)
    node = plan.graph.nodes[position]
    if Use(node.id, index) in plan.detached:
        return f"it is detached at '{node.id}'"
    return f"none passes through '{node.id}' ({node.op}): {operation_of(node).flat or 'it passes none'}"
