"""What a graph looks like with all names taken off it, group by group.

The one rule: a value is told by how far back it was last touched, made or taken, among the items of the
same group (the encoding of B. S. Baker, "Parameterized pattern matching", STOC 1993). So two items have
one code where they are the same and join what stands before them in the same way, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graph_explorer.engine.graph import LEAVES, Graph, Node, enclosing

Array = np.ndarray[Any, Any]

#: Where a value was touched: the item times this, and at which place of the item.
_ITEM = 1 << 32
#: Among the places of an item its outputs come after all inputs; each operation has so much room for its own.
_OUTPUTS, _ROOM = 1 << 31, 1 << 10
#: References that lead to no item, all odd: to a value from outside, to nothing, to a leaf of some kind.
#: Those to what is given, parameters and what follows from constants alone, leave 1 when divided by 4.
_OUTSIDE, _NOTHING, _GIVEN, _CONSTANT = 1, 3, 5, 7


@dataclass(slots=True, eq=False)
class Item:
    """An operation (`node`, its place in the graph) or a group (`scope`) within a group.

    `refs` are its inputs, or those of the group in the order of their first use: how far back and where the
    value was touched before, see `back`. `weight` counts the operations. `kind` is a number that things
    of one kind have in common, whatever they take; `form` one that those have which take leaves of the same
    shapes; `code` one that those have which also join what is before them equally. `begins` tells whether
    it is an operation with a parameter of its own: such a one begins a block well.
    """

    node: int = -1
    scope: Scope | None = None
    refs: list[int] = field(default_factory=list)
    weight: int = 1
    kind: int = 0
    form: int = 0
    code: int = 0
    begins: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """A group, or the top of the graph (`path` ""): its items in the order in which they are reached.

    `touched` tells of each value where it was touched last; `first` is the place of its first operation.
    Scopes with one `form` are alike throughout.
    """

    path: str
    above: Scope | None
    at: int = 0
    first: int = 0
    items: list[Item] = field(default_factory=list)
    touched: dict[str, int] = field(default_factory=dict)
    form: int = 0


def back(ref: int) -> int | None:
    """How many items back a reference leads; None for one that leads out of the group."""
    return None if ref & 1 else -(-ref // (2 * _ITEM))


def is_leaf(ref: int) -> bool:
    """Whether a reference is to a leaf: a parameter, a constant, or what follows from constants alone."""
    return bool(ref & 1) and ref >= _GIVEN


class Structure:
    """The scopes of a graph, every one after the one around it, and their items with their codes.

    `values` are the values of parameters and constants, of which shapes and types count. What follows
    from constants alone is no item: it is a leaf too. Where `stacks` are given, the groups of a first look
    that hold equal blocks, only the outline counts: operators and how they are joined, not shapes, not
    attributes, not how high a stack is.
    """

    def __init__(
        self, graph: Graph, values: Mapping[str, Array], stacks: Collection[str] | None = None
    ) -> None:
        self.graph = graph
        self.values = values
        self.stacks = stacks or ()
        self.exact = stacks is None
        self.top = Scope("", None)
        self.scopes: list[Scope] = [self.top]
        #: the parameters, constants, and operations on constants alone: name → a mark of its shape
        self.leaves: dict[str, int] = {}
        #: the places of the nodes that take each of them, by its own place
        self.takers: dict[int, list[int]] = {}
        self._standing: dict[str, str] = {}  # in which group each of them stands
        self._own: dict[str, int] = {
            "": _NOTHING
        }  # the marks of those that an operation beside them has alone
        self._by_path: dict[str, Scope] = {"": self.top}
        self._numbers: dict[object, int] = {}
        self._read_leaves()
        self._read_operations()
        self._number()

    def _numbered(self, what: object) -> int:
        return self._numbers.setdefault(what, len(self._numbers))

    # ── leaves ────────────────────────────────────────────────────────────────────────────────

    def _read_leaves(self) -> None:
        leaves, nodes = self.leaves, self.graph.nodes
        constants: set[str] = set()
        places: list[int] = []
        for place, node in enumerate(nodes):
            if node.op not in LEAVES:
                known = constants if node.op not in _TURNED else leaves
                if (
                    not node.inputs
                    or node.inputs[0] not in known
                    or not all(name in known for name in node.inputs)
                ):
                    continue
            elif node.op == "input":
                continue
            leaves[node.id] = self._leaf_mark(node)
            places.append(place)
            if node.op != "parameter" and constants.issuperset(node.inputs):
                constants.add(node.id)
        self._read_takers(places)

    def _read_takers(self, places: list[int]) -> None:
        """Who takes the leaves at some places, and which of them an operation beside them has alone."""
        nodes = self.graph.nodes
        source, target, _ = self.graph.edges
        order = np.argsort(source, kind="stable")
        first = np.searchsorted(source[order], [places, [place + 1 for place in places]])
        targets = target[order].tolist()
        for place, start, stop in zip(places, *first.tolist(), strict=True):
            node = nodes[place]
            self.takers[place] = targets[start:stop]
            self._standing[node.id] = node.group
            if stop - start == 1 and nodes[targets[start]].group == node.group:
                self._own[node.id] = self.leaves[node.id]

    def _leaf_mark(self, node: Node) -> int:
        """A number that leaves of one kind and shape have in common."""
        if not self.exact:
            return _GIVEN
        if node.is_leaf:
            value = self.values.get(node.id)
            told: object = None if value is None else (value.shape, value.dtype.num)
            number = self._numbered(("leaf", node.op, told))
            return 4 * number + (_CONSTANT if node.op == "constant" else _GIVEN)
        if node.op == "ConstantOfShape":  # here the numbers of the constant are a shape
            size = self.values.get(node.inputs[0])
            told = None if size is None else tuple(size.tolist())
        else:
            told = tuple([self.leaves[name] for name in node.inputs])
        return 4 * self._numbered(("leaf", _signature(node), told)) + _GIVEN

    # ── operations ────────────────────────────────────────────────────────────────────────────

    def _read_operations(self) -> None:
        leaves, by_path = self.leaves, self._by_path
        for place, node in enumerate(self.graph.nodes):
            if node.op != "input" and node.id not in leaves:
                scope = by_path.get(node.group) or self._entered(node.group, place)
                self._take(node, scope, place)
                self._make(node, scope, place)

    def _entered(self, path: str, place: int) -> Scope:
        """A scope and all around it, made when their first operation is reached."""
        above = self.top
        for around in reversed(enclosing(path)):
            scope = self._by_path.get(around)
            if scope is None:
                scope = self._by_path[around] = Scope(around, above, len(above.items), place)
                above.items.append(Item(scope=scope))
                self.scopes.append(scope)
            above = scope
        return above

    def _take(self, node: Node, scope: Scope, place: int) -> None:
        """Notes what an operation takes, in its own group and in all that the value comes into."""
        here, touched = len(scope.items) * _ITEM, scope.touched
        item = Item(place)
        scope.items.append(item)
        refs = item.refs
        own: list[int] = []
        for slot, name in enumerate(node.inputs):
            mark = self._own.get(name)
            if mark is not None:
                refs.append(mark)
                own += slot, mark
                continue
            before = touched.get(name)
            touched[name] = here + slot
            if before is not None:
                refs.append(2 * (here - before))
            else:
                mark = self._mark(name, scope)
                refs.append(mark)
                if mark == _OUTSIDE:
                    self._enter(name, scope)
        numbers = self._numbers
        signature = _signature(node) if self.exact else node.op
        item.kind = item.form = numbers.setdefault(signature, len(numbers))
        if own:
            item.form = numbers.setdefault((item.kind, *own), len(numbers))
            item.begins = any([mark % 4 == 1 for mark in own[1::2]])  # noqa: C419

    def _mark(self, name: str, scope: Scope) -> int:
        """What stands for a value that nothing in a scope has touched."""
        standing = self._standing.get(name)
        if standing is None or (standing != scope.path and scope.above is not None):
            return _OUTSIDE
        return self.leaves[name]

    def _enter(self, name: str, scope: Scope) -> None:
        """Notes that a value comes into a scope from outside, in the scope around it, and so on outward."""
        mark = _OUTSIDE
        while scope.above is not None and mark == _OUTSIDE:
            here, scope = scope.at * _ITEM, scope.above
            refs = scope.items[here // _ITEM].refs
            before = scope.touched.get(name)
            scope.touched[name] = here + len(refs)
            if before is not None:
                refs.append(2 * (here - before))
                return
            mark = self._mark(name, scope)
            refs.append(mark)

    def _make(self, node: Node, scope: Scope, place: int) -> None:
        """Notes what an operation makes, in its own group and in all around it."""
        here, port = (len(scope.items) - 1) * _ITEM, _OUTPUTS
        around: Scope | None = scope
        while around is not None:
            for index, name in enumerate(node.outputs):
                around.touched[name] = here + port + index
            # stacks of different height are alike in what comes out of them
            inner = 0 if around.path in self.stacks else place - around.first
            here, port = around.at * _ITEM, _OUTPUTS + _ROOM * inner
            around = around.above

    # ── numbers ───────────────────────────────────────────────────────────────────────────────

    def _number(self) -> None:
        """Gives every item its numbers, from the innermost scopes outward."""
        numbers = self._numbers
        for scope in reversed(self.scopes):
            for item in scope.items:
                if item.scope is not None:
                    item.kind = item.form = item.scope.form
                    item.weight = sum([inner.weight for inner in item.scope.items])
                item.code = numbers.setdefault((item.form, *item.refs), len(numbers))
            if scope.path in self.stacks:
                scope.form = self._numbered(("stack", scope.items[0].form))
            else:
                scope.form = self._numbered(("group", *[item.code for item in scope.items]))
            scope.touched = {}


#: Operators that give a parameter another form; with that they are part of the parameter.
_TURNED = frozenset({"Transpose", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Cast", "Identity"})
#: Attributes that say which entry is taken, as an input does elsewhere: no part of what an operation is.
_PLACES = frozenset({"indices", "starts", "ends"})


def _signature(node: Node) -> object:
    """What an operation is, without its inputs."""
    if not node.attributes:
        return node.op if len(node.outputs) == 1 else (node.op, len(node.outputs))
    told: tuple[object, ...] = tuple(
        sorted([pair for pair in node.attributes.items() if pair[0] not in _PLACES])
    )
    try:
        hash(told)
    except TypeError:
        told = (repr(told),)
    return node.op, len(node.outputs), told
