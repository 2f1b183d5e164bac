"""What the command line prints: JSON for programs, tables for people.

The one rule: a number that is not finite is a word, and what was not computed is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError, NotComputed
from graph_explorer.engine.graph import Node
from graph_explorer.engine.modes import local_jacobian
from graph_explorer.engine.notation import number
from graph_explorer.engine.trace import Pulled, Seeded, Trace

#: Larger arrays are printed as statistics; the `.npz` has them whole.
MOST_ENTRIES = 10_000
#: Local Jacobians with more entries than this are not written out.
MOST_JACOBIAN = 10**6


def plain(value: Any) -> Any:
    """A number, nested list or record of statistics that JSON can hold."""
    if value is None:
        return None
    if isinstance(value, list | tuple):  # a list of values, as models have
        return [plain(part) for part in value]
    array = np.asarray(value)
    if array.dtype.kind == "O" and not array.ndim and not isinstance(array.item(), str):
        return plain(array.item())
    array = _in_numpy(array)
    if array.dtype.kind not in "biuf":  # texts and whatever else there may be, in words
        return array.astype(str).tolist()
    if array.size > MOST_ENTRIES:
        return statistics(array)
    return _finite(array.tolist()) if array.dtype.kind == "f" else array.tolist()


def whole(value: Any) -> Any:
    """The same of every entry, however many there are."""
    return _finite(np.asarray(value, dtype=float).tolist())


def save_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Writes arrays by name to an `.npz` file; lists of values, which it cannot hold, are left out."""
    kinds = {name: _in_numpy(np.asarray(array)) for name, array in arrays.items()}
    arrays = {name: array for name, array in kinds.items() if array.dtype.kind != "O"}
    try:
        with path.open("wb") as file:
            np.savez(file, **arrays)
    except OSError as error:
        raise InputError(f"the file cannot be written: {error.strerror}", source=str(path)) from None


def _in_numpy(array: Any) -> Any:
    """Numbers of few bits, which NumPy cannot write down, in a type of its own that holds them."""
    if array.dtype.type.__module__ == "numpy":
        return array
    kinds = {"i": np.int8, "u": np.uint8}
    return array.astype(kinds.get(array.dtype.name[0], np.float32))


def _finite(value: Any) -> Any:
    if isinstance(value, list):
        return [_finite(part) for part in value]
    if value != value:
        return "nan"
    return value if abs(value) != float("inf") else "inf" if value > 0 else "-inf"


def statistics(array: Any) -> dict[str, Any]:
    """The range, mean and norm of the finite entries, and how many are not."""
    wide = np.asarray(array, dtype=np.float64)
    good = wide[np.isfinite(wide)]
    found: dict[str, Any] = {}
    if good.size:
        found = {
            "min": float(good.min()),
            "max": float(good.max()),
            "mean": float(good.mean()),
            "norm": float(np.linalg.norm(good)),
        }
    return {**found, "nan": int(np.isnan(wide).sum()), "inf": int(np.isinf(wide).sum())}


def run_record(document: Document, trace: Trace) -> dict[str, Any]:
    """The object that `run --json` prints."""
    rows = [row for node in trace.graph for row in _node_records(trace, node)]
    return {"title": document.name, "output": trace.output, "nodes": rows}


def _node_records(trace: Trace, node: Node) -> Iterable[dict[str, Any]]:
    for position, name in enumerate(node.outputs):
        if not name:
            continue
        value = trace.value(name)
        row = {
            "id": name, "op": node.op, "inputs": list(node.inputs), "group": node.group,
            "shape": list(value.shape), "dtype": value.dtype.name, "value": plain(value),
            "has_gradient": trace.has_gradient(name),
        }  # fmt: skip
        if position:
            row["output_index"] = position
        if trace.has_gradient(name):
            row["gradient"] = plain(trace.gradient(name))
        yield row


def step_record(event: Seeded | Pulled, jacobian: bool = False) -> dict[str, Any]:
    """One line of `steps --json`."""
    if isinstance(event, Seeded):
        return {"step": 0, "kind": "seed", "node": event.trace.output, "gradient": plain(event.gradient)}
    local = event.local
    shown: dict[str, Any] = {"form": local.form, "formula": local.text}
    if local.value is not None:
        shown["value"] = plain(local.value)
    if jacobian:
        dense = local_jacobian(event, MOST_JACOBIAN)
        if dense is not None:
            shown["jacobian"] = _finite(dense.tolist())
    upstream = event.upstream
    record: dict[str, Any] = {
        "step": event.step, "kind": "pull", "node": event.node.id, "op": event.node.op, "into": event.into,
        "input_index": event.input_index,
    }  # fmt: skip
    if isinstance(upstream, tuple):
        names = event.node.outputs
        known = {name: plain(g) for name, g in zip(names, upstream, strict=True) if g is not None}
        record["upstreams"] = known
        record["upstream"] = next(iter(known.values()))
    else:
        record["upstream"] = plain(upstream)
    return {
        **record,
        "local": shown,
        "contribution": plain(event.contribution),
        "accumulated": plain(event.accumulated),
    }


def short(array: Any) -> str:
    """A value in one cell of a table."""
    values = np.asarray(array)
    if values.ndim == 0:
        return number(values)
    if values.size <= 4 and values.ndim == 1:
        return "[" + ", ".join(number(value) for value in values) + "]"
    if values.dtype.kind != "f" or not values.size:
        return f"{values.dtype.name}, {values.size} entries"
    found = statistics(values)
    if "min" not in found:
        return "no finite entry"
    return f"{number(found['min'])} … {number(found['max'])}, norm {number(found['norm'])}"


def gradient_cell(trace: Trace, name: str) -> str:
    """A gradient in one cell of a table; a dash where there is none."""
    try:
        return short(trace.gradient(name))
    except NotComputed:
        return "–"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns of equal width, a line under the header."""
    cells = [list(header), *([*row] for row in rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)
