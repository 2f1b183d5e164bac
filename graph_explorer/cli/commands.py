"""What each command does with a document.

The one rule: a command prints and returns an exit code; whatever is wrong with its input it raises.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graph_explorer.cli import report
from graph_explorer.document import Document, as_array, run, split_entry
from graph_explorer.engine.check import Compared, check
from graph_explorer.engine.errors import InputError, check_entry
from graph_explorer.engine.notation import number
from graph_explorer.engine.ops.declare import Local
from graph_explorer.engine.trace import Pulled, Seeded, Trace
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples, resolve
from graph_explorer.lab.arrays import load_array


def document_of(options: argparse.Namespace) -> Document:
    """The document that the command line names, with the values that it sets."""
    document = open_document(resolve(options.file), options.seed)
    for text in options.set:
        name, value = _assignment(text, "--set", "w=0.5")
        document = _with(document, name, _number(name, value))
    for text in options.input:
        name, file = _assignment(text, "--input", "x=x.npy")
        if not Path(file).exists():
            raise InputError(f"there is no file '{file}' for --input {name}; give its path from this folder")
        document = document.with_values({name: load_array(Path(file), None, name)})
    return document


def _say_notes(document: Document) -> None:
    """What a person should know of the document, beside the result; not where an error stands there."""
    for note in document.notes:
        sys.stderr.write(f"graph-explorer: {note}\n")


def _assignment(text: str, option: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise InputError(f"{option} takes NAME=VALUE, such as {option} {example}; found '{text}'")
    return name.strip(), value.strip()


def _number(name: str, text: str) -> Any:
    words = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
    try:
        return words[text] if text in words else json.loads(text)
    except json.JSONDecodeError:
        raise InputError(
            f"'{text}' is no number or list of numbers for '{name}'; write --set {name}=[1,2]"
        ) from None


def _with(document: Document, name: str, value: Any) -> Document:
    name, entry = split_entry(name)
    array = as_array(name, value)
    if entry is None:
        return document.with_values({name: array})
    changed = document.entry(name).array.copy()
    check_entry(name, changed.shape, entry)
    changed[entry] = array
    return document.with_values({name: changed})


def _trace(options: argparse.Namespace) -> tuple[Document, Trace]:
    document = document_of(options)
    return document, run(document, wrt=options.wrt, output=options.output)


def command_examples(options: argparse.Namespace) -> int:
    """Lists the bundled examples."""
    if options.json:
        rows = [
            {"name": e.name, "title": e.title, "path": str(e.path), "shows": e.summary, "section": e.section}
            for e in examples()
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        rows_text = [(e.name, e.title, e.summary) for e in examples()]
        print(report.table(("name", "title", "what it shows"), rows_text))
    return 0


def command_run(options: argparse.Namespace) -> int:
    """Prints all values and gradients."""
    document, trace = _trace(options)
    if options.npz is not None:
        _save_arrays(options.npz, trace)
    _say_notes(document)
    if options.json:
        print(json.dumps(report.run_record(document, trace), ensure_ascii=False))
        return 0
    rows = [
        (
            name,
            node.op,
            str(trace.value(name).shape),
            report.short(trace.value(name)),
            report.gradient_cell(trace, name),
        )
        for node in trace.graph
        for name in node.outputs
        if name
    ]
    print(report.table(("id", "operation", "shape", "value", f"gradient of {trace.output}"), rows))
    for name, kind in trace.nonfinite.items():
        print(f"'{name}': its {kind} is the first that is not finite")
    return 0


def _save_arrays(path: Path, trace: Trace) -> None:
    arrays = {f"value/{name}": trace.value(name) for name in trace.graph.values}
    arrays |= {
        f"grad/{name}": trace.gradient(name) for name in trace.graph.values if trace.has_gradient(name)
    }
    report.save_arrays(path, arrays)


def command_steps(options: argparse.Namespace) -> int:
    """Prints the backward pass, one line an event."""
    document, trace = _trace(options)
    _say_notes(document)
    for event in trace.steps:
        assert isinstance(event, Seeded | Pulled)
        if options.json:
            print(json.dumps(report.step_record(event, options.jacobian), ensure_ascii=False))
        else:
            print(_step_line(event))
    return 0


def _step_line(event: Seeded | Pulled) -> str:
    if isinstance(event, Seeded):
        return f"   0  {event.trace.output}: gradient {report.short(event.gradient)}"
    local = event.local
    scalar = local.form == "scalar" and local.value is not None
    factor = _scalar_factor(local) if scalar else f"{local.form} {local.text}"
    upstream = event.upstream
    shown = "its outputs' gradients" if isinstance(upstream, tuple) else report.short(upstream)
    return (
        f"{event.step:4d}  {event.node.id} → {event.into}: {shown} through {factor} "
        f"gives {report.short(event.contribution)}; so far {report.short(event.accumulated)}"
    )


def _scalar_factor(local: Local) -> str:
    value = number(local.value)
    return value if local.text.lstrip("-").replace(".", "").isdigit() else f"{local.text} = {value}"


def _verdict(found: Sequence[Compared]) -> str:
    """How the entries of one gradient fared."""
    bad = sum(not (one.agrees or one.kink or one.cut) for one in found)
    good = sum(one.agrees for one in found)
    said = {
        f"{bad} of {len(found)} disagree": bad,
        f"all {len(found)} agree" if len(found) > 1 else "agrees": not bad and good,
        f"{sum(one.kink for one in found)} at a kink": any(one.kink for one in found),
        f"{sum(one.cut for one in found)} cut off by detach": any(one.cut for one in found),
    }
    return ", ".join(text for text, holds in said.items() if holds)


def command_check(options: argparse.Namespace) -> int:
    """Compares every gradient with central differences; 1 where one disagrees."""
    document, trace = _trace(options)
    found = check(trace, document.leaves)
    _say_notes(document)
    wrong = [one for one in found if not (one.agrees or one.kink or one.cut)]
    if options.json:
        rows = [
            {
                "name": one.name, "index": list(one.index), "gradient": report.plain(one.gradient),
                "difference": report.plain(one.difference), "error": report.plain(one.error),
                "agrees": one.agrees, "kink": one.kink, "cut": one.cut,
            }
            for one in found
        ]  # fmt: skip
        print(json.dumps({"agrees": not wrong, "compared": rows}, ensure_ascii=False))
        return int(bool(wrong))
    by_name: dict[str, list[Compared]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    rows_text = [
        (name, _verdict(ones), f"{max(one.error for one in ones):.1e}") for name, ones in by_name.items()
    ]
    print(report.table(("name", "against differences", "largest relative error"), rows_text))
    return int(bool(wrong))
