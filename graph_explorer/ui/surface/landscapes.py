"""Landscapes of a session: which plane, over which examples, and where trainings went on it.

Reading a set of examples, training and laying a plane through checkpoints take time, and are jobs; a
path is placed on a plane point by point as the training goes on, which takes none.

The one rule: a plane stays where it was laid until another is asked for, however the document moves.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.directions import Along, Direction
from graph_explorer.lab.losses import Over, loss_over
from graph_explorer.lab.principal import STEPS
from graph_explorer.lab.slices import Slice, Trail, checkpoint_slice, principal_slice
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import CHECKPOINTS, FILTER, PRINCIPAL, principal_of, surface_along, surface_of
from graph_explorer.ui.state import NO_SURFACE, State
from graph_explorer.ui.surface.landscape import Landscape, Way, window_of_path
from graph_explorer.ui.training.state import TrainingRun

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

Array = np.ndarray[Any, Any]
Axes = tuple[str, str]
Parameters = Mapping[str, Array]

#: The key of the jobs that read examples and look for planes.
READING, LOOKING = "examples", "axes"
#: Seconds that reading examples may take where it is done at once.
_SYNCHRONOUS = 0.03
#: The newest point of a path under way is placed for networks of at most so many numbers.
_LIVE = 500_000
#: The keys of [training] that decide on the examples.
_EXAMPLES = ("data", "inputs", "target", "split", "standardize")
_FEW = "there are {} checkpoints of this run yet; a plane needs three: let it train on"


class Landscapes:
    """Chooses planes and examples for a session, and places paths."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._seconds = float("inf")
        self._read: tuple[tuple[Any, ...], Over | None] | None = None
        self._plane: Slice | None = None
        #: where points of the present plane fell, by the identity of their parameters, which are kept alive
        self._feet: dict[int, tuple[Parameters, Array, float]] = {}

    # ── what is asked for ─────────────────────────────────────────────────────────────────────

    def choose(self, axes: Axes | None) -> None:
        """Other axes: the document's own, or directions; a plane through a training is looked for first."""
        state = self.session.state
        if axes in (PRINCIPAL, CHECKPOINTS):
            self._look(axes)
        elif axes != state.axes or state.landscape.plane is not None:
            self._show(axes, None)

    def take_over(self, examples: str) -> None:
        """The loss over other examples."""
        landscape = self.session.state.landscape
        if examples != chosen(landscape, self.session.state.document):
            other = dataclasses.replace(landscape, examples=examples, over=None)
            self.session.change(landscape=other)

    def _show(self, axes: Axes | None, plane: Slice | None, said: str = "", points: Any = ()) -> None:
        old = self.session.state.landscape
        window = window_of_path(plane, points) if plane is not None and len(points) else None
        landscape = Landscape(old.examples, old.over, plane, window, said)
        notice = {"notice": said} if said else {}
        self.session.change(**{**NO_SURFACE, "axes": axes, "landscape": landscape, **notice})

    # ── planes ────────────────────────────────────────────────────────────────────────────────

    def _look(self, axes: Axes) -> None:
        document, run = self.session.state.document, self.session.state.training.run
        assert document is not None
        if run is None or not fits(run, document):
            if axes == PRINCIPAL:
                self._descend(document)
            else:
                self.session.say("there is no training to lay a plane through; run one in the Training view")
            return
        newer = run.here.step > run.standings[-1].step
        standings = (*run.standings, run.here) if newer else run.standings
        points = [each.parameters for each in standings]
        epochs = [each.epoch for each in standings]
        if len(points) < 3:
            self.session.say(_FEW.format(len(points)))
            return
        at = self.session.state.training.at
        work: Callable[[Callable[[float], None]], tuple[Slice, str]]
        if axes == PRINCIPAL:
            work = lambda checkpoint: _principal(points, run.title)
        else:
            work = lambda checkpoint: _through(points, epochs, at, run.title)
        self.session.jobs.start(
            LOOKING,
            "Laying a plane through the training",
            work,
            lambda found: self._laid(document, axes, found, points),
            lambda error: self.session.say(str(error)),
        )

    def _laid(self, document: Document, axes: Axes, found: tuple[Slice, str], points: Any) -> None:
        if self.session.state.document is document:
            self._show(axes, found[0], found[1], points)

    def _descend(self, document: Document) -> None:
        """Looks for the directions in which a descent through all parameters moves most."""

        def deliver(found: tuple[tuple[Direction, ...], float]) -> None:
            if self.session.state.document is document:
                said = f"Adam went {STEPS} steps through all parameters; "
                said += f"this plane holds {found[1]:.1%} of the variance of its way."
                ways = tuple(each for each in found[0] if isinstance(each, Along))
                self._show(PRINCIPAL, Slice(floats(document), ways), said)

        self.session.jobs.start(
            LOOKING,
            "Looking for the principal directions",
            lambda checkpoint: principal_of(document, checkpoint),
            deliver,
            lambda error: self.session.say(str(error)),
        )

    # ── the surface ───────────────────────────────────────────────────────────────────────────

    def read(self, state: State) -> State | None:
        """The state with the examples that it asks for; None while they are being read."""
        document, landscape = state.document, state.landscape
        assert document is not None
        choice = chosen(landscape, document)
        if choice == "document":
            none = landscape.over is None
            return state if none else dataclasses.replace(state, landscape=_with(landscape, None))
        key = _key(document, choice)
        if self._read is None or not _same(self._read[0], key):
            if self._seconds > _SYNCHRONOUS:
                self._start(key, document, choice)
                return None
            started = time.perf_counter()
            try:
                self._read = (key, loss_over(document, choice))
            except InputError as error:
                self._read = (key, None)
                state = dataclasses.replace(state, message=str(error))
            self._seconds = time.perf_counter() - started
        over = self._read[1]
        same = landscape.over is over
        return state if same else dataclasses.replace(state, landscape=_with(landscape, over))

    def _start(self, key: tuple[Any, ...], document: Document, choice: str) -> None:
        def work(checkpoint: Callable[[float], None]) -> tuple[Over | None, float]:
            loss_over(document, choice)  # the first time libraries are loaded
            started = time.perf_counter()
            return loss_over(document, choice), time.perf_counter() - started

        def deliver(found: tuple[Over | None, float]) -> None:
            self._read, self._seconds = (key, found[0]), found[1]
            state = self.session.state
            self.session.change(landscape=_with(state.landscape, found[0]), no_surface="")

        def failed(error: InputError) -> None:
            self._read = (key, None)
            landscape = _with(self.session.state.landscape, None)
            self.session.change(landscape=landscape, no_surface="", message=str(error))

        self.session.jobs.start(READING, "Reading the examples", work, deliver, failed)

    def surface(self, state: State) -> Surface:
        """The surface that a state asks for, its examples read; `InputError` where there is none."""
        document, landscape = state.document, state.landscape
        assert document is not None
        plane = landscape.plane
        if plane is None:
            if state.axes in (PRINCIPAL, CHECKPOINTS):
                raise InputError("the plane was of another document; choose the axes again")
            return surface_of(document, _axes(state), over=landscape.over)
        leaves = {name: value.shape for name, value in document.leaves.items()}
        if any(leaves.get(name) != value.shape for name, value in plane.origin.items()):
            raise InputError("the directions were of other parameters; choose the axes again")
        return surface_along(document.with_values(plane.origin), plane.axes, landscape.over)

    # ── paths ─────────────────────────────────────────────────────────────────────────────────

    def ways(self, state: State) -> tuple[Way, ...]:
        """Where the runs that are drawn went on the present plane, as far as they have come."""
        surface, document = state.surface, state.document
        if surface is None or document is None or not state.training.runs:
            return ()
        plane = state.landscape.plane or self._of_surface(surface)
        if plane is None:
            return ()
        if plane is not self._plane:
            self._plane, self._feet = plane, {}
        runs = [run for run in state.training.drawn if fits(run, document)]
        found = tuple(self._way(plane, run, run.number == state.training.selected) for run in runs)
        alive = {id(point) for run in runs for point in _points(run)}
        self._feet = {key: kept for key, kept in self._feet.items() if key in alive}
        return found

    def _of_surface(self, surface: Surface) -> Slice | None:
        """Random directions as a plane; None where the axes are plain numbers."""
        axes = tuple(axis for axis in surface.axes if isinstance(axis, Along))
        if len(axes) < len(surface.axes):
            return None
        if self._plane is not None and all(a is b for a, b in zip(axes, self._plane.axes, strict=False)):
            return self._plane
        moved = {name for axis in axes for name in axis.names}
        return Slice({name: surface.leaves[name] for name in surface.leaves if name in moved}, axes)

    def _way(self, plane: Slice, run: TrainingRun, selected: bool) -> Way:
        points = _points(run)
        feet, distances = zip(*(self._foot(plane, point) for point in points), strict=True)
        epochs = [standing.epoch for standing in run.standings]
        epochs += [run.reached] * (len(points) - len(epochs))
        first, last = self._feet[id(points[0])][0], self._feet[id(points[-1])][0]
        with np.errstate(all="ignore"):  # a path that diverged is infinitely long
            length = float(np.sqrt(sum(np.sum((last[n] - first[n]) ** 2) for n in plane.origin)))
        trail = Trail(np.array(feet), np.array(distances), tuple(epochs), length, plane.explained)
        return Way(trail, run.colour, run.title, selected)

    def _foot(self, plane: Slice, point: Parameters) -> tuple[Array, float]:
        known = self._feet.get(id(point))
        if known is None:
            known = self._feet[id(point)] = (point, *plane.foot(point))
        return known[1:]


