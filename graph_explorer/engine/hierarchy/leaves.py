"""Where parameters and constants stand: in the innermost group that holds all that takes them.

The one rule: a leaf moves inward only, out of no group that the document has put it into.
"""

from __future__ import annotations

from dataclasses import replace

from graph_explorer.engine.hierarchy.names import common
from graph_explorer.engine.hierarchy.structure import Structure
from graph_explorer.engine.program import Program


def move_inward(homes: list[str], takers: dict[int, list[int]]) -> None:
    """Gives leaves their groups in `homes`, which has one for every node.

    `takers` are the places of the nodes that take each leaf, by its own place, the leaves in order.
    """
    for place, users in reversed(takers.items()):  # what takes a leaf comes after it
        own, together = homes[place], common([homes[one] for one in users])
        if len(together) > len(own) and (not own or together.startswith(f"{own}/")):
            homes[place] = together


def with_leaves_inside(program: Program, structure: Structure) -> Program:
    """The program whose leaves stand in the groups that alone use them; `structure` is that of its graph."""
    homes = [node.group for node in program.graph.nodes]
    move_inward(homes, structure.takers)
    return replace(program, graph=program.graph.with_groups(homes))
