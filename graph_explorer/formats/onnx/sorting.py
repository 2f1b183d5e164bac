"""The nodes of a model in an order in which each comes after what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import onnx

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx.nodes import Operator


def subgraphs(node: Operator | onnx.NodeProto) -> Iterator[tuple[str, onnx.GraphProto]]:
    """The graphs inside a node, with the names of their attributes."""
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.name, attribute.g
        elif attribute.type == onnx.AttributeProto.GRAPHS:
            yield from ((f"{attribute.name}.{k}", graph) for k, graph in enumerate(attribute.graphs))


def captured(node: Operator | onnx.NodeProto) -> list[str]:
    """The names that a node's subgraphs take from around it, in order."""
    found: dict[str, None] = {}
    for _, graph in subgraphs(node):
        mine = {one.name for one in (*graph.input, *graph.initializer)}
        mine |= {one.values.name for one in graph.sparse_initializer}
        for inner in graph.node:
            for name in (*inner.input, *captured(inner)):
                if name and name not in mine:
                    found.setdefault(name)
            mine.update(inner.output)
        found.update(dict.fromkeys(one.name for one in graph.output if one.name and one.name not in mine))
    return list(found)


def described(node: Operator) -> str:
    """How an error calls a node."""
    name = node.name or node.first
    return f"'{name}' ({node.op_type})" if name else node.op_type


def ordered(nodes: Sequence[Operator]) -> list[tuple[int, Operator]]:
    """The nodes, each with its place in the model, after what they take; as they stand where that will do.

    Raises `InputError` where two nodes make one value, or where they wait for each other.
    """
    maker: dict[str, int] = {}
    for place, node in enumerate(nodes):
        for name in node.output:
            if name and name in maker:
                raise InputError(
                    f"{described(nodes[maker[name]])} and {described(node)} both make the value '{name}'; "
                    "rename one"
                )
            maker[name] = place
    maker.pop("", None)
    wants = [(*node.input, *captured(node)) if node.attribute else node.input for node in nodes]
    made_at = maker.get
    if all(made_at(name, -1) < place for place, names in enumerate(wants) for name in names):
        return list(enumerate(nodes))
    return _sorted(nodes, maker, wants)


def _sorted(
    nodes: Sequence[Operator], maker: Mapping[str, int], wants: Sequence[Sequence[str]]
) -> list[tuple[int, Operator]]:
    """The nodes, each after the makers of the names that it `wants`."""
    done = [False] * len(nodes)
    order: list[int] = []
    for first in range(len(nodes)):
        path = [first]
        waiting: set[int] = set()
        while path:
            place = path[-1]
            if done[place]:
                path.pop()
                continue
            waiting.add(place)
            missing = [maker[name] for name in wants[place] if name in maker and not done[maker[name]]]
            if not missing:
                done[place] = True
                order.append(place)
                path.pop()
            elif missing[0] in waiting:
                raise InputError(
                    f"{described(nodes[place])} and {described(nodes[missing[0]])} wait for each other: "
                    "the graph has a cycle; export the model anew"
                )
            else:
                path.append(missing[0])
    return [(place, nodes[place]) for place in order]
