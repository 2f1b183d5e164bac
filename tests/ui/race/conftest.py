"""Sessions and windows with a race in them."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, Surface, parse
from graph_explorer.ui.session import Session
from graph_explorer.ui.window import Window

METHODS = ("sgd:lr=0.01", "momentum:lr=0.01", "adam:lr=0.1")


@pytest.fixture
def bowl() -> Document:
    """A bowl with three methods from one start, for 50 steps."""
    surface = Surface(
        axes=("x", "y"), methods=METHODS, start=(2.0, 1.0), steps=50, minima=((0.0, 0.0),),
    )  # fmt: skip
    return parse("L = x**2 + 10*y**2 + c", {"c": 1.0}, {"x": 2.0, "y": 1.0}, surface=surface, title="Bowl")


@pytest.fixture
def racing(session: Session, bowl: Document) -> Session:
    """A session that shows the bowl and is watched."""
    session.show(bowl)
    session.watch("test", True)
    return session


@pytest.fixture
def race_window(window: Window, bowl: Document, qtbot: QtBot) -> Window:
    """A window with the bowl and both panels of the race in front."""
    window.session.show(bowl)
    window.bench.go_to("curves")
    window.bench.go_to("race")
    qtbot.waitUntil(lambda: window.session.state.watching >= {"race", "curves"})
    return window
