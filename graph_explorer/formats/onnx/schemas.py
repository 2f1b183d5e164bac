"""What ONNX itself says of an operator: its version, how many inputs it takes, and its body.

The one rule: each question is asked once an operator, however many nodes there are of it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import onnx

from graph_explorer.engine.errors import InputError


@cache
def version_of(op: str, opset: int) -> int | None:
    """The version of an operator that an opset of the default domain means; None where it has none."""
    try:
        return int(onnx.defs.get_schema(op, opset, "").since_version)
    except onnx.defs.SchemaError:
        return None


@cache
def _inputs(op: str, version: int) -> tuple[int, int]:
    """How many inputs an operator takes at least, and at most."""
    schema = onnx.defs.get_schema(op, version, "")
    return schema.min_input, schema.max_input


def check_count(op: str, version: int, count: int) -> None:
    """Raises `InputError` where an operator is given too few inputs, or too many."""
    least, most = _inputs(op, version)
    if not least <= count <= most:
        wanted = str(least) if least == most else f"{least} to {most}" if most < 1000 else f"{least} or more"
        raise InputError(f"it takes {wanted} input(s), and {count} are given; export the model anew")


@cache
def known_operators() -> frozenset[str]:
    """The operators of the default domain, by name."""
    return frozenset(schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == "")


@cache
def schema_body(op: str, opset: int, domain: str) -> onnx.FunctionProto | None:
    """The body that ONNX itself gives an operator, where that does not depend on types."""
    try:
        schema: Any = onnx.defs.get_schema(op, opset, domain)
    except onnx.defs.SchemaError:
        return None
    if not schema.has_function:
        return None
    versions = [v for v in schema.function_opset_versions if v <= opset]
    if not versions:
        return None
    body = onnx.FunctionProto()
    body.ParseFromString(schema.get_function_with_opset_version(max(versions)))
    defaults = [one.default_value for one in schema.attributes.values() if one.default_value.name]
    body.attribute_proto.extend(defaults)
    return body
