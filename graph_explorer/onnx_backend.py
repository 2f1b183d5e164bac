"""The program as an ONNX backend, for ONNX's own test suite and whatever else speaks its interface.

The one rule: a model runs here as it runs in the window, read by the same reader and computed by the
same rules. `import graph_explorer.onnx_backend as backend` gives `prepare`, `run_model`, `run_node` and
`supports_device`, as `onnx.backend.base` describes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper
from onnx.backend.base import Backend, BackendRep, namedtupledict

from graph_explorer.engine.errors import InputError, unknown
from graph_explorer.engine.plan import Plan
from graph_explorer.engine.run import execute
from graph_explorer.formats.onnx.made_up import element_type
from graph_explorer.formats.onnx.model import OnnxModel
from graph_explorer.formats.onnx.opaque import boxed, unboxed
from graph_explorer.formats.onnx.tensors import Tensors


class Prepared(BackendRep):
    """A model that is read, to be run on any inputs."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._model = OnnxModel(model, Tensors(None))
        self._declared = {one.name: one.type for one in (*model.graph.input, *model.graph.output)}
        self._inputs = list(self._model.inputs.declared)
        self._outputs = [one.name for one in model.graph.output]

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The model's outputs, by position and by name, for inputs by position or by name.

        Raises `InputError` where an input is missing or does not fit, or where a node cannot be computed.
        """
        given = {
            name: _held(name, value, self._declared[name]) for name, value in self._named(inputs).items()
        }
        missing = [name for name in self._inputs if name not in given]
        if missing:
            raise InputError(f"the model takes an input '{missing[0]}'; give it a value")
        values, parameters = self._model.entries(given)
        leaves = {name: entry.array for name, entry in (*values.items(), *parameters.items())}
        program = self._model.program(leaves)
        trace = execute(Plan(program.graph, program.output, ()), {**leaves, **program.constants})
        if trace.failure is not None:
            raise trace.failure
        results = [_shown(trace.value(name), self._declared[name]) for name in self._outputs]
        return namedtupledict("Outputs", self._outputs)(*map(unboxed, results))

    def _named(self, inputs: Any) -> dict[str, Any]:
        if isinstance(inputs, Mapping):
            stranger = next((name for name in inputs if name not in self._declared), None)
            if stranger is not None:
                raise unknown("input", stranger, self._inputs)
            return dict(inputs)
        listed = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
        if len(listed) > len(self._inputs):
            raise InputError(f"the model takes {len(self._inputs)} input(s); {len(listed)} were given")
        return dict(zip(self._inputs, listed, strict=False))


def _held(name: str, value: Any, declared: onnx.TypeProto) -> Any:
    """An input in the type in which it is computed; a list, or nothing, is held as it is."""
    code = _code(declared)
    if not code:
        return boxed(value)
    dtype = element_type(code, name)
    return np.asarray(value) if dtype.kind in "OU" else np.asarray(value, dtype)


def _shown(value: Any, declared: onnx.TypeProto) -> Any:
    """An output in the type that the model declares: some types are computed in a wider one."""
    code = _code(declared)
    if not code or code == onnx.TensorProto.STRING:
        return value
    return value.astype(helper.tensor_dtype_to_np_dtype(code), copy=False)


def _code(declared: onnx.TypeProto) -> int:
    """The number of the element type; 0 for what is no array, or not told."""
    return int(declared.tensor_type.elem_type) if declared.HasField("tensor_type") else 0


class GraphExplorerBackend(Backend):
    """Runs ONNX models on the processor."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> Prepared:
        """The model, read once; `InputError` where it is no valid one."""
        if not cls.supports_device(device):
            raise InputError(f"there is no device '{device}' here; use CPU")
        return Prepared(model)

    @classmethod
    def run_model(
        cls, model: onnx.ModelProto, inputs: Any, device: str = "CPU", **kwargs: Any
    ) -> tuple[Any, ...]:
        """The model's outputs for these inputs."""
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[Any, tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """The outputs of one operator; `opset_version` chooses another set than the newest."""
        names = [name for name in node.input if name]
        given = dict(inputs) if isinstance(inputs, Mapping) else dict(zip(names, inputs, strict=True))
        version = int(kwargs.get("opset_version", onnx.defs.onnx_opset_version()))
        graph = helper.make_graph(
            [node],
            node.op_type,
            [_info(name, value) for name, value in given.items()],
            [onnx.ValueInfoProto(name=name) for name in node.output if name],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid(node.domain, version)])
        return cls.run_model(model, given, device)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Whether the device is the processor, the only one there is."""
        return device.split(":")[0] == "CPU"


def _info(name: str, value: Any) -> onnx.ValueInfoProto:
    held = boxed(value)
    if held.dtype == object:
        return onnx.ValueInfoProto(name=name)
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(held.dtype), held.shape)


is_compatible = GraphExplorerBackend.is_compatible
prepare = GraphExplorerBackend.prepare
run_model = GraphExplorerBackend.run_model
run_node = GraphExplorerBackend.run_node
supports_device = GraphExplorerBackend.supports_device
