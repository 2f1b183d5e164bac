"""Values are computed where one looks: coarse ones first, nothing twice, nothing for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.jobs import Jobs
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.looking import PASSES, SLOW_PASSES, Looking, View, Wish

FRAME = Frame((-4.0, 4.0, -4.0, 4.0), (0.0, 0.0, 300.0, 240.0))


@pytest.fixture
def slow() -> Surface:
    """A surface whose points are computed one by one."""
    return surface_of(parse("L = sum(tanh(W @ x)**2)", {"x": [1.0, 2.0]}, {"W": [[1.0, 2.0], [0.5, -1.0]]}))


class Seen:
    """Collects views and messages."""

    def __init__(self, jobs: Jobs) -> None:
        self.views: list[View] = []
        self.said: list[str] = []
        self.looking = Looking(jobs, self.views.append, self.said.append)


@pytest.fixture
def seen(qtbot: QtBot) -> Iterator[Seen]:
    jobs = Jobs()
    yield Seen(jobs)
    jobs.close()


def wish(surface: Surface, frame: Frame = FRAME, **look: object) -> Wish:
    return Wish(surface, frame, replace(Look(), **look), "light", 1.0)  # type: ignore[arg-type]


def done(qtbot: QtBot, seen: Seen) -> None:
    qtbot.waitUntil(lambda: not seen.looking.jobs.busy(), timeout=20_000)


def test_coarse_first_then_finer(seen: Seen, slow: Surface, qtbot: QtBot) -> None:
    seen.looking.look(wish(slow))
    done(qtbot, seen)
    sizes = [view.samples.values.size for view in seen.views]
    assert len(sizes) == len(SLOW_PASSES)
    assert sizes == sorted(sizes)
    assert sizes[-1] > 20 * sizes[0]
    assert not seen.said


def test_many_at_once_need_two_passes(seen: Seen, bowl: Document, qtbot: QtBot) -> None:
    seen.looking.look(wish(surface_of(bowl)))
    done(qtbot, seen)
    assert len(seen.views) == len(PASSES)
    assert seen.views[-1].ground.labels
    assert not seen.views[0].ground.labels


def test_the_newest_wish_is_what_is_seen_in_the_end(seen: Seen, bowl: Document, qtbot: QtBot) -> None:
    surface = surface_of(bowl)
    for k in range(20):
        seen.looking.look(wish(surface, FRAME.moved(5 * k, 0)))
    done(qtbot, seen)
    assert seen.views[-1].ground.window == FRAME.moved(95, 0).window


def test_another_size_starts_no_pass_anew(
    seen: Seen, slow: Surface, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bar that says what is computed makes the picture smaller, and goes when it is done."""
    asked: list[int] = []
    values = slow.values
    monkeypatch.setattr(slow, "values", lambda points: (asked.append(len(points)), values(points))[1])
    seen.looking.look(wish(slow))
    done(qtbot, seen)
    once = sum(asked)
    seen.views.clear()
    asked.clear()
    lower = replace(FRAME, box=(0.0, 0.0, 300.0, 236.0))
    for k in range(6):
        seen.looking.look(wish(slow, lower if k % 2 == 0 else FRAME))
        qtbot.wait(1)
    done(qtbot, seen)
    assert seen.views[-1].ground.window == FRAME.window
    assert sum(asked) <= once


def test_a_cancelled_pass_does_not_keep_the_next_from_starting(
    seen: Seen, slow: Surface, qtbot: QtBot
) -> None:
    seen.looking.look(wish(slow))
    seen.looking.jobs.cancel("surface")
    seen.looking.look(wish(slow, FRAME.moved(10, 0)))
    done(qtbot, seen)
    assert seen.views[-1].ground.window == FRAME.moved(10, 0).window


def test_other_levels_and_another_surface(seen: Seen, bowl: Document, slow: Surface, qtbot: QtBot) -> None:
    surface = surface_of(bowl)
    for scale in ("linear", "log"):
        seen.looking.look(wish(surface, scale=scale))
        done(qtbot, seen)
        assert seen.views[-1].ground.palette.levels.kind == scale
    seen.looking.look(wish(slow))
    done(qtbot, seen)
    assert seen.views[-1].wish.surface is slow
    seen.looking.forget()
    count = len(seen.views)
    qtbot.wait(20)
    assert len(seen.views) == count


def test_what_cannot_be_computed_is_said(seen: Seen, qtbot: QtBot) -> None:
    surface = surface_of(parse("L = x[0]*w + b", {"x": [1.0]}, {"w": 1.0, "b": 1.0}))
    surface.leaves["x"] = surface.leaves["x"][:0]
    seen.looking.look(wish(surface))
    done(qtbot, seen)
    assert len(seen.said) == 1
    assert not seen.views
