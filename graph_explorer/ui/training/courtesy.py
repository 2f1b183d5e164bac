"""Giving way: a training that shares the interpreter with the window takes its steps while that rests.

Training is many small NumPy calls, each of which holds the interpreter's lock; a window that paints
would wait for the lock again and again. So before each step the training waits until the interface
thread has nothing to do, which Qt says: it is awake, or about to block. A process of its own keeps the
window no livelier on two cores (single runs beside other work, a digits network, gaps of a 16 ms timer while
the mouse is dragged: without giving way p95 53 ms, with it 21 ms, a process 19 ms; a small convolutional
one: 20, 19 and 27 ms), and it would have to start, to import and to be sent every document and checkpoint.

The one rule: the window never waits for more than the step under way.
"""

from __future__ import annotations

import sys
import threading

from PySide6.QtCore import QAbstractEventDispatcher

#: Seconds after which a step is taken although the window is busy, so that training goes on.
PATIENCE = 0.1
#: Seconds after which Python lets another thread run, while a training is under way.
SWITCH = 0.001


class Courtesy:
    """Knows whether the interface thread rests; made in that thread."""

    def __init__(self) -> None:
        self._resting = threading.Event()
        self._resting.set()
        self._dispatcher: QAbstractEventDispatcher | None = None
        self._usual = sys.getswitchinterval()

    def begin(self) -> None:
        """Starts to watch the interface thread, from that thread."""
        if self._dispatcher is None:
            self._usual = sys.getswitchinterval()
            sys.setswitchinterval(SWITCH)
            self._dispatcher = QAbstractEventDispatcher.instance()
            if self._dispatcher is not None:
                self._dispatcher.awake.connect(self._resting.clear)
                self._dispatcher.aboutToBlock.connect(self._resting.set)

    def end(self) -> None:
        """Stops watching."""
        if self._dispatcher is not None:
            self._dispatcher.awake.disconnect(self._resting.clear)
            self._dispatcher.aboutToBlock.disconnect(self._resting.set)
            self._dispatcher = None
            sys.setswitchinterval(self._usual)
        self._resting.set()

    def give_way(self) -> None:
        """Called by the training before each step: returns when the window rests."""
        self._resting.wait(PATIENCE)
