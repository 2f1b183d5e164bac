"""Which nodes of two graphs are the same: also where one was renamed, or all were numbered anew.

The one rule: a node is known by what it does, what it is computed from and what is made of it; its name
decides between those that are alike, and alone only where nothing else is left to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Graph, Node

Places = NDArray[np.int64]
Checkpoint = Callable[[float], None]
#: The nodes around those that are known are looked at so many times, those with more neighbours not at all.
_ROUNDS, _CROWD = 3, 64


def match(before: Graph, now: Graph, checkpoint: Checkpoint = lambda share: None) -> Places:
    """For each node of `now` the position of the same node in `before`; −1 where it was not there."""
    if before is now or _are_alike(before, now):
        return np.arange(len(now), dtype=np.int64)
    ids, ops = ([[getattr(node, part) for node in graph] for graph in (before, now)] for part in ("id", "op"))
    numbers: dict[Hashable, int] = {}
    marks = [[numbers.setdefault(_does(node), len(numbers)) for node in graph] for graph in (before, now)]
    checkpoint(0.2)
    above = [_from_above(graph, own, numbers) for graph, own in zip((before, now), marks, strict=True)]
    checkpoint(0.5)
    below = [_from_below(graph, own, numbers) for graph, own in zip((before, now), marks, strict=True)]
    checkpoint(0.8)
    named = [[None if node.op == "constant" else node.id for node in graph] for graph in (before, now)]
    inner = [
        [None if node.is_leaf else mark for node, mark in zip(graph, column, strict=True)]
        for graph, column in zip((before, now), above, strict=True)
    ]
    found = _Pairs(before, now)
    for columns in (
        (ids, above, below), (named, above), (ids, below), (above, below), (inner,), (below,), (ids, ops),
    ):  # fmt: skip
        found.pair(columns)
    for _ in range(_ROUNDS):
        if not found.look_around():
            break
    found.pair((ids,))
    checkpoint(1.0)
    return np.array(found.partner, dtype=np.int64)


def _are_alike(before: Graph, now: Graph) -> bool:
    """Whether every node has the same name, does the same and takes the same."""
    return len(before) == len(now) and all(
        one.id == other.id and one.inputs == other.inputs and _does(one) == _does(other)
        for one, other in zip(before, now, strict=True)
    )


def _does(node: Node) -> Hashable:
    """What a node does, whatever it takes."""
    if not node.attributes:
        return node.op
    return node.op, tuple((name, written(node.attributes[name])) for name in sorted(node.attributes))


def written(value: Any) -> Hashable:
    """An attribute as something that is equal where the attributes are."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, Graph):
        return tuple((node.id, node.inputs, _does(node)) for node in value)
    if isinstance(value, (tuple, list)):
        return tuple(written(part) for part in value)
    return value if isinstance(value, (str, bytes, int, float, bool)) else repr(value)


def _from_above(graph: Graph, own: Sequence[int], numbers: dict[Hashable, int]) -> list[int]:
    """Numbers that are equal for nodes that do the same to what is computed alike; leaves are all alike."""
    found: list[int] = []
    for node, mark in zip(graph, own, strict=True):
        taken = []
        for name in node.inputs:
            maker = graph.index(name) if name else -1
            slot = graph.nodes[maker].outputs.index(name) if name and name != graph.nodes[maker].id else 0
            taken.append((found[maker] if name else -1, slot))
        found.append(numbers.setdefault(("above", mark, *taken), len(numbers)))
    return found


def _from_below(graph: Graph, own: Sequence[int], numbers: dict[Hashable, int]) -> list[int]:
    """Numbers that are equal for nodes that do the same, and of which the same is made."""
    takers: list[list[tuple[int, int]]] = [[] for _ in own]
    found = [0] * len(own)
    source, target, slot = (column.tolist() for column in graph.edges)
    edge = len(source)
    for place in reversed(range(len(own))):
        found[place] = numbers.setdefault(("below", own[place], *sorted(takers[place])), len(numbers))
        while edge and target[edge - 1] == place:
            edge -= 1
            takers[source[edge]].append((found[place], slot[edge]))
    return found


class _Pairs:
    """Nodes that have been found to be the same; each one is in one pair at most."""

    def __init__(self, before: Graph, now: Graph) -> None:
        self._before, self._now = before, now
        self.partner = [-1] * len(now)
        self._taken = [-1] * len(before)

    def _join(self, earlier: int, later: int) -> None:
        self.partner[later], self._taken[earlier] = earlier, later

    def pair(self, columns: Sequence[Sequence[Sequence[Hashable]]]) -> None:
        """Joins nodes that agree in all columns, in their order; None agrees with nothing."""
        waiting: dict[Hashable, list[int]] = {}
        for place in self._free(self._taken):
            key = tuple(column[0][place] for column in columns)
            if None not in key:
                waiting.setdefault(key, []).append(place)
        for places in waiting.values():
            places.reverse()
        for place in self._free(self.partner):
            found = waiting.get(tuple(column[1][place] for column in columns))
            if found:
                self._join(found.pop(), place)

    def look_around(self) -> bool:
        """Joins nodes of the same operation that stand alike beside joined ones; whether there were any."""
        count = self.partner.count(-1)
        for place in self._free(self.partner):
            self._try(place, self._below(place))
        for place in reversed(self._free(self.partner)):
            self._try(place, self._above(place))
        return self.partner.count(-1) < count

    @staticmethod
    def _free(places: Sequence[int]) -> list[int]:
        return [place for place, other in enumerate(places) if other < 0]

    def _try(self, place: int, candidates: Sequence[int]) -> None:
        op = self._now.nodes[place].op
        for earlier in candidates:
            if self._taken[earlier] < 0 and self._before.nodes[earlier].op == op:
                self._join(earlier, place)
                return

    def _below(self, place: int) -> list[int]:
        """The nodes before that took, at the same input, what the node takes now."""
        node, found = self._now.nodes[place], []
        for slot, name in enumerate(node.inputs):
            earlier = self.partner[self._now.index(name)] if name else -1
            if earlier >= 0:
                uses = self._before.uses(self._before.nodes[earlier].id)
                if len(uses) <= _CROWD:
                    found += [self._before.index(use.node) for use in uses if use.input_index == slot]
        return found

    def _above(self, place: int) -> list[int]:
        """The nodes before that gave, at the same input, what the node gives now."""
        found = []
        for use in self._now.uses(self._now.nodes[place].id)[:_CROWD]:
            earlier = self.partner[self._now.index(use.node)]
            inputs = self._before.nodes[earlier].inputs if earlier >= 0 else ()
            if use.input_index < len(inputs) and inputs[use.input_index]:
                found.append(self._before.index(inputs[use.input_index]))
        return found
