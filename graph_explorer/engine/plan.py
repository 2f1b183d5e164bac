"""The order of a run: which values take a gradient, and edge by edge how it is pulled back.

The one rule: a plan depends on the graph and on what is asked, never on numbers, so that one plan
serves every set of leaf values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import LEAVES, Graph, Use
from graph_explorer.engine.levels import Batch, Level, Table, backward_levels, forward_batches
from graph_explorer.engine.ops import operation
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.engine.stopping import stops


@dataclass(frozen=True, slots=True)
class ForwardStep:
    """A node to be computed: `inputs` and `outputs` are numbers of values, −1 where one is left out."""

    node: int
    forward: Callable[..., Any]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PullStep:
    """An edge to be followed backward: through `operation` of `node` into the value numbered `into`.

    `shared` tells that other edges lead into the same value, `last` that no other edge of its node is
    followed after this one.
    """

    node: int
    operation: Operation
    input_index: int
    into: int
    shared: bool
    last: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    attributes: Mapping[str, Any]


class Plan:
    """What a run of `graph` does for the gradient of `output` with respect to `wrt`.

    Edges in `detached` pass no gradient; `lookup` finds operations by name. Values are
    numbered in the order of `graph.values`.
    """

    def __init__(
        self,
        graph: Graph,
        output: str,
        wrt: Iterable[str],
        detached: Iterable[Use] = (),
        lookup: Callable[[str], Operation] = operation,
    ) -> None:
        self.graph = graph
        self.output = graph.resolve(output)
        self.wrt = tuple(graph.resolve(name) for name in wrt)
        self.detached = frozenset(detached)
        self.number: Mapping[str, int] = dict(zip(graph.values, range(len(graph.values)), strict=True))
        self.operations: tuple[Operation | None, ...] = _operations(graph, lookup)
        numbers = {**self.number, "": -1}
        #: per node the numbers of its inputs (−1 where left out) and outputs
        self.inputs = [tuple([numbers[name] for name in node.inputs]) for node in graph.nodes]
        self.outputs = [tuple([numbers[name] for name in node.outputs if name]) for node in graph.nodes]
        #: nodes that compute something, in order: the forward steps
        self.forward: tuple[int, ...] = tuple(
            [k for k, found in enumerate(self.operations) if found is not None]
        )
        #: per node the inputs to which a gradient may pass at all
        self.flows = self._flows()
        depends = self._depends()
        #: per value, whether it both depends on `wrt` and is used for the output
        self.takes_gradient = [False] * len(self.number)
        self.takes_gradient[self.number[self.output]] = depends[self.number[self.output]]
        #: the edges followed backward, in order: node and index of the input
        self.pulls: tuple[tuple[int, int], ...] = tuple(self._pulls(depends))

    def _flows(self) -> list[tuple[int, ...]]:
        known: dict[tuple[int, int], tuple[int, ...]] = {}
        flows: list[tuple[int, ...]] = [()] * len(self.inputs)
        for node in self.forward:
            found, count = self.operations[node], len(self.inputs[node])
            assert found is not None
            key = id(found), count
            if key not in known:
                known[key] = tuple(k for k in range(count) if found.differentiable(k))
            flows[node] = known[key]
            if -1 in self.inputs[node]:
                flows[node] = tuple(k for k in known[key] if self.inputs[node][k] >= 0)
        for use in self.detached:
            node = self.graph.index(use.node) if use.node in self.graph else -1
            if node >= 0:
                flows[node] = tuple(k for k in flows[node] if k != use.input_index)
        return flows

    def _depends(self) -> list[bool]:
        """Per value, whether it depends on `wrt`."""
        depends = [False] * len(self.number)
        for name in self.wrt:
            depends[self.number[name]] = True
        for node in self.forward:
            inputs = self.inputs[node]
            for index in self.flows[node]:
                if depends[inputs[index]]:
                    for value in self.outputs[node]:
                        depends[value] = True
                    break
        return depends

    def _pulls(self, depends: list[bool]) -> Iterator[tuple[int, int]]:
        """The edges to follow from the output back, marking on the way what takes a gradient."""
        takes = self.takes_gradient
        for node in reversed(self.forward):
            for value in self.outputs[node]:
                if takes[value]:
                    break
            else:
                continue
            inputs = self.inputs[node]
            for index in self.flows[node]:
                if depends[inputs[index]]:
                    takes[inputs[index]] = True
                    yield node, index

    @cached_property
    def terms(self) -> Mapping[int, tuple[int, ...]]:
        """Per value, the positions in `pulls` of the contributions to its gradient, in order."""
        found: dict[int, list[int]] = {}
        for position, (node, index) in enumerate(self.pulls):
            found.setdefault(self.inputs[node][index], []).append(position)
        return {value: tuple(positions) for value, positions in found.items()}

    @cached_property
    def stops(self) -> list[int]:
        """Per value where a gradient of the output stops on its way back; see `stopping`."""
        return stops(self)

    def prepare(self) -> None:
        """Finds all that a window asks about a run: in a large graph each takes as long as a few frames."""
        for asked in (self.terms, self.stops, self.completed, self.forward_position):
            assert asked is not None
        self.graph.uses(self.output)

    @cached_property
    def completed(self) -> NDArray[np.int64]:
        """Per node, how many edges are followed until its first value's gradient is complete; −1: never."""
        pulls = [self.inputs[node][index] for node, index in self.pulls]
        needed = np.where(np.array(self.takes_gradient, dtype=bool), 0, -1)
        needed[pulls] = np.arange(1, len(pulls) + 1)
        return needed[[self.number[node.id] for node in self.graph.nodes]]

    @cached_property
    def forward_steps(self) -> tuple[ForwardStep, ...]:
        """The forward pass, all names looked up."""
        return tuple(
            ForwardStep(
                node,
                self.operations[node].forward,  # type: ignore[union-attr]
                self.inputs[node],
                self._all_outputs(node),
                self.graph.nodes[node].attributes,
            )
            for node in self.forward
        )

    @cached_property
    def pull_steps(self) -> tuple[PullStep, ...]:
        """The backward pass, all names looked up."""
        following = [*(node for node, _ in self.pulls[1:]), -1][: len(self.pulls)]
        return tuple(
            PullStep(
                node,
                self.operations[node],  # type: ignore[arg-type]
                index,
                self.inputs[node][index],
                len(self.terms[self.inputs[node][index]]) > 1,
                node != after,
                self.inputs[node],
                self._all_outputs(node),
                self.graph.nodes[node].attributes,
            )
            for (node, index), after in zip(self.pulls, following, strict=True)
        )

    def with_attributes(self, attributes: Mapping[int, Mapping[str, Any]]) -> Plan:
        """The same plan with other attributes for some nodes, by number: what is drawn, not what is done.

        Made in every step of a training that draws by chance, so it shares all that it can.
        """
        made = copy(self)
        made.__dict__["forward_steps"] = tuple(
            [
                replace(s, attributes=attributes[s.node]) if s.node in attributes else s
                for s in self.forward_steps
            ]
        )
        made.__dict__["pull_steps"] = tuple(
            [
                replace(s, attributes=attributes[s.node]) if s.node in attributes else s
                for s in self.pull_steps
            ]
        )
        return made

    def _all_outputs(self, node: int) -> tuple[int, ...]:
        return tuple(self.number[name] if name else -1 for name in self.graph.nodes[node].outputs)

    @cached_property
    def forward_position(self) -> Mapping[int, int]:
        """Per node that computes, its position among the forward steps."""
        return {node: position for position, node in enumerate(self.forward)}

    @cached_property
    def elementwise(self) -> bool:
        """Whether every operation works entry by entry on numbers, leaves none out and has one output."""
        distinct = {id(found): found for found in self.operations if found is not None}
        complete = not any(-1 in numbers for numbers in self.inputs)
        return complete and all(found.elementwise for found in distinct.values())

    @cached_property
    def table(self) -> Table:
        """For a graph of scalars: its nodes as arrays."""
        return Table(self)

    @cached_property
    def forward_batches(self) -> tuple[Batch, ...]:
        """For a graph of scalars: what can be computed together, in an order that works."""
        return forward_batches(self)

    @cached_property
    def backward_levels(self) -> tuple[Level, ...]:
        """For a graph of scalars: the backward pass, layer by layer."""
        return backward_levels(self)


def _operations(graph: Graph, lookup: Callable[[str], Operation]) -> tuple[Operation | None, ...]:
    """Per node the operation that computes it; None for leaves."""
    known: dict[str, Operation | None] = dict.fromkeys(LEAVES)
    found: list[Operation | None] = []
    for node in graph.nodes:
        if node.rule is None and node.op not in known:
            known[node.op] = lookup(node.op)
        found.append(known[node.op] if node.rule is None else node.rule)
    return tuple(found)
