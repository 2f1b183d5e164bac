"""The scopes that an exporter wrote around a node: the modules of the network, which become groups.

The one rule: what a node says of itself counts before its name, and its name before that of its output.
"""

from __future__ import annotations

import ast

from graph_explorer.formats.onnx.nodes import Operator

#: Where exporters write the modules around a node: a list of dotted names, the node's own last.
_SCOPES = "pkg.torch.onnx.name_scopes"
#: What PyTorch writes there for what it computes itself, such as sizes: no module.
_NO_MODULE = "_empty_nn_module_stack_from_metadata_hook"


def scopes_of(node: Operator) -> list[str]:
    """The scopes around a node and its own name: of its metadata, its name, or its first output."""
    for entry in node.metadata_props:
        if entry.key == _SCOPES:
            found = _torch_scopes(entry.value)
            if found:
                return found
    named, first = node.name, node.first
    if "/" not in named and "/" not in first:
        return [named or first or node.op_type]
    for name in (named, first):
        parts = [part for part in name.split("/") if part]
        if parts and "/" in name:
            return parts
    return [named or first or node.op_type]


def _torch_scopes(text: str) -> list[str]:
    """`['', 'layers.0', 'layers.0.linear', 'addmm']` → layers.0, linear, addmm."""
    try:
        names = ast.literal_eval(text) if len(text) < 10_000 else []
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []
    found, outer = [], ""
    for name in names[:-1]:
        if name and name not in (outer, _NO_MODULE):
            found.append(name.removeprefix(f"{outer}.").replace("/", "."))
            outer = name
    return [*found, *(name.replace("/", ".") for name in names[-1:])]
