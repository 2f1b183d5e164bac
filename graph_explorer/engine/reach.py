"""What depends on what: ancestors, descendants, and all that lies between.

The one rule: one walk over the edges in the order of the nodes, or against it; no recursion, so that a
chain may be as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress

from graph_explorer.engine.graph import Graph


def ancestors(graph: Graph, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of the nodes that the given ones are computed from, and theirs, in dependency order."""
    needed = bytearray(len(graph))
    for name in names:
        needed[graph.index(name)] = 1
    source, target, _ = graph.edges
    for maker, taker in zip(source[::-1].tolist(), target[::-1].tolist(), strict=True):
        if needed[taker]:
            needed[maker] = 1
    return _ids(graph, needed)


def descendants(graph: Graph, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of the given nodes and of all whose values they influence, in dependency order."""
    touched = bytearray(len(graph))
    for name in names:
        touched[graph.index(name)] = 1
    source, target, _ = graph.edges
    for maker, taker in zip(source.tolist(), target.tolist(), strict=True):
        if touched[maker]:
            touched[taker] = 1
    return _ids(graph, touched)


def between(graph: Graph, start: Iterable[str], end: Iterable[str]) -> tuple[str, ...]:
    """The ids of all nodes on any path from one of `start` to one of `end`, both included.

    None where no path leads from the one to the other.
    """
    above = set(ancestors(graph, end))
    return tuple(name for name in descendants(graph, start) if name in above)


def inside(graph: Graph, name: str) -> tuple[str, ...]:
    """The ids of the nodes in the group called `name`; of a node, itself alone."""
    if name in graph:
        return (graph.node(name).id,)
    return tuple(node.id for node in graph if node.group == name or node.group.startswith(f"{name}/"))


def _ids(graph: Graph, marked: bytearray) -> tuple[str, ...]:
    return tuple(compress([node.id for node in graph.nodes], marked))
