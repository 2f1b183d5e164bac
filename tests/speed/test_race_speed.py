"""How long the window takes to follow a learning rate that is dragged, six methods and all panels in sight.

    python -m pytest tests/speed/test_race_speed.py --benchmark-only --benchmark-columns=min,median,max

One round is one move of the mouse on the slider, with everything that it leads to: the path, the surface
with all paths, both plots, the cards. Software rendering, 1280×800. The extra column `p95` is in
milliseconds; 33 is 30 pictures a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph_explorer.formats.examples import resolve
from graph_explorer.ui.race.panel import RacePanel
from graph_explorer.ui.session import Session
from graph_explorer.ui.settings import Settings
from graph_explorer.ui.widgets.ask import Unsaved
from graph_explorer.ui.window import Window

METHODS = (
    "sgd:lr=5e-4",
    "momentum:lr=2e-4",
    "adam:lr=0.05",
    "nesterov:lr=2e-4",
    "rmsprop:lr=0.01",
    "adamw:lr=0.05",
)


@pytest.fixture(params=["rosenbrock", "himmelblau"])
def window(request: pytest.FixtureRequest, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    made = Window(Settings())
    made.resize(1280, 800)
    made.show()
    made.furnish(Session())
    assert made.files.open(Path(resolve(request.param)))
    made.session.change(views=("surface",))
    qtbot.waitUntil(lambda: len(made.session.state.watching) == 3)
    race = made.session.state.race
    for _ in race.entries:
        race = race.without(0)
    for text in METHODS:
        race = race.with_added(text)
    made.session.racer.set(race)
    qtbot.waitUntil(lambda: not made.session.jobs.busy(), timeout=60_000)
    yield made
    monkeypatch.setattr(Unsaved, "ask", lambda *_: "discard")
    made.close()
    made.deleteLater()


def test_dragging_a_learning_rate(window: Window, benchmark: Any) -> None:
    panel = window.bench.docks["race"].widget()
    assert isinstance(panel, RacePanel)
    rate = panel.entries.cards[2].rate
    assert rate is not None
    slider, middle = rate.slider, rate.slider.height() // 2
    across = itertools.cycle([*range(20, slider.width() - 20), *range(slider.width() - 20, 20, -1)])
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(20, middle))

    def move() -> None:
        QTest.mouseMove(slider, QPoint(next(across), middle))
        QApplication.processEvents()

    benchmark.pedantic(move, rounds=200, warmup_rounds=20)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(next(across), middle))
    benchmark.extra_info["p95"] = float(np.percentile(benchmark.stats.stats.data, 95) * 1000)
    assert len(window.session.state.paths) == len(METHODS)
