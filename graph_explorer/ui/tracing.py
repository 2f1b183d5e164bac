"""The run that belongs to the document: computed at once where that is quick, by a job where it is not.

The one rule: while a run is under way the one before stays, so that nothing flickers; where there is none
before, or where it was stopped, the document is shown without a trace, and nothing is made up for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from graph_explorer.document import Document, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.state import carried, exists, fitting

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session

#: A run that takes longer than this many seconds goes to a job the next time.
SYNCHRONOUS = 0.03
#: The first run of a program of more nodes than this goes to a job; that of a model always does.
_MANY = 2_000
_STOPPED = "Not run: there are no values and gradients yet. Run the document (Ctrl+R) to have them."


@dataclass(frozen=True)
class _Wanted:
    """What is to be run: the document, the detached edges and the inputs asked for."""

    document: Document
    detached: frozenset[Use]
    asked: frozenset[str]


class Tracer:
    """Keeps the trace of one session up to date."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._seconds = 0.0  # that the last run took
        self._held = False  # whether someone has stopped a run, and none was asked for since
        self._wanted: _Wanted | None = None  # whose run is still under way, or was stopped

    # ── what is known ─────────────────────────────────────────────────────────────────────────

    @property
    def latest(self) -> Document:
        """The document with every edit, also those whose run is still under way."""
        return self._latest.document

    @property
    def _latest(self) -> _Wanted:
        state = self.session.state
        if self._wanted is not None:
            return self._wanted
        assert state.document is not None
        return _Wanted(state.document, state.detached, state.asked)

    @property
    def waits(self) -> bool:
        """Whether there is a document whose values are not known, and no run under way."""
        state = self.session.state
        missing = state.document is not None and (state.trace is None or self._wanted is not None)
        return missing and not self.session.jobs.busy("trace")

    # ── documents ─────────────────────────────────────────────────────────────────────────────

    def forget(self) -> None:
        """Another document, or none, comes."""
        self.session.jobs.cancel("trace")
        self._wanted, self._seconds, self._held = None, 0.0, False

    def first(self, document: Document) -> Trace | None:
        """The first trace of a document; None where a job is needed, see `run`."""
        long = document.model is not None or len(document.graph) > _MANY
        return None if long else run(document, partial=True)

    def run(self) -> None:
        """Runs the document, where its values are not known yet."""
        if not self.waits:
            return
        self._held = False
        self._seconds = max(self._seconds, 2 * SYNCHRONOUS)
        self.put(self.latest)

    def put(self, document: Document) -> None:
        """Another version of the document: at the same time, if the graph is the same."""
        if document.model is None or document.is_read:
            self._put(document)
            return
        found = self._latest  # values of a model may ask for another graph
        self._wanted = _Wanted(document, found.detached, found.asked)
        self.session.jobs.start(
            "trace", "Reading", lambda checkpoint: document.graph, lambda _: self._put(document),
            self.session.fail,
        )  # fmt: skip

    def _put(self, document: Document) -> None:
        found = self._latest
        detached = frozenset(use for use in found.detached if exists(use, document.graph))
        if document.program != found.document.program:
            self.session.change(problem=None, draft=None)
        asked = frozenset(name for name in found.asked if name in document.inputs)
        self._retrace(_Wanted(document, detached, asked))

    def detach(self, use: Use) -> None:
        """Cuts the gradient on one edge, or joins it again."""
        found = self._latest
        self._retrace(_Wanted(found.document, found.detached ^ {use}, found.asked))

    def ask_gradient(self, name: str) -> None:
        """Switches the gradient of an input on, or off again."""
        found = self._latest
        self._retrace(_Wanted(found.document, found.detached, found.asked ^ {name}))

    # ── running ───────────────────────────────────────────────────────────────────────────────

    def _retrace(self, wanted: _Wanted) -> None:
        """Runs what is wanted, unless it was stopped before."""
        state = self.session.state
        shown = state.document is wanted.document
        shown = shown and (state.detached, state.asked) == (wanted.detached, wanted.asked)
        if state.trace is None and not (shown and not state.message):
            self._show_unrun(wanted)
        if self._held:
            return
        if self._seconds > SYNCHRONOUS:
            self._wanted = wanted
            self.session.jobs.start(
                "trace", "Running", self._work(wanted), partial(self._deliver, wanted),
                partial(self._fail, wanted), stopped=partial(self._stop, wanted), after="layout",
            )  # fmt: skip
            return
        try:
            self._deliver(wanted, self._work(wanted)(None))
        except InputError as error:
            self._fail(wanted, error)

    def _work(self, wanted: _Wanted) -> Callable[[Any], tuple[Trace, float]]:
        """The run of what is wanted, and the seconds that it takes; the plan of the one before may serve."""
        before, document = self.session.state, wanted.document
        plan = None
        if before.trace is not None and before.document is not None and before.trace.failure is None:
            asked_before = before.document.graph, before.detached, before.asked
            if asked_before == (document.graph, wanted.detached, wanted.asked):
                plan = before.trace.plan
        wrt = dict.fromkeys((*document.default_wrt, *sorted(wanted.asked)))

        def work(checkpoint: Any) -> tuple[Trace, float]:
            started = time.perf_counter()
            trace = run(
                document, wrt=wrt, detached=wanted.detached, plan=plan, partial=True, checkpoint=checkpoint
            )
            trace.nonfinite  # noqa: B018  # every card asks for it
            trace.plan.prepare()
            return trace, time.perf_counter() - started

        return work

    def _deliver(self, wanted: _Wanted, made: tuple[Trace, float]) -> None:
        """The run is there: it is shown at the same time as the one before, if the graph is the same."""
        (trace, self._seconds), self._wanted = made, None
        before = self.session.state
        same = before.graph is trace.graph
        at = trace.forward_length
        if before.trace is not None:
            backward = before.time > before.trace.forward_length
            at = min(before.time, trace.length) if same else trace.length if backward else at
        self._show(wanted, trace, at, str(trace.failure or ""))

    def _fail(self, wanted: _Wanted, error: InputError) -> None:
        """The run cannot be made: the document is shown without it, and why is said."""
        self._show_unrun(wanted, str(error))

    def _stop(self, wanted: _Wanted) -> None:
        """A person has stopped the run."""
        self._show_unrun(wanted, notice=_STOPPED)
        self._held = True

    def _show_unrun(self, wanted: _Wanted, message: str = "", notice: str = "") -> None:
        self._wanted = None
        self._show(wanted, None, 0, message, notice)

    def _show(
        self, wanted: _Wanted, trace: Trace | None, at: int, message: str, notice: str = ""
    ) -> None:  # fmt: skip
        before, document = self.session.state, wanted.document
        notice = notice or (" ".join(document.notes) if before.notice else "")
        same = before.graph is document.graph
        self.session.change(
            document=document, detached=wanted.detached, asked=wanted.asked, trace=trace, time=at,
            message=message, notice=notice,
            accumulator=fitting(before.accumulator, document),
            **({} if same else carried(before, document)),
        )  # fmt: skip
