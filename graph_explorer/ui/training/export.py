"""Runs as files for other programs: every epoch of every run, as CSV or JSON.

The one rule: the numbers are those of the table of epochs, in full; what is not finite is a word.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.files import replacing
from graph_explorer.ui.training.epochs_table import columns_of
from graph_explorer.ui.training.state import TrainingRun

#: What a dialog calls each kind.
TITLES = {".csv": "Table", ".json": "JSON"}


def save_runs(path: Path, runs: Sequence[TrainingRun]) -> None:
    """Writes all runs; the suffix chooses the kind. Raises `InputError`."""
    suffix = path.suffix.lower()
    if suffix not in TITLES:
        known = ", ".join(TITLES)
        raise InputError(f"'{path.name}' is no table of runs; give it one of the suffixes {known}")
    text = as_csv(runs) if suffix == ".csv" else as_json(runs)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def epochs_of(run: TrainingRun) -> list[dict[str, Any]]:
    """A record an epoch: the columns of its table by name."""
    columns = columns_of(run)
    return [{_key(title): number(epoch) for title, number in columns} for epoch in run.epochs]


def _key(title: str) -> str:
    return title.lower().replace(" ", "_")


def as_csv(runs: Sequence[TrainingRun]) -> str:
    """A line an epoch of a run; a number that was not measured is empty."""
    names = list(
        dict.fromkeys(name for run in runs for name in (_key(title) for title, _ in columns_of(run)))
    )
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("run", "title", *names))
    for run in runs:
        for record in epochs_of(run):
            writer.writerow((run.number, run.title, *(_plain(record.get(name)) for name in names)))
    return made.getvalue()


def as_json(runs: Sequence[TrainingRun]) -> str:
    """One object with all runs: settings, where each came from, its epochs, and the losses of its batches."""
    records = [
        {
            "run": run.number,
            "title": run.title,
            "settings": {key: _plain(value) for key, value in run.table.items()},
            "parent": None if run.parent is None else {"run": run.parent.run, "step": run.parent.step},
            "outcome": run.outcome,
            "seconds": run.seconds,
            "epochs": [{key: _plain(value) for key, value in record.items()} for record in epochs_of(run)],
            "losses": [_plain(float(loss)) for loss in run.losses],
        }
        for run in runs
    ]
    return json.dumps({"runs": records}, ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> Any:
    """A value as JSON and tables have it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return list(value) if isinstance(value, tuple) else value
