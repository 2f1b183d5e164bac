"""The program from Python, without a window: `import graph_explorer as gx`.

The one rule: nothing is done here; each name is the function of the layer that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.document import Document, parse, run
from graph_explorer.engine import check as engine_check
from graph_explorer.engine import machine, modes
from graph_explorer.engine.check import Compared
from graph_explorer.formats import open_document, save_document
from graph_explorer.formats.examples import examples, resolve
from graph_explorer.formats.variants import variant
from graph_explorer.lab import descent, landscape
from graph_explorer.lab.epochs import Epoch
from graph_explorer.lab.kept import Kept
from graph_explorer.lab.losses import loss_over
from graph_explorer.lab.optimizers import MethodSettings, read_method
from graph_explorer.lab.path import Path as Descent
from graph_explorer.lab.places import Place, place_of
from graph_explorer.lab.replay import replay
from graph_explorer.lab.schedules import learning_rates
from graph_explorer.lab.sharpness import Sharpness, curvature_of
from graph_explorer.lab.sharpness import sharpness as largest_curvatures
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.surface import Grid
from graph_explorer.lab.sweep import Trial, Tried
from graph_explorer.lab.sweep import about as about_sweep
from graph_explorer.lab.sweep import sweep as sweep_trials
from graph_explorer.lab.trained import Run, whole
from graph_explorer.lab.training import read_training
from graph_explorer.lab.variation import Varied, combinations, read_varied
from graph_explorer.surfaces import surface_of, window_of

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = [
    "check", "descend", "examples", "hessian", "jacobian", "jvp", "learning_rates", "open", "parse",
    "replay", "run", "save", "sharpness", "show", "surface", "sweep", "train",
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
    over: str | None = None,
    place: str | Place | None = None,
    keep: str | Path | None = None,
    checkpoint: Callable[[float], None] | None = None,
) -> Grid:
    """The output on a grid of `grid` = (columns, rows): its `.x`, `.y` and `.values` (rows, columns).

    `axes` are two scalar parameters or entries such as `W1[0,1]`, or ("filter", "filter"), ("random",
    "random") or ("principal", "principal") for directions through all parameters; `window` is (left, right,
    bottom, top); by default those of the document. `seed` draws random directions. `over` says what the
    output is the mean over: "training", "validation", "subset:256" or "document"; by default the training
    examples of a document that has some. `place` is the address of a Dask cluster or a place of
    `lab.places`, by default threads; results are kept in the file `keep` as they come.
    """
    found = surface_of(document, axes, seed, loss_over(document, over or _examples(document)))
    shown = window or window_of(document, axes, found)
    kept = None if keep is None else Kept(Path(keep), landscape.about(found, shown, *grid))
    return landscape.landscape(found, shown, *grid, place=_place(place), kept=kept, checkpoint=checkpoint)


def _examples(document: Document) -> str:
    """What a loss is taken over where nobody says: what it is trained on."""
    return "training" if "data" in document.training else "document"


def _place(place: str | Place | None) -> Place:
    return place_of(place) if place is None or isinstance(place, str) else place


def sharpness(
    document: Document,
    count: int = 1,
    *,
    over: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    tolerance: float = 1e-3,
    seed: int = 0,
    checkpoint: Callable[[float], None] | None = None,
) -> Sharpness:
    """The `count` largest eigenvalues of the loss's Hessian, by power iteration; `.limit` is 2/λ.

    At the document's own parameters or others, over the examples that `over` says, as for `surface`.
    """
    floats = {n: e.array for n, e in document.parameters.items() if e.array.dtype.kind == "f"}
    floats |= {name: np.asarray(value, floats[name].dtype) for name, value in (parameters or {}).items()}
    times, size = curvature_of(document, loss_over(document, over or _examples(document)), floats)
    return largest_curvatures(times, size, count=count, tolerance=tolerance, seed=seed, checkpoint=checkpoint)


def descend(
    document: Document,
    method: str | MethodSettings,
    start: Sequence[float] | None = None,
    steps: int | None = None,
    *,
    budget: int | None = None,
    seed: int = 0,
    axes: tuple[str, str] | None = None,
    over: str | None = None,
) -> Descent:
    """The path of a method such as `adam:lr=0.05` on the document's surface.

    It has `.points` (steps + 1, 2), `.losses`, `.gradients`, `.state`, `.outcome` and `.evaluations`.
    Start and number of steps are the document's unless they are given; `budget` ends the path
    before it has used more evaluations, `seed` is for noise, batches and random directions; `over` as for
    `surface`.
    """
    settings = read_method(method) if isinstance(method, str) else method
    found = surface_of(document, axes, seed, loss_over(document, over or _examples(document)))
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


def sweep(
    document: Document,
    over: Mapping[str, Iterable[Any]] | Sequence[str],
    *,
    place: str | Place | None = None,
    keep: str | Path | None = None,
    checkpoint: Callable[[float], None] | None = None,
    told: Callable[[int, Tried[Document]], None] | None = None,
    **settings: Any,
) -> tuple[Tried[Document], ...]:
    """Trains the document once for every combination of `over`, and returns the runs in that order.

    `over` holds values by name, `{"lr": [0.01, 0.1], "seed": range(3)}`, or texts such as
    `"lr=1e-4..1:9:log"`; a name is a key of `[training]`, a number of the optimizer, a parameter, a key of
    how one is spelled (`W1.scale`) or a constant of the program. `settings` replace keys of `[training]` for
    all runs. `place` and `keep` are those of `surface`; each run has its `.trial.settings`, `.epochs`,
    `.standing`, `.outcome` and `.loss`.
    """
    given = document.with_training({**document.training, **settings})
    if isinstance(over, Mapping):
        varied = [Varied(name, tuple(values)) for name, values in over.items()]
    else:
        varied = [read_varied(text) for text in over]
    made = [(each, variant(given, each)) for each in combinations(varied)]
    trials = [Trial(each, changed, changed.training) for each, changed in made]
    kept = None if keep is None else Kept(Path(keep), about_sweep(trials))
    return sweep_trials(trials, place=_place(place), kept=kept, checkpoint=checkpoint, told=told)


def show(document: Document) -> int:
    """Opens the window on the document and returns when it is closed."""
    from graph_explorer.ui.app import main

    return main(document=document)
