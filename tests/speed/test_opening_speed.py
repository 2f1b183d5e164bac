"""Opening a model: from the file to the painted graph, its portions, and how they grow with the graph.

    python -m pytest tests/speed/test_opening_speed.py --benchmark-only -s

Against other viewers: `python -m tests.speed.viewers --help`. Processor time counts, so that a busy machine
changes little; what is compared is taken in turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from pytestqt.qtbot import QtBot

from graph_explorer.formats import open_document
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session
from tests.speed.viewers import models

#: A node of a large model may take at most so many times as long as one of a small one.
MOST_GROWTH = 2.0
#: Microseconds of processor time that a node may take to be read.
A_NODE = 40.0


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[GraphView]:
    session = Session()
    made = GraphView(session)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made
    session.close()


def chain(folder: Path, count: int) -> Path:
    path = folder / f"{count}.onnx"
    if not path.exists():
        onnx.save(models.chain(count), path)
    return path


def least(work: Callable[[], object], rounds: int = 4) -> float:
    """Seconds of processor time, the least of some rounds."""
    taken = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        taken.append(time.process_time() - before)
    return min(taken)


def opened(view: GraphView, path: Path, qtbot: QtBot) -> None:
    """Opens a file and waits until its graph is painted; its run is stopped."""
    session = view.session
    session.close_document()
    session.open(path)
    qtbot.waitUntil(lambda: view.scene is not None, timeout=60_000)
    view.repaint()
    session.jobs.stop("trace")


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_reading_a_chain(benchmark: BenchmarkFixture, folder: Path, count: int) -> None:
    path = chain(folder, count)
    benchmark.pedantic(open_document, (path,), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("title", models.NETWORKS)
def test_reading_a_network(benchmark: BenchmarkFixture, folder: Path, title: str) -> None:
    path = models.made(folder)[title]
    document = benchmark.pedantic(open_document, (path,), rounds=5, warmup_rounds=1)
    held = sum(entry.array.nbytes for entry in document.parameters.values())
    in_protobuf = document.model.proto.ByteSize()
    benchmark.extra_info.update(weights=held, protobuf=in_protobuf)
    assert in_protobuf < 0.05 * held, "the weights are in memory once"


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_opening_a_chain(
    benchmark: BenchmarkFixture, folder: Path, count: int, view: GraphView, qtbot: QtBot
) -> None:
    path = chain(folder, count)
    benchmark.pedantic(opened, (view, path, qtbot), rounds=5, warmup_rounds=1)
    assert view.scene is not None


def test_a_node_takes_as_long_in_a_large_model_as_in_a_small_one(
    benchmark: BenchmarkFixture, folder: Path
) -> None:
    small, large = chain(folder, 1_000), chain(folder, 20_000)
    nodes = [len(open_document(path).graph) for path in (small, large)]
    taken = np.array([least(lambda: open_document(small)), least(lambda: open_document(large))])
    each = taken / nodes
    benchmark.extra_info["microseconds a node"] = (1e6 * each).round(1).tolist()
    benchmark.pedantic(lambda: None)
    assert each[1] < MOST_GROWTH * each[0]
    assert 1e6 * each[1] < A_NODE
