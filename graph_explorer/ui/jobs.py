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
#: Milliseconds in which what was just shown is painted, before a job that waits for that begins.
_FRAME = 16


@dataclass(eq=False)
class Job:
    """One piece of work under way. `progress` goes from 0 to 1; a `quiet` one is shown by who asks for it."""

    key: str
    title: str
    number: int
    work: Callable[[Checkpoint], Any]
    done: Callable[[Any], None]
    failed: Callable[[InputError], None]
    stopped: Callable[[], None]
    after: str = ""
    quiet: bool = False
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

    def __init__(self, workers: int = 3) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._current: dict[str, Job] = {}
        self._waiting: list[Job] = []
        self._count = 0
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(_FRAME)
        self._frame.timeout.connect(self._submit)
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
        *,
        stopped: Callable[[], None] = lambda: None,
        after: str = "",
        quiet: bool = False,
    ) -> Job:
        """Runs `work(checkpoint)` in a thread, then `done(result)` or `failed(error)` in this one.

        `stopped()` is called where a person cancels it. While a job of the key `after` is under way, it
        waits: two threads of Python take turns, and what is seen first comes first.
        """
        self.cancel(key)
        self._count += 1
        job = Job(key, title, self._count, work, done, failed, stopped, after, quiet)
        self._current[key] = job
        if after:
            self._waiting.append(job)
            self._release()
        else:
            self._pool.submit(self._run, job)
        self._clock.start()
        return job

    def _release(self) -> None:
        """Starts what waited for a job that has ended, once its result is painted."""
        ready = any(job.after not in self._current for job in self._waiting)
        if ready and not self._frame.isActive():
            self._frame.start()

    def _submit(self) -> None:
        ready = [job for job in self._waiting if job.after not in self._current]
        self._waiting = [job for job in self._waiting if job not in ready]
        for job in ready:
            if not job.cancelled.is_set():
                self._pool.submit(self._run, job)

    def _run(self, job: Job) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            job.checkpoint(0.0)
            result = job.work(job.checkpoint)
        except Exception as caught:
            error = caught
        self._finished.emit(job, result, error)

    def _deliver(self, job: Job, result: Any, error: Exception | None) -> None:
        self._ticks.pop(job.number, None)
        if self._current.get(job.key) is not job:
            return
        del self._current[job.key]
        self._tell()
        try:
            if isinstance(error, InputError):
                job.failed(error)
            elif error is not None and not isinstance(error, Cancelled):
                raise error
            elif error is None:
                job.done(result)
        finally:
            self._release()

    def cancel(self, key: str) -> None:
        """Ends the job of this key, if one is under way."""
        job = self._current.pop(key, None)
        if job is not None:
            job.cancelled.set()
            self._tell()
            self._release()

    def stop(self, key: str) -> None:
        """Ends the job of this key because a person has had enough of it."""
        job = self._current.get(key)
        if job is not None:
            self.cancel(key)
            job.stopped()

    def _tell(self) -> None:
        for job in self._current.values():
            self._ticks[job.number] = self._ticks.get(job.number, 0) + 1
        if not self._current:
            self._clock.stop()
        told = (job for job in self._current.values() if not job.quiet)
        self.moved.emit(tuple(job for job in told if self._ticks.get(job.number, 0) >= 3))

    def busy(self, key: str | None = None) -> bool:
        """Whether a job (of this key) is under way."""
        return bool(self._current) if key is None else key in self._current

    def close(self) -> None:
        """Cancels everything and waits for the threads to end."""
        for key in tuple(self._current):
            self.cancel(key)
        self._clock.stop()
        self._frame.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
