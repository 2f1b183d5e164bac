"""Running a graph: forward through every node, backward along every edge, into a trace.

The one rule: this is the only place where numbers are made, and where floating-point warnings are
silenced; infinities and NaN are results like others, kept and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.trace import Array, Trace

#: Contributions to gradients of several terms are kept up to this many bytes, then recomputed on demand.
RECORD_BYTES = 512 * 2**20

Checkpoint = Callable[[float], None]


class RunError(InputError):
    """A node could not be computed. `trace` holds what came before it; `node` is the one at fault."""

    def __init__(self, node: Node, message: str) -> None:
        place = node.place
        super().__init__(message, *(() if place is None else (place.line, place.column)))
        self.node = node
        self.trace: Trace | None = None


def execute(
    plan: Plan,
    leaves: Mapping[str, Array],
    seed: Array | None = None,
    checkpoint: Checkpoint | None = None,
    record_bytes: int = RECORD_BYTES,
) -> Trace:
    """Runs `plan` on the values of the leaves.

    `seed` is the cotangent of the output, of its shape; ones by default. `checkpoint(fraction)` is
    called between nodes and may raise to stop. A node that fails ends the run: the trace then has
    its `failure`, and no gradients.
    """
    with np.errstate(all="ignore"):
        if plan.elementwise and all(
            np.ndim(v) == 0 and np.asarray(v).dtype == np.float64 for v in leaves.values()
        ):
            return _execute_scalars(plan, leaves, seed)
        return _execute_arrays(plan, leaves, seed, checkpoint or (lambda fraction: None), record_bytes)


def _execute_arrays(
    plan: Plan,
    leaves: Mapping[str, Array],
    seed: Array | None,
    checkpoint: Checkpoint,
    record_bytes: int,
) -> Trace:
    values: list[Array | None] = [None] * len(plan.number)
    for name, value in leaves.items():
        values[plan.number[name]] = np.asarray(value)
    total = len(plan.forward) + len(plan.pulls)
    for done, node in enumerate(plan.forward):
        checkpoint(done / total)
        try:
            _compute(plan, node, values)
        except RunError as error:
            error.trace = Trace(plan, values, None, (), (), error)
            return error.trace
    output = values[plan.number[plan.output]]
    assert output is not None
    start = _seed(plan, output, seed)
    gradients: list[Array | None] = [None] * len(plan.number)
    contributions: list[Array | None] = [None] * len(plan.pulls)
    if plan.takes_gradient[plan.number[plan.output]]:
        gradients[plan.number[plan.output]] = start
    kept = 0
    for position, (node, index) in enumerate(plan.pulls):
        checkpoint((len(plan.forward) + position) / total)
        pulled = _pull(plan, node, index, values, gradients)
        into = plan.inputs[node][index]
        before = gradients[into]
        # a gradient of one term is its contribution: the same array, kept at no cost
        gradients[into] = pulled if before is None else before + pulled
        if len(plan.terms[into]) > 1:
            kept += pulled.nbytes
        if kept <= record_bytes:
            contributions[position] = pulled
    return Trace(plan, values, start, gradients, contributions)


def _compute(plan: Plan, index: int, values: list[Array | None]) -> None:
    node, found = plan.graph.nodes[index], plan.operations[index]
    assert found is not None
    arguments = [values[number] if number >= 0 else None for number in plan.inputs[index]]
    try:
        made = found.forward(*arguments, **node.attributes)
    except InputError as error:
        raise RunError(node, f"'{node.id}': {error.message}") from error
    except (
        TypeError,
        ValueError,
        IndexError,
        ArithmeticError,
        MemoryError,
        AttributeError,
    ) as error:
        raise RunError(node, _sentence(node, arguments, error)) from error
    results = made if isinstance(made, tuple) else (made,)
    for name, result in zip(node.outputs, results, strict=False):
        if name:
            values[plan.number[name]] = np.asarray(result)


def _sentence(node: Node, arguments: list[Array | None], error: Exception) -> str:
    shapes = " and ".join("nothing" if a is None else str(np.shape(a)) for a in arguments)
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"'{node.id}': {node.op} cannot take shapes {shapes}: {reason}"


def _seed(plan: Plan, output: Array, seed: Array | None) -> Array:
    if seed is None:
        return np.ones_like(output)
    given = np.asarray(seed, dtype=output.dtype)
    if given.shape != output.shape and given.ndim:
        raise InputError(
            f"the seed has shape {given.shape}; give it the shape {output.shape} of '{plan.output}'"
        )
    return np.broadcast_to(given, output.shape)


def _pull(
    plan: Plan, index: int, slot: int, values: list[Array | None], gradients: list[Array | None]
) -> Array:
    node, found = plan.graph.nodes[index], plan.operations[index]
    assert found is not None
    arguments = [values[number] if number >= 0 else None for number in plan.inputs[index]]
    if len(node.outputs) == 1:
        g: Any = gradients[plan.outputs[index][0]]
        y: Any = values[plan.outputs[index][0]]
    else:
        numbers = [plan.number[name] if name else -1 for name in node.outputs]
        g = tuple(gradients[number] if number >= 0 else None for number in numbers)
        y = tuple(values[number] if number >= 0 else None for number in numbers)
    pulled = np.asarray(found.pull(slot, g, y, arguments, node.attributes))
    wanted = np.asarray(arguments[slot]).dtype
    return pulled if pulled.dtype == wanted else pulled.astype(wanted)


def _execute_scalars(plan: Plan, leaves: Mapping[str, Array], seed: Array | None) -> Trace:
    """The same for a graph of plain numbers, many nodes at once: two orders of magnitude faster."""
    values = np.full(len(plan.number), np.nan)
    for name, value in leaves.items():
        values[plan.number[name]] = value
    for batch in plan.forward_batches:
        values[batch.outputs] = batch.operation.forward(
            *(values[k] for k in batch.inputs), **batch.attributes
        )
    start = _seed(plan, np.asarray(values[plan.number[plan.output]]), seed)
    gradients = np.zeros(len(plan.number))
    contributions = np.zeros(len(plan.pulls))
    if plan.takes_gradient[plan.number[plan.output]]:
        gradients[plan.number[plan.output]] = start
    for level in plan.backward_levels:
        if level.summed.size:
            # bincount adds one after the other, as the running totals of the trace do
            gradients[level.summed] += np.bincount(level.slots, contributions[level.terms], level.summed.size)
        for batch in level.batches:
            arguments = [values[k] for k in batch.inputs]
            slope = batch.operation.partial(
                batch.input_index, values[batch.outputs], arguments, batch.attributes
            )
            contributions[batch.pulls] = gradients[batch.outputs] * slope
    return Trace(plan, values, start, gradients, contributions)  # type: ignore[arg-type]
