"""Running a graph: forward through every node, backward along every edge, into a trace.

The one rule: this is the only place where numbers are made, and where floating-point warnings are
silenced; infinities and NaN are results like others, kept and shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Node
from graph_explorer.engine.machine import memory
from graph_explorer.engine.plan import Plan, PullStep
from graph_explorer.engine.trace import Array, Trace

#: Contributions to gradients of several terms are kept up to this many bytes, then recomputed on demand.
RECORD_BYTES = 512 * 2**20
#: The values of one run take at most this many bytes: a system that runs out of memory ends the program.
MOST_BYTES = memory() // 2

Checkpoint = Callable[[float], None]

#: What a rule raises where it cannot compute; anything else is a mistake of ours.
FAILURES = (
    InputError,
    TypeError,
    ValueError,
    IndexError,
    ArithmeticError,
    MemoryError,
    AttributeError,
)


_TOO_MUCH = (
    "the values up to here take more than {:.0f} GiB, half of this machine's memory; give smaller inputs"
)


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
    called between nodes and may raise to stop. A node that fails, forward or backward, ends the run: the
    trace then has its `failure`, the values computed before, and no gradients.
    """
    with np.errstate(all="ignore"):
        if plan.elementwise and all(
            np.ndim(v) == 0 and np.asarray(v).dtype == np.float64 for v in leaves.values()
        ):
            return _execute_scalars(plan, leaves, seed)
        return _execute_arrays(plan, leaves, seed, checkpoint, record_bytes)


def _execute_arrays(
    plan: Plan,
    leaves: Mapping[str, Array],
    seed: Array | None,
    checkpoint: Checkpoint | None,
    record_bytes: int,
) -> Trace:
    values = _given(plan, leaves)
    total = len(plan.forward) + len(plan.pulls)
    try:
        _compute(plan, values, checkpoint, total)
        output = values[plan.number[plan.output]]
        assert output is not None
        start = _seed(plan, output, seed)
        found, contributions = _pull_back(plan, values, start, checkpoint, record_bytes)
    except RunError as error:
        error.trace = Trace(plan, values[:-1], None, (), (), error)
        return error.trace
    return Trace(plan, values[:-1], start, found, contributions)


def _given(plan: Plan, leaves: Mapping[str, Array]) -> list[Array | None]:
    """All values when only the leaves are known; one more entry, the number −1, is an input left out."""
    values: list[Array | None] = [None] * (len(plan.number) + 1)
    for name, value in leaves.items():
        values[plan.number[name]] = np.asarray(value)
    return values


def _compute(plan: Plan, values: list[Array | None], checkpoint: Checkpoint | None, total: int) -> None:
    """Fills in the values of all nodes that compute something."""
    held = 0
    for done, step in enumerate(plan.forward_steps):
        if checkpoint is not None:
            checkpoint(done / total)
        try:
            made = step.forward(*[values[number] for number in step.inputs], **step.attributes)
        except FAILURES as error:
            node = plan.graph.nodes[step.node]
            raise RunError(node, _sentence(node, [values[n] for n in step.inputs], error)) from error
        if type(made) is np.ndarray and len(step.outputs) == 1:
            if made.base is None:  # an array of its own; the others show parts of these
                held += made.nbytes
                if held > MOST_BYTES:
                    node = plan.graph.nodes[step.node]
                    raise RunError(node, f"'{node.id}': {_TOO_MUCH.format(MOST_BYTES / 2**30)}")
            values[step.outputs[0]] = made
            continue
        results = made if isinstance(made, tuple) else (made,)
        for number, result in zip(step.outputs, results, strict=False):
            if number >= 0:
                values[number] = np.asarray(result)


def _sentence(node: Node, arguments: list[Array | None], error: Exception) -> str:
    if isinstance(error, InputError):
        return f"'{node.id}': {error.message}"
    shapes = " and ".join("nothing" if a is None else str(np.shape(a)) for a in arguments)
    return f"'{node.id}': {node.op} cannot take shapes {shapes}: {_reason(error)}"


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _seed(plan: Plan, output: Array, seed: Array | None) -> Array:
    if seed is None:
        try:
            return np.ones_like(output)
        except MemoryError as error:
            node = plan.graph.node(plan.output)
            raise RunError(node, f"'{plan.output}': no gradient of it: {_reason(error)}") from error
    given = np.asarray(seed, dtype=output.dtype)
    if given.shape != output.shape and given.ndim:
        raise InputError(
            f"the seed has shape {given.shape}; give it the shape {output.shape} of '{plan.output}'"
        )
    return np.broadcast_to(given, output.shape)


