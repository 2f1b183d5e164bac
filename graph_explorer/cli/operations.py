"""The list of operators: which have a rule, a gradient, a local derivative.

The one rule: it prints the rows of `engine.coverage`, which come from the operations' declarations.
"""

from __future__ import annotations

import argparse
import dataclasses
import json

from graph_explorer.engine.coverage import Row, rows

_FORWARD = {"rule": "own rule", "reference": "ONNX's reference", "reading": "when read"}


def command_operations(options: argparse.Namespace) -> int:
    """Prints all operators as a table, or as JSON."""
    found = rows()
    if options.json:
        kept = [{**dataclasses.asdict(row), "has_gradient": row.has_gradient} for row in found]
        print(json.dumps({"operations": kept}, indent=1, ensure_ascii=False))
        return 0
    lines = [("operator", "family", "forward", "gradient by", "form", "remark")]
    lines += [
        (row.name, row.family, _FORWARD[row.forward], _gradient(row), row.form or "–", row.why)
        for row in found
    ]
    widths = [max(len(line[k]) for line in lines) for k in range(5)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, [*widths, 0], strict=True)).rstrip())
    own = [row for row in found if row.forward == "rule"]
    passing = sum(row.has_gradient for row in own)
    print(f"\n{len(found)} operators; {len(own)} with a rule of our own, {passing} of them pass a gradient")
    return 0


def _gradient(row: Row) -> str:
    return ", ".join(row.derivatives) + (" …" if row.variadic and row.derivatives else "") or "–"
