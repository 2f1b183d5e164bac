"""The order of a run: which values take a gradient, and edge by edge how it is pulled back.

The one rule: a plan depends on the graph and on what is asked, never on numbers, so that one plan
serves every set of leaf values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine.graph import Graph, Use
from graph_explorer.engine.ops import operation
from graph_explorer.engine.ops.declare import Operation

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Scalar nodes of one operation that can be computed together.

    `inputs` holds one array of value indices an operand, `outputs` the indices of the results.
    For the backward pass `pulls` holds the positions of the edges followed, into input `input_index`.
    """

    operation: Operation
    attributes: Mapping[str, Any]
    inputs: tuple[Array, ...]
    outputs: Array
    input_index: int = 0
    pulls: Array | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One layer of a backward pass over scalars: first the sums of gradients, then the pulls.

    `summed` are the values whose gradients are complete now; the contributions at the positions
    `terms` are added into them, each into `summed[slots]`.
    """

    summed: Array
    terms: Array
    slots: Array
    batches: tuple[Batch, ...]


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
    """An edge to be followed backward: through `operation` into the value numbered `into`.

    `shared` tells that other edges lead into the same value.
    """

    operation: Operation
    input_index: int
    into: int
    shared: bool
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
        self.number: Mapping[str, int] = {name: k for k, name in enumerate(graph.values)}
        self.operations: tuple[Operation | None, ...] = tuple(
            None if node.is_leaf else node.rule or lookup(node.op) for node in graph.nodes
        )
        #: per node the numbers of its inputs (−1 where left out) and outputs
        self.inputs = [tuple(self.number[n] if n else -1 for n in node.inputs) for node in graph.nodes]
        self.outputs = [tuple(self.number[n] for n in node.outputs if n) for node in graph.nodes]
        #: nodes that compute something, in order: the forward steps
        self.forward: tuple[int, ...] = tuple(
            k for k, found in enumerate(self.operations) if found is not None
        )
        self.takes_gradient = self._between()
        self.pulls: tuple[tuple[int, int], ...] = tuple(self._pulls())

    def _flows(self, node: int, index: int) -> bool:
        """Whether the edge into input `index` of the node may pass a gradient at all."""
        found = self.operations[node]
        return (
            found is not None
            and self.inputs[node][index] >= 0
            and found.differentiable(index)
            and not (self.detached and Use(self.graph.nodes[node].id, index) in self.detached)
        )

    def _between(self) -> list[bool]:
        """Per value, whether it both depends on `wrt` and is used for the output."""
        depends = [False] * len(self.number)
        for name in self.wrt:
            depends[self.number[name]] = True
        for node in self.forward:
            if any(depends[v] and self._flows(node, k) for k, v in enumerate(self.inputs[node])):
                for value in self.outputs[node]:
                    depends[value] = True
        used = [False] * len(self.number)
        used[self.number[self.output]] = True
        for node in reversed(self.forward):
            if any(used[value] for value in self.outputs[node]):
                for index, value in enumerate(self.inputs[node]):
                    if value >= 0 and self._flows(node, index):
                        used[value] = True
        return [a and b for a, b in zip(depends, used, strict=True)]

    def _pulls(self) -> Iterable[tuple[int, int]]:
        for node in reversed(self.forward):
            if any(self.takes_gradient[value] for value in self.outputs[node]):
                for index, value in enumerate(self.inputs[node]):
                    if value >= 0 and self.takes_gradient[value] and self._flows(node, index):
                        yield node, index

    @cached_property
    def terms(self) -> Mapping[int, tuple[int, ...]]:
        """Per value, the positions in `pulls` of the contributions to its gradient, in order."""
        found: dict[int, list[int]] = {}
        for position, (node, index) in enumerate(self.pulls):
            found.setdefault(self.inputs[node][index], []).append(position)
        return {value: tuple(positions) for value, positions in found.items()}

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
        return tuple(
            PullStep(
                self.operations[node],  # type: ignore[arg-type]
                index,
                self.inputs[node][index],
                len(self.terms[self.inputs[node][index]]) > 1,
                self.inputs[node],
                self._all_outputs(node),
                self.graph.nodes[node].attributes,
            )
            for node, index in self.pulls
        )

    def _all_outputs(self, node: int) -> tuple[int, ...]:
        return tuple(self.number[name] if name else -1 for name in self.graph.nodes[node].outputs)

    @cached_property
    def forward_position(self) -> Mapping[int, int]:
        """Per node that computes, its position among the forward steps."""
        return {node: position for position, node in enumerate(self.forward)}

    @cached_property
    def elementwise(self) -> bool:
        """Whether every operation works entry by entry on numbers, all given, with one output."""
        return all(
            self.operations[k].elementwise and min(self.inputs[k], default=0) >= 0  # type: ignore[union-attr]
            for k in self.forward
        )

    def _kind(self, node: int) -> tuple[Any, ...]:
        attributes = self.graph.nodes[node].attributes
        return self.graph.nodes[node].op, len(self.inputs[node]), tuple(sorted(attributes.items()))

    def _batch(self, nodes: Sequence[int], **more: Any) -> Batch:
        first = nodes[0]
        found = self.operations[first]
        assert found is not None
        columns = tuple(
            np.array([self.inputs[node][k] for node in nodes]) for k in range(len(self.inputs[first]))
        )
        results = np.array([self.outputs[node][0] for node in nodes])
        return Batch(found, self.graph.nodes[first].attributes, columns, results, **more)

    @cached_property
    def forward_batches(self) -> tuple[Batch, ...]:
        """For a graph of scalars: what can be computed together, in an order that works."""
        level = [0] * len(self.number)
        groups: dict[tuple[Any, ...], list[int]] = {}
        for node in self.forward:
            depth = 1 + max((level[v] for v in self.inputs[node] if v >= 0), default=0)
            level[self.outputs[node][0]] = depth
            groups.setdefault((depth, *self._kind(node)), []).append(node)
        ordered = sorted(groups.items(), key=lambda item: item[0][0])
        return tuple(self._batch(nodes) for _, nodes in ordered)

    @cached_property
    def backward_levels(self) -> tuple[Level, ...]:
        """For a graph of scalars: the backward pass, layer by layer."""
        depth: dict[int, int] = {self.number[self.output]: 0}
        pulls_at: dict[int, dict[tuple[Any, ...], list[tuple[int, int]]]] = {}
        for position, (node, index) in enumerate(self.pulls):
            here = depth.get(self.outputs[node][0], 0)
            value = self.inputs[node][index]
            depth[value] = max(depth.get(value, 0), here + 1)
            kinds = pulls_at.setdefault(here, {})
            kinds.setdefault((index, *self._kind(node)), []).append((node, position))
        summed_at: dict[int, list[int]] = {}
        for value in self.terms:
            summed_at.setdefault(depth[value], []).append(value)
        count = 1 + max([*pulls_at, *summed_at], default=0)
        return tuple(self._level(summed_at.get(k, []), pulls_at.get(k, {})) for k in range(count))

    def _level(self, summed: list[int], kinds: Mapping[tuple[Any, ...], list[tuple[int, int]]]) -> Level:
        pairs = [(slot, p) for slot, value in enumerate(summed) for p in self.terms[value]]
        batches = tuple(
            self._batch(
                [node for node, _ in found],
                input_index=key[0],
                pulls=np.array([position for _, position in found]),
            )
            for key, found in kinds.items()
        )
        slots = np.array([slot for slot, _ in pairs], dtype=np.intp)
        terms = np.array([position for _, position in pairs], dtype=np.intp)
        return Level(np.array(summed, dtype=np.intp), terms, slots, batches)
