"""The kinds of questions, in one table.

The one rule: a kind is a row here and a function that makes one question; nothing else knows kinds by
name.
"""

from __future__ import annotations

from graph_explorer.quiz.kinds import (
    backward,
    code,
    concept,
    curves,
    depth,
    forward,
    paths,
    sabotage,
    structure,
    sums,
    update,
)
from graph_explorer.quiz.kinds.kind import Kind

__all__ = ["KINDS", "Kind"]

_FAMILIES = (forward, sums, backward, structure, update, paths, sabotage, depth, curves, code, concept)

#: Every kind by its name, in the order of a menu.
KINDS: dict[str, Kind] = {kind.name: kind for family in _FAMILIES for kind in family.KINDS}
