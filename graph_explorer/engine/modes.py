"""Other ways to ask for derivatives: forward mode, Jacobians and Hessians.

The one rule: each is made of the same rules as the backward pass, run in another order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.backward import backward_graph, lookup
from graph_explorer.engine.errors import InputError, NotComputed
from graph_explorer.engine.graph import Node
from graph_explorer.engine.ops.declare import Local
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.engine.trace import Pulled, Trace

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Pushed:
    """Forward mode along one edge: tangent × local = contribution to the node's own tangent."""

    node: Node
    source: str
    input_index: int
    tangent: Array
    local: Local
    contribution: Array
    accumulated: Array


@dataclass(frozen=True)
class ForwardTrace:
    """Forward mode: how each value moves when the leaves move along their tangents."""

    tangents: Mapping[str, Array]
    steps: tuple[Pushed, ...]

    def tangent(self, name: str) -> Array:
        """The tangent of the value `name`; `NotComputed` where nothing that moves reaches it."""
        if name not in self.tangents:
            raise NotComputed(f"'{name}' does not move: it depends on nothing that was given a tangent")
        return self.tangents[name]


def push(trace: Trace, tangents: Mapping[str, Any]) -> ForwardTrace:
    """Forward mode from the values of `trace`; `tangents` gives some values a direction, of their shape."""
    moving: dict[str, Array] = {}
    for name, tangent in tangents.items():
        value = trace.value(name)
        given = np.asarray(tangent, dtype=value.dtype)
        if given.shape not in ((), value.shape):
            raise InputError(f"the tangent of '{name}' has shape {given.shape}; it must have {value.shape}")
        moving[trace.graph.resolve(name)] = np.broadcast_to(given, value.shape)
    steps: list[Pushed] = []
    with np.errstate(all="ignore"):
        for node in trace.graph:
            if not node.is_leaf and node.id not in moving:
                steps += _push_through(trace, node, moving)
    return ForwardTrace(moving, tuple(steps))


def _push_through(trace: Trace, node: Node, moving: dict[str, Array]) -> list[Pushed]:
    found = trace.plan.operations[trace.graph.index(node.id)]
    assert found is not None
    inputs, result = trace.inputs_of(node), trace.result_of(node)
    steps: list[Pushed] = []
    for index, name in enumerate(node.inputs):
        flows = name in moving and found.differentiable(index)
        if not flows or any(use.node == node.id and use.input_index == index for use in trace.plan.detached):
            continue
        pushed = found.push(index, moving[name], result, inputs, node.attributes)
        parts = pushed if isinstance(pushed, tuple) else (pushed,)
        for output, part in zip(node.outputs, parts, strict=False):
            if output and part is not None:
                before = moving.get(output)
                moving[output] = np.asarray(part) if before is None else before + np.asarray(part)
        local = trace.local_of(node, index)
        first = np.asarray(parts[0])
        steps.append(Pushed(node, name, index, moving[name], local, first, moving[node.id]))
    return steps


def jacobian(trace: Trace, leaves: Mapping[str, Array], of: str, wrt: str) -> Array:
    """The dense Jacobian of the value `of` with respect to `wrt`: (size of `of`, size of `wrt`).

    Made row by row backward or column by column forward, whichever is fewer.
    """
    output, moved = trace.value(of), trace.value(wrt)
    if output.size * moved.size > 50_000_000:
        raise InputError(f"the Jacobian would have {output.size:,} × {moved.size:,} entries; ask for a part")
    if moved.size < output.size:
        columns = [_column(trace, of, wrt, k) for k in range(moved.size)]
        return np.stack(columns, axis=1) if columns else np.zeros((output.size, 0))
    plan = Plan(trace.graph, of, (wrt,), trace.plan.detached)
    rows = np.zeros((output.size, moved.size), moved.dtype)
    for k in range(output.size):
        run = execute(plan, leaves, _unit(output, k))
        if run.has_gradient(wrt):
            rows[k] = np.reshape(run.gradient(wrt), -1)
    return rows


def _unit(like: Array, flat: int) -> Array:
    unit = np.zeros(like.size, like.dtype)
    unit[flat] = 1
    return unit.reshape(like.shape)


def _column(trace: Trace, of: str, wrt: str, flat: int) -> Array:
    pushed = push(trace, {wrt: _unit(trace.value(wrt), flat)})
    name = trace.graph.resolve(of)
    found = pushed.tangents.get(name, np.zeros_like(trace.value(of)))
    return np.reshape(found, -1)


def hessian(trace: Trace, leaves: Mapping[str, Array], wrt: Sequence[str] | None = None) -> Array:
    """The Hessian of the scalar output over all entries of `wrt`, one after the other: (n, n).

    Exact: the backward pass is written as a graph, and that graph is pulled back once a row.
    """
    if trace.value(trace.output).size != 1:
        raise InputError(
            f"a Hessian needs a single number; '{trace.output}' has {trace.value(trace.output).size}"
        )
    names = [trace.graph.resolve(name) for name in (trace.plan.wrt if wrt is None else wrt)]
    graph, constants, gradients = backward_graph(trace)
    values = {**leaves, **constants}
    sizes = [trace.value(name).size for name in names]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    matrix = np.zeros((starts[-1], starts[-1]))
    for name, start, size in zip(names, starts, sizes, strict=False):
        if name not in gradients:
            continue  # the output does not depend on it: its rows are zero
        plan = Plan(graph, gradients[name], names, trace.plan.detached, lookup)
        for k in range(size):
            run = execute(plan, values, _unit(trace.value(name), k))
            for other, at, count in zip(names, starts, sizes, strict=False):
                if run.has_gradient(other):
                    matrix[start + k, at : at + count] = np.reshape(run.gradient(other), -1)
    return matrix


def local_jacobian(event: Pulled, most: int) -> Array | None:
    """The dense local Jacobian along one edge, (output size, input size); None above `most` entries."""
    trace, node = event.trace, event.node
    found = trace.plan.operations[trace.graph.index(node.id)]
    assert found is not None
    inputs, result = trace.inputs_of(node), trace.result_of(node)
    moved = trace.value(event.into)
    first = np.asarray(result[0] if isinstance(result, tuple) else result)
    if first.size * moved.size > most:
        return None
    dense = np.zeros((first.size, moved.size), first.dtype)
    with np.errstate(all="ignore"):
        for column in range(moved.size):
            pushed = found.push(event.input_index, _unit(moved, column), result, inputs, node.attributes)
            dense[:, column] = np.reshape(pushed[0] if isinstance(pushed, tuple) else pushed, -1)
    return dense
