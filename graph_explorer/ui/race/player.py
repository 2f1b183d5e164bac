"""Playing a race: steps by themselves, until the longest path is at its end.

The one rule: whether it plays is part of the race; the clock only asks how many steps are due.
"""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from graph_explorer.ui.session import Session, State

#: Steps a second at speed 1, and milliseconds from picture to picture at the most.
STEPS_A_SECOND, _PICTURE = 10, 16


def length(state: State) -> int:
    """The steps of the longest path."""
    return max((path.steps for path in state.paths), default=0)


class RacePlayer(QObject):
    """The clock that steps while the race plays."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.beat)
        self._since = QElapsedTimer()
        self._due = 0.0
        self.set_speed(1.0)
        session.follow(self.show_state)

    def set_speed(self, speed: float) -> None:
        """Steps `speed` times as fast as at first."""
        self.speed = speed
        self._clock.setInterval(max(_PICTURE, round(1000 / (STEPS_A_SECOND * speed))))

    def show_state(self, before: State, now: State) -> None:
        if now.race.playing == self._clock.isActive():
            return
        if not now.race.playing:
            self._clock.stop()
            return
        self._due = 0.0
        self._since.start()
        self._clock.start()

    def beat(self) -> None:
        """As many steps as are due by now; slow pictures make larger steps, not a slower race."""
        self._due += self._since.restart() / 1000 * STEPS_A_SECOND * self.speed
        steps = max(int(self._due + 0.5), 0)
        self._due -= steps
        now = self.session.state
        if not steps:
            return
        end = length(now)
        self.session.racer.set(step=min(now.race.step + steps, end))
        if self.session.state.race.step >= end:
            self.session.racer.set(playing=False)
