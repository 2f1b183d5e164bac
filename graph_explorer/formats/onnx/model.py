"""A model as what gives a document its graph.

The one rule: the model is read once; where values decide on the graph (the branch of an If, the turns of
a Loop), its nodes are written anew for other values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx

from graph_explorer.document import Entry
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.program import Program
from graph_explorer.formats.onnx import embedded, sequences
from graph_explorer.formats.onnx.building import Build, Scope, scoped
from graph_explorer.formats.onnx.loading import opsets_of
from graph_explorer.formats.onnx.made_up import Inputs
from graph_explorer.formats.onnx.nodes import Operator, operators
from graph_explorer.formats.onnx.reader import Reader
from graph_explorer.formats.onnx.sorting import subgraphs
from graph_explorer.formats.onnx.tensors import Tensors, is_float

Array = np.ndarray[Any, Any]


class OnnxModel:
    """A model with its tensors; `tensors` reads those that lie in files beside it, `seed` shifts the
    seeds of made-up values.
    """

    def __init__(
        self, model: onnx.ModelProto, tensors: Tensors, seed: int = 0, nodes: Sequence[Operator] | None = None
    ) -> None:
        self.proto, self.tensors = model, tensors
        self.nodes = nodes if nodes is not None else operators(model.graph.node)
        self.opsets = opsets_of(model)
        if not model.graph.output:
            raise InputError("the model has no output; export it anew")
        # before IR 4 every tensor had to be listed as an input; since then only what may be replaced
        replaceable = {one.name for one in model.graph.input} if model.ir_version >= 4 else set()
        #: every tensor of the model, by the id that it gets
        self.arrays: dict[str, Array] = {}
        self.inner: dict[tuple[str, ...], dict[str, str]] = {}
        self._read_tensors(model.graph, ())
        named = embedded.inputs_in({one.key: one.value for one in model.metadata_props})
        self.kinds = {
            name: "input"
            if name in replaceable & named
            else "parameter"
            if is_float(array.dtype)
            else "input"
            if name in replaceable
            else "constant"
            for name, array in self.arrays.items()
        }
        open_inputs = [one for one in model.graph.input if one.name not in self.arrays]
        twice = _first_twice(one.name for one in open_inputs)
        if twice is not None:
            raise InputError(f"two inputs are called '{twice}'; rename one")
        self.inputs = Inputs(open_inputs, seed)
        self.remarks: tuple[str, ...] = ()
        self._program: Program | None = None
        self._unfolds = False

    def _read_tensors(self, graph: onnx.GraphProto, place: tuple[str, ...]) -> None:
        """The initializers of a graph and of those inside it; inner ones are called after where they are."""
        read = self.tensors.array if place else self.tensors.initializer
        named = [(one.name, read(one)) for one in graph.initializer]
        named += [(one.values.name, self.tensors.sparse(one)) for one in graph.sparse_initializer]
        twice = _first_twice(name for name, _ in named)
        if twice is not None:
            raise InputError(f"two tensors are called '{twice}'; rename one")
        for name, array in named:
            one = name
            while one in self.arrays:
                one = scoped(".".join(place) or "inner", one)
            self.arrays[one] = array
            if place:
                self.inner.setdefault(place, {})[name] = one
        nodes = graph.node if place else self.nodes
        for number, node in enumerate(nodes):
            for key, inside in subgraphs(node) if node.attribute else ():
                self._read_tensors(inside, (*place, str(number), key))

    # ── what a document asks ──────────────────────────────────────────────────────────────────

    @property
    def unfolds(self) -> bool:
        return self._unfolds

    def program(self, leaves: Mapping[str, Array]) -> Program:
        """The graph for these values of inputs and parameters."""
        if self._program is not None and not self._unfolds:
            return self._program
        graph = self.proto.graph
        constants = {name: a for name, a in self.arrays.items() if self.kinds[name] == "constant"}
        kinds = {**dict.fromkeys(self.inputs.declared, "input"), **self.kinds}
        build = Build(kinds, {**constants, **leaves})
        build.reserve(name for node in self.nodes for name in node.output)
        reader = Reader(self.proto, self.nodes, build, self.tensors)
        reader.inner_leaves = self.inner
        scope = Scope({name: name for name in kinds}, self.opsets)
        reader.nodes(self.nodes, scope)
        sequences.clear(reader, filter(None, (scope.find(one.name) for one in graph.output)))
        output = scope.find(graph.output[0].name)
        if output is None:
            raise InputError(f"the output '{graph.output[0].name}' is made by no node; export the model anew")
        self._unfolds = build.unfolds
        self.remarks = tuple(build.remarks)
        self._program = Program(
            build.graph([*self.inputs.declared, *self.arrays]),
            MappingProxyType({**constants, **build.constants}),
            output,
            frozenset(),
            MappingProxyType(build.captions),
        )
        return self._program

    def fitted(self, inputs: Mapping[str, Entry], given: Iterable[str]) -> Mapping[str, Entry]:
        """The inputs after those in `given` were replaced."""
        return self.inputs.fitted(inputs, given)

    def notes(self, inputs: Mapping[str, Entry]) -> tuple[str, ...]:
        """What was made up, computed in another type, or left closed."""
        types = [
            f"{name} is computed in float32: results are finer than the model's."
            for name in sorted(self.tensors.widened)
        ]
        return tuple(note for note in (self.inputs.note(inputs), *types, *self.remarks) if note)

    # ── its leaves ────────────────────────────────────────────────────────────────────────────

    def entries(self, given: Mapping[str, Array]) -> tuple[Mapping[str, Entry], Mapping[str, Entry]]:
        """The inputs and the parameters of a document, some `given`."""
        mine = {name: Entry(a) for name, a in self.arrays.items() if self.kinds[name] == "parameter"}
        for name in mine:
            if name in given:
                mine[name] = Entry(given[name])
        inputs = self.inputs.entries({name: a for name, a in given.items() if name in self.inputs.declared})
        inputs |= {
            name: Entry(given.get(name, self.arrays[name]))
            for name, kind in self.kinds.items()
            if kind == "input"
        }
        return MappingProxyType(inputs), MappingProxyType(mine)


def _first_twice(names: Iterator[str] | Sequence[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