def gradients(
    plan: Plan, leaves: Mapping[str, Array], seed: Array | None = None
) -> tuple[Array, Mapping[str, Array]]:
    """The output and its gradients with respect to `plan.wrt`; nothing on the way is kept.

    The same numbers as in a trace, in less memory: for many runs of which only the result is looked
    at. A name that the output does not depend on is left out; a node that fails raises `RunError`.
    """
    output, found, _ = gradients_beside(plan, leaves, (), seed)
    return output, found


def gradients_beside(
    plan: Plan, leaves: Mapping[str, Array], beside: Iterable[str], seed: Array | None = None
) -> tuple[Array, Mapping[str, Array], Mapping[str, Array]]:
    """Output and gradients as `gradients` gives them, and the values under the names `beside`."""
    with np.errstate(all="ignore"):
        values = _given(plan, leaves)
        _compute(plan, values, None, 1)
        seen = {name: np.asarray(values[plan.number[name]]) for name in beside}
        output = values[plan.number[plan.output]]
        assert output is not None
        found = _started(plan, _seed(plan, output, seed))
        wanted = {plan.number[name] for name in plan.wrt}
        sums: set[int] = set()
        for step in plan.pull_steps:
            _add(found, sums, step.into, _pull(plan, step, values, found))
            if step.last:  # no other edge asks for what came out of this node
                for number in step.outputs:
                    values[number] = None
                    if number not in wanted:
                        found[number] = None
    return output, {name: g for name in plan.wrt if (g := found[plan.number[name]]) is not None}, seen


def _started(plan: Plan, start: Array) -> list[Array | None]:
    """The gradients of all values when only that of the output is known."""
    found: list[Array | None] = [None] * (len(plan.number) + 1)
    output = plan.number[plan.output]
    if plan.takes_gradient[output]:
        found[output] = start
    return found


def _pull_back(
    plan: Plan,
    values: list[Array | None],
    start: Array,
    checkpoint: Checkpoint | None,
    record_bytes: int,
) -> tuple[list[Array | None], list[Array | None]]:
    """The gradients of all values, and what every edge contributed to them, as far as that is kept."""
    found = _started(plan, start)
    contributions: list[Array | None] = [None] * len(plan.pulls)
    kept, total = 0, len(plan.forward) + len(plan.pulls)
    sums: set[int] = set()
    for position, step in enumerate(plan.pull_steps):
        if checkpoint is not None:
            checkpoint((len(plan.forward) + position) / total)
        pulled = _pull(plan, step, values, found)
        _add(found, sums, step.into, pulled)
        # a gradient of one term is its contribution: the same array, kept at no cost
        if step.shared:
            kept += pulled.nbytes
        if not step.shared or kept <= record_bytes:
            contributions[position] = pulled
    return found[:-1], contributions


def _add(found: list[Array | None], sums: set[int], into: int, pulled: Array) -> None:
    """Adds a contribution; `sums` are the gradients that are arrays of their own, and so grow in place."""
    before = found[into]
    if before is None:
        found[into] = pulled
    elif into in sums:
        np.add(before, pulled, out=before)
    else:
        found[into] = np.asarray(before + pulled)
        sums.add(into)


def _pull(plan: Plan, step: PullStep, values: list[Array | None], found: list[Array | None]) -> Array:
    arguments = [values[number] for number in step.inputs]
    g: Any
    y: Any
    if len(step.outputs) == 1:
        g, y = found[step.outputs[0]], values[step.outputs[0]]
    else:
        g = tuple([found[number] for number in step.outputs])
        y = tuple([values[number] for number in step.outputs])
    try:
        pulled = step.operation.pull(step.input_index, g, y, arguments, step.attributes)
    except FAILURES as error:
        node = plan.graph.nodes[step.node]
        into = node.inputs[step.input_index]
        raise RunError(node, f"'{node.id}': no gradient of '{into}': {_reason(error)}") from error
    wanted = values[step.into].dtype  # type: ignore[union-attr]
    if type(pulled) is np.ndarray and pulled.dtype == wanted:
        return pulled
    return np.asarray(pulled, wanted)


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
    found = np.zeros(len(plan.number))
    contributions = np.zeros(len(plan.pulls))
    if plan.takes_gradient[plan.number[plan.output]]:
        found[plan.number[plan.output]] = start
    for level in plan.backward_levels:
        if level.summed.size:
            # bincount adds one after the other, as the running totals of the trace do
            found[level.summed] += np.bincount(level.slots, contributions[level.terms], level.summed.size)
        taken, arguments = None, list[Array]()
        for batch in level.batches:
            # a sum of thousands has as many batches in a row that take the same
            if batch.inputs is not taken:
                taken, arguments = batch.inputs, [values[k] for k in batch.inputs]
            slope = batch.operation.partial(
                batch.input_index, values[batch.outputs], arguments, batch.attributes
            )
            contributions[batch.pulls] = found[batch.outputs] * slope
    return Trace(plan, values, start, found, contributions)  # type: ignore[arg-type]
