"""How long repeated blocks take to be found, and groups to be opened, at 10 000 to 100 000 operations.

    python -m pytest tests/speed/test_hierarchy_speed.py --benchmark-only --benchmark-columns=min,median,max

Nodes are operations and the parameters that they take. The aims: 50 000 operations in well under a second,
one group of a graph of 10 000 opened in less than a tenth of one.
"""

from __future__ import annotations

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.hierarchy import first_closed, folding, with_blocks
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session

_LAYER = "a{k} = {x} @ w{k}\nb{k} = tanh(a{k})\nc{k} = b{k} @ v{k}\nd{k} = c{k} + {x}\nx{k} = relu(d{k})"


def residual(operations: int) -> Document:
    """A chain of residual layers with weights of their own, written without any group."""
    count = operations // 5
    lines = [_LAYER.format(k=k, x=f"x{k - 1}" if k else "x") for k in range(count)]
    weights = {f"{name}{k}": np.eye(2) for k in range(count) for name in "wv"}
    return parse("\n".join([*lines, f"L = sum(x{count - 1})"]), {"x": np.ones((1, 2))}, weights)


def scoped(operations: int) -> Document:
    """The same layers as calls of a function: each has a group already."""
    count = operations // 5
    text = "def layer(x, w, v):\n    b = tanh(x @ w)\n    return relu(b @ v + x)\n"
    lines = [f"x = layer(x, w{k}, v{k})" for k in range(count)]
    weights = {f"{name}{k}": np.eye(2) for k in range(count) for name in "wv"}
    text = text.replace("(x, w, v)", "(y, w, v)").replace("(x @ w)", "(y @ w)").replace("+ x", "+ y")
    return parse("\n".join([f"{text}x = z*1", *lines, "L = sum(x)"]), {"z": np.ones((1, 2))}, weights)


def scattered(operations: int) -> Document:
    """Operations in no order at all, in which nothing repeats for long."""
    random = np.random.default_rng(0)
    lines = ["h0 = x*1"]
    for k in range(1, operations):
        one, other = random.integers(max(0, k - 30), k, 2)
        lines.append(
            f"h{k} = " + random.choice(["tanh(h{0})", "h{0} + h{1}", "h{0} * h{1}"]).format(one, other)
        )
    return parse("\n".join([*lines, f"L = sum(h{operations - 1})"]), {"x": np.ones(2)}, {})


@pytest.mark.parametrize("operations", [10_000, 50_000, 100_000])
@pytest.mark.parametrize("make", [residual, scoped, scattered])
def test_blocks_are_found(benchmark: BenchmarkFixture, make: object, operations: int) -> None:
    document = make(operations)  # type: ignore[operator]
    leaves = document.leaves
    found = benchmark.pedantic(with_blocks, (document.written, leaves), rounds=3)
    benchmark.extra_info["nodes"] = len(document.graph)
    if make is not scattered:
        closed = first_closed(found.graph, found.repeats)
        assert list(found.repeats.values()) == [operations // 5]
        assert folding(found.graph, closed).cards <= 5


@pytest.mark.parametrize("operations", [10_000, 50_000])
def test_what_is_closed_at_first_is_chosen(benchmark: BenchmarkFixture, operations: int) -> None:
    found = residual(operations).with_blocks().read
    benchmark.pedantic(first_closed, (found.graph, found.repeats), rounds=5)


def test_one_block_of_10_000_operations_is_opened(qtbot: QtBot, benchmark: BenchmarkFixture) -> None:
    session = Session()
    session.change(motion=False)
    view = GraphView(session)
    view.resize(1600, 1000)
    qtbot.addWidget(view)
    session.show(residual(10_000))
    qtbot.waitUntil(lambda: not session.jobs.busy("layout"), timeout=60_000)
    assert session.state.document is not None
    (stack,) = session.state.document.read.repeats
    session.toggle_group(stack)
    qtbot.waitUntil(lambda: not session.jobs.busy("layout"), timeout=60_000)
    blocks = iter(range(1, 2_000))

    def opened() -> None:
        session.toggle_group(f"{stack}/block {next(blocks)}")
        qtbot.waitUntil(lambda: not session.jobs.busy("layout"), timeout=60_000)

    benchmark.pedantic(opened, rounds=10)
    session.close()
