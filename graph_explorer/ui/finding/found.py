"""What was found: the nodes that stay bright while the rest of the graph is dimmed.

The one rule: however it was found, by a query or by asking what depends on what, it is shown alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graph_explorer.engine.graph import Graph


@dataclass(frozen=True)
class Found:
    """The ids of nodes in dependency order, and in words what they have in common.

    `told` says of each of them what the list is to say, where that is not its operation and value. `gone`
    are nodes that the graph has no more, each with what was done and the node that it is shown beside.
    """

    title: str
    names: tuple[str, ...]
    told: tuple[str, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()

    @cached_property
    def lit(self) -> frozenset[str]:
        """The same as a set, and what stands beside what is gone."""
        return frozenset(self.names).union(beside for _, beside in self.gone)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Which of them each one is, from 0."""
        return {name: place for place, name in enumerate(self.names)}

    @property
    def differs(self) -> bool:
        """Whether it is what differs from the kept run."""
        return bool(self.told or self.gone)

    def prepared(self) -> Found:
        """The same, with all that follows from it worked out: for a job, that the window need not wait."""
        self.lit, self.places  # noqa: B018
        return self

    def within(self, graph: Graph) -> Found | None:
        """What of it another graph has too; None if that is nothing."""
        kept = tuple(name for name in self.names if name in graph)
        return Found(self.title, kept) if kept else None
