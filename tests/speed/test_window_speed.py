"""How long the whole window takes for a step, a choice or a jump in time at 100 000 nodes, panel by panel.

    python -m pytest tests/speed/test_window_speed.py --benchmark-only --benchmark-columns=min,median,max

The window has 1600×1000 pixels, all panels are where they are at first, and one of them is brought to the
front after the other. Counted is the processor time of the interface thread, from the wish to the repaint of
everything that it changed; the extra column `p95` is in milliseconds. The bounds are 16 for a step and 50
for everything else. `test_stalls` opens a model from a file: the extra column `longest` is the longest time,
in milliseconds of the interface thread, between two looks at what the person does.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from graph_explorer.engine.machine import take_short_turns
from graph_explorer.formats import save_document
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session
from graph_explorer.ui.settings import Settings
from graph_explorer.ui.widgets.ask import Unsaved
from graph_explorer.ui.window import Window
from tests.speed.test_canvas_speed import ensemble, residual_blocks, wait

NODES = 100_000
#: The panels that lie behind others at first; a race over so many nodes is no matter of a step.
BEHIND = ("outline", "library", "acts", "cost", "health", "table")


def make_window() -> Window:
    window = Window(Settings())
    window.resize(1600, 1000)
    window.show()
    window.furnish(Session())
    window.session.change(motion=False)
    return window


def settled(window: Window) -> bool:
    view = window.bench.middle.pages.get("graph")
    return not window.session.jobs.busy() and isinstance(view, GraphView) and view.settled


def leave(window: Window) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Unsaved, "ask", lambda *_: "discard")
        window.close()
    window.deleteLater()


@pytest.fixture(scope="module")
def window(qapp: QApplication) -> Iterator[Window]:
    """A window with a large graph, half of its gradients known."""
    take_short_turns()
    made = make_window()
    session = made.session
    session.show(ensemble(NODES))
    wait(lambda: session.state.trace is not None and settled(made))
    trace = session.state.trace
    assert trace is not None
    session.seek(trace.forward_length + len(trace.plan.pulls) // 2)
    popups = QApplication.topLevelWidgets()  # held, so that each test finds the same ones as before it
    yield made
    del popups
    leave(made)


def bring(window: Window, panel: str) -> None:
    window.bench.docks[panel].raise_()
    QApplication.processEvents()
    wait(lambda: settled(window))


def measure(window: Window, benchmark: Any, act: Callable[[], object], rounds: int = 40) -> None:
    def whole() -> None:
        act()
        QApplication.processEvents()

    benchmark._timer = time.thread_time
    benchmark.pedantic(whole, setup=lambda: wait(lambda: settled(window)), rounds=rounds, warmup_rounds=3)
    times = sorted(benchmark.stats.stats.data)
    benchmark.extra_info["p95"] = round(1000 * times[int(0.95 * len(times))], 2)


@pytest.mark.parametrize("panel", ["inspector", *BEHIND])
@pytest.mark.parametrize("way", ["back", "forward"])
def test_step(window: Window, benchmark: Any, panel: str, way: str) -> None:
    bring(window, panel)
    measure(window, benchmark, lambda: window.session.step(forward=way == "forward"))


@pytest.mark.parametrize("panel", ["inspector", *BEHIND])
def test_select(window: Window, benchmark: Any, panel: str) -> None:
    """A node anywhere, among them inputs and parameters."""
    bring(window, panel)
    graph = window.session.state.graph
    assert graph is not None
    places = np.random.default_rng(0).integers(0, len(graph), 50).tolist()
    names = itertools.cycle([graph.nodes[0].id, *(graph.nodes[place].id for place in places)])
    measure(window, benchmark, lambda: window.session.select(next(names)))
    window.session.select("")


@pytest.mark.parametrize("panel", ["inspector", *BEHIND])
def test_seek(window: Window, benchmark: Any, panel: str) -> None:
    """A jump to anywhere in the run."""
    bring(window, panel)
    trace = window.session.state.trace
    assert trace is not None
    times = itertools.cycle(np.random.default_rng(1).integers(0, trace.length, 50).tolist())
    here = window.session.state.time
    measure(window, benchmark, lambda: window.session.seek(next(times)))
    window.session.seek(here)


def test_stalls(benchmark: Any, tmp_path: Path, qapp: QApplication) -> None:
    """From the wish to open a model of 10 000 operations to its values and gradients."""
    path = tmp_path / "blocks.onnx"
    save_document(residual_blocks(10_000), path)
    take_short_turns()
    window = make_window()
    longest = 0.0

    def look() -> bool:
        nonlocal longest
        begun = time.thread_time()
        QApplication.processEvents()
        longest = max(longest, time.thread_time() - begun)
        return window.session.state.trace is not None and settled(window)

    def whole() -> None:
        assert window.files.open(path)
        wait(look)

    benchmark.pedantic(whole, rounds=3, setup=window.session.close_document)
    benchmark.extra_info["longest"] = round(1000 * longest, 1)
    leave(window)
