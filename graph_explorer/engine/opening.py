"""Opening a node up: an operation that is put together from others, drawn as the parts it is made of.

The one rule: the parts are those that the operation itself runs. Its own declaration is run once more,
with an `apply` that writes each part down as a node; so nothing is said twice, and the opened graph
computes the same numbers and gradients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node, Use
from graph_explorer.engine.ops import operation_of
from graph_explorer.engine.ops.composed import PARTS, Followed, numbers_of
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.program import Program
from graph_explorer.engine.run import execute

Array = np.ndarray[Any, Any]

#: A layer of more parts than this stays closed: nobody could read it.
MAX_PARTS = 20_000


@dataclass(frozen=True)
class Opened:
    """The graph with the parts in place of the node, the values of the constants that they bring along,
    and the edges of the graph that pass no gradient.
    """

    graph: Graph
    constants: Mapping[str, Array]
    detached: frozenset[Use]


def can_open(node: Node) -> bool:
    """Whether the node is put together from other operations."""
    return not node.is_leaf and operation_of(node).parts is not None


def inner_group(node: Node) -> str:
    """The path of the group that holds the parts of a node."""
    if not node.group:
        return f"{node.id}.{node.op}"
    return f"{node.group}/{node.id.removeprefix(f'{node.group}/')}.{node.op}"


def opened(graph: Graph, name: str, values: Mapping[str, Any], detached: Iterable[Use] = ()) -> Opened:
    """`graph` with the node that makes `name` opened up into a group of its parts.

    `values` holds the values that the node takes: how many steps there are, and which part goes where,
    follows from their shapes, and from the whole numbers among them. The node's outputs keep their
    names, the parts are called behind it and its operator: `h.LSTM/t=0/i`.

    Raises `InputError` for a node that has no parts.
    """
    node = graph.node(name)
    if not can_open(node):
        raise InputError(f"'{node.id}' has no parts: {node.op} is one operation of its own")
    build = operation_of(node).parts
    assert build is not None
    write = _Parts(node)
    given = [_given(node, index, values) for index in range(len(node.inputs))]
    with np.errstate(all="ignore"):
        results = build(write, *given, **node.attributes)
    parts = write.finished(results if isinstance(results, tuple) else (results,))
    at = graph.index(node.id)
    constants = {part.id: write.constants[part.id] for part in parts if part.is_leaf}
    whole = Graph((*graph.nodes[:at], *parts, *graph.nodes[at + 1 :]), graph.names)
    return Opened(whole, MappingProxyType(constants), _moved(frozenset(detached), node, parts))


def with_parts(program: Program, names: Iterable[str], leaves: Mapping[str, Array]) -> Program:
    """The program with the nodes `names` opened up, for these values of its inputs and parameters.

    A name that the program no longer has, a node of one piece, and one that cannot be computed stay as
    they are.
    """
    for name in names:
        if name not in program.graph or not can_open(program.graph.node(name)):
            continue
        at = program.graph.index(name)
        before = Graph(program.graph.nodes[:at])
        values = {**leaves, **program.constants}
        if before.nodes:
            known = {leaf.id: values[leaf.id] for leaf in before.leaves()}
            trace = execute(Plan(before, before.nodes[-1].id, ()), known)
            if trace.failure is not None:
                continue
            values = {name: trace.value(name) for name in program.graph.nodes[at].inputs if name}
        found = opened(program.graph, name, values, program.detached)
        constants = MappingProxyType({**program.constants, **found.constants})
        program = replace(program, graph=found.graph, constants=constants, detached=found.detached)
    return program


def _given(node: Node, index: int, values: Mapping[str, Any]) -> Any:
    """An input as the declaration sees it: what cannot move, such as lengths, is plain numbers."""
    name = node.inputs[index]
    if not name:
        return None
    value = np.asarray(values[name])
    return Followed(value, name) if operation_of(node).differentiable(index) else value


def _moved(detached: frozenset[Use], node: Node, parts: Iterable[Node]) -> frozenset[Use]:
    """The edges that pass no gradient, where those into the node now go to its parts."""
    closed = {node.inputs[use.input_index] for use in detached if use.node == node.id}
    inner = {
        Use(part.id, index) for part in parts for index, name in enumerate(part.inputs) if name in closed
    }
    return frozenset(use for use in detached if use.node != node.id) | inner


class _Parts:
    """Writes the parts of one node down, computing each at once; the `apply` of its declaration.

    Until the end a part goes by a draft of a name, since what it is called is said only after it is made.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._stem = f"{node.id}.{node.op}"  # of the names of the parts
        self._group = inner_group(node)
        self._drafts: list[Node] = []
        self._constants: dict[str, Array] = {}
        self._names: dict[str, str] = {}  # draft → name
        self._unnamed = 0  # the first draft that came after the last name
        self.constants: dict[str, Array] = {}

    def __call__(self, op: str, *inputs: Any, **attributes: Any) -> Any:
        """Adds a part and gives its output, or the tuple of them."""
        found, kept = PARTS[op], dict(attributes)
        names = [self._input(found, index, value, kept) for index, value in enumerate(inputs)]
        while names and not names[-1]:
            names.pop()
        made = found.forward(*(numbers_of(value) for value in inputs), **attributes)
        results = made if isinstance(made, tuple) else (made,)
        drafts = self._add(op, tuple(names), kept, len(results))
        values = tuple(Followed(np.asarray(v), d) for v, d in zip(results, drafts, strict=True))
        return values if isinstance(made, tuple) else values[0]

    def _add(
        self, op: str, inputs: tuple[str, ...], attributes: Mapping[str, Any], count: int
    ) -> tuple[str, ...]:
        if len(self._drafts) >= MAX_PARTS:
            raise InputError(f"'{self._node.id}' has more than {MAX_PARTS:,} parts; it stays closed")
        drafts = tuple(f"\0{len(self._drafts)}.{k}" for k in range(count))
        kept = {key: value for key, value in attributes.items() if value is not None}
        self._drafts.append(Node(drafts[0], op, inputs, MappingProxyType(kept), outputs=drafts))
        return drafts

    def _input(self, found: Operation, index: int, value: Any, attributes: dict[str, Any]) -> str:
        """The name of an input; whole numbers that the operation takes as settings become attributes."""
        if value is None:
            return ""
        if isinstance(value, Followed):
            return str(value.note)
        setting = next((name for name, at in found.settings.items() if at == index), None)
        if setting is None or np.ndim(value) > 1:
            return self._constant(np.asarray(value))
        attributes[setting] = tuple(np.ravel(value).tolist()) if np.ndim(value) else np.asarray(value).item()
        return ""

    def _constant(self, value: Array) -> str:
        (draft,) = self._add("constant", (), {}, 1)
        self._constants[draft] = value
        return draft

    def named(self, names: str, value: Any) -> Any:
        """Notes what the value, or each of the values, is called within the node; see `composed.named`."""
        values = tuple(map(self._held, value if isinstance(value, tuple) else (value,)))
        given = {
            one.note: name
            for name, one in zip(names.split(" "), values, strict=True)
            if one is not None and one.note.startswith("\0") and one.note not in self._names
        }
        self._names.update(given)
        if given:
            self._name_since(next(iter(given.values())))
        return values if isinstance(value, tuple) else values[0]

    def _held(self, value: Any) -> Any:
        """The value as one that has a name: plain numbers become a constant."""
        if value is None or isinstance(value, Followed):
            return value
        array = np.asarray(value)
        return Followed(array, self._constant(array))

    def _name_since(self, target: str) -> None:
        """Calls the parts since the last name after the value that they lead to, and their operator."""
        counted: dict[str, int] = {}
        for node in self._drafts[self._unnamed :]:
            stem = "const" if node.is_leaf else node.op.lower()
            if node.id not in self._names:
                counted[stem] = counted.get(stem, 0) + 1
                self._names[node.id] = f"{target}.{stem}{counted[stem] if counted[stem] > 1 else ''}"
            for index, output in enumerate(node.outputs[1:], 1):
                self._names.setdefault(output, f"{self._names[node.id]}.out{index}")
        self._unnamed = len(self._drafts)

    def finished(self, results: tuple[Any, ...]) -> tuple[Node, ...]:
        """The parts with their names, without those that lead to none of the node's outputs."""
        final: dict[str, str] = {}
        for result, output in zip(results, self._node.outputs, strict=False):
            if not output:
                continue
            draft = result.note if isinstance(result, Followed) else self._constant(np.asarray(result))
            if not draft.startswith("\0") or draft in final:  # an input, or an output twice
                (draft,) = self._add("Identity", (draft,), {}, 1)
            final[draft] = output
        self._name_since("out")
        scope = {draft: f"{self._stem}/{name}" for draft, name in self._names.items()} | final
        self.constants = {scope[draft]: value for draft, value in self._constants.items()}
        return tuple(self._placed(node, scope) for node in self._used(final))

    def _used(self, final: Iterable[str]) -> Iterable[Node]:
        wanted, found = set(final), []
        for node in reversed(self._drafts):
            if not wanted.isdisjoint(node.outputs):
                wanted.update(node.inputs)
                found.append(node)
        return reversed(found)

    def _placed(self, node: Node, names: Mapping[str, str]) -> Node:
        """The node under its name, in the group that its name tells."""
        path = self._names[node.id].rpartition("/")[0]
        group = f"{self._group}/{path}" if path else self._group
        outputs = tuple(names[output] for output in node.outputs)
        inputs = tuple(names.get(name, name) for name in node.inputs)
        return replace(
            node, id=outputs[0], inputs=inputs, outputs=outputs, group=group, place=self._node.place
        )
