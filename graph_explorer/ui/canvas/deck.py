"""The cards of all nodes of a graph, as arrays: what they are, and how large.

The one rule: a card's size follows from the graph and from the shapes known when the deck was made,
never from numbers or from the time. A deck is made once for a graph, whatever is collapsed in it, so
that opening a group changes no other card. A card itself is an object only once someone asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.notation import number, shape
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.trace import Trace
from graph_explorer.layout import Wiring, wiring_of
from graph_explorer.ui.canvas.cards import (
    PILL,
    Card,
    Kind,
    Style,
    card_sizes,
    cut,
    pill_widths,
    sign_width,
    text_width,
)
from graph_explorer.ui.canvas.signs import sign

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Array = np.ndarray[Any, Any]

_KINDS = {"input": Kind.INPUT, "parameter": Kind.PARAMETER, "constant": Kind.CONSTANT}


class Shapes(NamedTuple):
    """The shape of every value: `codes` (values,) are places in `distinct`, whose first is "not known"."""

    codes: NDArray[np.int32]
    distinct: tuple[tuple[int, ...] | None, ...]

    def of(self, value: int) -> tuple[int, ...] | None:
        return self.distinct[int(self.codes[value])]


def shapes_of(graph: Graph, leaves: Mapping[str, Array], trace: Trace | None) -> Shapes:
    """The shapes that a run has shown; before it those of the leaves alone, or all where all are numbers."""
    codes = np.zeros(len(graph.values), dtype=np.int32)
    known: dict[tuple[int, ...] | None, int] = {None: 0}
    if trace is None and _all_numbers(graph, leaves):
        codes[:] = known.setdefault((), 1)
    elif trace is None:
        places = {name: place for place, name in enumerate(graph.values)} if leaves else {}
        for name, value in leaves.items():
            codes[places[name]] = known.setdefault(np.shape(value), len(known))
    elif isinstance(trace.values, np.ndarray):
        codes[:] = known.setdefault((), 1)
    else:
        found = (None if value is None else np.shape(value) for value in trace.values)
        codes[:] = [known.setdefault(sizes, len(known)) for sizes in found]
    return Shapes(codes, tuple(known))


def _all_numbers(graph: Graph, leaves: Mapping[str, Array]) -> bool:
    """Whether every value is a number: so are the leaves, and operations work entry by entry."""
    rules = [OPERATIONS.get(op) for op in {node.op for node in graph.nodes} - set(_KINDS)]
    entries = all(rule is not None and rule.elementwise for rule in rules)
    return bool(leaves) and entries and all(np.ndim(value) == 0 for value in leaves.values())


class Deck:
    """What the cards of the nodes of `graph` show, in the order of the nodes (n).

    `kinds` (n,) are of `Kind`; `results` (n,) the numbers of the values that they show; `counts` (n,)
    how many rows of numbers they have; `sizes` (n, 2) their widths and heights in scene pixels.
    """

    def __init__(
        self, graph: Graph, leaves: Mapping[str, Array], shapes: Shapes, output: str, wrt: Iterable[str]
    ) -> None:
        self.graph = graph
        self.shapes = shapes
        self.output = output
        self.wiring: Wiring = wiring_of(graph)
        self._leaves = leaves
        self.results = _first_values(graph)
        self.terms = np.bincount(self.edge_values, minlength=len(graph.values))
        self._signs = self._all_signs()
        self.kinds = self._all_kinds()
        self.counts = self._all_counts(frozenset(wrt))
        self.sizes = self._all_sizes()

    def __len__(self) -> int:
        return len(self.graph.nodes)

    @cached_property
    def key(self) -> bytes:
        """Equal for graphs that are wired alike and have cards of the same sizes."""
        made, wiring = blake2b(digest_size=16), self.wiring
        made.update("\0".join((*wiring.ids, "", *wiring.groups)).encode())
        parts = (wiring.kinds, wiring.group, wiring.source, wiring.target, wiring.slot, self.sizes)
        for part in parts:
            made.update(np.ascontiguousarray(part).data)
        return made.digest()

    @cached_property
    def output_value(self) -> int:
        """The number of the output's value."""
        return self.graph.values.index(self.output)

    @cached_property
    def makers(self) -> Integers:
        """The node that makes each value, (values,)."""
        graph = self.graph
        if len(graph.values) == len(graph.nodes):
            return self.results
        return np.array([graph.index(name) for name in graph.values], dtype=np.int64)

    @cached_property
    def edge_values(self) -> Integers:
        """The number of the value that each edge of the wiring carries, (e,)."""
        graph, wiring = self.graph, self.wiring
        found = self.results[wiring.source]
        if len(graph.values) > len(graph.nodes):  # some nodes have several outputs
            several = np.array([len(node.outputs) > 1 for node in graph.nodes])
            number = {name: place for place, name in enumerate(graph.values)}
            for edge in np.flatnonzero(several[wiring.source]).tolist():
                found[edge] = number[graph.nodes[wiring.target[edge]].inputs[wiring.slot[edge]]]
        return found

    def label(self, node: int) -> str:
        """What a card calls its node: its name, or the number of a constant."""
        found = self.graph.nodes[node]
        if found.op != "constant":
            return found.label
        value = self._leaves.get(found.id)
        if value is not None and np.ndim(value) == 0:
            return number(float(value))
        return shape(self.shapes.of(int(self.results[node])) or ())

    def card(self, node: int) -> Card:
        """The card of a node."""
        found, kind = self.graph.nodes[node], Kind(self.kinds[node])
        width, height = self.sizes[node].tolist()
        value = int(self.results[node])
        return cut(
            Card(
                found.id, kind, self._signs[node], self.label(node),
                "" if kind is Kind.CONSTANT else found.caption, self.shapes.of(value), width, height, node,
                value, (), found.group, int(self.counts[node]),
            )
        )  # fmt: skip

    # ── all at once ───────────────────────────────────────────────────────────────────────────

    def _all_signs(self) -> Sequence[str]:
        """What each operation does, by its sign; "" for leaves."""
        plain = {
            node.id: float(self._leaves[node.id])
            for node in self.graph.leaves("constant")
            if node.id in self._leaves and np.ndim(self._leaves[node.id]) == 0
        }
        known: dict[str, str] = dict.fromkeys(_KINDS, "")
        return [_sign_of(node, known, plain) for node in self.graph.nodes]

    def _all_kinds(self) -> NDArray[np.int8]:
        kinds = np.array([_KINDS.get(node.op, Kind.OPERATION) for node in self.graph.nodes], dtype=np.int8)
        maker = self.graph.index(self.output)
        if kinds[maker] == Kind.OPERATION:
            kinds[maker] = Kind.OUTPUT
        return kinds

    def _all_counts(self, wrt: frozenset[str]) -> NDArray[np.int8]:
        """Value and gradient; the value alone for inputs of which no gradient is asked."""
        counts = np.full(len(self), 2, dtype=np.int8)
        for node in np.flatnonzero(self.kinds == Kind.INPUT).tolist():
            counts[node] = 2 if self.graph.nodes[node].id in wrt else 1
        return counts

    def _all_sizes(self) -> Floats:
        nodes = self.graph.nodes
        captions = _distinct((node.caption for node in nodes), len(nodes))
        signs = _distinct(self._signs, len(nodes))
        sizes = card_sizes(
            [node.label for node in nodes],
            before=signs.map(lambda mark: sign_width(mark) + 8 if mark else 0.0),
            captions=captions.map(lambda text: text_width(text, Style.CAPTION)),
            shapes=self.shapes.distinct,
            codes=self.shapes.codes[self.results],
            terms=self.terms[self.results],
            counts=self.counts,
        )
        plain = np.flatnonzero(self.kinds == Kind.CONSTANT)
        texts = [self.label(node) for node in plain.tolist()]
        sizes[plain] = np.stack([pill_widths(texts), np.full(len(plain), PILL)], axis=1)
        return sizes


class _Distinct(NamedTuple):
    """Texts of which many are alike: `codes` (n,) are places in `texts`."""

    codes: NDArray[np.int32]
    texts: Sequence[str]

    def map(self, measure: Callable[[str], float]) -> Floats:
        """A number for each text, measured once for those that are alike, (n,)."""
        return np.array([measure(text) for text in self.texts], dtype=np.float64)[self.codes]


def _distinct(texts: Iterable[str], count: int) -> _Distinct:
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(text, len(known)) for text in texts), np.int32, count)
    return _Distinct(codes, tuple(known) or ("",))


def _sign_of(node: Node, known: dict[str, str], plain: Mapping[str, float]) -> str:
    if node.op == "Pow":
        return sign(node, plain)
    found = known.get(node.op)
    if found is None:
        found = known[node.op] = sign(node, plain)
    return found


def _first_values(graph: Graph) -> Integers:
    """The number of the first value that each node makes, (n,)."""
    if len(graph.values) == len(graph.nodes):
        return np.arange(len(graph.nodes))
    number = {name: place for place, name in enumerate(graph.values)}
    return np.array([number[node.id] for node in graph.nodes], dtype=np.int64)
