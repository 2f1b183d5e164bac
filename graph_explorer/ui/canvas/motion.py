"""Short movements: of the camera, of cards to a new layout, of a number along a line.

The one rule: a movement is only ever a picture of a change that has already happened; where motion
is not wanted it ends at once, in the same state.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation


class Motion(QObject):
    """One movement at a time; starting another ends the first."""

    def __init__(self, parent: QObject, milliseconds: int, curve: QEasingCurve.Type) -> None:
        super().__init__(parent)
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(milliseconds)
        self._animation.setEasingCurve(curve)
        self._animation.valueChanged.connect(self._moved)
        self._animation.finished.connect(self.finish)
        self._step: Callable[[float], None] | None = None
        self._done: Callable[[], None] | None = None

    @property
    def running(self) -> bool:
        return self._step is not None

    def start(self, step: Callable[[float], None], done: Callable[[], None] | None, moves: bool) -> None:
        """Calls `step(share)` from 0 to 1 and then `done`; both at once unless it `moves`."""
        self.finish()
        self._step, self._done = step, done
        if moves:
            self._animation.start()
        else:
            self.finish()

    def _moved(self, share: object) -> None:
        if self._step is not None and isinstance(share, float):
            self._step(share)

    def finish(self) -> None:
        """Ends the movement at its end."""
        step, done, self._step, self._done = self._step, self._done, None, None
        self._animation.stop()
        if step is not None:
            step(1.0)
        if done is not None:
            done()

    def drop(self) -> None:
        """Ends the movement where it is."""
        self._step = self._done = None
        self._animation.stop()
