"""How long the surface view takes for a picture: while a knob is dragged, and while the block turns.

    python -m pytest tests/speed/test_surface_speed.py --benchmark-only --benchmark-columns=min,median,max

Software rendering, 1280×800, six methods of 1 000 steps on Rosenbrock. Thirty pictures a second leave
33 ms for each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.formats import open_document
from graph_explorer.paths import EXAMPLES
from graph_explorer.ui.race.state import Entry, Race
from graph_explorer.ui.session import Session
from graph_explorer.ui.surface.plane import Plane

METHODS = (
    "sgd:lr=0.0007", "momentum:lr=0.0002", "adam:lr=0.08", "rmsprop:lr=0.01", "nesterov:lr=0.0002",
    "adagrad:lr=0.2",
)  # fmt: skip


@pytest.fixture
def plane(qtbot: QtBot) -> Iterator[Plane]:
    session = Session()
    session.show(open_document(EXAMPLES / "surfaces" / "rosenbrock.toml"))
    session.watch("speed", True)
    shown = Plane(session)
    shown.resize(1280, 800)
    qtbot.addWidget(shown)
    shown.show()
    entries = tuple(Entry(text, place) for place, text in enumerate(METHODS))
    session.racer.set(Race(entries, ((-1.2, 1.0),), steps=1000, step=1000))
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=60_000)
    yield shown
    session.close()


def test_a_dragged_knob(plane: Plane, benchmark: Any) -> None:
    rates = itertools.cycle([0.0004 + 1e-6 * k for k in range(300)])
    session = plane.session

    def drag() -> None:
        session.racer.set(session.state.race.with_entry(0, text=f"sgd:lr={next(rates)!r}"))
        plane.repaint()

    benchmark(drag)


def test_a_dragged_plane(plane: Plane, benchmark: Any) -> None:
    way = itertools.cycle([4] * 40 + [-4] * 40)

    def drag() -> None:
        assert plane.frame is not None
        plane.look_at(plane.frame.moved(next(way), 1))
        plane.repaint()

    benchmark(drag)


def test_a_turned_block(plane: Plane, qtbot: QtBot, benchmark: Any) -> None:
    session = plane.session
    session.change(look=replace(session.state.look, solid=True))
    qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=60_000)

    def turn() -> None:
        plane.turn(3.0, 0.0)
        plane.repaint()

    benchmark(turn)
