"""The program from Python, without a window: `import graph_explorer as gx`.

The one rule: nothing is done here; each name is the function of the layer that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.document import Document, parse, run, surface_of, window_of
from graph_explorer.engine import check as engine_check
from graph_explorer.engine import machine, modes
from graph_explorer.engine.check import Compared
from graph_explorer.formats import open_document, save_document
from graph_explorer.formats.examples import examples, resolve
from graph_explorer.lab import descent
from graph_explorer.lab.epochs import Epoch
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.path import Path as Descent
from graph_explorer.lab.replay import replay
from graph_explorer.lab.schedules import learning_rates
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.surface import Grid
from graph_explorer.lab.trained import Run, whole
from graph_explorer.lab.training import read_training

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = [
    "check", "descend", "examples", "hessian", "jacobian", "jvp", "learning_rates", "open", "parse",
    "replay", "run", "save", "show", "surface", "train",
]  # fmt: skip

Array = np.ndarray[Any, Any]

machine.keep_memory()


def open(path: str | Path | ModelProto, inputs: Mapping[str, Any] | None = None) -> Document:  # noqa: A001
    """The document in a file, the example of that name, or an ONNX model; `inputs` replaces values."""
    if not isinstance(path, str | Path):
        from graph_explorer.formats.onnx.read import document_of  # loaded when a model is opened

        return document_of(path, inputs=inputs)
    document = open_document(resolve(str(path)))
    return document.with_values(inputs) if inputs else document


def save(document: Document, path: str | Path) -> None:
    """Writes the document to a file, in the format of its suffix."""
    save_document(document, Path(path))


def jvp(document: Document, tangents: Mapping[str, Any]) -> modes.ForwardTrace:
    """Forward mode: how every value moves when the named ones move along their tangents."""
    return modes.push(run(document), tangents)


def jacobian(document: Document, of: str, wrt: str) -> Array:
    """The Jacobian of the value `of` with respect to `wrt`: (size of `of`, size of `wrt`)."""
    return modes.jacobian(run(document), document.leaves, of, wrt)


def hessian(document: Document, wrt: Iterable[str] | None = None) -> Array:
    """The Hessian of the scalar output over all entries of `wrt` (default: all float parameters): (n, n)."""
    names = document.default_wrt if wrt is None else tuple(wrt)
    return modes.hessian(run(document, wrt=names), document.leaves, names)


def check(document: Document, names: Iterable[str] | None = None) -> tuple[Compared, ...]:
    """Every entry of every gradient against central differences."""
    wanted = None if names is None else tuple(names)
    return engine_check.check(run(document, wrt=wanted), document.leaves, wanted)


def surface(
    document: Document,
    grid: tuple[int, int] = (101, 101),
    *,
    axes: tuple[str, str] | None = None,
    window: tuple[float, float, float, float] | None = None,
    seed: int = 0,
) -> Grid:
    """The output on a grid of `grid` = (columns, rows): its `.x`, `.y` and `.values` (rows, columns).

    `axes` are two scalar parameters or entries such as `W1[0,1]`, `window` is (left, right, bottom,
    top); by default those of the document. `seed` draws random directions.
    """
    found = surface_of(document, axes, seed)
    return found.grid(window or window_of(document, axes, found), *grid)


def descend(
    document: Document,
    method: str | MethodSettings,
    start: Sequence[float] | None = None,
    steps: int | None = None,
    *,
    budget: int | None = None,
    seed: int = 0,
    axes: tuple[str, str] | None = None,
) -> Descent:
    """The path of a method such as `adam:lr=0.05` on the document's surface.

    It has `.points` (steps + 1, 2), `.losses`, `.gradients`, `.state`, `.outcome` and `.evaluations`.
    Start and number of steps are the document's unless they are given; `budget` ends the path
    before it has used more evaluations, `seed` is for noise, batches and random directions.
    """
    settings = read_method(method) if isinstance(method, str) else method
    found = surface_of(document, axes, seed)
    own = document.surface
    if start is None:
        start = found.here.tolist() if own is None or own.start is None else own.start
    if steps is None:
        steps = 200 if own is None else own.steps
    window = window_of(document, axes, found)
    return descent.descend(found, settings, start, steps, budget=budget, seed=seed, window=window, whole=True)


def train(
    document: Document,
    *,
    start: Standing | None = None,
    checkpoint: Callable[[float], None] | None = None,
    told: Callable[[Epoch], None] | None = None,
    **settings: Any,
) -> Run[Document]:
    """Trains the document: its `.epochs`, its `.standing` to go on from, and the trained `.document`.

    `settings` replace keys of the document's `[training]`, such as `epochs=20` or `optimizer="adam"`.
    `told` hears of each epoch, `checkpoint` of the fraction that is done.
    """
    training = read_training({**document.training, **settings})
    return whole(document, training, start=start, checkpoint=checkpoint, told=told)


def show(document: Document) -> int:
    """Opens the window on the document and returns when it is closed."""
    from graph_explorer.ui.app import main

    return main(document=document)
