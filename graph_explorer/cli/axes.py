"""What the commands on surfaces have in common: axes, the part of the plane, and the examples.

The one rule: what is left out is the document's choice.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.losses import Over, loss_over
from graph_explorer.lab.slices import Trail
from graph_explorer.lab.surface import Grid
from graph_explorer.surfaces import CHECKPOINTS, FILTER, PRINCIPAL, RANDOM

Window = tuple[float, float, float, float]
Axes = tuple[str, str]

#: Words for axes through all parameters; a line is the lower edge of the plane through checkpoints.
LINE = ("line", "line")
_WORDS = {
    "random": RANDOM, "filter": FILTER, "principal": PRINCIPAL, "checkpoints": CHECKPOINTS, "line": LINE,
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """What a picture shows beside the surface: its values, and the path."""

    window: Window
    grid: Grid | None = None
    trail: Trail | None = None


def axes_asked(options: argparse.Namespace) -> Axes | None:
    """The axes that the command line names; None where it leaves them to the document."""
    if options.axes is None:
        return None
    if options.axes.strip() in _WORDS:
        return _WORDS[options.axes.strip()]
    names = [name.strip() for name in re.split(r",(?![^\[]*\])", options.axes)]
    if len(names) != 2 or not all(names):
        raise InputError(
            "--axes takes two names, such as --axes w,b or --axes W1[0,1],b, or else one of "
            f"{', '.join(_WORDS)}; found '{options.axes}'"
        )
    return names[0], names[1]


def over_asked(options: argparse.Namespace, document: Document) -> Over | None:
    """What the loss is taken over: the examples of the training, where the document has one."""
    return loss_over(
        document, options.examples or ("training" if "data" in document.training else "document")
    )


def window_asked(options: argparse.Namespace) -> Window | None:
    """The part of the plane that the command line names."""
    if options.window is None:
        return None
    left, right, bottom, top = numbers(options.window, 4, "--window LEFT,RIGHT,BOTTOM,TOP")
    if left >= right or bottom >= top:
        raise InputError("--window takes LEFT,RIGHT,BOTTOM,TOP with LEFT < RIGHT and BOTTOM < TOP")
    return left, right, bottom, top


def numbers(text: str, count: int, usage: str) -> tuple[float, ...]:
    """So many numbers with commas between."""
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if len(found) != count or not np.isfinite(found).all():
        raise InputError(f"{usage} takes {count} numbers with commas between, found '{text}'")
    return found
