"""How long the canvas takes for a frame at 10 000 nodes: pan, zoom, a backward step.

    python -m pytest tests/speed/test_canvas_speed.py --benchmark-only --benchmark-columns=min,median,max

Software rendering, 1600×1000. The extra column `p95` is in milliseconds; the aim is 8, the bound 16.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session

#: Overview, middle and close; None is the scale at which the whole graph is in sight.
SCALES = (None, 0.05, 0.25, 0.5, 1.0)
NODES = 10_000


def residual_blocks(count: int) -> Document:
    """A chain of blocks in groups, about `count` nodes; every block takes the same two parameters."""
    program = (
        "def block(h, a, b):\n    u = tanh(a*h + b)\n    return h + 0.1*sigmoid(u)*u\n"
        f"h = x\nfor t in range({count // 7}):\n    h = block(h, a, b)\nL = (h - y)**2"
    )
    return parse(program, {"x": 0.5, "y": 1.0}, {"a": 0.3, "b": -0.1})


def layers(count: int, width: int = 40) -> Document:
    """Dense layers of scalars: every unit takes three of the layer before; about `count` nodes."""
    lines = [f"h0_{k} = tanh(w*x + {k})" for k in range(width)]
    for depth in range(1, count // (5 * width)):
        lines += [
            f"h{depth}_{k} = tanh(w*h{depth - 1}_{k} + h{depth - 1}_{(k + 1) % width}*v)"
            for k in range(width)
        ]
    last = count // (5 * width) - 1
    lines.append("L = " + " + ".join(f"h{last}_{k}" for k in range(width)))
    return parse("\n".join(lines), {"x": 0.5}, {"w": 0.3, "v": 0.2})


@pytest.fixture(params=[residual_blocks, layers], ids=["blocks", "layers"])
def view(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[GraphView]:
    session = Session()
    session.change(motion=False)
    shown = GraphView(session)
    shown.resize(1600, 1000)
    qtbot.addWidget(shown)
    session.change(blocks=False)
    session.show(request.param(NODES))
    session.change(collapsed=frozenset())
    qtbot.waitUntil(lambda: shown.scene is not None, timeout=60_000)
    assert session.state.trace is not None
    session.seek(session.state.trace.forward_length + len(session.state.trace.plan.pulls) // 2)
    shown.show()
    yield shown
    session.jobs.close()


def frame(view: GraphView) -> None:
    """What Qt does for one repaint of the whole widget."""
    picture = QImage(view.size(), QImage.Format.Format_RGB32)
    view.render(picture, QPoint())


def go_to(view: GraphView, scale: float | None) -> None:
    view.fit()
    if scale is not None:
        view.zoom(scale / view.camera.scale, (view.width() / 2, view.height() / 2))
    frame(view)


def measure(benchmark: Any, act: Callable[[], None]) -> None:
    benchmark.pedantic(act, rounds=60, warmup_rounds=3)
    times = sorted(benchmark.stats.stats.data)
    benchmark.extra_info["p95"] = round(1000 * times[int(0.95 * len(times))], 2)


@pytest.mark.parametrize("scale", SCALES)
def test_pan(view: GraphView, benchmark: Any, scale: float | None) -> None:
    go_to(view, scale)
    ways = itertools.cycle([(24, 9)] * 20 + [(-24, -9)] * 20)

    def act() -> None:
        view.pan(*next(ways))
        frame(view)

    measure(benchmark, act)


@pytest.mark.parametrize("scale", SCALES)
def test_zoom(view: GraphView, benchmark: Any, scale: float | None) -> None:
    go_to(view, scale)
    factors = itertools.cycle([1.03] * 8 + [1 / 1.03] * 8)

    def act() -> None:
        view.zoom(next(factors), (700, 400))
        frame(view)

    measure(benchmark, act)


@pytest.mark.parametrize("scale", SCALES)
def test_step(view: GraphView, benchmark: Any, scale: float | None) -> None:
    go_to(view, scale)

    def act() -> None:
        view.session.step()
        frame(view)

    measure(benchmark, act)


def test_seek(view: GraphView, benchmark: Any) -> None:
    """A jump to anywhere, as scrubbing makes them, with the whole graph in sight."""
    trace = view.session.state.trace
    assert trace is not None
    go_to(view, None)
    times = itertools.cycle(range(trace.forward_length, trace.length, 677))

    def act() -> None:
        view.session.seek(next(times))
        view.fit()
        frame(view)

    measure(benchmark, act)
