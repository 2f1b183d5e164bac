"""The command `sweep`: the same training with other settings, run by run, and what comes of it.

The one rule: runs are told in the order of their settings, however they were spread and whichever was
done first; so two sweeps of the same are the same text.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graph_explorer.cli import report
from graph_explorer.cli.commands import document_of
from graph_explorer.cli.landscapes import beside
from graph_explorer.cli.progress import Progress
from graph_explorer.cli.training import settings_given
from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.files import replacing
from graph_explorer.engine.notation import number
from graph_explorer.formats.variants import variant
from graph_explorer.lab.kept import Kept
from graph_explorer.lab.places import place_of
from graph_explorer.lab.sweep import Trial, Tried, about, best_of, sweep
from graph_explorer.lab.variation import combinations, read_varied

#: What can be written: a table, or a picture of the losses.
_TABLE, _PICTURES = ".csv", (".png", ".svg", ".pdf")


def picture_of(options: argparse.Namespace) -> tuple[Document, Sequence[Tried[Document]]] | None:
    """What a picture of the sweep shows; None where none is asked for."""
    if options.out is None or options.out.suffix.lower() not in _PICTURES:
        return None
    return _told(options)


def command_sweep(options: argparse.Namespace) -> int:
    """Prints every run."""
    if options.out is not None and options.out.suffix.lower() != _TABLE:
        known = ", ".join((_TABLE, *_PICTURES))
        raise InputError(f"a sweep is written as one of {known}", source=str(options.out))
    _, tried = _told(options)
    if options.out is not None:
        _write(options.out, tried)
    return 0


def _told(options: argparse.Namespace) -> tuple[Document, Sequence[Tried[Document]]]:
    """The runs, once they are printed."""
    document = _document(options)
    tried = _swept(options, document)
    if not options.json:
        print(_text(tried))
    return document, tried


def _document(options: argparse.Namespace) -> Document:
    if not options.over:
        raise InputError("nothing is varied; write for example --over lr=1e-4..1:9:log")
    document = document_of(options)
    table = {**document.training, **settings_given(options)}
    return document.with_training({**table, "seed": table.get("seed", 0) + options.seed})


def _swept(options: argparse.Namespace, document: Document) -> Sequence[Tried[Document]]:
    """The runs, told one by one as far as they are there in order."""
    try:
        trials = trials_of(document, options.over)
    except InputError as error:
        raise document.placed(error) from None
    place = place_of(options.cluster, options.workers, processes=True)
    file = options.keep or (beside(options.out) if options.out is not None else None)
    kept = None if file is None else Kept(file, about(trials))
    progress = Progress(f"of {len(trials)} runs")
    waiting: dict[int, Tried[Document]] = {}
    told = 0

    def hear(place_of_it: int, tried: Tried[Document]) -> None:
        nonlocal told
        waiting[place_of_it] = tried
        while told in waiting:
            if options.json:
                progress.clear()
                print(json.dumps(_record(waiting.pop(told)), ensure_ascii=False), flush=True)
            else:
                waiting.pop(told)
            told += 1

    try:
        found = sweep(trials, place=place, kept=kept, checkpoint=progress.show, told=hear)
    finally:
        progress.clear()
    if kept is not None and options.keep is None:
        kept.forget()
    return found


def trials_of(document: Document, texts: Sequence[str]) -> list[Trial[Document]]:
    """Every run that the texts ask for; `InputError` where a setting cannot be."""
    found = []
    for settings in combinations([read_varied(text) for text in texts]):
        made = variant(document, settings)
        found.append(Trial(settings, made, made.training))
    return found


# ── what is answered ──────────────────────────────────────────────────────────────────────────


def _record(tried: Tried[Document]) -> dict[str, Any]:
    last = tried.epochs[-1]
    found: dict[str, Any] = {**tried.trial.settings, "epochs": last.number, "outcome": tried.outcome}
    found |= {"loss": report.whole(last.loss), **last.metrics}
    if last.validation_loss is not None:
        found["validation_loss"] = report.whole(last.validation_loss)
        found |= {f"validation_{name}": report.whole(v) for name, v in last.validation_metrics.items()}
    found |= {"best_epoch": tried.standing.best_epoch, "best_loss": report.whole(tried.standing.best_loss)}
    found["losses"] = report.whole([epoch.loss for epoch in tried.epochs])
    if last.validation_loss is not None:
        found["validation_losses"] = report.whole([epoch.validation_loss for epoch in tried.epochs])
    return found


def _flat(tried: Tried[Document]) -> Mapping[str, Any]:
    """A run in one line: without its curves."""
    return {name: value for name, value in _record(tried).items() if not isinstance(value, list)}


def _write(path: Path, tried: Sequence[Tried[Document]]) -> None:
    rows = [_flat(each) for each in tried]
    names = list(dict.fromkeys(name for row in rows for name in row))
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def _text(tried: Sequence[Tried[Document]]) -> str:
    best = best_of(tried)
    names = [name for name in _flat(tried[0]) if name != "best_loss"]
    rows = [
        [*(_cell(_flat(each).get(name, "")) for name in names), "best" if each is best else ""]
        for each in tried
    ]
    failed = sum(each.failed for each in tried)
    said = [report.table((*names, ""), rows)]
    said.append(f"{len(tried)} runs" + (f", {failed} of them diverged." if failed else "."))
    if best is not None:
        settings = ", ".join(f"{name} = {_cell(value)}" for name, value in best.trial.settings.items())
        said.append(f"The lowest loss at the end, {number(best.loss)}, came with {settings}.")
    return "\n".join(said)


def _cell(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return number(value, 4) if isinstance(value, float) and math.isfinite(value) else str(value)
