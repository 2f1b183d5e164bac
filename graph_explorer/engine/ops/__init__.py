"""The table of operations: every ONNX operator that has a rule of ours, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from graph_explorer.engine.errors import unknown
from graph_explorer.engine.ops import (
    activations,
    arithmetic,
    attention,
    batch_normalization,
    chance,
    convolution,
    creation,
    deformable,
    dropout,
    exponential,
    indexing,
    lengths,
    linear_algebra,
    linear_attention,
    logic,
    normalization,
    padding,
    pooling,
    quantization,
    recurrent,
    reductions,
    regions,
    resize,
    running,
    sampling,
    scatter,
    shape,
    softmax,
    spectrum,
    unfolding,
)
from graph_explorer.engine.ops.declare import Operation

if TYPE_CHECKING:
    from graph_explorer.engine.graph import Node

_FAMILIES = (
    arithmetic,
    exponential,
    activations,
    logic,
    linear_algebra,
    reductions,
    running,
    shape,
    padding,
    indexing,
    scatter,
    creation,
    convolution,
    pooling,
    normalization,
    batch_normalization,
    lengths,
    recurrent,
    attention,
    linear_attention,
    resize,
    sampling,
    unfolding,
    softmax,
    dropout,
    deformable,
    regions,
    spectrum,
    quantization,
    chance,
)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {found.name: found for family in _FAMILIES for found in family.OPERATIONS}
)


def operation(name: str) -> Operation:
    """The operation called `name`; `UnknownName` with the nearest one."""
    if name not in OPERATIONS:
        raise unknown("operation", name, OPERATIONS)
    return OPERATIONS[name]


def operation_of(node: Node) -> Operation:
    """The operation that computes `node`: the rule that it brings along, or the table's of its name."""
    return operation(node.op) if node.rule is None else node.rule
