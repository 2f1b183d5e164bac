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
    Whether it `differs` from the kept run is asked anew after every run.
    """

    title: str
    names: tuple[str, ...]
    told: tuple[str, ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    differs: bool = False

    @cached_property
    def lit(self) -> frozenset[str]:
        """The same as a set, and what stands beside what is gone."""
        return frozenset(self.names).union(beside for _, beside in self.gone)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Which of them each one is, from 0."""
        return {name: place for place, name in enumerate(self.names)}

    def prepared(self) -> Found:
        """The same, with all that follows from it worked out: for a job, that the window need not wait."""
        self.lit, self.places  # noqa: B018
        return self

    def within(self, graph: Graph) -> Found | None:
        """What of it another graph has too; None if that is nothing, unless it is to be asked anew."""
        rows = [row for row, name in enumerate(self.names) if name in graph]
        names, told = (tuple(column[row] for row in rows if column) for column in (self.names, self.told))
        gone = tuple(pair for pair in self.gone if pair[1] in graph)
        return Found(self.title, names, told, gone, self.differs) if names or self.differs else None
