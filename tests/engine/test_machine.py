"""What the process asks of the machine, each tried in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from graph_explorer.engine import machine

FAULTS = """
import resource, sys
from graph_explorer.engine import machine
if sys.argv[1] == "kept":
    machine.keep_memory()
import numpy as np
def work():
    a = np.ones(2**20)
    return a + a
for _ in range(3):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""

THREADS = """
import os, sys
from graph_explorer.engine import machine
if sys.argv[1] == "late":
    import numpy
machine.one_thread_a_product()
print(os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS"))
"""

SET_ASIDE = """
import gc
from graph_explorer.engine import machine
kept = [[] for _ in range(10_000)]
machine.set_aside()
print(gc.get_freeze_count() >= 10_000, gc.isenabled())
"""

TURNS = """
import sys
from graph_explorer.engine import machine
before = sys.getswitchinterval()
machine.take_short_turns()
print(sys.getswitchinterval() < before)
"""


def said(code: str, *arguments: str, **environment: str) -> str:
    """What a new process prints; of the threads it knows only what `environment` says."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**kept, **environment}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="a setting of glibc")
def test_freed_arrays_are_used_again() -> None:
    freed, kept = int(said(FAULTS, "freed")), int(said(FAULTS, "kept"))
    assert kept < freed / 10


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not machine.keep_memory()


def test_one_thread_unless_the_environment_says_otherwise() -> None:
    assert said(THREADS, "early") == "1 1"
    assert said(THREADS, "early", OPENBLAS_NUM_THREADS="2") == "2 1"


def test_after_numpy_is_loaded_the_threads_stay_as_they_are() -> None:
    assert said(THREADS, "late") == "None None"


def test_what_is_set_aside_is_not_looked_through_again() -> None:
    assert said(SET_ASIDE) == "True True"


def test_turns_are_shorter_than_usual() -> None:
    assert said(TURNS) == "True"
