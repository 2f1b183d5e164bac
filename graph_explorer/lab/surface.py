"""A surface: the output of a graph as a function of a few coordinates.

The coordinates are numbers among the leaves, or directions through many of them. There is no
second notion of a function here: every value, gradient and second derivative is a run of the graph.

The one rule: a surface knows the values of all other leaves from the start, so that it may be
evaluated in any thread and does not change while someone edits.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from graph_explorer.engine import compiled as straight
from graph_explorer.engine.backward import backward_graph, lookup
from graph_explorer.engine.curvature import HessianProduct
from graph_explorer.engine.errors import InputError, check_entry
from graph_explorer.engine.graph import Graph, Use
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.engine.trace import Trace
from graph_explorer.lab.directions import Direction, Entry
from graph_explorer.lab.losses import Over
from graph_explorer.lab.sending import packed, unpacked

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]

#: A grid over plain numbers is computed this many points at a time: enough to be fast, few enough
#: that the arrays stay in the cache and a wish to stop is heard soon.
BLOCK = 8192


@dataclass(frozen=True)
class Grid:
    """Values on a grid: `values[row, column]` belongs to `y[row]` and `x[column]`."""

    x: Array
    y: Array
    values: Array


class Surface:
    """The output of `graph` over the coordinates of `axes`, the other leaves being fixed.

    Points have the shape (..., axes). `output_entry` chooses one number of an output that is an
    array; without it such an output counts as the sum of its entries, as its gradient does. `over` are
    examples that take the place of those among the leaves: the output is then its mean over them.
    """

    def __init__(
        self,
        graph: Graph,
        leaves: Mapping[str, Array],
        output: str,
        axes: tuple[Direction, ...],
        output_entry: tuple[int, ...] | None = None,
        detached: Iterable[Use] = (),
        over: Over | None = None,
    ) -> None:
        labels = [axis.label for axis in axes]
        if len(set(labels)) < len(labels):
            raise InputError(f"the axes are {' and '.join(labels)}; choose different ones")
        self.graph, self.axes, self.output = graph, axes, graph.resolve(output)
        self.leaves = {name: np.asarray(value) for name, value in leaves.items()}
        self.output_entry = output_entry
        self.over = over
        self._detached = frozenset(detached)
        self._names = tuple(dict.fromkeys(name for axis in axes for name in axis.names))
        run = graph if over is None else over.graph
        self._forward = Plan(run, self.output, (), self._detached)
        self._both = Plan(run, self.output, self._names, self._detached)
        #: whether points can be computed many at a time: all is numbers, and works entry by entry
        self.together = (
            self._forward.elementwise
            and over is None
            and all(isinstance(axis, Entry) and not axis.index for axis in axes)
            and all(value.ndim == 0 for value in self.leaves.values())
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """A surface is sent as what it was made from."""
        over = self.over
        examples = None if over is None else (over.title, packed(over.graph), dict(over.leaves))
        parts = {
            "leaves": self.leaves, "output": self.output, "axes": self.axes, "detached": self._detached,
            "output_entry": self.output_entry,
        }  # fmt: skip
        return _sent, (packed(self.graph), parts, examples)

    @cached_property
    def compiled(self) -> straight.Compiled | None:
        """Value and gradient as straight-line code, where the coordinates and all else are numbers."""
        numbers = all(isinstance(axis, Entry) and not axis.index for axis in self.axes)
        if not numbers or self.output_entry or self.over is not None:
            return None
        return straight.compiled(self._both, self.leaves, [axis.names[0] for axis in self.axes])

    @property
    def here(self) -> Array:
        """Where the leaves are now: shape (axes,)."""
        return np.array([axis.here for axis in self.axes])

    def leaves_at(self, point: Any) -> dict[str, Array]:
        """The values of all leaves at a point: what the document is there."""
        moved = dict(self.leaves)
        for axis, coordinate in zip(self.axes, np.moveaxis(np.asarray(point), -1, 0), strict=True):
            axis.place(moved, coordinate)
        return moved

    # ── some of the examples ──────────────────────────────────────────────────────────────────────

    @cached_property
    def examples(self) -> int:
        """How many examples the inputs hold: the length of the first axis, which they share.

        `InputError` where there are no such inputs.
        """
        if self.over is not None:
            return len(self.over)
        arrays = {name: value.shape for name, value in self._inputs.items()}
        lengths = {shape[0] for shape in arrays.values()}
        if len(lengths) != 1:
            found = " and ".join(f"{name} {shape}" for name, shape in arrays.items()) or "none"
            raise InputError(
                "a batch is drawn from inputs whose first axis holds the examples, of one length for all; "
                f"the inputs that are arrays: {found}"
            )
        return int(lengths.pop())

    @property
    def _inputs(self) -> dict[str, Array]:
        names = (node.id for node in self.graph.leaves("input"))
        return {name: self.leaves[name] for name in names if self.leaves[name].ndim}

    def of_examples(self, rows: Array) -> Surface:
        """The surface that these examples alone would make."""
        part = copy.copy(self)
        for made in ("compiled", "_curvatures", "_products", "_portions"):
            part.__dict__.pop(made, None)
        if self.over is not None:
            part.over = self.over.rows(rows)
            return part
        part.leaves = self.leaves | {name: value[rows] for name, value in self._inputs.items()}
        return part

    # ── at one point ──────────────────────────────────────────────────────────────────────────

    def value(self, point: Any) -> float:
        if self.compiled is not None:
            return self.compiled.value_at(*map(float, point))
        leaves = self.leaves_at(point)
        return sum(
            share * float(self._value_of(self._run(self._forward, leaves | given)))
            for share, given in self._portions
        )

    def value_and_gradient(self, point: Any) -> tuple[float, Array]:
        """The value, and its slope along each axis: shape (axes,)."""
        if self.compiled is not None:
            first, *rest = self.compiled(*map(float, point))
            return first, np.array(rest)
        leaves = self.leaves_at(point)
        value, slopes = 0.0, np.zeros(len(self.axes))
        for share, given in self._portions:
            trace = self._run(self._both, leaves | given)
            value += share * float(self._value_of(trace))
            slopes = slopes + share * np.array([self._slope(axis, trace) for axis in self.axes])
        return value, slopes

    def hessian(self, point: Any) -> Array:
        """The second derivatives along the axes, (axes, axes), exact: no differences.

        `InputError` where an operation between has no second derivative here.
        """
        if self._curvatures:
            return np.array([found(*map(float, point))[1:] for found in self._curvatures])
        rows = np.zeros((len(self.axes), len(self.axes)))
        leaves = self.leaves_at(point)
        for (share, given), product in zip(self._portions, self._products, strict=True):
            for row, axis in enumerate(self.axes):
                bent = product(leaves | given, {name: axis.tangent(name) for name in axis.names})
                rows[row] += [
                    share * sum(float(np.vdot(other.tangent(name), bent[name])) for name in other.names)
                    for other in self.axes
                ]
        return (rows + rows.T) / 2

    @cached_property
    def _portions(self) -> list[tuple[float, dict[str, Array]]]:
        """What the output is the mean over: shares, and leaves that take the place of others."""
        return [(1.0, {})] if self.over is None else self.over.portions

    @cached_property
    def _products(self) -> list[HessianProduct]:
        """The Hessian times a direction, for every portion; one serves every point."""
        leaves = self.leaves_at(self.here)
        return [
            HessianProduct(self._run(self._both, leaves | given), self._names) for _, given in self._portions
        ]

    @cached_property
    def _curvatures(self) -> tuple[straight.Compiled, ...]:
        """The rows of the Hessian as straight-line code; () where they are not all plain numbers."""
        if self.compiled is None:
            return ()
        names = [axis.names[0] for axis in self.axes]
        graph, constants, gradients = backward_graph(self._run(self._both, self.leaves))
        if any(name not in gradients for name in names):
            return ()
        plans = [Plan(graph, gradients[name], self._names, self._detached, lookup) for name in names]
        made = [straight.compiled(plan, {**self.leaves, **constants}, names) for plan in plans]
        return tuple(one for one in made if one is not None) if None not in made else ()

    def _run(self, plan: Plan, leaves: dict[str, Array]) -> Trace:
        trace = execute(plan, leaves)
        if trace.failure is None and self.output_entry is not None:
            seed = np.zeros_like(trace.value(self.output))
            seed[self._checked_entry(seed)] = 1
            trace = execute(plan, leaves, seed)
        if trace.failure is not None:
            raise trace.failure
        return trace

    def _checked_entry(self, output: Array) -> tuple[int, ...]:
        entry = self.output_entry or ()
        check_entry(self.output, output.shape, entry)
        return entry

    def _value_of(self, trace: Trace) -> Any:
        found = trace.value(self.output)
        if self.output_entry is not None:
            return found[self.output_entry]
        return np.sum(found) if found.ndim else found

    @staticmethod
    def _slope(axis: Direction, trace: Trace) -> float:
        """The derivative along an axis; zero where the output does not depend on it."""
        parts = [
            np.vdot(axis.tangent(name), trace.gradient(name))
            for name in axis.names
            if trace.has_gradient(name)
        ]
        return float(sum(parts))

    # ── at many ───────────────────────────────────────────────────────────────────────────────

    def values(self, points: Any, checkpoint: Checkpoint | None = None) -> Array:
        """The values at points of shape (..., axes): shape (...)."""
        points = np.asarray(points, dtype=float)
        flat = points.reshape(-1, len(self.axes))
        found = np.empty(len(flat))
        together = self.together or self.compiled is not None
        step = BLOCK if together else 1
        for begin in range(0, len(flat), step):
            if checkpoint is not None:
                checkpoint(begin / len(flat))
            part = flat[begin : begin + step]
            found[begin : begin + step] = self._together(part) if together else self.value(part[0])
        return found.reshape(points.shape[:-1])

    def _together(self, points: Array) -> Array:
        if self.compiled is not None:
            return self.compiled.at_many(points)
        return execute(self._forward, self.leaves_at(points)).value(self.output)

    def values_and_gradients(self, points: Any) -> tuple[Array, Array]:
        """Values of shape (...) and gradients of shape (..., axes) at points of shape (..., axes)."""
        points = np.asarray(points, dtype=float)
        if self.compiled is not None:
            rows = self.compiled.at_many(points.reshape(-1, len(self.axes)), slopes=True)
            return rows[:, 0].reshape(points.shape[:-1]), rows[:, 1:].reshape(points.shape)
        if not self.together:
            flat = [self.value_and_gradient(point) for point in points.reshape(-1, len(self.axes))]
            values = np.array([value for value, _ in flat]).reshape(points.shape[:-1])
            return values, np.array([gradient for _, gradient in flat]).reshape(points.shape)
        trace = execute(self._both, self.leaves_at(points))
        values = np.broadcast_to(trace.value(self.output), points.shape[:-1])
        slopes = [
            trace.gradient(axis.names[0]) if trace.has_gradient(axis.names[0]) else np.zeros(values.shape)
            for axis in self.axes
        ]
        return values, np.stack(slopes, axis=-1)

    def grid(
        self,
        window: tuple[float, float, float, float],
        columns: int,
        rows: int,
        checkpoint: Checkpoint | None = None,
    ) -> Grid:
        """The values on a grid over `window` = (left, right, bottom, top), edges included."""
        if len(self.axes) != 2:
            raise InputError(f"a grid needs two axes, and there are {len(self.axes)}; choose two")
        if columns < 2 or rows < 2:
            raise InputError(f"a grid has at least 2×2 points, found {columns}×{rows}; ask for more")
        x, y = np.linspace(*window[:2], columns), np.linspace(*window[2:], rows)
        points = np.stack(np.meshgrid(x, y), axis=-1)
        return Grid(x, y, self.values(points, checkpoint))


def _sent(graph: tuple[Any, ...], parts: dict[str, Any], examples: tuple[Any, ...] | None) -> Surface:
    """The surface that was sent."""
    over = None if examples is None else Over(examples[0], unpacked(examples[1]), examples[2])
    return Surface(unpacked(graph), over=over, **parts)
