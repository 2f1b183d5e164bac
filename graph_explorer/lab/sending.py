"""Graphs and surfaces as plain data, so that they can be sent to another process or machine.

The one rule: what is sent is what a thing was made from; the receiver makes it anew, so that both hold the
same, and nothing is sent that can be made again.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from graph_explorer.engine.graph import Graph, Node


def packed(graph: Graph) -> tuple[Any, ...]:
    """The graph as tuples and dictionaries. An operator with a rule of its own cannot be sent on."""
    nodes = [
        (
            node.id,
            node.op,
            node.inputs,
            dict(node.attributes),
            node.group,
            node.caption,
            node.outputs,
            node.place,
        )
        for node in graph
    ]
    if any(node.rule is not None for node in graph):
        raise TypeError("a rule of its own")
    return nodes, dict(graph.names)


def unpacked(data: tuple[Any, ...]) -> Graph:
    """The graph that was packed."""
    nodes, names = data
    return Graph(
        [
            Node(name, op, inputs, MappingProxyType(attributes), group, caption, outputs, place)
            for name, op, inputs, attributes, group, caption, outputs, place in nodes
        ],
        names,
    )
