"""What the process asks of the machine: one thread a matrix product, and memory that is kept or let go.

The one rule: this is asked once, before numbers are made, and changes no number.

Threads: two BLAS threads on a machine that does other work are many times slower than one, since each
product waits for both; whole jobs are spread over cores instead.

Memory: glibc's malloc hands each freed array of 128 KB or more back to the system, and the next array
of that size is then cleared page by page when it is first written, which takes longer than many an
operation on it. Arrays up to 64 MB are kept for the next run instead, 256 MB of them, and all threads
share them. Other systems do so by themselves, or offer no such setting.

The collector of cycles: while a large graph is built, hundreds of thousands of objects come and all stay.
Python's collector looks through them again and again, and finds nothing.

Turns: Python's threads take turns, of 5 ms each unless asked otherwise. A thread that works leaves a window
waiting so long whenever it asks for its turn, which is several times in one repaint.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: NumPy's wheels bring OpenBLAS along; other builds use MKL, BLIS, Accelerate or what OpenMP serves.
_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "OMP_NUM_THREADS",
)

#: Settings of mallopt(3) in malloc.h, with their values: bytes, bytes, and how many separate heaps.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_MEMORY = ((_M_MMAP_THRESHOLD, 64 * 2**20), (_M_TRIM_THRESHOLD, 256 * 2**20), (_M_ARENA_MAX, 1))


def one_thread_a_product() -> None:
    """One BLAS thread in this process, unless its environment says otherwise.

    NumPy reads the environment when it is loaded; after that nothing happens.
    """
    if "numpy" not in sys.modules:
        for name in _THREADS:
            os.environ.setdefault(name, "1")


#: Where a system does not tell how much memory it has.
_USUAL_MEMORY = 16 * 2**30


def memory() -> int:
    """How many bytes of memory the machine has."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return _USUAL_MEMORY


def keep_memory() -> bool:
    """Lets freed arrays be used again; whether there is such a setting here."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is None:
        return False
    answers = [mallopt(setting, value) for setting, value in _MEMORY]
    return all(answers)


#: Seconds of a turn: short for who waits, long beside the change of turns itself.
_TURN = 1e-3


def take_short_turns() -> None:
    """Threads of this process take turns of a millisecond."""
    sys.setswitchinterval(_TURN)


def set_aside() -> None:
    """All that there is now is taken to stay: the collector does not look through it any more."""
    gc.freeze()


@contextmanager
def without_collector() -> Iterator[None]:
    """Keeps Python's collector of cycles out while many objects are made that all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
