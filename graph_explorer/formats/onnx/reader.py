"""Nodes of a model written into the graph: plain operators, functions, and those that hold subgraphs.

The one rule: each node goes the first way that fits: a constant, a function's body, a branch or loop
spelled out, a rule of ours in today's form, the body that ONNX gives the operator, ONNX's reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from graph_explorer.engine.errors import InputError, nearest
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.ops.declare import Operation
from graph_explorer.formats.onnx import control, scan, sequences
from graph_explorer.formats.onnx.adaptations import adaptation
from graph_explorer.formats.onnx.attributes import attributes_of, resolved
from graph_explorer.formats.onnx.building import Build, Call, Scope, scoped
from graph_explorer.formats.onnx.nodes import Operator, operators
from graph_explorer.formats.onnx.opaque import closed_loop, opaque
from graph_explorer.formats.onnx.schemas import check_count, known_operators, schema_body, version_of
from graph_explorer.formats.onnx.scopes import scopes_of
from graph_explorer.formats.onnx.sorting import captured, described, ordered, subgraphs
from graph_explorer.formats.onnx.tensors import WIDENED, Tensors

Array = np.ndarray[Any, Any]

#: At most so many nodes are read, each as often as its function is called and its loop turns.
MAX_READ = 1_000_000
_TOO_MANY = "spelled out, the model has more than {:,} nodes; export it anew"
#: Functions that call functions deeper than this are taken for endless.
MAX_CALL_DEPTH = 64
#: The element types that NumPy has.
_OUR_TYPES = frozenset(
    {TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT8, TensorProto.UINT16, TensorProto.INT16,
     TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL, TensorProto.FLOAT16, TensorProto.DOUBLE,
     TensorProto.UINT32, TensorProto.UINT64}
)  # fmt: skip
_WAYS = {**control.WAYS, **scan.WAYS, **sequences.WAYS}


class Reader:
    """Writes the nodes of one model into a `Build`."""

    def __init__(
        self, model: onnx.ModelProto, nodes: Sequence[Operator], build: Build, tensors: Tensors
    ) -> None:
        self.model, self.build, self.tensors = model, build, tensors
        self.seen = 0
        self.float_type = _only_float_type(model)
        self.functions = {
            (_domain(one.domain), one.name, getattr(one, "overload", "")): one for one in model.functions
        }
        self._refuse_endless()
        #: names that something takes, wherever it stands
        self.used = _used(model, nodes)
        #: what the lists hold that the graph makes: id → ids
        self.lists: dict[str, tuple[str, ...]] = {}
        #: values that might have been missing and are there
        self.present: set[str] = set()
        #: where the loops stand that are too long to be spelled out
        self.closed: set[tuple[str, ...]] = set()
        #: where the subgraph stands → names of its initializers → ids
        self.inner_leaves: dict[tuple[str, ...], dict[str, str]] = {}

    def _refuse_endless(self) -> None:
        """Counts what functions come to when they are spelled out, before any is."""
        counts: dict[tuple[str, str, str], int] = {}

        def count(nodes: Sequence[onnx.NodeProto], depth: int) -> int:
            total = len(nodes)
            for node in nodes if self.functions else ():
                key = (_domain(node.domain), node.op_type, getattr(node, "overload", ""))
                if key in self.functions and depth < MAX_CALL_DEPTH:
                    if key not in counts:
                        counts[key] = 0  # one that calls itself is refused where it is read
                        counts[key] = count(self.functions[key].node, depth + 1)
                    total += counts[key]
            return total

        if count(self.model.graph.node, 0) > MAX_READ:
            raise InputError(_TOO_MANY.format(MAX_READ))

    def nodes(self, nodes: Sequence[Operator], scope: Scope) -> None:
        """The nodes of a graph or of a function's body, in an order that works."""
        self.seen += len(nodes)
        if self.seen > MAX_READ:
            raise InputError(_TOO_MANY.format(MAX_READ))
        for place, node in ordered(nodes):
            try:
                self._node(resolved(node, scope.given) if scope.calls else node, scope, place)
            except InputError as error:
                if not error.message.startswith("'"):
                    error = InputError(f"{described(node)}: {error.message}")
                raise error from None

    def _node(self, node: Operator, scope: Scope, place: int) -> None:
        domain = _domain(node.domain)
        names = scope.names
        inputs = [names[name] if name in names else self._input(name, scope) for name in node.input]
        if domain == "" and node.op_type == "Constant":
            self._constant(node, scope)
            return
        key = (domain, node.op_type, node.overload) if self.functions else None
        function = self.functions.get(key) if key is not None else None
        if function is not None:
            self.body(function, node, inputs, scope)
            return
        way = _WAYS.get(node.op_type) if domain == "" else None
        if way is not None and way(self, node, inputs, scope, place):
            return
        if domain == "" and self._with_rule(node, inputs, scope):
            return
        body = schema_body(node.op_type, scope.opsets.get(domain, 1), domain)
        if body is not None:
            self.body(body, node, inputs, scope)
            return
        self.run_by_reference(node, inputs, scope)

    # ── names ─────────────────────────────────────────────────────────────────────────────────

    def _input(self, name: str, scope: Scope) -> str:
        if not name:
            return ""
        found = scope.find(name)
        if found is None:
            raise InputError(f"takes '{name}', which nothing makes; {nearest(name, scope.known())}")
        return found

    def outputs(self, node: Operator, scope: Scope) -> list[str]:
        """The ids of what a node makes, entered into the scope."""
        found, outermost = [], scope.outer is None and not scope.group
        for name in node.output:
            one = name
            if name:
                one = scope.wanted.get(name, one)
                if name not in scope.wanted and not outermost:
                    one = self.inner_id(name, scope)
                scope.names[name] = one
            found.append(one)
        return found

    def inner_id(self, name: str, scope: Scope) -> str:
        """The id of a value that is named within a group."""
        return self.build.fresh(scoped(scope.group, name.strip("/")))

    def place_of(self, node: Operator, scope: Scope) -> tuple[str, str]:
        """The group of a node and its own short name there."""
        parts = scopes_of(node)
        group = self.build.shared_group(scope.group, parts[:-1]) if len(parts) > 1 else scope.group
        return group, parts[-1] if parts else node.op_type

    def own_group(self, node: Operator, scope: Scope) -> str:
        """A group for what a node stands for."""
        group, label = self.place_of(node, scope)
        path = scoped(group, label)
        return self.build.group(f"{path}:{node.op_type}" if path in self.build.taken else path)

    def alias(self, node: Operator, outputs: Sequence[str]) -> None:
        """The node's own name as another name of its first value."""
        name, first = node.name, next(filter(None, outputs), "")
        if name and first:
            self.build.aliases.setdefault(name, first)
            if "/" in name:
                self.build.aliases.setdefault(name.strip("/"), first)

    # ── the ways ──────────────────────────────────────────────────────────────────────────────

    def _constant(self, node: Operator, scope: Scope) -> None:
        given = attributes_of(node, self.tensors)
        if len(given) != 1 or len(node.output) != 1 or not node.output[0]:
            raise InputError("a Constant has one value and one name for it; export the model anew")
        ((kind, value),) = given.items()
        if kind in ("value", "sparse_value"):
            array = np.asarray(value)
        else:
            types = {"value_float": np.float32, "value_int": np.int64, "value_string": np.str_}
            array = np.asarray(value, types.get(kind.removesuffix("s")))
        (name,) = self.outputs(node, scope)
        group, _ = self.place_of(node, scope)
        self.build.taken.discard(name)
        self.build.constant(name, array, group)
        self.alias(node, [name])

    def body(self, function: onnx.FunctionProto, node: Operator, inputs: Sequence[str], scope: Scope) -> None:
        """A function's body as a group in place of the call."""
        if len(scope.calls) >= MAX_CALL_DEPTH or function.name in scope.calls[-1:]:
            raise InputError(f"the function {function.name} calls itself; export the model without it")
        group = self.own_group(node, scope)
        if function.doc_string:
            self.build.captions[group] = _first_line(function.doc_string)
        given = {one.name: one for one in function.attribute_proto}
        given |= {one.name: one for one in node.attribute}
        wanted = dict(zip(function.output, self.outputs(node, scope), strict=False))
        inner = Scope(
            dict(zip(function.input, [*inputs, *[""] * len(function.input)], strict=False)),
            {**scope.opsets, **{_domain(one.domain): one.version for one in function.opset_import}},
            group,
            given=given,
            wanted={name: one for name, one in wanted.items() if one},
            calls=(*scope.calls, function.name),
        )
        self.nodes(operators(function.node), inner)
        self.hand_out(inner, {one: name for name, one in wanted.items() if one})
        self.alias(node, list(wanted.values()))

    def hand_out(self, inner: Scope, results: Mapping[str, str]) -> None:
        """Gives the results of a group, id → name within, their ids where no node of it did."""
        for one, name in results.items():
            found = inner.find(name)
            if found is None:
                raise InputError(f"the result '{name}' is made by no node; export the model anew")
            if found != one:
                self.build.add(Call("Identity", [found], [one], {}, inner.group))
                if found in self.lists:
                    self.lists[one] = self.lists[found]

    def _with_rule(self, node: Operator, inputs: Sequence[str], scope: Scope) -> bool:
        """Writes a node that has a rule of ours, in today's form; False where it has none."""
        version = version_of(node.op_type, scope.opsets[""])
        if version is None:
            raise InputError(
                f"there is no operator {node.op_type} in opset {scope.opsets['']}; "
                f"{nearest(node.op_type, known_operators())}"
            )
        attributes = attributes_of(node, self.tensors)
        group, label = self.place_of(node, scope)
        check_count(node.op_type, version, len(inputs))
        call = Call(node.op_type, list(inputs), list(node.output), attributes, group, _caption(node), label)
        if not self._adapted(call, version, scope):
            return False
        call.outputs = self.outputs(node, scope)[: len(call.outputs)]
        self.build.add(call)
        self.alias(node, call.outputs)
        return True

    def _adapted(self, call: Call, version: int, scope: Scope) -> bool:
        """Turns a call of an older operator into today's form; False where no rule of ours runs that."""
        adapt = adaptation(call.op, version)
        if adapt is None:
            return self._runs_here(call)
        mark = self.build.mark() if call.op not in OPERATIONS else None
        write = _Write(self, call, next(filter(None, call.outputs), ""), scope)
        if adapt(call, write) is not False and self._runs_here(call):
            return True
        if mark is not None:
            self.build.back(mark)
        return False

    def _runs_here(self, call: Call) -> bool:
        """Whether there is a rule of ours for the call: of its operator, types and attributes."""
        if call.op not in OPERATIONS or not self.build.foreign.isdisjoint(call.inputs):
            return False
        for name in ("to", "dtype"):
            if call.attributes.get(name) in WIDENED:
                call.attributes[name] = int(TensorProto.FLOAT)
            elif name in call.attributes and call.attributes[name] not in _OUR_TYPES:
                return False
        accepted = _accepted(call.op)
        return all(name in accepted or value is None for name, value in call.attributes.items())

    def run_by_reference(self, node: Operator, inputs: Sequence[str], scope: Scope) -> None:
        """A node that ONNX's reference runs; what its subgraphs take from outside are inputs too."""
        outer = captured(node)
        group, label = self.place_of(node, scope)
        rule = self._closed(node, scope, outer)
        found = [self._input(name, scope) for name in outer]
        attributes = attributes_of(node, self.tensors)
        given = [*inputs, *[""] * (2 - len(inputs) if node.op_type == "Loop" else 0), *found]
        call = Call(node.op_type, given, self.outputs(node, scope), attributes, group, _caption(node), label)
        self.build.add(call, rule)
        self.alias(node, call.outputs)

    def _closed(self, node: Operator, scope: Scope, outer: Sequence[str]) -> Operation:
        functions = list(self.model.functions)
        bodies = [graph for name, graph in subgraphs(node) if name == "body"]
        if node.op_type == "Loop" and not _domain(node.domain) and bodies:
            return closed_loop(node.proto, bodies[0], scope.opsets, functions, outer, control.MAX_TURNS)
        return opaque(node.proto, scope.opsets, functions, outer)


