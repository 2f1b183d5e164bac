"""The commands of the optimizer lab: paths of methods on a document's surface, and the surface itself.

The one rule: what is printed is what was computed, complete: every point, every state, every setting.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

import numpy as np

from graph_explorer.cli import report
from graph_explorer.cli.commands import document_of
from graph_explorer.document import PRINCIPAL, RANDOM, Document, surface_of, window_of
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.descent import race
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.path import Path
from graph_explorer.lab.surface import Grid, Surface

#: A race of more steps would not fit into memory.
MOST_STEPS = 1_000_000
#: A grid has at most so many points a side.
MOST_POINTS = 4096

Window = tuple[float, float, float, float]
Point = tuple[float, ...]


def picture_of(options: argparse.Namespace) -> tuple[Document, Surface, tuple[Path, ...]]:
    """What a picture of the command shows: a document, its surface and the paths on it."""
    if options.command == "optimize":
        return _raced(options)
    return *_surface(options), ()


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


def command_surface(options: argparse.Namespace) -> int:
    """Prints or saves the surface on a grid."""
    document, surface = _surface(options)
    window = window_asked(options, document, surface)
    columns, rows = options.grid
    if not (2 <= columns <= MOST_POINTS and 2 <= rows <= MOST_POINTS):
        raise InputError(f"a grid has from 2x2 to {MOST_POINTS}x{MOST_POINTS} points; write --grid 101x101")
    grid = surface.grid(window, columns, rows)
    if options.npz is not None:
        report.save_arrays(options.npz, {"x": grid.x, "y": grid.y, "values": grid.values})
    if options.json:
        print(json.dumps(_grid_record(document, surface, grid), ensure_ascii=False))
        return 0
    print(_grid_text(surface, grid))
    return 0


# ── what was asked ────────────────────────────────────────────────────────────────────────────


def _surface(options: argparse.Namespace) -> tuple[Document, Surface]:
    document = document_of(options)
    return document, surface_of(document, _axes(options), options.seed)


def _axes(options: argparse.Namespace) -> tuple[str, str] | None:
    if options.axes is None:
        return None
    directions = {"random": RANDOM, "principal": PRINCIPAL}
    if options.axes.strip() in directions:
        return directions[options.axes.strip()]
    names = [name.strip() for name in re.split(r",(?![^\[]*\])", options.axes)]
    if len(names) != 2 or not all(names):
        raise InputError(
            "--axes takes two names, such as --axes w,b or --axes W1[0,1],b, or else random or principal; "
            f"found '{options.axes}'"
        )
    return names[0], names[1]


def window_asked(options: argparse.Namespace, document: Document, surface: Surface) -> Window:
    """The part of the plane that the command line names, or else the document's own."""
    if options.window is None:
        return window_of(document, _axes(options), surface)
    left, right, bottom, top = _numbers(options.window, 4, "--window LEFT,RIGHT,BOTTOM,TOP")
    if left >= right or bottom >= top:
        raise InputError("--window takes LEFT,RIGHT,BOTTOM,TOP with LEFT < RIGHT and BOTTOM < TOP")
    return left, right, bottom, top


def _numbers(text: str, count: int, usage: str) -> Point:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) != count or not np.isfinite(found).all():
        raise InputError(f"{usage} takes {count} numbers with commas between, found '{text}'")
    return found


def _raced(options: argparse.Namespace) -> tuple[Document, Surface, tuple[Path, ...]]:
    document, surface = _surface(options)
    own = document.surface
    texts = options.method or (own.methods if own is not None else ())
    if not texts:
        raise InputError("no method is named; write for example --method adam:lr=0.05")
    starts: list[Point] = [_numbers(text, 2, "--start X,Y") for text in options.start]
    if not starts and own is not None and options.axes is None:
        starts = list(own.starts) or ([own.start] if own.start is not None else [])
    steps = options.steps if options.steps is not None else 200 if own is None else own.steps
    if not 0 <= steps <= MOST_STEPS:
        raise InputError(f"--steps goes from 0 to {MOST_STEPS:,}, found {steps}")
    entries = [
        (read_method(text), start) for text in texts for start in starts or [tuple(surface.here.tolist())]
    ]
    window = window_asked(options, document, surface)
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


def _grid_record(document: Document, surface: Surface, grid: Grid) -> dict[str, Any]:
    return {
        "title": document.name,
        "output": surface.output,
        "axes": [axis.label for axis in surface.axes],
        "x": report.whole(grid.x),
        "y": report.whole(grid.y),
        "values": report.whole(grid.values),
    }


def _grid_text(surface: Surface, grid: Grid) -> str:
    """What a person wants to know of a grid without a picture: where, how high, how low."""
    values = grid.values
    rows = [
        (axis.label, f"{number(along[0])} … {number(along[-1])}", f"{len(along)} points")
        for axis, along in zip(surface.axes, (grid.x, grid.y), strict=True)
    ]
    finite = np.isfinite(values)
    if finite.any():
        row, column = np.unravel_index(np.argmin(np.where(finite, values, np.inf)), values.shape)
        least = f"least at ({number(grid.x[column])}, {number(grid.y[row])})"
        rows.append(
            (surface.output, f"{number(values[row, column])} … {number(values[finite].max())}", least)
        )
    if not finite.all():
        rows.append((surface.output, "not finite", f"{int((~finite).sum())} points"))
    return report.table(("axis", "range", ""), rows)
