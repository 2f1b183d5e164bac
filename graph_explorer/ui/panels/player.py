"""Playing: steps by themselves, until the end or a breakpoint.

The one rule: whether it plays is part of the session's state; whoever changes that starts or stops it.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from graph_explorer.engine.trace import Trace
from graph_explorer.ui.session import Session, State

#: Milliseconds from step to step at speed 1.
BEAT = 800


def completed_at(trace: Trace, node: str) -> int | None:
    """The time when the gradient of `node` is complete; None where it takes none."""
    if node not in trace.graph or not trace.takes_gradient(node):
        return None
    terms = trace.terms(node)
    return trace.time_of(terms[-1]) + 1 if terms else trace.forward_length + 1


def breakpoint_times(state: State) -> tuple[int, ...]:
    """The times at which playing stops, in order."""
    if state.trace is None:
        return ()
    found = {completed_at(state.trace, node) for node in state.breakpoints}
    return tuple(sorted(time for time in found if time is not None))


class Player(QObject):
    """The clock that steps while the session's state says that it plays."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.beat)
        self.set_speed(1.0)
        session.follow(self.show_state)

    def set_speed(self, speed: float) -> None:
        """Steps `speed` times as fast as at first."""
        self._clock.setInterval(round(BEAT / speed))

    def show_state(self, before: State, now: State) -> None:
        if now.playing == self._clock.isActive():
            return
        if not now.playing:
            self._clock.stop()
            return
        if now.trace is None:
            self.session.change(playing=False)
            return
        if now.time >= now.trace.length:
            self.session.seek(0)
        self._clock.start()

    def beat(self) -> None:
        """One step; stops where there is nothing more to do, or a reason to look."""
        before = self.session.state
        if before.trace is None:
            self.session.change(playing=False)
            return
        self.session.step()
        now = self.session.state
        stop = next((time for time in breakpoint_times(now) if before.time < time <= now.time), None)
        if stop is not None:
            self.session.seek(stop)
        if stop is not None or now.trace is None or now.time >= now.trace.length:
            self.session.change(playing=False)
