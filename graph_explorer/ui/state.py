"""What the window shows: one frozen record.

The one rule: everything that a view shows is in here, or follows from it; whoever changes something makes
another state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.difference import Difference
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Use
from graph_explorer.engine.health import Health
from graph_explorer.engine.hierarchy import first_closed
from graph_explorer.engine.trace import Event, Trace
from graph_explorer.lab.descent import Path as Descent
from graph_explorer.lab.surface import Surface
from graph_explorer.ui.challenge.state import Challenge
from graph_explorer.ui.finding.found import Found
from graph_explorer.ui.race.state import NO_RACE, Race
from graph_explorer.ui.surface.landscape import NO_LANDSCAPE, Landscape, Way
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.training.state import NO_TRAINING, TrainingState
from graph_explorer.ui.training.sweep.state import NO_SWEEP, Sweep

Array = np.ndarray[Any, Any]
Mode = Literal["nodes", "edges"]

#: What is said where a document is shown that has not been run yet, or whose run was stopped.
NOT_RUN = "Not run yet: no value or gradient is known."


@dataclass(frozen=True)
class Accumulator:
    """What an optimizer would find in a parameter's `.grad`: the sum of the passes since the last zero.

    `updates` counts the updates since the last of these passes.
    """

    gradients: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    passes: int = 0
    updates: int = 0


#: Middles of boxes, by the group whose inside is shown ("" for the graph) and their names.
Moved = Mapping[tuple[str, str], tuple[float, float]]
#: No box of the graph was moved by hand.
NOTHING_MOVED: Moved = MappingProxyType({})


@dataclass(frozen=True)
class State:
    """Everything that the window shows.

    `trace` is None while the document has not been run: nothing is known then but the graph and the given
    values. `time` counts the events of `trace` that have happened. `selection` is the id of a node or the
    path of a group, `edge` a use of a value. `problem` is what is wrong with the text in the editor; the
    graph then still shows the last program that was right.

    `surface` is the output over `axes` (None: the document's own), `here` the point of it where the
    document is, `paths` those of `race`, entry by entry, each from every start. They are computed
    while a view is `watching`; `no_surface` says why there is none.

    `health` is that of `trace`, or of the run before while it is examined, and `difference` compares
    it with the run that is `kept`, one of the document called `kept_name` in the file `kept_path`, or of
    this one ("" and None). They are computed while they are looked at.

    `found` are the nodes that stay bright while all others are dimmed; `finding` whether the bar for
    finding is open. `path_start` is the node or group from which paths are asked for.
    """

    document: Document | None = None
    trace: Trace | None = None
    time: int = 0
    selection: str = ""
    edge: Use | None = None
    mode: Mode = "edges"
    collapsed: frozenset[str] = frozenset()
    detached: frozenset[Use] = frozenset()
    asked: frozenset[str] = frozenset()  # inputs whose gradients are switched on
    breakpoints: frozenset[str] = frozenset()
    accumulator: Accumulator = field(default_factory=Accumulator)
    rate: float = 0.1  # the learning rate of an update
    problem: InputError | None = None
    draft: str | None = None  # the text in the editor where it differs from the document's program
    saved: Document | None = None
    playing: bool = False
    message: str = ""  # what is wrong
    notice: str = ""  # what is good to know of the document
    theme: str = "light"
    motion: bool = True  # whether pictures may move; without, they change at once
    views: tuple[str, ...] = ("graph",)  # what the middle of the window shows, from left to right
    look: Look = field(default_factory=Look)  # how surfaces are drawn
    watching: frozenset[str] = frozenset()  # the open views that show the surface or its paths
    axes: tuple[str, str] | None = None
    surface: Surface | None = None
    no_surface: str = ""
    here: tuple[float, float] | None = None
    sweep: Sweep = NO_SWEEP  # trainings with other settings
    landscape: Landscape = NO_LANDSCAPE  # what the loss is taken over, and the plane through a training
    ways: tuple[Way, ...] = ()  # where trainings went on the surface
    race: Race = NO_RACE
    challenge: Challenge = field(default_factory=Challenge)
    paths: tuple[Descent, ...] = ()
    training: TrainingState = NO_TRAINING
    examining: bool = False  # whether the panel of health is open
    heat: str = ""  # what colours the graph, by its name in the table of heats; "" for nothing
    kept: Trace | None = None
    kept_name: str = ""
    kept_path: Path | None = None
    health: Health | None = None
    difference: Difference | None = None
    found: Found | None = None
    finding: bool = False
    path_start: str = ""
    #: boxes moved by hand, and where their middles stand, in scene pixels
    moved: Moved = field(default_factory=lambda: NOTHING_MOVED)
    minimap: bool = True  # whether a small map of a large graph is shown
    direction: Literal["auto", "down", "right"] = "auto"  # which way graphs flow: as the window suits, or so
    entered: tuple[str, ...] = ()  # the groups that were entered, one in the other: the last alone is shown
    blocks: bool = True  # whether what repeats in a graph is shown as groups

    @property
    def graph(self) -> Graph | None:
        """The graph of the document, also where it has not been run yet."""
        return self.document.graph if self.document is not None else None

    def value(self, name: str) -> Array | None:
        """The value `name` as far as it is known now; without a run, what is given is."""
        if self.trace is not None:
            return self.trace.value(name) if self.trace.has_value(name, self.time) else None
        return self.document.leaves.get(name) if self.document is not None else None

    @property
    def event(self) -> Event | None:
        """The event that happened last."""
        return self.trace.events[self.time - 1] if self.trace is not None and self.time > 0 else None

    @property
    def own(self) -> Document | None:
        """The document itself, where it is a step of its training that is open."""
        opened = self.training.opened
        if opened is None or self.document is None or not opened.is_shown(self.document):
            return self.document
        return opened.own.with_training(self.document.training)

    @property
    def name(self) -> str:
        """What the window calls the document, and which step of its training is open."""
        if self.document is None:
            return ""
        opened = self.training.opened
        shown = opened is not None and opened.is_shown(self.document)
        return f"{self.document.name}, step {opened.step + 1}" if opened and shown else self.document.name

    @property
    def modified(self) -> bool:
        """Whether the document says anything that its file does not."""
        now, saved = self.own, self.saved
        if now is None or saved is None or now is saved:
            return now is not saved
        return any(
            getattr(now, part) is not getattr(saved, part) and getattr(now, part) != getattr(saved, part)
            for part in ("program", "title", "description", "output_name", "surface", "training")
        ) or any(getattr(now, part) is not getattr(saved, part) for part in ("inputs", "parameters"))


#: What of the state a document begins with that nobody has looked at as a surface.
NO_SURFACE: Mapping[str, Any] = MappingProxyType(
    {"axes": None, "surface": None, "no_surface": "", "here": None, "race": NO_RACE, "paths": (),
     "landscape": NO_LANDSCAPE, "ways": ()}
)  # fmt: skip

#: What of the state a document begins with in which nothing was looked for.
NO_SEARCH: Mapping[str, Any] = MappingProxyType({"found": None, "finding": False, "path_start": ""})


def exists(use: Use, graph: Graph) -> bool:
    """Whether an edge of another graph is one of this graph too."""
    found = graph.node(use.node) if use.node in graph else None
    return found is not None and found.id == use.node and use.input_index < len(found.inputs)


def closed_at_first(document: Document) -> frozenset[str]:
    """The groups of a document that are closed when it is opened."""
    read = document.read
    named = document.written.graph.groups if document.model is None else ()
    return first_closed(read.graph, read.repeats, read.varied, named)


def carried(before: State, document: Document) -> dict[str, Any]:
    """What of the selection, groups and breakpoints the graph of another document has too."""
    graph = document.graph
    nodes, groups = frozenset(node.id for node in graph), frozenset(graph.groups)
    regrouped = before.document is not None and before.document.blocks != document.blocks
    return {
        "selection": before.selection if before.selection in nodes | groups else "",
        "edge": before.edge if before.edge is not None and exists(before.edge, graph) else None,
        "collapsed": closed_at_first(document) if regrouped else before.collapsed & groups,
        "entered": tuple(path for path in before.entered if path in groups),
        "breakpoints": before.breakpoints & nodes,
        "found": before.found.within(graph) if before.found is not None else None,
        "path_start": before.path_start if before.path_start in nodes | groups else "",
    }


def fitting(held: Accumulator, document: Document) -> Accumulator:
    """The gradients that still have a parameter of their shape; the same record if all have."""
    kept = {
        name: gradient
        for name, gradient in held.gradients.items()
        if name in document.parameters and document.parameters[name].array.shape == gradient.shape
    }
    return held if len(kept) == len(held.gradients) else Accumulator(MappingProxyType(kept), held.passes)
