"""Work off the interface thread.

The one rule: a job is a pure function over values captured when it was asked for. Of jobs with the
same key the newest wins: an older one is cancelled at its next checkpoint and its result is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from graph_explorer.engine.errors import Cancelled, InputError

Checkpoint = Callable[[float], None]

#: Seconds after which a job that still runs is shown, with its progress and Cancel.
PATIENCE = 0.3


@dataclass
class Job:
    """One piece of work under way. `progress` goes from 0 to 1."""

    key: str
    title: str
    number: int
    done: Callable[[Any], None]
    failed: Callable[[InputError], None]
    progress: float = 0.0
    cancelled: threading.Event = field(default_factory=threading.Event)

    def checkpoint(self, progress: float) -> None:
        """Called by the work between pieces; raises `Cancelled` once nobody waits for it."""
        self.progress = progress
        if self.cancelled.is_set():
            raise Cancelled(self.title)


class Jobs(QObject):
    """Runs jobs, the newest of each key only."""

    #: what is under way has changed, or has gone on: a tuple of jobs older than `PATIENCE`
    moved = Signal(object)
    _finished = Signal(object, object, object)

    def __init__(self, workers: int = 2) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._current: dict[str, Job] = {}
        self._count = 0
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._clock = QTimer(self)
        self._clock.setInterval(int(PATIENCE * 1000 / 3))
        self._clock.timeout.connect(self._tell)
        self._ticks: dict[int, int] = {}

    def start(
        self,
        key: str,
        title: str,
        work: Callable[[Checkpoint], Any],
        done: Callable[[Any], None],
        failed: Callable[[InputError], None],
    ) -> Job:
        """Runs `work(checkpoint)` in a thread, then `done(result)` or `failed(error)` in this one."""
        self.cancel(key)
        self._count += 1
        job = Job(key, title, self._count, done, failed)
        self._current[key] = job
        self._pool.submit(self._run, job, work)
        self._clock.start()
        return job

    def _run(self, job: Job, work: Callable[[Checkpoint], Any]) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            job.checkpoint(0.0)
            result = work(job.checkpoint)
        except Exception as caught:
            error = caught
        self._finished.emit(job, result, error)

    def _deliver(self, job: Job, result: Any, error: Exception | None) -> None:
        self._ticks.pop(job.number, None)
        if self._current.get(job.key) is not job:
            return
        del self._current[job.key]
        self._tell()
        if isinstance(error, Cancelled):
            return
        if isinstance(error, InputError):
            job.failed(error)
        elif error is not None:
            raise error
        else:
            job.done(result)

    def cancel(self, key: str) -> None:
        """Ends the job of this key, if one is under way."""
        job = self._current.pop(key, None)
        if job is not None:
            job.cancelled.set()
            self._tell()

    def _tell(self) -> None:
        for job in self._current.values():
            self._ticks[job.number] = self._ticks.get(job.number, 0) + 1
        if not self._current:
            self._clock.stop()
        self.moved.emit(tuple(job for job in self._current.values() if self._ticks.get(job.number, 0) >= 3))

    def busy(self, key: str | None = None) -> bool:
        """Whether a job (of this key) is under way."""
        return bool(self._current) if key is None else key in self._current

    def close(self) -> None:
        """Cancels everything and waits for the threads to end."""
        for key in tuple(self._current):
            self.cancel(key)
        self._clock.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
