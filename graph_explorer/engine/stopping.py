"""Where a gradient stops on its way back, and why.

The one rule: the reason is the one that the operation's declaration gives.
"""

from __future__ import annotations

from collections.abc import Collection

from graph_explorer.engine.graph import Graph, Use
from graph_explorer.engine.ops import operation_of


def why_none_arrives(
    graph: Graph, name: str, output: str, used: Collection[str], detached: Collection[Use]
) -> str:
    """Why no gradient of `output` comes back to the value `name`, as a clause; "" where one could.

    `used` are the values that the output depends on. The clause names the first operation, in the order
    of the graph, that lets none through on the way.
    """
    pending, seen, stops = [name], {name}, []
    while pending:
        for use in graph.uses(pending.pop()):
            node = graph.node(use.node)
            if not any(made in used for made in node.outputs):
                continue
            if use in detached or not operation_of(node).differentiable(use.input_index):
                stops.append(use)
                continue
            for made in node.outputs:
                if made == output:
                    return ""
                if made and made not in seen:
                    seen.add(made)
                    pending.append(made)
    if not stops:
        return ""
    first = min(stops, key=lambda use: graph.index(use.node))
    node = graph.node(first.node)
    if first in detached:
        return f"it is detached at '{node.id}'"
    return f"none passes through '{node.id}' ({node.op}): {operation_of(node).flat or 'it passes none'}"
