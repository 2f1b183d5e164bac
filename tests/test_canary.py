"""The Qt binding in use does not lose references to None (PySide6 6.12.0 on Python 3.10 and 3.11 did)."""

from __future__ import annotations

import subprocess
import sys

CALLS = """
from PySide6.QtCore import QObject
thing = QObject()
for _ in range(100_000):
    thing.setObjectName('a')
    QObject().setObjectName('a')
print('alive')
"""


def test_many_calls_that_return_nothing_survive() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLS], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")
