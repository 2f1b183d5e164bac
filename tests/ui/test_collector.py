"""The collector of cycles does not hold up a window with a large graph, and has nothing to do there."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.formats import save_document
from graph_explorer.ui import collector
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session
from graph_explorer.ui.window import Window


def chain(count: int) -> Document:
    return parse(f"h = x\nfor t in range({count}):\n    h = tanh(h)\nL = h", {"x": 0.5}, {})


@contextmanager
def collections() -> Iterator[list[int]]:
    """The generations that are looked through meanwhile."""
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(note)
    try:
        yield seen
    finally:
        gc.callbacks.remove(note)


@contextmanager
def no_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def make_much() -> list[list[int]]:
    """Objects that all stay: more than a quarter of those there are, where a full collection is due."""
    return [[number] for number in range(max(400_000, len(gc.get_objects())))]


@pytest.fixture
def session(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(collector, "LARGE", 20)
    made = Session()
    yield made
    made.close_document()
    made.close()


def test_old_objects_are_left_alone_while_a_large_graph_is_shown(session: Session) -> None:
    usual = gc.get_threshold()
    session.show(chain(30))
    with collections() as seen:
        kept = make_much()
    assert len(kept) >= 400_000
    assert seen
    assert 2 not in seen
    session.close_document()
    assert gc.get_threshold() == usual


def test_with_a_small_graph_everything_is_looked_through(session: Session) -> None:
    usual = gc.get_threshold()
    session.show(chain(30))
    session.show(chain(3))
    assert gc.get_threshold() == usual


def test_nothing_large_is_part_of_a_cycle(open_window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    """What is set aside is never collected: it must go by itself once another document is shown."""
    path = tmp_path / "chain.onnx"
    save_document(chain(400), path)
    session = open_window.session
    with no_collector():
        assert open_window.files.open(path)
        qtbot.waitUntil(lambda: session.state.trace is not None and not session.jobs.busy())
        view = open_window.bench.middle.page("graph")
        assert isinstance(view, GraphView)
        assert view.scene is not None
        document, trace = session.state.document, session.state.trace
        assert document is not None
        assert trace is not None
        large = (document, document.graph, trace, trace.plan, view.scene)
        left = [weakref.ref(one) for one in large]
        del document, trace, large
        session.show(parse("z = w*x\nL = z**2", {"x": 2.0}, {"w": 3.0}))
        for name in ("w", "z"):  # whatever shows something shows another
            session.select(name)
            session.seek(4)
            qtbot.waitUntil(lambda: view.settled and not session.jobs.busy())
        assert [type(one()).__name__ for one in left if one() is not None] == []
