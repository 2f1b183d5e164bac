"""The backward pass written down as a graph of its own.

The one rule: there is no second set of rules. The rules that pull gradients back are run on values
that write a node for each NumPy operation they meet; the result is a graph that can itself be run,
pulled back and looked at. So second derivatives are derivatives of this graph.

A rule that cannot be written down this way (a convolution's strided windows) becomes one node. If its
operation is linear in each input, or only selects entries, that node has a derivative all the same:
the adjoint of a pull is the push.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.engine import indexing_rules
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.ops import operation, operation_of
from graph_explorer.engine.ops.declare import Operation, unbroadcast
from graph_explorer.engine.trace import Trace

Array = np.ndarray[Any, Any]

_UFUNCS: Mapping[Any, str] = {
    np.add: "Add", np.subtract: "Sub", np.multiply: "Mul", np.true_divide: "Div", np.power: "Pow",
    np.negative: "Neg", np.exp: "Exp", np.log: "Log", np.sqrt: "Sqrt", np.sin: "Sin", np.cos: "Cos",
    np.tan: "Tan", np.arcsin: "Asin", np.arccos: "Acos", np.arctan: "Atan", np.sinh: "Sinh",
    np.cosh: "Cosh", np.tanh: "Tanh", np.absolute: "Abs", np.sign: "Sign", np.floor: "Floor",
    np.reciprocal: "Reciprocal", np.matmul: "MatMul", np.maximum: "Max", np.minimum: "Min",
    np.greater: "Greater", np.greater_equal: "GreaterOrEqual", np.less: "Less",
    np.less_equal: "LessOrEqual", np.equal: "Equal", np.logical_and: "And", np.logical_or: "Or",
    np.logical_not: "Not", np.bitwise_and: "And", np.bitwise_or: "Or",
}  # fmt: skip


class Writer:
    """Adds nodes behind those of a graph, computing each at once."""

    def __init__(self, trace: Trace) -> None:
        self.nodes: list[Node] = list(trace.graph.nodes)
        self.constants: dict[str, Array] = {}
        self.values: dict[str, Array] = {name: trace.value(name) for name in trace.graph.values}
        self.stem = ""

    def fresh(self) -> str:
        return f"{self.stem}.{len(self.nodes)}"

    def constant(self, value: Any) -> Written:
        name = self.fresh()
        self.nodes.append(Node(name, "constant", group="backward"))
        self.constants[name] = self.values[name] = np.asarray(value)
        return Written(self, name)

    def written(self, value: Any) -> Written:
        return value if isinstance(value, Written) else self.constant(value)

    def __call__(self, op: str, *inputs: Any, **attributes: Any) -> Written:
        """Adds a node; attributes that are None are left out."""
        kept = {key: value for key, value in attributes.items() if value is not None}
        given = [self.written(value) for value in inputs]
        found = lookup(op)
        name = self.fresh()
        value = found.forward(*(self.values[one.name] for one in given), **kept)
        node = Node(name, op, tuple(one.name for one in given), MappingProxyType(kept), "backward")
        self.nodes.append(node)
        self.values[name] = np.asarray(value)
        return Written(self, name)


class Written(np.lib.mixins.NDArrayOperatorsMixin):
    """A value that notes what is done with it. It has the shape and type of the array it stands for."""

    def __init__(self, writer: Writer, name: str) -> None:
        self.writer, self.name = writer, name
        value = writer.values[name]
        self.shape, self.ndim, self.dtype, self.size = value.shape, value.ndim, value.dtype, value.size

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        if ufunc is np.square:
            return self * self
        if ufunc is np.positive:
            return self
        if ufunc not in _UFUNCS:
            return NotImplemented
        wide = [np.asarray(x, self.dtype) if isinstance(x, int | float) else x for x in inputs]
        return self.writer(_UFUNCS[ufunc], *wide)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        rule = _FUNCTIONS.get(function)
        return NotImplemented if rule is None else rule(self.writer, *inputs, **options)

    def __getitem__(self, index: Any) -> Any:
        return indexing_rules.take(self.writer, self, index if isinstance(index, tuple) else (index,))

    def __bool__(self) -> bool:
        raise TypeError("a rule that branches on values cannot be written down")


def _axes(axis: Any) -> tuple[int, ...] | None:
    return None if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)


def _reduction(op: str) -> Callable[..., Written]:
    def reduce(write: Writer, x: Any, axis: Any = None, keepdims: bool = False) -> Written:
        axes = _axes(axis)
        if axes == ():
            return write.written(x)
        return write(op, x, axes=axes, keepdims=int(keepdims))

    return reduce


def _swap(write: Writer, x: Any, a: int, b: int) -> Written:
    order = list(range(x.ndim))
    order[a], order[b] = order[b], order[a]
    return write("Transpose", x, perm=tuple(order))


def _move(write: Writer, x: Any, source: int, destination: int) -> Written:
    order = [axis for axis in range(x.ndim) if axis != source % x.ndim]
    order.insert(destination % x.ndim, source % x.ndim)
    return write("Transpose", x, perm=tuple(order))


def _broadcast(write: Writer, x: Any, shape: Any) -> Written:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    return write("Expand", x, shape=sizes) if sizes != np.shape(x) else write.written(x)


def _reshape(write: Writer, x: Any, shape: Any) -> Written:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    return write("Reshape", x, shape=np.reshape(write.values[x.name], sizes).shape)


def _transpose(write: Writer, x: Any, axes: Any = None) -> Written:
    return write("Transpose", x, perm=tuple(reversed(range(x.ndim))) if axes is None else tuple(axes))


def _expand(write: Writer, x: Any, axis: Any) -> Written:
    return write("Unsqueeze", x, axes=_axes(axis))


_FUNCTIONS: Mapping[Any, Callable[..., Any]] = {
    np.sum: _reduction("ReduceSum"),
    np.mean: _reduction("ReduceMean"),
    np.prod: _reduction("ReduceProd"),
    np.max: _reduction("ReduceMax"),
    np.min: _reduction("ReduceMin"),
    np.where: lambda write, c, a, b: write("Where", c, a, b),
    np.reshape: _reshape,
    np.transpose: _transpose,
    np.swapaxes: _swap,
    np.moveaxis: _move,
    np.broadcast_to: _broadcast,
    np.expand_dims: _expand,
    np.squeeze: lambda write, x, axis=None: write("Squeeze", x, axes=_axes(axis)),
    np.concatenate: lambda write, parts, axis=0: write("Concat", *parts, axis=axis),
    np.einsum: lambda write, equation, *parts: write("Einsum", *parts, equation=equation),
    np.zeros_like: lambda write, x, **options: np.zeros(x.shape, x.dtype),
    np.ones_like: lambda write, x, **options: np.ones(x.shape, x.dtype),
    np.shape: lambda write, x: x.shape,
    np.ndim: lambda write, x: x.ndim,
    np.size: lambda write, x, axis=None: x.size if axis is None else x.shape[axis],
}


# ── pulls that are nodes ──────────────────────────────────────────────────────────────────────

_MARK = "Pull"


def lookup(name: str) -> Operation:
    """The operation called `name`; `Pull:OP:INDEX:OUTPUTS` is the pull of OP at one of its inputs."""
    return _pulling(name) if name.startswith(_MARK) else operation(name)


@cache
def _pulling(name: str) -> Operation:
    """The operation (g, y, inputs…) ↦ pull(g) of another one."""
    _, of, index_text, count_text = name.split(":")
    found, index, count = operation(of), int(index_text), int(count_text)

    def forward(g: Array, y: Array, *inputs: Array, **attributes: Any) -> Array:
        return np.asarray(found.pull(index, g, y, inputs, attributes))

    def along_g(c: Array, made: Array, g: Array, y: Array, *inputs: Array, **attributes: Any) -> Array:
        pushed = found.push(index, c, y, inputs, attributes)
        return np.asarray(pushed[0] if isinstance(pushed, tuple) else pushed)

    def along_input(other: int) -> Callable[..., Array]:
        def rule(c: Array, made: Array, g: Array, y: Array, *inputs: Array, **attributes: Any) -> Array:
            if not found.multilinear or other == index:
                return np.zeros_like(inputs[other])
            moved = [c if k == index else value for k, value in enumerate(inputs)]
            mixed = np.asarray(found.pull(other, g, y, moved, attributes))
            if found.pushes:  # a term without this input, such as a bias, has no part in it
                moved[index] = np.zeros_like(c)
                mixed = mixed - np.asarray(found.pull(other, g, y, moved, attributes))
            return mixed

        return rule

    inputs = tuple(f"x{k}" for k in range(count))
    rules = tuple(along_input(k) if found.differentiable(k) else None for k in range(count))
    return Operation(
        name=name, family="backward", summary=f"the pull of {of}", forward=forward,
        inputs=("g", "y", *inputs), pulls=(along_g, None, *rules),
    )  # fmt: skip


def _pull(write: Writer, trace: Trace, node: Node, index: int, g: Any) -> Written:
    """The contribution along one edge, written down; `g` is a tuple where the node has several outputs."""
    found = operation_of(node)
    inputs: list[Any] = [_given(write, name) if name else None for name in node.inputs]
    outputs = tuple(_given(write, name) if name else None for name in node.outputs)
    y: Any = outputs if len(outputs) > 1 else outputs[0]
    try:
        if found.elementwise:
            product = g * found.partial(index, y, inputs, node.attributes)
            return write.written(unbroadcast(product, np.shape(inputs[index])))
        return write.written(found.pull(index, g, y, inputs, node.attributes))
    except (TypeError, AttributeError, ValueError):
        single = len(node.outputs) == 1 and not any(one is None for one in inputs)
        if not (single and (found.multilinear or found.selects)):
            raise InputError(
                f"second derivatives through {node.op} ('{node.id}') are not available"
            ) from None
    return write(f"{_MARK}:{node.op}:{index}:{len(inputs)}", g, y, *inputs, **node.attributes)


def backward_graph(trace: Trace) -> tuple[Graph, Mapping[str, Array], Mapping[str, str]]:
    """The forward and the backward pass of `trace` as one graph.

    Returns it, the values of the constants that it adds, and where gradients are: value → gradient.
    """
    with np.errstate(all="ignore"):
        return _written_back(trace)


def _written_back(trace: Trace) -> tuple[Graph, Mapping[str, Array], Mapping[str, str]]:
    write = Writer(trace)
    write.stem = "d"
    gradients: dict[str, Written] = {}
    if trace.takes_gradient(trace.output):
        gradients[trace.output] = write.constant(trace.seed)
    for node_index, index in trace.plan.pulls:
        node = trace.graph.nodes[node_index]
        into = node.inputs[index]
        write.stem = f"d.{into}"
        pulled = _pull(write, trace, node, index, _upstream(gradients, node))
        gradients[into] = gradients[into] + pulled if into in gradients else pulled
    graph = Graph(write.nodes, trace.graph.names)
    return graph, MappingProxyType(write.constants), {name: one.name for name, one in gradients.items()}


def _given(write: Writer, name: str) -> Any:
    """A value as a rule sees it: whole numbers and truth values do not move, so they are plain arrays."""
    # a condition turns with the point at which the graph is run again; an index or label does not
    return Written(write, name) if write.values[name].dtype.kind in "fb" else write.values[name]


def _upstream(gradients: Mapping[str, Written], node: Node) -> Any:
    found = tuple(gradients.get(name) for name in node.outputs)
    return found if len(found) > 1 else found[0]
