"""What a graph draws by chance, and the same graph drawing other numbers.

A draw follows from the `seed` of its node, so that a run can be repeated. Training wants another draw in
each step, and so gives the nodes other seeds.

The one rule: seeds are all that differs; the graph, its names and its values' shapes stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.program import Program

#: Operators that draw by chance.
DRAWING = frozenset({"Dropout"} | {name for name, each in OPERATIONS.items() if each.family == "chance"})


def drawing_nodes(graph: Graph) -> tuple[Node, ...]:
    """The nodes that draw by chance, in order."""
    return tuple(node for node in graph.nodes if node.op in DRAWING)


def seeded_attributes(node: Node, seed: int) -> Mapping[str, Any]:
    """The attributes of a node that draws from `seed`."""
    return MappingProxyType({**node.attributes, "seed": seed})


def with_seeds(program: Program, seeds: Mapping[str, int]) -> Program:
    """The program whose nodes draw from these seeds, by id; names that it does not have are left alone."""
    nodes = [
        replace(node, attributes=seeded_attributes(node, seeds[node.id])) if node.id in seeds else node
        for node in program.graph.nodes
    ]
    return replace(program, graph=Graph(nodes, program.graph.names))
