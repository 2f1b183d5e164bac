"""The nodes of a model, each read once.

The one rule: what is asked of a node again and again is plain Python here. Protobuf makes a new object of a
name each time that it is asked for one, which is most of the time that a large model takes to open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import onnx


class Operator:
    """A node with its fields, called as protobuf calls them; `proto` is the node itself."""

    __slots__ = ("attribute", "doc_string", "domain", "input", "name", "op_type", "output", "proto")

    def __init__(self, proto: onnx.NodeProto) -> None:
        self.proto = proto
        self.op_type: str = proto.op_type
        self.domain: str = proto.domain
        self.name: str = proto.name
        self.doc_string: str = proto.doc_string
        self.input: tuple[str, ...] = tuple(proto.input)
        self.output: tuple[str, ...] = tuple(proto.output)
        self.attribute: tuple[onnx.AttributeProto, ...] = tuple(proto.attribute)

    @property
    def overload(self) -> str:
        return str(getattr(self.proto, "overload", ""))

    @property
    def metadata_props(self) -> Sequence[onnx.StringStringEntryProto]:
        found: Sequence[onnx.StringStringEntryProto] = self.proto.metadata_props
        return found

    @property
    def first(self) -> str:
        """The name of the first value that it makes; "" if it makes none."""
        return next(filter(None, self.output), "")


def operators(nodes: Iterable[onnx.NodeProto]) -> list[Operator]:
    """The nodes of a graph or of a function's body."""
    return list(map(Operator, nodes))
