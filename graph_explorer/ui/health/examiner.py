"""What follows from the run: its health, and its difference from the kept run.

The one rule: nothing is examined while nobody looks. What is quick is done before anyone is told of a
change; what is slow goes to a job, and until it is done the health of the run before stays.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from graph_explorer.engine.difference import Difference, difference
from graph_explorer.engine.health import Health, examine
from graph_explorer.engine.health.measures import Checkpoint
from graph_explorer.engine.trace import Trace

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session, State

#: Seconds that an examination may take before anyone is told of a change; more is for a job.
SYNCHRONOUS = 0.03
#: Seconds a node and a number, until an examination has been measured.
_A_NODE, _A_NUMBER = 3e-5, 8e-9

Found = tuple[Health, "Difference | None"]


class Examiner:
    """Examines the runs of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._under_way: tuple[Trace, Trace | None, float] | None = None

    def completed(self, now: State) -> State:
        """The state with health and difference as they follow from the rest of it."""
        trace = now.trace
        if trace is None or not (now.examining or now.heat or now.kept is not None):
            self._forget()
            if now.health is None and now.difference is None:
                return now
            return dataclasses.replace(now, health=None, difference=None)
        if _fits(now, trace):
            self._forget()
            return now
        wanted = (trace, now.kept, now.rate)
        if self._under_way is not None and all(a is b for a, b in zip(self._under_way, wanted, strict=True)):
            return now
        self._forget()
        if _guess(trace) > SYNCHRONOUS:
            self._start(now, trace)
            return now if _drawable(now, trace) else dataclasses.replace(now, health=None, difference=None)
        health, apart = _examined(now.health, trace, now.kept, now.rate, lambda share: None)
        return dataclasses.replace(now, health=health, difference=apart)

    def _forget(self) -> None:
        if self._under_way is not None:
            self._under_way = None
            self.session.jobs.cancel("health")

    def _start(self, now: State, trace: Trace) -> None:
        known, kept, rate = now.health, now.kept, now.rate
        self._under_way = (trace, kept, rate)

        def deliver(found: Found) -> None:
            self._under_way = None
            state = self.session.state
            if state.trace is trace and state.kept is kept:
                self.session.change(health=found[0], difference=found[1])

        self.session.jobs.start(
            "health",
            "Examining",
            lambda checkpoint: _examined(known, trace, kept, rate, checkpoint),
            deliver,
            lambda error: self.session.say(str(error)),
        )


def _fits(now: State, trace: Trace) -> bool:
    """Whether health and difference are those of this run."""
    health, apart = now.health, now.difference
    if health is None or health.trace is not trace or health.rate != now.rate:
        return False
    if now.kept is None:
        return apart is None
    return apart is not None and apart.now is trace and apart.before is now.kept


def _drawable(now: State, trace: Trace) -> bool:
    """Whether the health of the run before can stand in for this one: it is of the same graph."""
    return now.health is not None and now.health.trace.plan is trace.plan


def _guess(trace: Trace) -> float:
    """About how many seconds an examination takes."""
    if isinstance(trace.values, np.ndarray):
        numbers = trace.values.size
    else:
        numbers = sum(np.size(value) for value in trace.values if value is not None)
    return len(trace.graph) * _A_NODE + numbers * _A_NUMBER


def _examined(
    known: Health | None, trace: Trace, kept: Trace | None, rate: float, checkpoint: Checkpoint
) -> Found:
    measures = known.measures if known is not None else None
    health = examine(trace, rate, lambda share: checkpoint(0.8 * share), measures)
    health.measures.group_paces  # noqa: B018  # the list of sizes asks for it, and so does heat
    apart = difference(kept, trace, lambda share: checkpoint(0.8 + 0.2 * share)) if kept is not None else None
    return health, apart
