"""The command `optimize`: paths of methods on a document's surface.

The one rule: what is printed is what was computed, complete: every point, every state, every setting.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from graph_explorer.cli import report
from graph_explorer.cli.axes import Drawn, Window, axes_asked, numbers, over_asked, window_asked
from graph_explorer.cli.commands import document_of
from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.descent import race
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.path import Path
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import surface_of, window_of

#: A race of more steps would not fit into memory.
MOST_STEPS = 1_000_000

Point = tuple[float, ...]


def picture_of(options: argparse.Namespace) -> tuple[Document, Surface, tuple[Path, ...], Drawn] | None:
    """What a picture of the command shows: a document, its surface and the paths on it; or None."""
    if options.out is None:
        return None
    document, surface, paths = _raced(options)
    return document, surface, paths, Drawn(_window(options, document, surface))


def command_optimize(options: argparse.Namespace) -> int:
    """Prints the paths of methods."""
    document, _, paths = _raced(options)
    minima = document.surface.minima if document.surface is not None else ()
    if options.json:
        print(json.dumps({"paths": [_record(path, minima) for path in paths]}, ensure_ascii=False))
        return 0
    header = ("method", "start", "steps", "evaluations", "loss", "point", "distance", "outcome")
    rows = [
        (
            str(path.settings),
            report.short(path.points[0]),
            str(path.steps),
            str(path.total_evaluations),
            number(path.losses[-1]),
            report.short(path.points[-1]),
            "–" if not minima else number(path.distances(minima)[-1]),
            path.outcome,
        )
        for path in paths
    ]
    print(report.table(header, rows))
    return 0


# ── what was asked ────────────────────────────────────────────────────────────────────────────


def _window(options: argparse.Namespace, document: Document, surface: Surface) -> Window:
    """The part of the plane that the command line names, or else the document's own."""
    return window_asked(options) or window_of(document, axes_asked(options), surface)


def _raced(options: argparse.Namespace) -> tuple[Document, Surface, tuple[Path, ...]]:
    document = document_of(options)
    surface = surface_of(document, axes_asked(options), options.seed, over_asked(options, document))
    own = document.surface
    texts = options.method or (own.methods if own is not None else ())
    if not texts:
        raise InputError("no method is named; write for example --method adam:lr=0.05")
    starts: list[Point] = [numbers(text, 2, "--start X,Y") for text in options.start]
    if not starts and own is not None and options.axes is None:
        starts = list(own.starts) or ([own.start] if own.start is not None else [])
    steps = options.steps if options.steps is not None else 200 if own is None else own.steps
    if not 0 <= steps <= MOST_STEPS:
        raise InputError(f"--steps goes from 0 to {MOST_STEPS:,}, found {steps}")
    entries = [
        (read_method(text), start) for text in texts for start in starts or [tuple(surface.here.tolist())]
    ]
    window = _window(options, document, surface)
    paths = race(surface, entries, steps, budget=options.budget, seed=options.seed, window=window, whole=True)
    return document, surface, paths


# ── what is answered ──────────────────────────────────────────────────────────────────────────


def _record(path: Path, minima: Any) -> dict[str, Any]:
    settings = path.settings
    return {
        "method": settings.method.name,
        "settings": str(settings),
        "hyperparameters": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in settings.values.items()
        },
        "seed": path.seed,
        "points": report.whole(path.points),
        "losses": report.whole(path.losses),
        "gradients": report.whole(path.gradients),
        "learning_rates": report.whole(path.rates),
        "state": {name: report.whole(values) for name, values in path.state.items()},
        "outcome": path.outcome,
        "evaluations": path.total_evaluations,
        "distance": report.whole(path.distances(minima)[-1]) if len(minima) else None,
    }
