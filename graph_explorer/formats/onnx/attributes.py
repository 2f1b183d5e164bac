"""The attributes of a node as the rules of operations take them: numbers, texts, tuples and arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnx
from onnx import AttributeProto, helper

from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx.nodes import Operator
from graph_explorer.formats.onnx.tensors import Tensors

_GRAPHS = (AttributeProto.GRAPH, AttributeProto.GRAPHS)
_SKIPPED = frozenset(
    {*_GRAPHS, AttributeProto.TYPE_PROTO, AttributeProto.TYPE_PROTOS, AttributeProto.TENSORS,
     AttributeProto.SPARSE_TENSORS}
)  # fmt: skip

#: What a function was called with: the attribute's name → the attribute.
Given = Mapping[str, AttributeProto]


def resolved(node: Operator, given: Given) -> Operator:
    """The node of a function's body with the attributes that refer to those of the call put in."""
    if not any(one.ref_attr_name or one.type in _GRAPHS for one in node.attribute):
        return node
    made = onnx.NodeProto()
    made.CopyFrom(node.proto)
    _put_in(made, given)
    return Operator(made)


def _put_in(node: onnx.NodeProto, given: Given) -> None:
    kept = []
    for one in node.attribute:
        if one.ref_attr_name:
            if one.ref_attr_name not in given:
                continue  # left out by the call: the operator's default holds
            name, one = one.name, _copy(given[one.ref_attr_name])
            one.name = name
        for graph in (one.g, *one.graphs) if one.type in _GRAPHS else ():
            for inner in graph.node:
                _put_in(inner, given)
        kept.append(_copy(one))
    del node.attribute[:]
    node.attribute.extend(kept)


def _copy(attribute: AttributeProto) -> AttributeProto:
    made = AttributeProto()
    made.CopyFrom(attribute)
    return made


def attributes_of(node: Operator, tensors: Tensors) -> dict[str, Any]:
    """The attributes by name; subgraphs and types are left out."""
    return {one.name: _value(one, tensors) for one in node.attribute if one.type not in _SKIPPED}


def _value(attribute: AttributeProto, tensors: Tensors) -> Any:
    if attribute.type == AttributeProto.TENSOR:
        return tensors.array(attribute.t, attribute.t.name or attribute.name)
    if attribute.type == AttributeProto.SPARSE_TENSOR:
        return tensors.sparse(attribute.sparse_tensor)
    try:
        value = helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, int | float):
            return value
        return tuple(part.decode() if isinstance(part, bytes) else part for part in value)
    except (ValueError, UnicodeDecodeError, TypeError):
        raise InputError(f"the attribute '{attribute.name}' is damaged; export the model anew") from None
