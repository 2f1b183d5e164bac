"""A graph as arrays: what is joined to what, without an object a node or an edge.

The one rule: nodes and edges are numbers, edges in the order of their targets and there of their
inputs, so two ways to the same graph give equal arrays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from graph_explorer.engine.graph import Graph
from graph_explorer.layout.piece import CONSTANT, INPUT, OPERATION

if TYPE_CHECKING:
    import networkx as nx

Numbers = NDArray[np.int32]
_LEAVES: Final = {"input": INPUT, "parameter": CONSTANT, "constant": CONSTANT}


class Member(NamedTuple):
    """An edge by names: where the value comes from, who takes it, at which input."""

    source: str
    target: str
    input_index: int


@dataclass(frozen=True, eq=False)
class Wiring:
    """The nodes and edges of a graph by number.

    `ids` (n), preferably each node after those it depends on. `kinds` (n,) int8 are OPERATION,
    INPUT or CONSTANT. `groups` are distinct paths such as "encoder/layer1", and `group` (n,) is
    each node's place among them. `source`, `target` (e,) are nodes, `slot` (e,) is the input of the
    target; edges are sorted by target, then slot.
    """

    ids: tuple[str, ...]
    kinds: NDArray[np.int8]
    groups: tuple[str, ...]
    group: Numbers
    source: Numbers
    target: Numbers
    slot: Numbers

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.ids)}

    def number(self, name: str) -> int:
        """The number of a node, −1 if there is none of that name."""
        return self._numbers.get(name, -1)

    def numbers(self, names: Collection[str]) -> NDArray[np.int64]:
        """The numbers of many nodes (names,), −1 where there is none of that name."""
        return np.fromiter(map(self._numbers.get, names, repeat(-1)), np.int64, len(names))

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        """A number for every edge by which it is found, in rising order."""
        return _key(self.target, self.slot)

    def edges(self, targets: ArrayLike, slots: ArrayLike) -> NDArray[np.int64]:
        """The edges into inputs of nodes, both given by number; −1 where there is none."""
        keys = _key(np.asarray(targets, dtype=np.int64), np.asarray(slots, dtype=np.int64))
        at = np.minimum(np.searchsorted(self._keys, keys), max(0, len(self._keys) - 1))
        if not len(self._keys):
            return np.full(keys.shape, -1)
        return np.where(self._keys[at] == keys, at, -1)

    def member(self, edge: int) -> Member:
        """An edge by its names."""
        return Member(self.ids[self.source[edge]], self.ids[self.target[edge]], int(self.slot[edge]))


def _key(targets: NDArray[np.integer], slots: NDArray[np.integer]) -> NDArray[np.int64]:
    return targets.astype(np.int64) << 32 | slots


def wiring_of(graph: nx.MultiDiGraph | Graph) -> Wiring:
    """The wiring of a graph.

    Of networkx the nodes' attributes `op` and `group` are read where they are set, and the keys of
    edges, which are input indices.
    """
    if isinstance(graph, Graph):
        ops = (node.op for node in graph)
        return _wiring([node.id for node in graph], ops, (node.group for node in graph), *graph.edges)
    number = {name: at for at, name in enumerate(graph)}
    ends = [(number[source], number[target], key) for source, target, key in graph.edges(keys=True)]
    source, target, slot = np.array(ends, dtype=np.int32).reshape(-1, 3).T
    ops = (data.get("op", "") for _, data in graph.nodes(data=True))
    groups = (data.get("group", "") for _, data in graph.nodes(data=True))
    return _wiring(number, ops, groups, source, target, slot)


def _wiring(
    ids: Iterable[str],
    ops: Iterable[str],
    groups: Iterable[str],
    source: Numbers,
    target: Numbers,
    slot: Numbers,
) -> Wiring:
    names = tuple(ids)
    paths: dict[str, int] = {}
    group = np.fromiter((paths.setdefault(path, len(paths)) for path in groups), np.int32, len(names))
    kinds = np.fromiter((_LEAVES.get(op, OPERATION) for op in ops), np.int8, len(names))
    order = np.lexsort((source, slot, target))
    return Wiring(names, kinds, tuple(paths), group, source[order], target[order], slot[order])