class _Write:
    """Writes what an older operator needs beside it, in a group of the two."""

    def __init__(self, reader: Reader, call: Call, name: str, scope: Scope) -> None:
        self.reader, self.call, self.scope = reader, call, scope
        self.name = name if scope.outer is None and not scope.group else scoped(scope.group, name.strip("/"))
        self.grouped = False

    def __call__(self, op: str, *inputs: str, **attributes: Any) -> str:
        build = self.reader.build
        if not self.grouped:
            self.grouped = True
            self.call.group = build.group(scoped(self.call.group, f"{self.call.label}:{self.call.op}"))
        made = build.fresh(f"{self.name}.{op.lower()}")
        build.add(Call(op, list(inputs), [made], attributes, self.call.group))
        return made

    def constant(self, value: Any, dtype: Any = np.int64) -> str:
        return self.reader.build.constant(f"{self.name}.const", np.asarray(value, dtype), self.call.group)

    def number(self, value: float, like: str) -> str:
        dtype = self.reader.float_type or self.reader.build.value(like).dtype
        return self.constant(value, dtype)

    def rank(self, name: str) -> int:
        return int(np.ndim(self.reader.build.value(name)))

    def used(self, index: int) -> bool:
        return len(self.call.outputs) > index and self.call.outputs[index] in self.reader.used


