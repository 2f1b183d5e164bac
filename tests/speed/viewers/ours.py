"""One opening here, in a process of its own.

    python ours.py cold|running MODEL [flat]

`cold` counts from the start of the process (its time in seconds is the environment's STARTED), `running`
from the moment in which a window that is furnished and idle is asked to open the file; `flat` shows every
node, where otherwise blocks that repeat are groups that are closed at first. Prints one JSON object:
`seconds` to the end of the first painting of the graph, `things` how many boxes it shows, `megabytes` then,
`run_seconds` and `run_megabytes` when the values and gradients are there too, `longest` the longest time in
seconds for which the window did not answer, `frames` the milliseconds of each painting while the wheel zooms.

The one rule: it is the program's own window, started as a person starts it; only its painting is watched.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

#: Seconds after which the values are not waited for any more.
_PATIENCE = 120.0
_SIZE = (1600, 1000)


def megabytes() -> int:
    """Memory of this process; what it shares with others is counted in part."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024


def watch(found: dict[str, Any]) -> None:
    """Notes in `found` when the graph was painted first: the time, and how many boxes it has."""
    from graph_explorer.ui.canvas import GraphView

    paint = GraphView.paintEvent

    def painted(view: GraphView, event: Any) -> None:
        paint(view, event)
        if view.scene is not None and "at" not in found:
            found.update(at=time.time(), things=len(view.scene.layout.ids))

    GraphView.paintEvent = painted  # type: ignore[method-assign]


def turn_until(test: Any, found: dict[str, Any]) -> None:
    """Lets the window live until `test()`, and notes the longest time for which it did not."""
    end, before = time.time() + _PATIENCE, time.time()
    while not test() and time.time() < end:
        QApplication.processEvents()
        now = time.time()
        found["longest"] = max(found.get("longest", 0.0), now - before)
        before = now
        time.sleep(0.0005)


def idle(seconds: float) -> None:
    end = time.time() + seconds
    turn_until(lambda: time.time() > end, {})


def frames(view: Any) -> list[float]:
    """Milliseconds of each painting while the wheel zooms in and out over the middle."""
    middle, times = QPointF(view.width() / 2, view.height() / 2), []
    for step in range(60):
        turned = 120 if step % 40 < 20 else -120
        event = QWheelEvent(
            middle, view.mapToGlobal(middle), QPoint(), QPoint(0, turned), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        before = time.perf_counter()
        QApplication.sendEvent(view, event)
        view.repaint()
        times.append(round(1000 * (time.perf_counter() - before), 2))
    return times


def main(mode: str, model: Path, flat: bool) -> None:
    from graph_explorer.engine.machine import keep_memory, one_thread_a_product

    one_thread_a_product()
    keep_memory()
    found: dict[str, Any] = {}
    application = QApplication(sys.argv[:1])
    from graph_explorer.ui.settings import Settings
    from graph_explorer.ui.window import Window

    window = Window(Settings())
    window.resize(*_SIZE)
    window.start.hide()
    window.show()
    from graph_explorer.ui.session import Session

    started = float(os.environ.get("STARTED", "0"))
    window.furnish(Session())
    if mode == "running":
        window.prepare()
        turn_until(lambda: not window._spare_time.isActive() and not window.session.jobs.busy(), {})
        idle(0.5)
    watch(found)
    window.session.change(blocks=not flat)
    started = time.time() if mode == "running" else started
    window.files.open(model)
    if mode == "cold":
        window.prepare()
    turn_until(lambda: "at" in found, found)
    told = {"seconds": found["at"] - started, "things": found["things"], "megabytes": megabytes()}
    turn_until(lambda: window.session.state.trace is not None and not window.session.jobs.busy(), found)
    told |= {"run_seconds": time.time() - started, "run_megabytes": megabytes(), "longest": found["longest"]}
    told["frames"] = frames(window.bench.middle.page("graph"))
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in told.items()}
    sys.stdout.write(json.dumps(rounded) + "\n")
    window.close()
    application.quit()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), "flat" in sys.argv[3:])
