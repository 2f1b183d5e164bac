"""The command `surface`: the output on a grid, here or on a cluster, gone on with where it was ended.

The one rule: what is drawn, printed and written is one grid, computed once; a plane through a training
says how much of it the plane holds.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.cli import report
from graph_explorer.cli.axes import LINE, Axes, Drawn, axes_asked, over_asked, window_asked
from graph_explorer.cli.commands import document_of
from graph_explorer.cli.progress import Progress
from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.kept import Kept
from graph_explorer.lab.landscape import MOST_POINTS, about, landscape
from graph_explorer.lab.places import place_of
from graph_explorer.lab.slices import Slice, Trail, checkpoint_slice, principal_slice, trail_of, window_around
from graph_explorer.lab.surface import Grid, Surface
from graph_explorer.lab.training import read_training
from graph_explorer.lab.training_path import TrainingPath, load_path, trained_path
from graph_explorer.surfaces import (
    CHECKPOINTS,
    FILTER,
    PRINCIPAL,
    RANDOM,
    surface_along,
    surface_of,
    window_of,
)

Window = tuple[float, float, float, float]

#: How far a line goes on behind its ends, as a part of its length.
_BEYOND = 0.25


@dataclass(frozen=True)
class Asked:
    """What a command line asks for: a surface of a document, the part of it that is looked at, and the path
    of a training on it.
    """

    document: Document
    surface: Surface
    window: Window
    trail: Trail | None = None
    line: bool = False


def picture_of(options: argparse.Namespace) -> tuple[Document, Surface, tuple[()], Drawn] | None:
    """What a picture of the command shows; None where none is asked for."""
    if options.out is None:
        return None
    asked = _asked(options)
    quick = asked.surface.together or asked.surface.compiled is not None
    grid = None if quick and options.npz is None and not asked.line else _computed(options, asked)
    if options.npz is not None and grid is not None:
        _save(options.npz, asked, grid)
    return asked.document, asked.surface, (), Drawn(asked.window, grid, asked.trail)


def command_surface(options: argparse.Namespace) -> int:
    """Prints or saves the surface on a grid."""
    asked = _asked(options)
    grid = _computed(options, asked)
    if options.npz is not None:
        _save(options.npz, asked, grid)
    if options.json:
        print(json.dumps(_record(asked, grid), ensure_ascii=False))
        return 0
    print(_text(asked, grid))
    return 0


# ── what was asked ────────────────────────────────────────────────────────────────────────────


def _asked(options: argparse.Namespace) -> Asked:
    document = document_of(options)
    over, axes, window = over_asked(options, document), axes_asked(options), window_asked(options)
    trained = options.path is not None or bool(document.training)
    through = axes in (CHECKPOINTS, LINE) or (axes == PRINCIPAL and trained)
    if options.through is not None and axes not in (CHECKPOINTS, LINE):
        raise InputError("--through names checkpoints; add --axes checkpoints or --axes line")
    if options.path is None and not through:
        if axes is None and document.surface is None and document.training and _has_weights(document):
            axes = FILTER
        surface = surface_of(document, axes, options.seed, over)
        return Asked(document, surface, window or window_of(document, axes, surface))
    path = _path(options, document)
    document = document.with_values(path.points[-1])
    if not through:
        surface = surface_of(document, axes, options.seed, over)
        plane = _plane_of(document, surface)
    else:
        plane = _plane(path, axes, options)
        document = document.with_values(plane.origin)
        surface = surface_along(document, plane.axes, over)
    if plane is not None and axes == LINE:
        plane = Slice(plane.origin, plane.axes[:1])
    trail = trail_of(plane, path.points, path.epochs) if plane is not None else None
    if window is None and axes == LINE:
        window = (-_BEYOND, 1 + _BEYOND, 0.0, 0.0)
    elif window is None and trail is not None and axes not in (RANDOM, FILTER):
        window = window_around(trail.points)
    return Asked(document, surface, window or window_of(document, axes, surface), trail, axes == LINE)


def _has_weights(document: Document) -> bool:
    return any(e.array.ndim > 1 and e.array.dtype.kind == "f" for e in document.parameters.values())


def _path(options: argparse.Namespace, document: Document) -> TrainingPath:
    """The path in the file that is named; else that of the training, which is done now."""
    if options.path is not None:
        return load_path(options.path, document)
    if not document.training:
        raise InputError(
            "this document has no [training], and so no path to lay a plane through; choose --axes filter, "
            "or name a path with --path",
            source=document.source,
        )
    training = read_training(document.training)
    progress = Progress("of the training")
    try:
        return trained_path(document, training, progress.show)
    finally:
        progress.clear()


def _plane(path: TrainingPath, axes: Axes | None, options: argparse.Namespace) -> Slice:
    if axes == PRINCIPAL:
        return principal_slice(path.points)
    last = path.epochs[-1]
    if options.through is None:
        middle = path.epochs[len(path.epochs) // 2]
        chosen = [path.epochs[0], last, middle]
    else:
        try:
            chosen = [int(part) for part in options.through.split(",")]
        except ValueError:
            chosen = []
        if len(chosen) == 2 and axes == LINE:
            chosen.append(next((e for e in reversed(path.epochs) if e not in chosen), chosen[0]))
        if len(chosen) != 3:
            raise InputError(
                f"--through takes the epochs of three checkpoints, such as 0,{last},{last // 2}; "
                f"found '{options.through}'"
            )
    return checkpoint_slice(path.points, [path.at(epoch) for epoch in chosen])


def _plane_of(document: Document, surface: Surface) -> Slice | None:
    """The surface as a plane through all parameters; None where its axes are plain numbers."""
    from graph_explorer.lab.directions import Along

    axes = tuple(axis for axis in surface.axes if isinstance(axis, Along))
    if len(axes) != len(surface.axes):
        return None
    floats = {n: e.array for n, e in document.parameters.items() if e.array.dtype.kind == "f"}
    return Slice(floats, axes)


# ── the grid ──────────────────────────────────────────────────────────────────────────────────


def _computed(options: argparse.Namespace, asked: Asked) -> Grid:
    """The values; a slow grid that is written to a file is kept beside that until it is complete."""
    columns, rows = options.grid[0], 1 if asked.line else options.grid[1]
    if not (2 <= columns <= MOST_POINTS and (asked.line or 2 <= rows <= MOST_POINTS)):
        raise InputError(f"a grid has from 2x2 to {MOST_POINTS}x{MOST_POINTS} points; write --grid 101x101")
    place = place_of(options.cluster, options.workers)
    quick = asked.surface.together or asked.surface.compiled is not None
    written = options.npz or options.out
    file = options.keep or (beside(written) if written is not None and not quick else None)
    kept = None if file is None else Kept(file, about(asked.surface, asked.window, columns, rows))
    progress = Progress(f"of {columns}×{rows} points")
    try:
        grid = landscape(
            asked.surface, asked.window, columns, rows, place=place, kept=kept, checkpoint=progress.show
        )
    finally:
        progress.clear()
    if kept is not None and options.keep is None:
        kept.forget()
    return grid


def beside(path: Path) -> Path:
    """Where results of a computation that writes `path` are kept while it is under way."""
    return path.with_name(f"{path.name}.kept.npz")


# ── what is answered ──────────────────────────────────────────────────────────────────────────


def _save(path: Path, asked: Asked, grid: Grid) -> None:
    arrays: dict[str, Any] = {"x": grid.x, "y": grid.y, "values": grid.values}
    if asked.trail is not None:
        trail = asked.trail
        arrays |= {
            "path/points": trail.points, "path/epochs": np.array(trail.epochs),
            "path/distances": trail.distances, "path/explained": np.array(trail.explained),
        }  # fmt: skip
    report.save_arrays(path, arrays)


def _record(asked: Asked, grid: Grid) -> dict[str, Any]:
    surface, over = asked.surface, asked.surface.over
    found = {
        "title": asked.document.name,
        "output": surface.output,
        "over": "the document's own examples" if over is None else over.title,
        "axes": [axis.label for axis in surface.axes],
        "x": report.whole(grid.x),
        "y": report.whole(grid.y),
        "values": report.whole(grid.values),
    }
    if asked.trail is None:
        return found
    return found | {
        "path": {
            "epochs": list(asked.trail.epochs),
            "points": report.whole(asked.trail.points),
            "distances": report.whole(asked.trail.distances),
            "explained": report.whole(asked.trail.explained),
        }
    }


def _text(asked: Asked, grid: Grid) -> str:
    """What a person wants to know of a grid without a picture: where, how high, how low."""
    surface, values = asked.surface, grid.values
    along = (grid.x,) if asked.line else (grid.x, grid.y)
    rows = [
        (axis.label, f"{number(each[0])} … {number(each[-1])}", f"{len(each)} points")
        for axis, each in zip(surface.axes, along, strict=False)
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
    if surface.over is not None:
        rows.append((surface.output, "mean over", surface.over.title))
    said = [report.table(("axis", "range", ""), rows)]
    said += [f"{sentence}." for sentence in asked.trail.told] if asked.trail is not None else []
    return "\n".join(said)