def _used(model: onnx.ModelProto, nodes: Sequence[Operator]) -> frozenset[str]:
    found = {one.name for one in model.graph.output}
    graphs: list[onnx.GraphProto] = []
    bodies: list[Sequence[Operator | onnx.NodeProto]] = [function.node for function in model.functions]
    bodies.append(nodes)
    found.update(name for function in model.functions for name in function.output)
    while graphs or bodies:
        if graphs:
            graph = graphs.pop()
            found.update(one.name for one in graph.output)
            bodies.append(graph.node)
        for node in bodies.pop() if bodies else ():
            found.update(node.input)
            if node.attribute:
                graphs += [inside for _, inside in subgraphs(node)]
    return frozenset(found)


def _only_float_type(model: onnx.ModelProto) -> Any:
    """float32, where the model seems to compute in nothing else."""
    types = {one.data_type for one in model.graph.initializer}
    types |= {one.type.tensor_type.elem_type for one in model.graph.input}
    casts = any(node.op_type in ("Cast", "CastLike") for node in model.graph.node)
    others = types & {TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16}
    return None if others or casts or model.functions else np.float32


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else ""


def _caption(node: Operator) -> str:
    """The node's comment, where it is one line; exporters also write whole call stacks there."""
    text = node.doc_string.strip()
    return text if text and "\n" not in text and len(text) <= 120 else ""


@cache
def _accepted(op: str) -> frozenset[str]:
    """The names of the attributes that the rule of an operator takes."""
    found = OPERATIONS[op]
    return frozenset({*found.attributes, *found.settings})
