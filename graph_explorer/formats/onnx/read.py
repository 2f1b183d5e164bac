"""Reading ONNX: any model as a document, its graph, values and names those of the model.

The one rule: whatever the file says, opening it ends soon, reads nothing outside its folder and runs
nothing but operators; what is wrong with it is said in one sentence that names the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError, unknown
from graph_explorer.formats.onnx import embedded
from graph_explorer.formats.onnx.loading import check_texts, load
from graph_explorer.formats.onnx.made_up import element_type
from graph_explorer.formats.onnx.model import OnnxModel
from graph_explorer.formats.onnx.nodes import operators
from graph_explorer.formats.onnx.opaque import boxed
from graph_explorer.formats.onnx.tensors import Tensors

Array = np.ndarray[Any, Any]


def read(path: Path, seed: int = 0, inputs: Mapping[str, Any] | None = None) -> Document:
    """The model in the file `path` as a document; `seed` shifts the seeds of made-up values."""
    model, apart = load(path)
    return document_of(model, path, seed, inputs, apart)


def document_of(
    model: onnx.ModelProto,
    path: Path | None = None,
    seed: int = 0,
    inputs: Mapping[str, Any] | None = None,
    apart: Mapping[str, Array] = MappingProxyType({}),
) -> Document:
    """A model as a document: one that was written here as what it was, any other as its graph.

    `inputs` gives values to inputs and initializers by name, `apart` bytes of tensors that the model is
    without. External data is read from the folder of `path` only. Raises `InputError` where the model is
    no valid one.
    """
    try:
        nodes = operators(model.graph.node)
        check_texts(model, nodes)
        written = embedded.written_here(model, path, seed, apart)
        if written is not None:
            return written.with_values(inputs) if inputs else written
        tensors = Tensors(path.parent if path is not None else None, apart)
        return _document(OnnxModel(model, tensors, seed, nodes), path, inputs or {})
    except RecursionError:
        raise InputError(
            "the model's graphs are nested too deeply; export it anew", source=str(path or "")
        ) from None
    except InputError as error:
        error.source = error.source or (str(path) if path else "")
        # names in a damaged file may hold anything
        error.message = "".join(letter if letter.isprintable() else "?" for letter in error.message)
        raise


def _document(source: OnnxModel, path: Path | None, inputs: Mapping[str, Any]) -> Document:
    model = source.proto
    known = {one.name: one for one in model.graph.input}
    given: dict[str, Array] = {}
    for name, value in inputs.items():
        if name not in known and name not in source.arrays:
            raise unknown("input or parameter", name, [*known, *source.arrays])
        given[name] = _typed(name, value, known.get(name), source.arrays.get(name))
    values, parameters = source.entries(given)
    given_title = next((one.value for one in model.metadata_props if one.key == embedded.TITLE), "")
    title = given_title or (" ".join(model.graph.name.split()) if path is None else "")
    document = Document(
        program="",
        inputs=values,
        parameters=parameters,
        title=title,
        description=(model.doc_string or model.graph.doc_string).strip(),
        dtype="float64" if _all_double(parameters.values()) else "float32",
        path=path,
        model=source,
    )
    document.read  # noqa: B018
    return document


def _all_double(entries: Any) -> bool:
    kinds = {entry.array.dtype for entry in entries}
    return kinds == {np.dtype(np.float64)}


def _typed(name: str, value: Any, declared: onnx.ValueInfoProto | None, tensor: Array | None) -> Array:
    """A value from outside in the type that the model takes."""
    if tensor is not None:
        return np.asarray(value, tensor.dtype)
    assert declared is not None
    if not declared.type.HasField("tensor_type"):
        return boxed(value)
    dtype = element_type(declared.type.tensor_type.elem_type, name)
    try:
        return np.asarray(value) if dtype.kind in "OU" else np.asarray(value, dtype)
    except (TypeError, ValueError):
        raise InputError(f"the value given for '{name}' is no array of {dtype}; give numbers") from None
