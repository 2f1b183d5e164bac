"""The command `sharpness`: the largest curvatures of the loss, and the learning rate that they bear.

The one rule: how near a number is to the exact one is told with it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from graph_explorer.cli import report
from graph_explorer.cli.axes import over_asked
from graph_explorer.cli.commands import document_of
from graph_explorer.cli.progress import Progress
from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.losses import Over
from graph_explorer.lab.sharpness import Eigenvalue, Sharpness, curvature_of, sharpness
from graph_explorer.lab.standing import check_standing, load_standing
from graph_explorer.lab.training_path import begun, load_path


def command_sharpness(options: argparse.Namespace) -> int:
    """Prints the largest eigenvalues of the Hessian of the loss."""
    document = document_of(options)
    over = over_asked(options, document)
    parameters = begun(document).points[0]
    if options.at is not None:
        parameters = _at(options.at, document, parameters)
    progress = Progress("of the most products that it may take")
    try:
        times, size = curvature_of(document, over, parameters)
        found = sharpness(
            times, size, count=options.count, tolerance=options.tolerance, most=options.products,
            seed=options.seed, checkpoint=progress.show,
        )  # fmt: skip
    except InputError as error:
        raise document.placed(error) from None
    finally:
        progress.clear()
    if options.json:
        print(json.dumps(_record(document, over, found, size), ensure_ascii=False))
    else:
        print(_text(document, over, found, size))
    return 0


def _at(file: Path, document: Document, parameters: Any) -> Any:
    """The parameters at the end of what a file holds: a checkpoint of a training, or its path."""
    try:
        standing = load_standing(file)
    except InputError:
        return load_path(file, document).points[-1]
    check_standing(standing, parameters)
    return {name: standing.parameters[name] for name in parameters}


def _title(over: Over | None) -> str:
    return "the document's own examples" if over is None else over.title


def _record(document: Document, over: Over | None, found: Sharpness, size: int) -> dict[str, Any]:
    return {
        "title": document.name,
        "output": document.output,
        "over": _title(over),
        "parameters": size,
        "largest": [_one(each) for each in found.largest],
        "lowest": None if found.lowest is None else _one(found.lowest),
        "learning_rate_limit": report.whole(found.limit),
    }


def _one(found: Eigenvalue) -> dict[str, Any]:
    return {
        "value": report.whole(found.value), "error": report.whole(found.error),
        "products": found.products, "settled": found.settled,
    }  # fmt: skip


def _text(document: Document, over: Over | None, found: Sharpness, size: int) -> str:
    shown = [(f"largest {place}", each) for place, each in enumerate(found.largest, 1)]
    shown += [("lowest", found.lowest)] if found.lowest is not None else []
    rows = [
        (
            name,
            number(each.value),
            f"± {each.error:.1g}" + ("" if each.settled else ", not settled"),
            str(each.products),
        )
        for name, each in shown
    ]
    said = f"Curvature of '{document.output}' over {_title(over)}, through all {size:,} parameters.\n"
    said += report.table(("eigenvalue", "value", "error", "products"), rows)
    if found.limit == float("inf"):
        return f"{said}\nThe loss bends up nowhere here: it sets no limit to the learning rate."
    return (
        f"{said}\nGradient descent is unstable here with a learning rate above 2/λ = {number(found.limit)}."
    )
