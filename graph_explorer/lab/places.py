"""Where long computations are done: on threads or processes here, or on a Dask cluster.

All speak `concurrent.futures`: a place opens for one computation, hands out futures, and closes. What
the tasks share is handed over once: as it is to threads, to processes when they start, and to a cluster
as bytes of which its scheduler keeps a copy, so that a worker that is lost takes nothing with it.

The one rule: a place decides when and where a task runs, never what comes out. A number does not depend
on the place or on how many workers it has.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import urlsplit

from graph_explorer.engine import machine
from graph_explorer.engine.errors import Cancelled, InputError

#: What a task does: from what all share and what is its own; it calls the checkpoint now and then.
Work = Callable[[Any, Any, Callable[[float], None]], Any]
#: Hands a task to whoever is free.
Submit = Callable[[Any], "Future[Any]"]

#: How the address of a cluster may begin.
_SCHEMES = ("tcp", "tls")
#: Seconds within which a cluster must answer, and have a worker.
PATIENCE = 5.0


class Place(Protocol):
    """Where tasks run."""

    def open(self, work: Work, shared: Any) -> Any:
        """A context in which `submit(task)` gives the future of `work(shared, task, checkpoint)`.

        Leaving it early cancels what has not begun, and asks what has to stop at its next checkpoint.
        """


def cores() -> int:
    """How many tasks this process may run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# ── here ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Threads:
    """Threads of this process: best where a task spends its time in large arrays."""

    workers: int = 0

    @contextmanager
    def open(self, work: Work, shared: Any) -> Iterator[Submit]:
        stop = threading.Event()
        pool = ThreadPoolExecutor(self.workers or cores(), thread_name_prefix="place")
        try:
            yield lambda task: pool.submit(work, shared, task, _checkpoint(stop))
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def _checkpoint(stop: Any) -> Callable[[float], None]:
    def look(fraction: float) -> None:
        if stop.is_set():
            raise Cancelled("nobody waits for it")

    return look


@dataclass(frozen=True)
class Processes:
    """Processes of this machine: best where a task is many small steps, which threads would take in turns."""

    workers: int = 0

    @contextmanager
    def open(self, work: Work, shared: Any) -> Iterator[Submit]:
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        given = (_packed(shared), work, stop)
        pool = ProcessPoolExecutor(self.workers or cores(), context, _begin, given)
        try:
            yield lambda task: pool.submit(_in_process, task)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


#: In a process of a pool: what its tasks share.
_HERE: dict[str, Any] = {}


def _begin(data: bytes, work: Work, stop: Any) -> None:
    """Readies a new process: it leaves the keyboard to its parent, and ends when that one does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    machine.keep_memory()
    _HERE.update(shared=pickle.loads(data), work=work, stop=stop)  # noqa: S301 - our own parent's


def _leave_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _in_process(task: Any) -> Any:
    return _HERE["work"](_HERE["shared"], task, _checkpoint(_HERE["stop"]))


def _packed(shared: Any) -> bytes:
    try:
        return pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError):
        raise InputError(
            "this document cannot be sent to another process: it holds an operator without a rule of its "
            "own; compute it on threads"
        ) from None


# ── on a cluster ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster that runs already, by the address of its scheduler: `tcp://127.0.0.1:8786`.

    Its workers need this program in the same version. `InputError` where it cannot be reached.
    """

    address: str

    @contextmanager
    def open(self, work: Work, shared: Any) -> Iterator[Submit]:
        data = _packed(shared)
        client = self._client()
        try:
            pool = client.get_executor(pure=False)
            given = client.submit(_kept, data, pure=False)
            yield lambda task: pool.submit(_on_worker, work, given, task)
            pool.shutdown(wait=False)
        finally:
            client.close(timeout=PATIENCE)

    def _client(self) -> Any:
        try:
            distributed = import_module("distributed")
        except ImportError:
            raise InputError(
                "a cluster needs Dask; install it with: pip install graph-explorer[cluster]"
            ) from None
        for name in list(logging.root.manager.loggerDict):
            if name.partition(".")[0] == "distributed":  # what matters is said in our words
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        client = distributed.Client.__new__(distributed.Client)
        try:
            _knock(self.address)
            client.__init__(self.address, timeout=PATIENCE, set_as_default=False)
        except Exception as error:  # whoever answers there may be anything
            client.status = "closed"  # it has nothing to close, and need not try when it is forgotten
            raise InputError(
                f"no Dask scheduler answers at '{self.address}' ({_reason(error)}); "
                "start one with: dask scheduler --host 127.0.0.1"
            ) from None
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            client.close(timeout=PATIENCE)
            raise InputError(
                f"the cluster at '{self.address}' has no workers; start one with: dask worker {self.address}"
            ) from None
        return client


def _knock(address: str) -> None:
    """Raises `OSError` or `ValueError` where nobody listens at an address: a client would wait, and leave a
    thread behind.
    """
    found = urlsplit(address if "://" in address else f"tcp://{address}")
    if found.scheme not in _SCHEMES:
        raise ValueError(f"an address begins with {' or '.join(f'{each}://' for each in _SCHEMES)}")
    if not found.hostname or not found.port:
        raise ValueError("an address has a host and a port, such as tcp://127.0.0.1:8786")
    socket.create_connection((found.hostname, found.port), PATIENCE).close()


def _reason(error: Exception) -> str:
    """Why nobody answers, in a line; what was received from no scheduler at all means nothing."""
    if not isinstance(error, OSError | ValueError):
        return "something else answers there"
    return (str(error) or type(error).__name__).splitlines()[0]


def _kept(data: bytes) -> bytes:
    """A task whose result is what all others share: where it is lost, the cluster does it again."""
    return data


@lru_cache(maxsize=2)
def _unpacked(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 - from the scheduler that runs our tasks


def _on_worker(work: Work, given: bytes, task: Any) -> Any:
    return work(_unpacked(given), task, lambda fraction: None)


def place_of(cluster: str | None = None, workers: int | None = None, *, processes: bool = False) -> Place:
    """The place that a person asked for: a cluster, else threads or `processes` of this machine."""
    if workers is not None and workers < 1:
        raise InputError(f"there must be at least one worker, found {workers}")
    if cluster:
        return Cluster(cluster)
    return Processes(workers or 0) if processes else Threads(workers or 0)
