"""What depends on what: ancestors, descendants, and all that lies between.

The one rule: one walk over the nodes in their order, or against it; no recursion, so that a chain may be
as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable

from graph_explorer.engine.graph import Graph


def ancestors(graph: Graph, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of the nodes that the given ones are computed from, and theirs, in dependency order."""
    needed = {graph.index(name) for name in names}
    for place in range(len(graph) - 1, -1, -1):
        if place in needed:
            needed.update(graph.index(name) for name in graph.nodes[place].inputs if name)
    return _ids(graph, needed)


def descendants(graph: Graph, names: Iterable[str]) -> tuple[str, ...]:
    """The ids of the given nodes and of all whose values they influence, in dependency order."""
    touched = {graph.index(name) for name in names}
    made = {name for place in touched for name in graph.nodes[place].outputs}
    for place, node in enumerate(graph.nodes):
        if place in touched or not made.isdisjoint(node.inputs):
            touched.add(place)
            made.update(name for name in node.outputs if name)
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


def _ids(graph: Graph, places: Iterable[int]) -> tuple[str, ...]:
    return tuple(graph.nodes[place].id for place in sorted(places))
