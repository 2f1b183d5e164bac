"""The graph that grows while a model is read, and the values that are needed to read on.

The one rule: names are given once. A value is called as in the model; one of a function, a branch or a
turn of a loop is called after the group that it lies in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.formats.onnx.tensors import in_numpy

Array = np.ndarray[Any, Any]

#: A model unrolled to more nodes than this is refused.
MAX_NODES = 200_000


@dataclass
class Call:
    """One operator on its way into the graph; `inputs` and `outputs` are ids of values, "" left out."""

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any]
    group: str = ""
    caption: str = ""
    label: str = ""


def scoped(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


@dataclass(frozen=True)
class _Mark:
    """How far the graph had grown."""

    nodes: int
    taken: frozenset[str]
    aliases: dict[str, str]
    captions: dict[str, str]
    constants: frozenset[str]


class Build:
    """Nodes so far, in dependency order, and what is known of their values.

    `leaves` are the values of the inputs and parameters, in the order in which they are drawn.
    """

    def __init__(self, kinds: Mapping[str, str], leaves: Mapping[str, Array]) -> None:
        self.nodes: list[Node] = []
        self.constants: dict[str, Array] = {}
        #: other names of values → id
        self.aliases: dict[str, str] = {}
        self.captions: dict[str, str] = {}
        #: input, parameter or constant of every leaf
        self.kinds: dict[str, str] = dict(kinds)
        self.taken: set[str] = set(kinds)
        self.values: dict[str, Array] = dict(leaves)
        #: names of values of a type that NumPy itself does not have
        self.foreign = {name for name, array in leaves.items() if not in_numpy(array.dtype)}
        #: whether a branch or a count was read off a value that inputs or parameters decide on
        self.unfolds = False
        self.remarks: list[str] = []
        self._producer: dict[str, int] = {}
        self._varying = {name for name, kind in kinds.items() if kind != "constant"}
        self._groups: set[str] = set()

    # ── names ─────────────────────────────────────────────────────────────────────────────────

    def reserve(self, names: Iterable[str]) -> None:
        """Ids that the model gives; made-up ones keep clear of them."""
        self.taken.update(name for name in names if name)

    def fresh(self, wanted: str) -> str:
        """`wanted`, or with a number behind it where that is an id already."""
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}.{count}"
        self.taken.add(name)
        return name

    def group(self, wanted: str) -> str:
        """The path of a group of its own, called `wanted` or with a number behind it."""
        name, count = wanted, 1
        while name in self.taken or name in self._groups:
            count += 1
            name = f"{wanted}.{count}"
        self._groups.add(name)
        return name

    def shared_group(self, outer: str, parts: Iterable[str]) -> str:
        """The path of the group that the scopes `parts` name within `outer`; no value is called so."""
        path = outer
        for part in parts:
            path = scoped(path, part)
            path = f"{path}.scope" if path in self.taken else path
            self._groups.add(path)
        return path

    # ── nodes ─────────────────────────────────────────────────────────────────────────────────

    def constant(self, wanted: str, array: Array, group: str = "") -> str:
        """A constant as a leaf; its id."""
        name = self.fresh(wanted)
        self.kinds[name] = "constant"
        self.constants[name] = array
        self._know(name, array)
        self.nodes.append(Node(name, "constant", group=group))
        return name

    def add(self, call: Call, rule: Operation | None = None) -> None:
        """The node of a call; without outputs it is of no use and left out."""
        outputs = list(call.outputs)
        while outputs and not outputs[-1]:
            outputs.pop()
        if not outputs:
            return
        if len(self.nodes) >= MAX_NODES:
            raise InputError(f"the model makes more than {MAX_NODES:,} nodes; make its loops shorter")
        if not outputs[0]:
            outputs[0] = self.fresh(f"{next(filter(None, outputs))}.first")
        inputs = list(call.inputs)
        while inputs and not inputs[-1]:
            inputs.pop()
        attributes = MappingProxyType(call.attributes)
        node = Node(
            outputs[0], call.op, tuple(inputs), attributes, call.group, call.caption, tuple(outputs),
            rule=rule,
        )  # fmt: skip
        varies = not self._varying.isdisjoint(inputs)
        for name in filter(None, outputs):
            if name in self._producer or name in self.kinds:
                raise InputError(f"two nodes make the value '{name}'; rename one of them")
            self._producer[name] = len(self.nodes)
            self.taken.add(name)
            if varies:
                self._varying.add(name)
        self.nodes.append(node)

    def mark(self) -> _Mark:
        """How far it has grown, for `back`."""
        return _Mark(
            len(self.nodes), frozenset(self.taken), dict(self.aliases), dict(self.captions),
            frozenset(self.constants),
        )  # fmt: skip

    def back(self, mark: _Mark) -> None:
        """Takes back all that was added since `mark`."""
        for node in self.nodes[mark.nodes :]:
            for name in node.outputs:
                self._producer.pop(name, None)
                self.values.pop(name, None)
                self.foreign.discard(name)
                self.kinds.pop(name, None)
                self._varying.discard(name)
        del self.nodes[mark.nodes :]
        self.constants = {name: self.constants[name] for name in self.constants if name in mark.constants}
        self.taken = set(mark.taken)
        self.aliases, self.captions = dict(mark.aliases), dict(mark.captions)

    # ── values ────────────────────────────────────────────────────────────────────────────────

    def decide(self, name: str) -> Array:
        """The value `name`, on which the graph depends from here on; `InputError` where it cannot be had."""
        self.unfolds = self.unfolds or name in self._varying
        return self.value(name)

    def value(self, name: str) -> Array:
        """The value `name`, computed from what is known, and only as far as needed."""
        if name in self.values:
            return self.values[name]
        nodes = self._needed(name)
        known = {one for node in nodes for one in node.inputs if one in self.values}
        graph = Graph([*(Node(one, "constant") for one in sorted(known)), *nodes])
        trace = execute(Plan(graph, name, ()), {one: self.values[one] for one in known})
        for node in nodes:
            for one in node.outputs:
                if one and trace.has_value(one):
                    self._know(one, trace.value(one))
        if trace.failure is not None:
            raise InputError(str(trace.failure))
        return self.values[name]

    def _know(self, name: str, array: Array) -> None:
        self.values[name] = array
        if not in_numpy(array.dtype):
            self.foreign.add(name)

    def _needed(self, name: str) -> list[Node]:
        """The nodes that lead to a value, without those whose values are known, in order."""
        found: set[int] = set()
        pending = [name]
        while pending:
            one = pending.pop()
            if not one or one in self.values:
                continue
            if one not in self._producer:
                raise InputError(f"the value '{one}' is made by no node")
            place = self._producer[one]
            if place not in found:
                found.add(place)
                pending += self.nodes[place].inputs
        return [self.nodes[place] for place in sorted(found)]

    # ── the end ───────────────────────────────────────────────────────────────────────────────

    def graph(self, drawn: Sequence[str]) -> Graph:
        """The graph; parameters and constants stand in the group of those who take them, inputs outside.

        So does what is made of one constant alone, such as a weight that is filled or scaled: exporters
        call it after the layer, whose other nodes may have no scope. The leaves in `drawn` are there
        even if nothing takes them.
        """
        homes = _homes(self.nodes)
        beside = {node.id: homes[node.id] for node in self.nodes if self._is_constant(node, homes)}
        nodes = [
            dataclasses.replace(node, group=beside[node.id]) if node.id in beside else node
            for node in self.nodes
        ]
        homes = _homes(nodes) if beside else homes
        placed: dict[str, None] = {}
        ordered: list[Node] = []

        def place(name: str) -> None:
            if name not in placed:
                placed[name] = None
                inside = "" if self.kinds[name] == "input" else homes.get(name, "")
                ordered.append(Node(name, self.kinds[name], group=inside))

        for name in drawn:
            if self.kinds[name] == "input":
                place(name)
        for node in nodes:
            if node.is_leaf:
                placed[node.id] = None
                ordered.append(node)
                continue
            for name in node.inputs:
                if name in self.kinds and name not in placed:
                    place(name)
            ordered.append(node)
        for name in drawn:
            place(name)
        return Graph(ordered, {name: one for name, one in self.aliases.items() if name not in placed})

    def _is_constant(self, node: Node, homes: Mapping[str, str]) -> bool:
        """Whether a node takes constants alone, and stands elsewhere than those who take its value."""
        for name in node.inputs:
            if name and self.kinds.get(name) != "constant":
                return False
        return bool(node.inputs) and not node.is_leaf and homes.get(node.id, node.group) != node.group


def _homes(nodes: Sequence[Node]) -> dict[str, str]:
    """Per value, the innermost group that holds all nodes that take it."""
    homes: dict[str, str] = {}
    for node in nodes:
        group = node.group
        for name in node.inputs:
            if name not in homes:
                homes[name] = group
            elif homes[name] != group:
                homes[name] = _common(homes[name], group)
    homes.pop("", None)
    return homes


def _common(one: str, other: str) -> str:
    shared = []
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        shared.append(a)
    return "/".join(shared)


@dataclass
class Scope:
    """Where a node of the model stands: what names mean there, and how what it makes is called."""

    names: dict[str, str]
    opsets: Mapping[str, int]
    group: str = ""
    outer: Scope | None = None
    #: attributes of the function's call
    given: Mapping[str, Any] = field(default_factory=dict)
    #: ids that some values must have: the outputs of a branch are those of its If
    wanted: dict[str, str] = field(default_factory=dict)
    #: functions around it, against endless calls
    calls: tuple[str, ...] = ()
    #: where the subgraph stands in the model: the key of its initializers
    place: tuple[str, ...] = ()

    def find(self, name: str) -> str | None:
        """The id of the value that `name` means here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def known(self) -> list[str]:
        """All names that mean something here."""
        return [*self.names, *(self.outer.known() if self.outer is not None else ())]
