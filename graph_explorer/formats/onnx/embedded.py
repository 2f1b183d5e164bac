"""The document inside a model that was written here, so that it reads back as the same document.

The one rule: the model's own graph and numbers win. The embedded text adds what a model has no place
for (the program, the surface, the training, exact numbers) and is dropped where the graph is no longer
the one that it spells.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import io
import json
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from graph_explorer.document import Document, Entry
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import toml, toml_write

if TYPE_CHECKING:
    from onnx import ModelProto

Array = np.ndarray[Any, Any]

#: The key of the metadata that names the inputs: an initializer of such a name is an input's value, and no
#: parameter, whatever becomes of the rest.
INPUTS = "graph_explorer.inputs"
#: The key of what a window calls the model.
TITLE = "graph_explorer.title"
#: The keys of the model's metadata: the document as TOML, and numbers that the model's type rounds,
#: and that type.
TEXT, EXACT, KIND = "graph_explorer.document", "graph_explorer.exact", "graph_explorer.float64"
#: Larger arrays stand in the text as zeros of their shape: the model has their numbers.
_MOST_ENTRIES = 1000


def inputs_in(properties: Mapping[str, str]) -> frozenset[str]:
    """The inputs that the metadata of a model names."""
    try:
        found = json.loads(properties.get(INPUTS, "[]"))
    except json.JSONDecodeError:
        return frozenset()
    return (
        frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()
    )


def properties(document: Document, double: np.dtype[Any]) -> Mapping[str, str]:
    """What to write into the metadata of the document's model, whose float64 numbers are in `double`."""
    exact: dict[str, Array] = {}

    def short(name: str, entry: Entry) -> Entry:
        spelled = entry.spelling is not None and "file" not in entry.spelling
        if spelled or entry.array.size <= _MOST_ENTRIES:
            return entry if spelled else Entry(entry.array)
        if entry.array.dtype == np.float64 and not _same(_rounded(entry.array, double), entry.array):
            exact[name] = entry.array
        return Entry(entry.array, {"shape": list(entry.array.shape), "dtype": entry.array.dtype.name})

    found = {TEXT: toml_write.write(_with_entries(document, short)), KIND: double.name}
    found |= {INPUTS: json.dumps(list(document.inputs)), TITLE: document.title}
    if exact:
        packed = io.BytesIO()
        np.savez_compressed(packed, **exact)  # type: ignore[arg-type]  # the keys are names of arrays
        found[EXACT] = base64.b64encode(packed.getvalue()).decode()
    return found


def document_in(
    properties: Mapping[str, str], tensors: Mapping[str, Array], path: Path | None, seed: int = 0
) -> Document | None:
    """The embedded document with the numbers of the model's initializers; None where there is none.

    A number that the model rounds to its type is the exact one as long as it rounds to the same.
    """
    try:
        document = toml.parse(properties[TEXT], path)
        again = document if not seed else toml.parse(properties[TEXT], path, seed)
        exact = _unpacked(properties.get(EXACT, ""))
    except (KeyError, InputError):
        return None

    def found(name: str, entry: Entry) -> Entry:
        if name not in tensors:
            return entry
        tensor = tensors[name]
        known = exact.get(name, entry.array)
        if known.shape == tensor.shape and _same(_rounded(known, tensor.dtype), tensor):
            return again.entry(name) if known is entry.array else Entry(known)
        wide = known.dtype if known.dtype.kind == tensor.dtype.kind == "f" else tensor.dtype
        return Entry(tensor.astype(wide))

    return _with_entries(document, found)


def _with_entries(document: Document, change: Callable[[str, Entry], Entry]) -> Document:
    """The document with each value of an input or parameter changed."""
    return dataclasses.replace(
        document,
        inputs=MappingProxyType({name: change(name, one) for name, one in document.inputs.items()}),
        parameters=MappingProxyType({name: change(name, one) for name, one in document.parameters.items()}),
    )


def _unpacked(text: str) -> Mapping[str, Array]:
    if not text:
        return {}
    try:
        with np.load(io.BytesIO(base64.b64decode(text, validate=True)), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (binascii.Error, ValueError, OSError, EOFError, BadZipFile):
        return {}


def _rounded(array: Array, kind: np.dtype[Any]) -> Array:
    with np.errstate(all="ignore"):
        return array.astype(kind) if array.dtype == np.float64 and kind.kind == "f" else array


def _same(one: Array, other: Array) -> bool:
    return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))


def written_here(
    model: ModelProto, path: Path | None, seed: int = 0, apart: Mapping[str, Array] = MappingProxyType({})
) -> Document | None:
    """The document that a model was written from; None if it was not, or if its graph was changed since.

    `apart` are bytes of tensors that were read beside the model.
    """
    properties = {one.key: one.value for one in model.metadata_props}
    if TEXT not in properties:
        return None
    from onnx import numpy_helper

    from graph_explorer.formats.onnx import write
    from graph_explorer.formats.onnx.weights import rejoined

    model = rejoined(model, apart)
    tensors = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    document = document_in(properties, tensors, path, seed)
    if document is None:
        return None
    try:
        again = write.model_of(document, properties.get(KIND, "float32"))
    except InputError:
        return None
    values = {**document.inputs, **document.parameters}
    return document if _function(again, values) == _function(model, values) else None


def _function(model: ModelProto, values: Container[str]) -> Any:
    """What a model computes, apart from its `values`: nodes, constants, names of inputs and outputs."""
    nodes = [
        (
            node.op_type, node.domain, tuple(node.input), tuple(node.output),
            sorted(attribute.SerializeToString(deterministic=True) for attribute in node.attribute),
        )
        for node in model.graph.node
    ]  # fmt: skip
    constants = {
        one.name: one.SerializeToString(deterministic=True)
        for one in model.graph.initializer
        if one.name not in values
    }
    return nodes, constants, [one.name for one in model.graph.input], [one.name for one in model.graph.output]
