"""From the start of the process to the first paint, against an empty PySide6 window.

Both are started in turn, so that a busy machine slows both:
`python -m pytest tests/speed/test_start.py --benchmark-only -s`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pytest_benchmark.fixture import BenchmarkFixture

#: How many starts of each; the medians are compared.
RUNS = 9
#: The most that our first paint may take, in first paints of an empty window.
MOST = 2.5

EMPTY = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        print(time.time(), flush=True)
        QTimer.singleShot(0, application.quit)
application = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
application.exec()
"""

OURS = """
import sys, time
from graph_explorer.__main__ import main
from graph_explorer.ui import app
def painted(window, *_):
    print(time.time(), flush=True)
    window.close()
app.furnish = painted
sys.argv = ["graph-explorer"]
main()
"""


def seconds(code: str, environment: dict[str, str]) -> float:
    """From just before the process starts to what it prints: the time of its first paint."""
    before = time.time()
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout.split()[0]) - before


def medians(settings: Path, runs: int = RUNS) -> tuple[float, float]:
    """Median seconds to the first paint: an empty window, ours. The first start of each is not counted."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "XDG_CONFIG_HOME": str(settings)}
    pairs = [(seconds(EMPTY, environment), seconds(OURS, environment)) for _ in range(runs + 1)][1:]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def test_first_paint(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    empty, ours = benchmark.pedantic(medians, args=(tmp_path,), rounds=1)
    benchmark.extra_info |= {
        "empty": round(empty, 4),
        "ours": round(ours, 4),
        "ratio": round(ours / empty, 2),
    }
    sys.stdout.write(f"\nfirst paint: empty {empty:.3f} s, ours {ours:.3f} s, ratio {ours / empty:.2f}\n")
    assert ours <= MOST * empty
