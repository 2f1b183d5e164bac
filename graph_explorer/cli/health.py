"""The command `health`: what is ill in a run, how large everything is, and what changed against another.

The one rule: the numbers are those of the window's Health panel; what is not known is left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from graph_explorer.cli import report
from graph_explorer.cli.commands import document_of
from graph_explorer.document import run
from graph_explorer.engine.difference import Difference, difference
from graph_explorer.engine.health import Finding, Health, Measures, Sizes, examine
from graph_explorer.engine.notation import number
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve

_HEADER = ("id", "operation", "value", "gradient", "zeros", "update/weight")


def command_health(options: argparse.Namespace) -> int:
    """Prints findings and sizes."""
    document = document_of(options)
    trace = run(document, wrt=options.wrt, output=options.output)
    health = examine(trace, options.lr)
    apart = None
    if options.against is not None:
        other = open_document(resolve(options.against), options.seed)
        apart = difference(run(other, wrt=options.wrt, output=options.output), trace)
    if options.json:
        record = {"title": document.name, **_record(health)}
        if apart is not None:
            record["against"] = {"title": other.name, **_difference_record(apart)}
        print(json.dumps(record, ensure_ascii=False))
        return 0
    for line in _findings(health):
        print(line)
    if apart is not None:
        print(f"Against “{other.name}”: {apart.conclusion}")
        for edit in () if apart.is_foreign else apart.edits:
            print(f"  {edit.now or edit.before}: {edit.told}")
    changed = ("change of value", "of gradient") if apart is not None else ()
    print()
    print(report.table((*_HEADER, *changed), _rows(health, apart)))
    return 0


def _findings(health: Health) -> Iterator[str]:
    yield health.conclusion
    for finding in health.findings:
        yield f"{finding.severity}: {finding.title}. {finding.sentence}"
        yield f"  {finding.helps}"


def _rows(health: Health, apart: Difference | None) -> Iterator[Sequence[str]]:
    measures = health.measures
    for path, (place, _) in measures.groups.items():
        pace = measures.group_paces[path] * health.rate
        yield (f"{path}/", "group", *_cells(measures, place, pace), *_changes(apart, place))
    for node in health.trace.graph:
        if node.op == "constant":
            continue
        for name in node.outputs:
            if name:
                place = measures.place(name)
                cells = _cells(measures, place, float(measures.pace[place]) * health.rate)
                yield (name, node.op, *cells, *_changes(apart, place))


def _cells(measures: Measures, place: int, ratio: float) -> tuple[str, ...]:
    value, gradient, zeros = (
        float(column[place])
        for column in (measures.values.norm, measures.gradients.norm, measures.values.zeros)
    )
    known = measures.gradients.known[place]
    return (
        number(value),
        number(gradient) if known else "",
        f"{100 * zeros:.3g} %" if zeros else "",
        "" if np.isnan(ratio) else number(ratio, 3),
    )


def _changes(apart: Difference | None, place: int) -> tuple[str, ...]:
    """The relative changes of a value and its gradient; a word where there is nothing to compare."""
    if apart is None:
        return ()
    status = apart.status[place]
    cells = [
        "" if np.isnan(relative) or not relative else number(relative, 3)
        for relative in (float(apart.values.relative[place]), float(apart.gradients.relative[place]))
    ]
    words = {"shape": "other shape", "added": "new"}
    return (words.get(status, cells[0]), cells[1])


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────


def _record(health: Health) -> dict[str, Any]:
    measures = health.measures
    return {
        "output": health.trace.output,
        "rate": health.rate,
        "conclusion": health.conclusion,
        "findings": [_finding_record(finding) for finding in health.findings],
        "groups": [
            {"path": path, **_sizes(measures, place, measures.group_paces[path] * health.rate)}
            for path, (place, _) in measures.groups.items()
        ],
        "nodes": [
            {"id": name, "op": node.op, "group": node.group, **_sizes(measures, place, ratio)}
            for node in health.trace.graph
            for name in node.outputs
            if name
            for place in [measures.place(name)]
            for ratio in [float(measures.pace[place]) * health.rate]
        ],
    }


def _finding_record(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "node": finding.node,
        "nodes": list(finding.nodes),
        "sentence": finding.sentence,
        "helps": finding.helps,
        "numbers": {name: report.plain(value) for name, value in finding.numbers.items()},
    }


def _sizes(measures: Measures, place: int, ratio: float) -> dict[str, Any]:
    found: dict[str, Any] = {"value": _size(measures.values, place)}
    if measures.gradients.known[place]:
        found["gradient"] = _size(measures.gradients, place)
    if not np.isnan(ratio):
        found["update_weight_ratio"] = ratio
    return found


def _size(sizes: Sizes, place: int) -> dict[str, Any]:
    return {
        "norm": report.plain(sizes.norm[place]),
        "rms": report.plain(sizes.rms[place]),
        "max": report.plain(sizes.largest[place]),
        "zeros": float(sizes.zeros[place]),
        "nan": int(sizes.undefined[place]),
        "inf": int(sizes.infinite[place]),
    }


def _difference_record(apart: Difference) -> dict[str, Any]:
    nodes = []
    for place, name in enumerate(apart.now.graph.values):
        row: dict[str, Any] = {"id": name, "status": apart.status[place]}
        for what, changes in (("value", apart.values), ("gradient", apart.gradients)):
            if not np.isnan(changes.largest[place]):
                row[what] = {
                    "max": report.plain(changes.largest[place]),
                    "relative": report.plain(changes.relative[place]),
                }
        nodes.append(row)
    return {
        "conclusion": apart.conclusion,
        "first": apart.first,
        "first_computed": apart.first_computed,
        "removed": list(apart.removed),
        "edits": [
            {"kind": edit.kind, "id": edit.now or None, "before": edit.before or None, "told": edit.told}
            for edit in apart.edits
        ],
        "nodes": nodes,
    }
