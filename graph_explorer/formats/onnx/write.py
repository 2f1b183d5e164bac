"""Writing ONNX: any document as a model that other tools open.

The one rule: a node of the graph is one node of the model, under the same names; what ONNX wants as an
input and the graph keeps as a setting becomes a constant beside it. Where NumPy mixes types and ONNX
does not, a Cast stands in between.

A program's plain numbers are written in float32, in which runtimes compute everything (several have no
float64 Conv); the exact numbers are kept in the embedded document, see `embedded.py`. What was read from
a model is that model, with the numbers that were changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from graph_explorer.document import Document, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.files import replacing
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.ops import OPERATIONS
from graph_explorer.engine.trace import Trace
from graph_explorer.formats.onnx import embedded
from graph_explorer.formats.onnx.model import OnnxModel

Array = np.ndarray[Any, Any]

#: The oldest set of operators in which a model is written; later ones where an operator needs them.
OPSET = 22
#: Settings that are no whole numbers: the type of the constant that they become.
_KINDS: Mapping[str, Any] = {
    "ratio": np.float32, "training_mode": np.bool_, "condition": np.bool_, "scales": np.float32,
    "roi": np.float32,
}  # fmt: skip
#: Settings of which ONNX wants a single number; of all others a list, or what is given.
_SINGLE = frozenset(
    {("CumSum", "axis"), ("CumProd", "axis"), ("Trilu", "k"), ("Range", "start"), ("Range", "limit"),
     ("Range", "delta"), ("OneHot", "depth"), ("Dropout", "ratio"), ("Dropout", "training_mode"),
     ("Gather", "indices"), ("DFT", "axis"), ("DFT", "dft_length"), ("STFT", "frame_step"),
     ("STFT", "frame_length")}
)  # fmt: skip
#: The kinds of attribute: what a schema calls them, and a node.
_ATTRIBUTES = {
    onnx.defs.OpSchema.AttrType.FLOAT: onnx.AttributeProto.FLOAT,
    onnx.defs.OpSchema.AttrType.INT: onnx.AttributeProto.INT,
    onnx.defs.OpSchema.AttrType.STRING: onnx.AttributeProto.STRING,
    onnx.defs.OpSchema.AttrType.TENSOR: onnx.AttributeProto.TENSOR,
    onnx.defs.OpSchema.AttrType.FLOATS: onnx.AttributeProto.FLOATS,
    onnx.defs.OpSchema.AttrType.INTS: onnx.AttributeProto.INTS,
    onnx.defs.OpSchema.AttrType.STRINGS: onnx.AttributeProto.STRINGS,
}
#: Attributes that name a type.
_TYPES = ("to", "dtype")
_DOUBLE, _FLOAT = int(onnx.TensorProto.DOUBLE), int(onnx.TensorProto.FLOAT)


def model_of(document: Document, dtype: str | None = None) -> onnx.ModelProto:
    """The document as an ONNX model.

    `dtype` is the type of the float64 numbers of a program, float32 by default; a document that came from
    a model keeps the model's types. Raises `InputError` where the document does not run, or where an
    operator is none of ONNX's.
    """
    if isinstance(document.model, OnnxModel):
        if dtype is not None:
            raise InputError(
                "a model keeps the types of its numbers; leave --dtype out", source=document.source
            )
        return _changed(document, document.model)
    return _Writer(document, np.dtype(dtype or "float32")).model()


def _changed(document: Document, source: OnnxModel) -> onnx.ModelProto:
    """The model that a document came from, with the present numbers, all in one file."""
    model = onnx.ModelProto()
    model.CopyFrom(source.proto)
    present = {**document.inputs, **document.parameters}
    for tensor in model.graph.initializer:
        array = present[tensor.name].array if tensor.name in present else source.arrays[tensor.name]
        outside = tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.name in source.tensors.apart
        if outside or array is not source.arrays[tensor.name]:
            kind = helper.tensor_dtype_to_np_dtype(tensor.data_type)
            tensor.CopyFrom(numpy_helper.from_array(array.astype(kind), tensor.name))
    return model


def save(document: Document, path: Path, dtype: str | None = None) -> None:
    """Writes the model; the old file is replaced only once the new one is complete."""
    model = model_of(document, dtype)
    try:
        data = model.SerializeToString()
    except Exception as error:  # protobuf's own class has changed its name over the years
        raise InputError(
            f"the model is larger than 2 GB, the limit of one ONNX file: {error}", source=str(path)
        ) from None
    with replacing(path) as part:
        part.write_bytes(data)


class _Writer:
    """One model that is being written."""

    def __init__(self, document: Document, double: np.dtype[Any]) -> None:
        self.document, self.double = document, double
        self.graph: Graph = document.graph
        self.trace: Trace = run(document, wrt=())
        self.taken = set(self.graph.values)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    # ── values ────────────────────────────────────────────────────────────────────────────────

    def narrow(self, kind: np.dtype[Any]) -> np.dtype[Any]:
        return self.double if kind == np.float64 else kind

    def tensor(self, value: Any, name: str) -> onnx.TensorProto:
        array = np.asarray(value)
        return numpy_helper.from_array(np.asarray(array, self.narrow(array.dtype), order="C"), name)

    def type_of(self, name: str) -> np.dtype[Any]:
        """The type of a value in the model."""
        return self.narrow(self.trace.value(name).dtype)

    def info(self, name: str) -> onnx.ValueInfoProto:
        code = helper.np_dtype_to_tensor_dtype(self.type_of(name))
        return helper.make_tensor_value_info(name, code, self.trace.value(name).shape)

    def fresh(self, wanted: str) -> str:
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}{count}"
        self.taken.add(name)
        return name

    # ── nodes ─────────────────────────────────────────────────────────────────────────────────

    def leaf(self, node: Node) -> None:
        value = self.document.leaves[node.id]
        if node.op == "constant":
            constant = helper.make_node("Constant", [], [node.id], name=scope(node.group, node.id))
            constant.attribute.append(helper.make_attribute("value", self.tensor(value, "")))
            self.nodes.append(constant)
        else:
            self.initializers.append(self.tensor(value, node.id))

    def node(self, node: Node, schema: onnx.defs.OpSchema) -> None:
        settings = OPERATIONS[node.op].settings if node.op in OPERATIONS else {}
        attributes = {key: value for key, value in node.attributes.items() if key not in settings}
        if node.op == "Split" and ("split" in node.attributes or len(node.inputs) > 1):
            attributes.pop("num_outputs", None)  # ONNX wants one of the two
        inputs = list(node.inputs)
        for key, position in settings.items():
            if key in node.attributes:
                inputs += [""] * (position + 1 - len(inputs))
                inputs[position] = self.setting(node, key)
        made = helper.make_node(
            node.op, self.aligned(node, inputs, schema), list(node.outputs), name=scope(node.group, node.id),
            doc_string=node.caption or None,
        )  # fmt: skip
        for key, value in sorted(attributes.items()):
            made.attribute.append(self.attribute(node, key, value, schema))
        self.nodes.append(made)

    def attribute(self, node: Node, key: str, value: Any, schema: onnx.defs.OpSchema) -> onnx.AttributeProto:
        if key in _TYPES and value == _DOUBLE and self.double != np.float64:
            value = _FLOAT
        kind = _ATTRIBUTES.get(schema.attributes[key].type)
        if kind is None:
            raise InputError(f"'{node.id}': the attribute '{key}' of {node.op} cannot be written")
        if kind == onnx.AttributeProto.TENSOR:
            value = self.tensor(value, "")
        elif kind == onnx.AttributeProto.INTS and isinstance(value, int):
            value = [value]
        return helper.make_attribute(key, value, attr_type=kind)

    def setting(self, node: Node, key: str) -> str:
        """The name of the constant that a setting becomes."""
        value = node.attributes[key]
        array = np.asarray(value, _KINDS.get(key, np.float64 if _fractional(value) else np.int64))
        if (node.op, key) not in _SINGLE:
            array = np.atleast_1d(array)
        name = self.fresh(f"{node.id}.{key}")
        if array.dtype.kind == "f":  # an initializer of this type would be a parameter
            self.nodes.append(helper.make_node("Constant", [], [name], value=self.tensor(array, "")))
        else:
            self.initializers.append(self.tensor(array, name))
        return name

    def aligned(self, node: Node, inputs: list[str], schema: onnx.defs.OpSchema) -> list[str]:
        """The inputs, with a Cast before each that must share its type with a wider one."""
        slots: dict[str, list[int]] = {}
        for position, name in enumerate(inputs):
            formal = schema.inputs[min(position, len(schema.inputs) - 1)]
            heterogeneous = formal.option == onnx.defs.OpSchema.FormalParameterOption.Variadic and (
                not formal.is_homogeneous
            )
            if name in self.graph and not heterogeneous:
                slots.setdefault(formal.type_str, []).append(position)
        for positions in slots.values():
            kinds = [self.type_of(inputs[position]) for position in positions]
            wide = self.narrow(np.result_type(*(self.trace.value(inputs[k]).dtype for k in positions)))
            for position, kind in zip(positions, kinds, strict=True):
                if kind != wide:
                    inputs[position] = self.cast(node, inputs[position], wide)
        return inputs

    def cast(self, node: Node, name: str, wide: np.dtype[Any]) -> str:
        made = self.fresh(f"{name}.{wide.name}")
        code = helper.np_dtype_to_tensor_dtype(wide)
        self.nodes.append(helper.make_node("Cast", [name], [made], name=scope(node.group, made), to=code))
        return made

    # ── the whole ─────────────────────────────────────────────────────────────────────────────

    def model(self) -> onnx.ModelProto:
        version = opset_for(self.graph)
        for node in self.graph:
            if node.is_leaf:
                self.leaf(node)
            else:
                self.node(node, onnx.defs.get_schema(node.op, version, ""))
        document, output = self.document, self.document.output
        inputs = [node.id for node in self.graph.leaves("input")]
        between = [name for node in self.graph if not node.is_leaf for name in node.outputs if name]
        graph = helper.make_graph(
            self.nodes,
            document.name,
            [self.info(name) for name in inputs],
            [self.info(output)],
            self.initializers,
            doc_string=document.description or None,
            value_info=[self.info(name) for name in between if name != output],
        )
        model = helper.make_model(
            graph,
            producer_name="Graph Explorer",
            opset_imports=[helper.make_opsetid("", version)],
            ir_version=helper.find_min_ir_version_for([helper.make_opsetid("", version)]),
        )
        helper.set_model_props(model, dict(embedded.properties(document, self.double)))
        return model


def _fractional(value: Any) -> bool:
    return np.asarray(value).dtype.kind == "f"


def scope(group: str, name: str) -> str:
    """A node's name: the path of its group, then its own."""
    own = name.removeprefix(f"{group}/") if group else name
    return f"/{group}/{own.replace('/', '.')}" if group else f"/{own.replace('/', '.')}"


def opset_for(graph: Graph) -> int:
    """The oldest set of operators, from `OPSET`, that has all operators of the graph as they are used."""
    newest = onnx.defs.onnx_opset_version()
    nodes = [node for node in graph if not node.is_leaf]
    for version in range(min(OPSET, newest), newest + 1):
        if all(_fits(node, version) for node in nodes):
            return version
    wrong = next(node for node in nodes if not _fits(node, newest))
    raise InputError(
        f"'{wrong.id}': ONNX has no operator {wrong.op} that is used in this way; write another kind of file"
    )


def _fits(node: Node, version: int) -> bool:
    if not onnx.defs.has(node.op, version, ""):
        return False
    schema = onnx.defs.get_schema(node.op, version, "")
    names = {formal.name for formal in schema.inputs}
    settings = OPERATIONS[node.op].settings if node.op in OPERATIONS else {}
    known = all(key in schema.attributes or key in settings or key in names for key in node.attributes)
    return known and len(node.inputs) <= schema.max_input and len(node.outputs) <= schema.max_output
