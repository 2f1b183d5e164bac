"""What was found: the nodes that stay bright while the rest of the graph is dimmed.

The one rule: however it was found, by a query or by asking what depends on what, it is shown alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from graph_explorer.engine.graph import Graph


@dataclass(frozen=True)
class Found:
    """The ids of nodes in dependency order, and in words what they have in common."""

    title: str
    names: tuple[str, ...]

    @cached_property
    def lit(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.names)

    def within(self, graph: Graph) -> Found | None:
        """What of it another graph has too; None if that is nothing."""
        kept = tuple(name for name in self.names if name in graph)
        return Found(self.title, kept) if kept else None
