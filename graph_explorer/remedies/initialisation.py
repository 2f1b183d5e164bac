"""Weights that begin at the right size, and biases that begin at zero.

A weight is as large as keeps the signal as it is: by Glorot with the variance 2/(inputs + outputs), by He
with 2/inputs where the activation passes half of it. Orthogonal matrices keep every length.

The one rule: sizes are counted where a weight is used, so that stacked weights and those that stand on
the left of a product are right too; seeds that a file gives are kept.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document, Entry
from graph_explorer.engine.graph import Node
from graph_explorer.formats.values import array_of, fans
from graph_explorer.remedies.anatomy import HALVING, SMOOTH, Anatomy, proved
from graph_explorer.remedies.text import NotApplicable

_MATRICES = frozenset({"MatMul", "Gemm", "Conv"})
#: So many nodes behind a layer its activation is looked for.
_FURTHEST = 6
#: A list of more numbers is spelled by its shape.
_MOST = 16


#: From a document, a parameter, a layer that takes it and at which input: the init and more keys.
Spell = Callable[[Anatomy, str, Node, int], tuple[str, Mapping[str, Any]] | None]


def initialise(document: Document) -> Document:
    """Weights begin as He has it before ReLU and its kin, as Glorot has it elsewhere."""
    return _begun(document, _scaled, "no matrix of weights is there to begin anew, only single numbers")


def orthogonal(document: Document) -> Document:
    """Every matrix of weights begins orthogonal."""
    return _begun(document, _orthogonal, "no weights are one matrix, which alone can be orthogonal")


def _begun(document: Document, spell: Spell, reason: str) -> Document:
    found = Anatomy(document)
    spelled: dict[str, Mapping[str, Any]] = {}
    for name, node, place in _weights(found):
        if name not in spelled:
            seed = _seed(document, name)
            made = spell(found, name, node, place)
            if made is not None:
                shape = list(document.parameters[name].array.shape)
                spelled[name] = {"shape": shape, "init": made[0], "seed": seed, **made[1]}
    if not spelled:
        raise NotApplicable(reason)
    entries = {name: _entry(document, name, spelling) for name, spelling in spelled.items()}
    if all(np.array_equal(each.array, document.parameters[name].array) for name, each in entries.items()):
        raise NotApplicable("the weights begin like that already")
    return proved(with_parameters(document, entries))


def _weights(found: Anatomy) -> Iterator[tuple[str, Node, int]]:
    """Parameters that are matrices of weights, a layer that takes each, and at which of its inputs."""
    for node in found.graph:
        if node.op not in _MATRICES or node.id not in found.layers:
            continue
        for place, name in enumerate(node.inputs[:2]):
            roots = found.measures.weights.get(name, ())
            if len(roots) == 1 and found.document.parameters[roots[0]].array.ndim:
                yield roots[0], node, place


def _fans(found: Anatomy, node: Node, place: int) -> tuple[float, float]:
    """Inputs and outputs of one unit of the layer."""
    shape = np.shape(found.trace.value(node.inputs[place]))
    if node.op == "Conv":
        return fans(shape)
    if len(shape) == 1:
        return float(shape[0]), 1.0
    turned = bool(node.attributes.get("transA" if place == 0 else "transB", 0))
    rows, columns = float(shape[-2]), float(shape[-1])
    return (columns, rows) if (place == 0) != turned else (rows, columns)


def _scaled(found: Anatomy, name: str, node: Node, place: int) -> tuple[str, Mapping[str, Any]]:
    inputs, outputs = _fans(found, node, place)
    own_inputs, own_outputs = fans(found.document.parameters[name].array.shape)
    if _behind(found, node) in HALVING:
        init, factor = "he_normal", math.sqrt(own_inputs / inputs)
    else:
        init, factor = "glorot_normal", math.sqrt((own_inputs + own_outputs) / (inputs + outputs))
    return init, {} if abs(factor - 1) < 1e-9 else {"scale": float(f"{factor:.6g}")}


def _orthogonal(found: Anatomy, name: str, node: Node, place: int) -> tuple[str, Mapping[str, Any]] | None:
    return ("orthogonal", {}) if found.document.parameters[name].array.ndim == 2 else None


def _behind(found: Anatomy, node: Node) -> str:
    """The operator of the activation behind a layer; "" if there is none."""
    name = node.id
    for _ in range(_FURTHEST):
        users = {use.node for use in found.graph.uses(name)}
        if len(users) != 1:
            return ""
        user = found.graph.node(users.pop())
        if user.op in HALVING or user.op in SMOOTH:
            return user.op
        if user.id in found.layers or user.op not in ("Add", "Sub", *_NORMALISING):
            return ""
        name = user.id
    return ""


_NORMALISING = ("LayerNormalization", "BatchNormalization", "RMSNormalization", "GroupNormalization")


def _seed(document: Document, name: str) -> int:
    """The seed that the file gives, or one of the parameter's own."""
    spelling = document.parameters[name].spelling
    given = spelling.get("seed") if isinstance(spelling, Mapping) else None
    return given if isinstance(given, int) else list(document.parameters).index(name) + 1


def _entry(document: Document, name: str, spelling: Mapping[str, Any]) -> Entry:
    kind = document.parameters[name].array.dtype.name
    typed = spelling if kind == document.dtype else {**spelling, "dtype": kind}
    return Entry(array_of(name, typed, None, document.dtype), dict(typed))


def zero_biases(document: Document) -> Document:
    """Every bias, which is added to what a layer gives, begins at zero."""
    found = Anatomy(document)
    entries = {
        name: filled(document, document.parameters[name].array.shape, "zeros")
        for name in dict.fromkeys(_biases(found))
        if document.parameters[name].array.any()
    }
    if not entries:
        raise NotApplicable("every bias begins at zero already, or there is none")
    return proved(with_parameters(document, entries))


def _biases(found: Anatomy) -> Iterator[str]:
    weights = found.measures.weights
    layered: set[str] = set()
    for node in found.graph:
        if node.id in found.layers or any(name in layered for name in node.inputs):
            layered.update(name for name in node.outputs if name)
        if node.op == "Add" and any(name in layered for name in node.inputs):
            for name in node.inputs:
                yield from weights.get(name, ()) if name in weights else ()
        if node.op in _MATRICES and len(node.inputs) > 2:
            yield from weights.get(node.inputs[2], ())


def filled(document: Document, shape: tuple[int, ...], init: str) -> Entry:
    """A value of one number throughout, spelled as short as it can be."""
    array = array_of("", {"shape": list(shape), "init": init}, None, document.dtype)
    return Entry(array, None if array.size <= _MOST else {"shape": list(shape), "init": init})


def with_parameters(document: Document, entries: Mapping[str, Entry], **parts: Any) -> Document:
    """The document with these parameters, in the place of old ones or behind them, and other `parts`."""
    together = MappingProxyType({**document.parameters, **entries})
    return dataclasses.replace(document, parameters=together, **parts)