# ── what can be told from the state ───────────────────────────────────────────────────────────


def chosen(landscape: Landscape, document: Document | None) -> str:
    """What the loss is taken over: what a person chose, else what the document is trained on."""
    if document is None or "data" not in document.training:
        return "document"
    return landscape.examples or "training"


def floats(document: Document) -> dict[str, Array]:
    """The parameters that move."""
    return {name: e.array for name, e in document.parameters.items() if e.array.dtype.kind == "f"}


def fits(run: TrainingRun, document: Document) -> bool:
    """Whether a run is of this document's program and shapes."""
    return run.document.graph is document.graph or (
        run.document.program == document.program
        and {n: v.shape for n, v in floats(run.document).items()}
        == {n: v.shape for n, v in floats(document).items()}
    )


def _axes(state: State) -> Axes | None:
    """The axes; of a network that is trained and says none, filter-normalised directions."""
    document = state.document
    assert document is not None
    if state.axes is None and document.surface is None and "data" in document.training:
        weights = (value for value in floats(document).values() if value.ndim > 1)
        return FILTER if next(weights, None) is not None else None
    return state.axes


def _points(run: TrainingRun) -> list[Parameters]:
    """The checkpoints, and where it stands where that is newer and quickly placed."""
    points: list[Parameters] = [standing.parameters for standing in run.standings]
    newest = run.parameters
    small = sum(value.size for value in newest.values()) <= _LIVE
    if small and newest is not points[-1] and run.step > run.standings[-1].step:
        points.append(newest)
    return points


