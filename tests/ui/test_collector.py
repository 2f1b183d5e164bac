"""The collector of cycles does not hold up a window with a large graph, and has nothing to do there."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui import collector
from graph_explorer.ui.session import Session


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


def make_much() -> list[list[int]]:
    """Objects that all stay: more than a quarter of those there are, where a full collection is due."""
    return [[number] for number in range(max(400_000, len(gc.get_objects())))]


@pytest.fixture
def session(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(collector, "LARGE", 20)
    made = Session()
    yield made
    made.close_document()
    made.jobs.close()


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
