"""Graphs of plain numbers: which nodes can be computed at once, and which edges followed at once.

The one rule: nodes of one kind that do not wait for one another are one array operation, so that
thousands of scalar nodes cost as much as a few hundred arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.engine.ops.declare import Operation

if TYPE_CHECKING:
    from graph_explorer.engine.plan import Plan

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


class Table:
    """The nodes that compute something as arrays: `kinds` and `outputs` (n,), and what they take.

    Rows follow `Plan.forward`; nodes of one kind have the same operation, attributes and number of inputs.
    The inputs of row r are `inputs[first[r] : first[r + 1]]`, so a node with many costs the others nothing.
    """

    def __init__(self, plan: Plan) -> None:
        forward, nodes, operations = plan.forward, plan.graph.nodes, plan.operations
        self._forward, self._nodes, self._operations = forward, nodes, operations
        given = [plan.inputs[node] for node in forward]
        counts = list(map(len, given))
        known: dict[tuple[Any, ...], int] = {}
        self.kinds = np.array(
            [
                known.setdefault((id(operations[node]), count, *_frozen(nodes[node].attributes)), len(known))
                for node, count in zip(forward, counts, strict=True)
            ],
            dtype=np.intp,
        )
        self.first = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)])
        self.inputs = np.fromiter(chain.from_iterable(given), np.intp, int(self.first[-1]))
        self.outputs = np.array([plan.outputs[node][0] for node in forward], dtype=np.intp)

    def batch(self, rows: Array, like: Batch | None = None, **more: Any) -> Batch:
        """Rows of one kind as a batch; `like` is one that may be of the same rows, whose inputs it shares."""
        first = self._forward[rows[0]]
        found = self._operations[first]
        assert found is not None
        outputs = self.outputs[rows]
        if like is not None and np.array_equal(outputs, like.outputs):
            inputs = like.inputs
        else:
            begins, count = self.first[rows], int(self.first[rows[0] + 1] - self.first[rows[0]])
            inputs = tuple(self.inputs[begins + k] for k in range(count))
        return Batch(found, self._nodes[first].attributes, inputs, outputs, **more)


def _frozen(attributes: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(attributes.items())) if attributes else ()


def _runs(*keys: Array) -> Iterator[Array]:
    """The places of equal keys, one array for each, ordered by the first key, then the next."""
    if not len(keys[0]):
        return
    order = np.lexsort(keys[::-1])
    changes = np.zeros(len(order), dtype=bool)
    for key in keys:
        changes[1:] |= key[order[1:]] != key[order[:-1]]
    yield from np.split(order, np.flatnonzero(changes))


def forward_batches(plan: Plan) -> tuple[Batch, ...]:
    """What can be computed together, in an order that works."""
    level = [0] * (len(plan.number) + 1)  # the last one is for an input left out
    depths = []
    for node in plan.forward:
        depth = 0
        for value in plan.inputs[node]:
            if level[value] > depth:
                depth = level[value]
        level[plan.outputs[node][0]] = depth + 1
        depths.append(depth)
    table = plan.table
    return tuple(table.batch(rows) for rows in _runs(np.array(depths, dtype=np.intp), table.kinds))


def backward_levels(plan: Plan) -> tuple[Level, ...]:
    """The backward pass, layer by layer: a value is in the first layer behind all edges into it."""
    depth = [0] * len(plan.number)
    starts, values = [], []
    for node, index in plan.pulls:
        here, value = depth[plan.outputs[node][0]], plan.inputs[node][index]
        if depth[value] <= here:
            depth[value] = here + 1
        starts.append(here)
        values.append(value)
    start, value_of = np.array(starts, dtype=np.intp), np.array(values, dtype=np.intp)
    level_of = np.array(depth, dtype=np.intp)[value_of] if values else value_of
    batches = _batches_by_level(plan, start)
    sums = dict(_sums_by_level(level_of, value_of))
    nothing = np.zeros(0, dtype=np.intp)
    return tuple(
        Level(*sums.get(k, (nothing, nothing, nothing)), tuple(batches.get(k, ())))
        for k in range(1 + max([*batches, *sums], default=0))
    )


def _batches_by_level(plan: Plan, start: Array) -> dict[int, list[Batch]]:
    """The edges that leave each layer, those of one kind together."""
    table, found = plan.table, dict[int, list[Batch]]()
    pairs = np.array(plan.pulls, dtype=np.intp).reshape(-1, 2)
    row_of = np.zeros(len(plan.operations), dtype=np.intp)
    row_of[list(plan.forward)] = np.arange(len(plan.forward))
    rows, indices = row_of[pairs[:, 0]], pairs[:, 1]
    batch: Batch | None = None
    for positions in _runs(start, table.kinds[rows], indices):
        index = int(indices[positions[0]])
        batch = table.batch(rows[positions], batch, input_index=index, pulls=positions)
        found.setdefault(int(start[positions[0]]), []).append(batch)
    return found


def _sums_by_level(level_of: Array, value_of: Array) -> Iterator[tuple[int, tuple[Array, Array, Array]]]:
    """Per layer the values whose gradients are complete in it, and the contributions to each."""
    # a stable order: the contributions to a value stay in the order in which they come
    order = np.lexsort((value_of, level_of))
    for run in _runs(level_of[order]):
        terms = order[run]
        summed, slots = np.unique(value_of[terms], return_inverse=True)
        yield int(level_of[terms[0]]), (summed, terms, slots)