def _key(document: Document, choice: str) -> tuple[Any, ...]:
    """What examples depend on: the settings that name them, and the inputs that take them."""
    settings = tuple(document.training.get(key) for key in _EXAMPLES)
    inputs = tuple((name, e.array.shape, e.array.dtype) for name, e in document.inputs.items())
    return choice, document.graph, document.path, settings, inputs


def _with(landscape: Landscape, over: Over | None) -> Landscape:
    return dataclasses.replace(landscape, over=over)


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(a is b or a == b for a, b in zip(one, other, strict=True))


def _principal(points: list[Parameters], title: str) -> tuple[Slice, str]:
    plane = principal_slice(points)
    share = sum(plane.explained)
    return plane, f"The plane in which {title} moved most holds {share:.1%} of the variance of its path."


def _through(points: list[Parameters], epochs: list[int], at: int | None, title: str) -> tuple[Slice, str]:
    """Through start and end, and the epoch that is looked at, or else the middle one."""
    last = len(points) - 1
    looked_at = epochs.index(at) if at in epochs else -1
    middle = looked_at if 0 < looked_at < last else len(points) // 2
    plane = checkpoint_slice(points, [0, last, middle])
    said = f"A plane through epochs {epochs[0]}, {epochs[middle]} and {epochs[last]} of {title}; "
    return plane, said + "from (0, 0) to (1, 0) runs the straight line from start to end."
