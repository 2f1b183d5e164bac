"""The computational graph: operations in dependency order, each naming the values it takes and makes.

The one rule: a graph never changes and is always valid. Its constructor refuses a value made twice,
an input that nothing made before, and so every cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.errors import InputError, unknown

if TYPE_CHECKING:
    import networkx

    from graph_explorer.engine.ops.declare import Operation

#: The kinds of node that no operation computes.
LEAVES = ("input", "parameter", "constant")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the program a node was written: lines and columns from 1, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Node:
    """One operation or leaf.

    `id` is the name of its first output. `op` is an ONNX operator, or one of `LEAVES`. `inputs` are
    names of values, "" where an optional one is left out. `group` is the path of the groups around
    the node, "" at the top, outermost first, joined by "/". `rule` computes an operator that the table
    of operations does not know; it has no derivative.
    """

    id: str
    op: str
    inputs: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    group: str = ""
    caption: str = ""
    outputs: tuple[str, ...] = ()
    place: Place | None = None
    rule: Operation | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.outputs:
            object.__setattr__(self, "outputs", (self.id,))

    @property
    def is_leaf(self) -> bool:
        return self.op in LEAVES

    @property
    def label(self) -> str:
        """The id without the path of its group."""
        return self.id.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Use:
    """A value's use: the node that takes it, and at which of its inputs."""

    node: str
    input_index: int


