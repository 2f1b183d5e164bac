"""The session: the one object of the window that changes.

The one rule: all that the window shows is a frozen `State`. The session replaces it and tells every
view, once, what it was and what it is; a view compares the parts that it cares for by identity.
Views never call each other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Use, enclosing
from graph_explorer.engine.machine import set_aside, without_collector
from graph_explorer.formats import format_of, open_document, save_document
from graph_explorer.ui.collector import collect_for
from graph_explorer.ui.edit import Edit
from graph_explorer.ui.following import WhileSeen
from graph_explorer.ui.groups import lasting
from graph_explorer.ui.health.comparing import Comparing
from graph_explorer.ui.health.examiner import Examiner
from graph_explorer.ui.jobs import Jobs
from graph_explorer.ui.race.racer import Racer
from graph_explorer.ui.race.runner import Runner
from graph_explorer.ui.state import (
    NO_SEARCH,
    NO_SURFACE,
    NOTHING_MOVED,
    Accumulator,
    Mode,
    Moved,
    State,
    closed_at_first,
)
from graph_explorer.ui.surface.landscapes import Landscapes
from graph_explorer.ui.tracing import Tracer
from graph_explorer.ui.trail import Trail
from graph_explorer.ui.training.by_hand import ByHand
from graph_explorer.ui.training.runner import TrainingRunner
from graph_explorer.ui.training.state import NO_TRAINING
from graph_explorer.ui.training.sweep.state import NO_SWEEP
from graph_explorer.ui.training.sweep.sweeper import Sweeper
from graph_explorer.ui.views import first_views

__all__ = ["Accumulator", "Mode", "Session", "Show", "State"]

Show = Callable[["State", "State"], None]


class Session(QObject):
    """Holds the state, changes it, and tells who follows it."""

    #: after each change: the state before and the state now
    changed = Signal(object, object)

    def __init__(self, jobs: Jobs | None = None) -> None:
        super().__init__()
        self.state = State()
        self.jobs = jobs or Jobs()
        self.undo = QUndoStack(self)
        #: where one has been in the graph
        self.trail = Trail()
        #: planes through all parameters, and the examples that a loss is taken over
        self.landscapes = Landscapes(self)
        self._runner = Runner(self)
        self._examiner = Examiner(self)
        #: what the buttons of the training view do
        self.trainer = TrainingRunner(self)
        #: the same training with other settings
        self.sweeper = Sweeper(self)
        #: the same by hand, act by act
        self.by_hand = ByHand(self)
        #: what the buttons of the race do
        self.racer = Racer(self)
        #: heat, and the run that is compared with
        self.comparing = Comparing(self)
        self._tracer = Tracer(self)
        #: boxes moved by hand in the graphs that were open before
        self._moved: dict[int, Moved] = {}

    @property
    def latest(self) -> Document:
        """The document with every edit, also those whose run is still under way."""
        return self._tracer.latest

    def follow(self, show: Show, seen: QWidget | None = None) -> None:
        """Calls `show(before, now)` at once, and after each change; with a widget, while that is `seen`."""
        self.changed.connect(show if seen is None else WhileSeen(self, seen, show).tell)
        show(State(), self.state)

    def change(self, **parts: Any) -> None:
        """Replaces parts of the state; nobody is told where nothing changes."""
        before = self.state
        if all(getattr(before, name) is value for name, value in parts.items()):
            return
        now = self._runner.completed(before, dataclasses.replace(before, **parts))
        self.state = self._examiner.completed(now)
        if before.graph is not now.graph:
            collect_for(now.graph)
        self.changed.emit(before, self.state)

    def say(self, message: str) -> None:
        """Shows one sentence in the message bar; empty clears it."""
        self.change(message=message)

    # ── documents ─────────────────────────────────────────────────────────────────────────────

    def open(self, path: Path, then: Callable[[], None] = lambda: None) -> bool:
        """Opens a file, then calls `then`; where it cannot be opened, says why and leaves all as it was.

        True where it is open, or under way: a file of a kind that may be large is read by a job, and its
        graph is shown before it is run.
        """
        try:
            if format_of(path).large:
                self._open_by_job(path, then)
                return True
            self.show(open_document(path))
        except InputError as error:
            self.say(str(error))
            return False
        then()
        return True

    def _open_by_job(self, path: Path, then: Callable[[], None]) -> None:
        before = self.state.document

        def done(opened: tuple[Document, frozenset[str]]) -> None:
            if self.state.document is not before:
                self.say(f"{path.name} was not opened: the document has changed meanwhile. Open it again.")
                return
            self.show(*opened)
            then()

        self.say("")
        work = partial(_opened, path, self.state.blocks)
        self.jobs.start("open", f"Opening {path.name}", work, done, self.fail)

    def show(self, document: Document, closed: frozenset[str] | None = None) -> None:
        """Starts afresh with `document`, nothing stepped yet; what takes long to run is run by a job.

        `closed` are the groups that are closed at first, where that is known already.
        """
        document = document.with_blocks(self.state.blocks)
        self._keep_moved()
        closed = closed if closed is not None else closed_at_first(document)
        trace = self._tracer.first(document)
        self._start_afresh()
        self.change(
            document=document, trace=trace, time=trace.forward_length if trace is not None else 0,
            saved=document, selection="", edge=None, collapsed=closed, entered=(),
            detached=frozenset(), asked=frozenset(), breakpoints=frozenset(),
            accumulator=Accumulator(), training=NO_TRAINING, sweep=NO_SWEEP,
            problem=None, draft=None, playing=False,
            message=str(trace.failure or "") if trace is not None else "", notice=" ".join(document.notes),
            views=first_views(document, self.state.views), **self.comparing.none(), **NO_SURFACE, **NO_SEARCH,
            moved=self._moved.get(_identity(document.graph), NOTHING_MOVED) if self._moved else NOTHING_MOVED,
        )  # fmt: skip
        self.run()

    def _keep_moved(self) -> None:
        """Boxes moved by hand stand there again when the same graph is opened again."""
        if self.state.graph is not None and (self.state.moved or self._moved):
            self._moved[_identity(self.state.graph)] = self.state.moved

    def _start_afresh(self) -> None:
        self.jobs.cancel("open")
        self.jobs.cancel("compare")
        self._tracer.forget()
        self.jobs.cancel("race")
        self.jobs.cancel("search")
        self.trainer.stop()
        self.sweeper.clear()
        self.undo.clear()

    def close_document(self) -> None:
        """Back to the start page."""
        self._keep_moved()
        self._start_afresh()
        self.change(
            document=None, trace=None, time=0, saved=None, selection="", edge=None,
            collapsed=frozenset(), entered=(), detached=frozenset(), asked=frozenset(),
            breakpoints=frozenset(),
            accumulator=Accumulator(), training=NO_TRAINING, sweep=NO_SWEEP,
            problem=None, draft=None, playing=False, message="", notice="", **self.comparing.none(),
            moved=NOTHING_MOVED, **NO_SURFACE, **NO_SEARCH,
        )  # fmt: skip

    def close(self) -> None:
        """Ends all work. The edits are let go first: Qt frees those of a stack that Python frees too."""
        self.trainer.stop()
        self.jobs.close()
        self.undo.clear()

    def save(self, path: Path) -> bool:
        """Writes the document and remembers where."""
        assert self.state.document is not None
        document = self.state.document
        try:
            save_document(document, path)
            reopened = open_document(path)
        except InputError as error:
            self.say(str(error))
            return False
        if document.model is not None and reopened.model is None:  # a model that got a program
            self.show(reopened)
            return True
        kept = self.state.document.kept_as(reopened)
        self.change(document=kept, saved=kept, message="")
        return True

    def edit(self, text: str, after: Document, merge: str = "") -> None:
        """An undoable change of the document; edits with the same `merge` join into one."""
        self.undo.push(Edit(self, text, self.latest, after, merge))

    def put(self, document: Document) -> None:
        """Shows another version of the present document: at the same time, if the graph is the same."""
        assert self.state.document is not None
        self._tracer.put(document.kept_as(self.state.document).with_blocks(self.state.blocks))

    def set_value(self, name: str, value: Any, merge: str = "") -> None:
        """Gives an input or parameter another value; `merge` joins the steps of one drag."""
        try:
            after = self.latest.with_values({name: value})
        except InputError as error:  # a model says which shapes it takes
            self.say(str(error))
            return
        self.edit(f"Change {name}", after, merge and f"{name}:{merge}")

    def set_program(self, text: str, merge: str = "program") -> None:
        """The text in the editor: taken over as soon as it is right, its problem shown while it is not.

        Edits with the same `merge` are undone together.
        """
        if self.state.document is None or (text == self.latest.program and self.state.problem is None):
            return
        after = self.latest.with_program(text)
        try:
            after.read  # noqa: B018
        except InputError as error:
            self.change(problem=error, draft=text)
            return
        self.change(problem=None, draft=None)
        if text != self.latest.program:
            self.edit("Edit program", after, merge)

    def find_blocks(self, found: bool) -> None:
        """Shows what repeats in a graph as groups, or the groups of the document alone."""
        self.change(blocks=found)
        if self.state.document is not None:
            self._tracer.put(self.latest.with_blocks(found))

    def toggle_parts(self, name: str) -> None:
        """Opens a node up into its parts, or closes the one whose parts hold the node or group `name`."""
        document = self.latest
        inside = document.opened_around(name)
        names = [one for one in document.opened if one != inside]
        after = document.with_opened(names if inside else (*names, name))
        try:
            after.read  # noqa: B018
        except InputError as error:
            self.say(str(error))
            return
        self.edit(f"Close up {inside}" if inside else f"Open up {name}", after)

    def detach(self, use: Use) -> None:
        """Cuts the gradient on one edge, or joins it again."""
        self._tracer.detach(use)

    def can_ask(self, name: str) -> bool:
        """Whether `name` is an input whose gradient can be switched on: of numbers, not asked for anyway."""
        document = self.state.document
        if document is None or name not in document.inputs or name in document.default_wrt:
            return False
        return bool(document.inputs[name].array.dtype.kind == "f")

    def ask_gradient(self, name: str) -> None:
        """Switches the gradient of an input on, or off again; parameters have theirs always."""
        if name in self.latest.inputs:
            self._tracer.ask_gradient(name)

    # ── the run ───────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Runs the document where it has not been run, or where the run was stopped."""
        self._tracer.run()

    @property
    def waits(self) -> bool:
        """Whether there is a document to be run, and no run under way."""
        return self._tracer.waits

    def fail(self, error: InputError) -> None:
        """Says why a job could not be done."""
        self.say(str(error))

    # ── time ──────────────────────────────────────────────────────────────────────────────────

    def seek(self, at: int) -> None:
        """Goes to a time, from 0 (nothing computed) to the trace's length (all done)."""
        trace = self.state.trace
        if trace is not None:
            self.change(time=min(max(at, 0), trace.length))

    def _stops(self, mode: Mode) -> Callable[[int], bool]:
        """Whether a time is a stop: every event, or in node mode the last event of each node."""
        trace = self.state.trace
        assert trace is not None
        if mode == "edges":
            return lambda at: True
        events = trace.events
        return lambda at: at in (0, trace.length) or events[at - 1].node is not events[at].node

    def step(self, forward: bool = True, mode: Mode | None = None) -> None:
        """To the next stop, or the one before; `mode` differs from the present one for this step only."""
        trace = self.state.trace
        if trace is None:
            return
        stops, at = self._stops(mode or self.state.mode), self.state.time + (1 if forward else -1)
        while 0 < at < trace.length and not stops(at):
            at += 1 if forward else -1
        self.seek(at)

    def run_to(self, node: str) -> None:
        """To the time when the gradient of `node` is complete, or just before it if it is already."""
        trace = self.state.trace
        if trace is None or not trace.takes_gradient(node):
            return
        terms = trace.terms(node)
        at = trace.time_of(terms[-1]) + 1 if terms else trace.forward_length + 1
        self.seek(at)

    def toggle_breakpoint(self, node: str) -> None:
        """Playing stops where the gradient of `node` is complete."""
        self.change(breakpoints=self.state.breakpoints ^ {node})

    def select(self, node: str, edge: Use | None = None) -> None:
        """Selects a node or group, or an edge of it; groups that it is not in are left."""
        graph, entered = self.state.graph, self.state.entered
        if node and entered and graph is not None:
            around = enclosing(graph.node(node).group if node in graph else node)
            entered = tuple(path for path in entered if path in around)
        self.change(selection=node, edge=edge, entered=entered)

    def toggle_group(self, path: str) -> None:
        """Collapses or expands a group."""
        self.change(collapsed=self.state.collapsed ^ {path}, notice=lasting(self.state.notice))

    def watch(self, view: str, open: bool) -> None:  # noqa: A002
        """A view that shows the surface or its paths is open, or is no more."""
        self.change(watching=self.state.watching | {view} if open else self.state.watching - {view})


def _identity(graph: Graph) -> int:
    """Equal for graphs of the same nodes in the same groups."""
    return hash(tuple((node.id, node.group) for node in graph))


def _opened(path: Path, blocks: bool, checkpoint: Callable[[float], None]) -> tuple[Document, frozenset[str]]:
    """The document in a file, with all that is needed to show it, and the groups that are closed at first."""
    with without_collector():
        document = open_document(path).with_blocks(blocks)
        closed = closed_at_first(document)
        set_aside()
    return document, closed
