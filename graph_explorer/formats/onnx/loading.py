"""The bytes of a file as a model, refused in one sentence where they are none.

The one rule: nothing of the model is believed here; this checks only what every later step needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx.nodes import Operator
from graph_explorer.formats.onnx.sorting import subgraphs
from graph_explorer.formats.onnx.weights import read_apart

Array = np.ndarray[Any, Any]

#: No protobuf is larger; what goes beyond it keeps its tensors in files beside the model.
_LARGEST_FILE = 2**31 - 1
_NO_ROOM = "there is not enough memory for this model"


def load(path: Path) -> tuple[onnx.ModelProto, Mapping[str, Array]]:
    """The model in the file `path`, and the bytes of its large tensors by name, which it is without."""
    source = str(path)
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe may never end
            raise InputError("this is a pipe or a device; choose a file", source=source)
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError("the file is larger than 2 GiB, which no ONNX file can be", source=source)
        data, apart = read_apart(path) or (path.read_bytes(), {})
    except FileNotFoundError:
        raise InputError("there is no such file; check the name", source=source) from None
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", source=source) from None
    except MemoryError:
        raise InputError(_NO_ROOM, source=source) from None
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except (DecodeError, RecursionError):
        raise InputError(
            "this is no ONNX model, or it is damaged or cut off; copy or export it anew", source=source
        ) from None
    except MemoryError:
        raise InputError(_NO_ROOM, source=source) from None
    return model, apart


def check_texts(model: onnx.ModelProto, nodes: Sequence[Operator]) -> None:
    """Raises `InputError` where a name is no UTF-8: protobuf hands such a one out as bytes.

    `nodes` are those of the model's graph.
    """
    bodies: list[Sequence[Operator | onnx.NodeProto]] = [one.node for one in model.functions]
    graphs = [model.graph]
    texts: list[Any] = [model.doc_string, *(one.domain for one in model.opset_import)]
    for function in model.functions:
        texts += [function.name, function.domain, function.doc_string]
        texts += [*function.input, *function.output, *function.attribute]
    while graphs or bodies:
        if graphs:
            graph = graphs.pop()
            bodies.append(nodes if graph is model.graph else graph.node)
            named = (*graph.input, *graph.output, *graph.initializer)
            texts += [graph.name, graph.doc_string, *(one.name for one in named)]
        for node in bodies.pop() if bodies else ():
            texts += (node.name, node.op_type, node.domain, node.doc_string, *node.input, *node.output)
            if node.attribute:
                texts += [part for one in node.attribute for part in (one.name, one.ref_attr_name)]
                graphs += [inside for _, inside in subgraphs(node)]
    if set(map(type, texts)) - {str}:
        raise InputError("a name in the model is no UTF-8 text: the file is damaged; copy or export it anew")


def opsets_of(model: onnx.ModelProto) -> dict[str, int]:
    """Domain → version of its set of operators; the default domain is ""."""
    if not model.graph.node and not model.graph.output:
        raise InputError("this is no ONNX model: it holds no graph; choose another file")
    found = {_domain(entry.domain): entry.version for entry in model.opset_import}
    if "" not in found and not found:
        raise InputError("the model does not say of which opset it is; export it anew")
    newest = onnx.defs.onnx_opset_version()
    version = found.setdefault("", newest)
    if not 1 <= version <= newest:
        raise InputError(
            f"the model is of opset {version}, and 1 to {newest} are known here; "
            "update the package onnx, or export for an older opset"
        )
    return found


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name