class Graph:
    """Nodes in dependency order, and the names by which a program knows their values.

    Raises `InputError` where the nodes do not form an acyclic graph of uniquely named values.
    """

    def __init__(self, nodes: Iterable[Node], names: Mapping[str, str] | None = None) -> None:
        self.nodes: tuple[Node, ...] = tuple(nodes)
        #: other names of values: what a program calls them → the value's own name
        self.names: Mapping[str, str] = MappingProxyType(dict(names or {}))
        self._producer: dict[str, int] = {}
        for index, node in enumerate(self.nodes):
            for name in node.inputs:
                if name and name not in self._producer:
                    raise self._misplaced(node, name)
            for name in node.outputs:
                if not name:
                    continue
                if name in self._producer:
                    raise InputError(f"two nodes make the value '{name}'; rename one of them")
                self._producer[name] = index

    def _misplaced(self, node: Node, name: str) -> InputError:
        made = {value for other in self.nodes for value in other.outputs}
        if name in made:
            return InputError(f"node '{node.id}' takes '{name}', which is made only after it: a cycle")
        error = unknown("value", name, made)
        return InputError(f"node '{node.id}' takes an {error.message}")

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def resolve(self, name: str) -> str:
        """The value's own name for any name a program gives it; `UnknownName` with the nearest one."""
        if name in self._producer:
            return name
        if name in self.names:
            return self.names[name]
        raise unknown("node", name, [*self._producer, *self.names])

    def __contains__(self, name: str) -> bool:
        return name in self._producer or name in self.names

    def index(self, name: str) -> int:
        """The position of the node that makes the value `name`."""
        return self._producer[self.resolve(name)]

    def node(self, name: str) -> Node:
        """The node that makes the value `name`; `UnknownName` with the nearest one."""
        return self.nodes[self.index(name)]

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The names of all values, in the order in which they are made."""
        return tuple(self._producer)

    @cached_property
    def _takers(self) -> tuple[list[int], list[int]]:
        """The edges in the order of the nodes that they come from, and for each node the first of its own."""
        source = self.edges[0]
        first = np.searchsorted(np.sort(source), np.arange(len(self.nodes) + 1))
        return np.argsort(source, kind="stable").tolist(), first.tolist()

    @cached_property
    def _uses(self) -> dict[str, tuple[Use, ...]]:
        """The uses that were asked for so far: those of a large graph are seldom all wanted."""
        return {}

    def uses(self, name: str) -> tuple[Use, ...]:
        """Who takes the value `name`, in dependency order."""
        name = self.resolve(name)
        found = self._uses.get(name)
        if found is None:
            (edges, first), (_, target, slot) = self._takers, self.edges
            maker = self._producer[name]
            places = np.array(edges[first[maker] : first[maker + 1]], dtype=np.intp)
            takers = map(self.nodes.__getitem__, target[places].tolist())
            taken = zip(takers, slot[places].tolist(), strict=True)
            found = tuple(Use(node.id, index) for node, index in taken if node.inputs[index] == name)
            self._uses[name] = found
        return found

    @cached_property
    def edges(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Every use as arrays (e,): the node that makes the value, the one that takes it, at which input.

        Nodes by position; in the order of the takers, then of their inputs.
        """
        made = self._producer
        found = np.array(
            [
                number
                for target, node in enumerate(self.nodes)
                for slot, name in enumerate(node.inputs)
                if name
                for number in (made[name], target, slot)
            ],
            dtype=np.int32,
        ).reshape(-1, 3)
        source, target, slot = np.ascontiguousarray(found.T)
        return source, target, slot

    @cached_property
    def grouping(self) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """The distinct groups in which nodes stand, in their order, and which of them is each node's (n,)."""
        number: dict[str, int] = {}
        found = [number.setdefault(node.group, len(number)) for node in self.nodes]
        return tuple(number), np.array(found, dtype=np.int32)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The paths of all groups, an enclosing one before what it holds."""
        found: dict[str, None] = {}
        for path in self.grouping[0]:
            for around in reversed(enclosing(path)):
                found.setdefault(around)
        return tuple(found)

    def with_groups(self, groups: Sequence[str]) -> Graph:
        """The same graph with its nodes in other groups: for each node a path."""
        made = Graph.__new__(Graph)
        made.nodes = tuple(
            [
                node if node.group == group else _moved(node, group)
                for node, group in zip(self.nodes, groups, strict=True)
            ]
        )
        made.names, made._producer = self.names, self._producer
        for kept in ("values", "edges", "_takers", "_uses"):  # which tell nothing of groups
            if kept in self.__dict__:
                made.__dict__[kept] = self.__dict__[kept]
        return made

    def leaves(self, *kinds: str) -> tuple[Node, ...]:
        """The leaves of the given kinds (all kinds if none is given), in order."""
        wanted = kinds or LEAVES
        return tuple(node for node in self.nodes if node.op in wanted)

    def to_networkx(self) -> networkx.MultiDiGraph:
        """A networkx graph, one node an operation or leaf, one edge a use; its key is the input index.

        Node attributes: `op`, `group`, `caption`, `label`, `attributes`; edges carry `value`.
        """
        import networkx  # ruff keeps this here: the engine itself needs NumPy only

        graph = networkx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(
                node.id,
                op=node.op,
                group=node.group,
                caption=node.caption,
                label=node.label,
                attributes=dict(node.attributes),
            )
        for node in self.nodes:
            for index, name in enumerate(node.inputs):
                if name:
                    source = self.nodes[self._producer[name]].id
                    graph.add_edge(source, node.id, key=index, value=name)
        return graph


_id, _op, _inputs, _attributes, _group, _caption, _outputs, _place, _rule = (
    Node.__dict__[name].__set__ for name in Node.__slots__
)


def _moved(node: Node, group: str) -> Node:
    """The node in another group, made as fast as can be: a large graph has a million of them."""
    made: Node = object.__new__(Node)
    _id(made, node.id)
    _op(made, node.op)
    _inputs(made, node.inputs)
    _attributes(made, node.attributes)
    _group(made, group)
    _caption(made, node.caption)
    _outputs(made, node.outputs)
    _place(made, node.place)
    _rule(made, node.rule)
    return made


def enclosing(group: str) -> Sequence[str]:
    """The paths of `group` and all groups around it, innermost first; empty for the top."""
    parts = group.split("/") if group else []
    return ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
