"""How long the canvas takes for a frame at 10 000, 100 000 and 1 000 000 nodes, with values and gradients.

    python -m pytest tests/speed/test_canvas_speed.py --benchmark-only --benchmark-columns=min,median,max

Software rendering, 1600×1000; under X as well as offscreen (`xvfb-run` and QT_QPA_PLATFORM=xcb). The extra
column `p95` is in milliseconds; the bounds are 8, 16 and 33 for a pan or a zoom, 16 for a step back at
100 000 nodes and for a jump in time at 10 000, 100 for opening a group. `-k "not million"` leaves out the
largest graph, which takes some minutes to be made, run and laid out.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from graph_explorer.document import Document, Entry, parse
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.program import Program
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session

#: Overview, middle and close; None is the scale at which the whole graph is in sight.
SCALES = (None, 0.05, 0.25, 0.5, 1.0)


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


@dataclass(frozen=True)
class Made:
    """A graph that no program text was written for: texts are bounded in length."""

    graph: Graph
    unfolds: bool = False

    def program(self, leaves: Mapping[str, Any]) -> Program:
        return Program(self.graph, {}, self.graph.nodes[-1].id, frozenset(), MappingProxyType({}))

    def fitted(self, inputs: Mapping[str, Entry], given: object) -> Mapping[str, Entry]:
        return inputs

    def notes(self, inputs: Mapping[str, Entry]) -> tuple[str, ...]:
        return ()


def ensemble(count: int, blocks: int = 5_500) -> Document:
    """Deep networks of residual blocks side by side, their answers added; about `count` nodes.

    Every block has parameters of its own and is a group.
    """
    nodes, ends, names = [Node("x", "input")], [], []
    for member in range(max(1, count // (9 * blocks))):
        h = "x"
        for block in range(blocks):
            path = f"member{member}/block{block}"
            names += [f"{path}/a", f"{path}/b"]
            nodes += [Node(name, "parameter", group=path) for name in names[-2:]]
            wired = {
                "ah": ("Mul", f"{path}/a", h), "z": ("Add", f"{path}/ah", f"{path}/b"),
                "u": ("Tanh", f"{path}/z"), "s": ("Sigmoid", f"{path}/u"),
                "g": ("Mul", f"{path}/s", f"{path}/u"), "d": ("Mul", f"{path}/g", f"{path}/u"),
                "h": ("Sub", h, f"{path}/d"),
            }  # fmt: skip
            nodes += [
                Node(f"{path}/{name}", op, tuple(inputs), group=path) for name, (op, *inputs) in wired.items()
            ]
            h = f"{path}/h"
        ends.append(h)
    total = ends[0]
    for member, end in enumerate(ends[1:], 1):
        nodes.append(Node(f"sum{member}", "Add", (total, end)))
        total = f"sum{member}"
    nodes.append(Node("L", "Identity", (total,)))
    numbers = np.random.default_rng(0).uniform(0.1, 0.5, len(names))
    values = {name: Entry(np.asarray(value)) for name, value in zip(names, numbers, strict=True)}
    given = MappingProxyType({"x": Entry(np.asarray(0.5))})
    return Document("", inputs=given, parameters=MappingProxyType(values), model=Made(Graph(nodes)))


CASES: Mapping[str, Callable[[], Document]] = {
    "ten thousand, blocks": lambda: residual_blocks(10_000),
    "ten thousand, layers": lambda: layers(10_000),
    "a hundred thousand, ensemble": lambda: ensemble(100_000),
    "a million, ensemble": lambda: ensemble(1_000_000),
}


def wait(until: Callable[[], bool], seconds: float = 1800.0) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it takes too long"
        QApplication.processEvents()
        time.sleep(0.001)


@pytest.fixture(scope="module", params=CASES)
def view(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[GraphView]:
    """A document, run and laid out with every group open, half of its gradients known."""
    session = Session()
    session.change(motion=False, blocks=False)
    shown = GraphView(session)
    shown.resize(1600, 1000)
    shown.show()
    session.show(CASES[request.param]())
    wait(lambda: shown.scene is not None and session.state.trace is not None)
    session.change(collapsed=frozenset())
    wait(lambda: not session.jobs.busy())
    trace = session.state.trace
    assert trace is not None
    session.seek(trace.forward_length + len(trace.plan.pulls) // 2)
    popups = QApplication.topLevelWidgets()  # held, so that each test finds the same ones as before it
    yield shown
    del popups
    session.close()
    shown.close()
    shown.deleteLater()


@cache
def screen(width: int, height: int) -> QImage:
    """What a window is painted on; it stays from frame to frame."""
    return QImage(width, height, QImage.Format.Format_RGB32)


def frame(view: GraphView) -> None:
    """What Qt does for one repaint of the whole widget."""
    view.render(screen(view.width(), view.height()), QPoint())


def finished(view: GraphView) -> None:
    frame(view)
    while not view.settled:
        frame(view)


def go_to(view: GraphView, scale: float | None) -> None:
    view.fit()
    if scale is not None:
        view.zoom(scale / view.camera.scale, (view.width() / 2, view.height() / 2))
    finished(view)


def measure(
    view: GraphView, benchmark: Any, act: Callable[[], object], rounds: int = 60,
    setup: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    benchmark.pedantic(act, setup=setup, rounds=rounds, warmup_rounds=3)
    finished(view)
    wait(lambda: not view.map.waits)
    times = sorted(benchmark.stats.stats.data)
    benchmark.extra_info["p95"] = round(1000 * times[int(0.95 * len(times))], 2)
    benchmark.extra_info["cards"] = len(view.scene) if view.scene is not None else 0


@pytest.mark.parametrize("scale", SCALES)
def test_pan(view: GraphView, benchmark: Any, scale: float | None) -> None:
    go_to(view, scale)
    ways = itertools.cycle([(24, 9)] * 20 + [(-24, -9)] * 20)

    def act() -> None:
        view.pan(*next(ways))
        frame(view)

    measure(view, benchmark, act)


@pytest.mark.parametrize("scale", SCALES)
def test_zoom(view: GraphView, benchmark: Any, scale: float | None) -> None:
    go_to(view, scale)
    factors = itertools.cycle([1.03] * 8 + [1 / 1.03] * 8)

    def act() -> None:
        view.zoom(next(factors), (700, 400))
        frame(view)

    measure(view, benchmark, act)


@pytest.mark.parametrize("scale", SCALES)
def test_finish(view: GraphView, benchmark: Any, scale: float | None) -> None:
    """All frames of a picture until nothing of it is coarse, as after a zoom that has come to rest."""
    go_to(view, scale)
    factors = itertools.cycle([1.1, 1 / 1.1])

    def act() -> None:
        view.zoom(next(factors), (700, 400))
        finished(view)

    measure(view, benchmark, act, rounds=12)


@pytest.mark.parametrize("scale", SCALES)
def test_step(view: GraphView, benchmark: Any, scale: float | None) -> None:
    go_to(view, scale)

    def act() -> None:
        view.session.step()
        frame(view)

    measure(view, benchmark, act)


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

    measure(view, benchmark, act)


def test_point(view: GraphView, benchmark: Any) -> None:
    """What is under the pointer, anywhere in the window."""
    go_to(view, 0.25)
    places = itertools.cycle(np.random.default_rng(0).uniform((0, 0), (1600, 1000), (50, 2)).tolist())
    measure(view, benchmark, lambda: view.pointer.at(QPointF(*next(places))))


@pytest.mark.parametrize("view", [name for name in CASES if "layers" not in name], indirect=True)
def test_expand(view: GraphView, benchmark: Any) -> None:
    """A group is closed and opened again: from the wish to the picture."""
    scene = view.scene
    assert scene is not None
    path = scene.frames.paths[len(scene.frames) // 2]
    view.zoom_to(path)

    def settle() -> None:
        """As a person finds the picture: finished, and so is the map."""
        finished(view)
        wait(lambda: not view.map.waits and not view.session.jobs.busy())

    def act() -> None:
        before = view.scene
        view.session.toggle_group(path)
        wait(lambda: view.scene is not before)
        frame(view)

    measure(view, benchmark, act, rounds=10, setup=settle)
