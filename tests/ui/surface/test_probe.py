"""The numbers at a point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.jobs import Jobs
from graph_explorer.ui.surface import probe as probing
from graph_explorer.ui.surface.probe import Found, Probing, field, probe


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_value_gradient_and_curvature(bowl: Document) -> None:
    found = probe(surface_of(bowl), (2.0, -1.0), curvature=True)
    assert found.value == 6.0
    assert found.gradient is not None
    assert found.gradient.tolist() == [4.0, -4.0]
    assert found.hessian is not None
    assert np.allclose(found.hessian, [[2, 0], [0, 4]])
    assert found.told(("x", "y"), "L") == "x = 2, y = −1:  L = 6,  ∇L = (4, −4),  ‖∇L‖ = 5.657"
    assert found.curvature() == "Curvature 2 along (1, 0) and 4 along (0, 1)."
    assert probe(surface_of(bowl), (2.0, -1.0)).curvature() == ""


def test_where_there_is_no_value_it_says_why() -> None:
    surface = surface_of(parse("L = x[0]*w + b", {"x": [1.0]}, {"w": 1.0, "b": 1.0}))
    surface.leaves["x"] = surface.leaves["x"][:0]
    found = probe(surface, (1.0, 2.0), curvature=True)
    assert np.isnan(found.value)
    assert found.problem
    assert found.problem in found.told(("w", "b"), "L")


def test_the_field(bowl: Document) -> None:
    found = field(surface_of(bowl), (-4.0, 4.0, -4.0, 4.0), 4, 2)
    assert found.shape == (8, 4)
    assert np.array_equal(found[:, 2:], found[:, :2] * [2, 4])
    assert sorted(set(found[:, 0])) == [-3, -1, 1, 3]


def test_what_takes_long_goes_to_a_job(
    bowl: Document, jobs: Jobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Found] = []
    prober = Probing(jobs, shown.append, shown.append)  # type: ignore[arg-type]
    surface = surface_of(bowl)
    monkeypatch.setattr(probing, "QUICK", 1e9)
    prober.ask(surface, (1.0, 1.0), False)
    assert [found.value for found in shown] == [3.0]
    monkeypatch.setattr(probing, "QUICK", 0.0)
    for k in range(5):
        prober.ask(surface, (float(k), 0.0), False)
    assert len(shown) == 1, "nobody waits for it"
    qtbot.waitUntil(lambda: not jobs.busy())
    assert [found.value for found in shown] == [3.0, 16.0], "the newest only"
