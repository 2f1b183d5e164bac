"""Sessions and views of surfaces whose values are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, Surface, parse
from graph_explorer.ui.session import Session
from graph_explorer.ui.surface.view import SurfaceView


@pytest.fixture
def bowl() -> Document:
    """L = x² + 2y² over [−4, 4]², its minimum at the origin."""
    own = Surface(axes=("x", "y"), window=(-4.0, 4.0, -4.0, 4.0), minima=((0.0, 0.0),), start=(3.0, -2.0),
                  methods=("sgd:lr=0.1", "momentum:lr=0.02,clip_norm=5"), steps=30)  # fmt: skip
    return parse("L = x**2 + 2*y**2", {}, {"x": 1.0, "y": -1.0}, title="Bowl", surface=own)


@pytest.fixture
def make_view(qtbot: QtBot, session: Session) -> Iterator[Callable[[Document], SurfaceView]]:
    """Makes a view of a document, its finest picture there."""
    made: list[SurfaceView] = []

    def make(document: Document) -> SurfaceView:
        session.show(document)
        view = SurfaceView(session)
        made.append(view)
        view.resize(760, 620)
        qtbot.addWidget(view)
        view.show()
        qtbot.waitExposed(view)
        qtbot.waitUntil(lambda: not session.jobs.busy(), timeout=20_000)
        return view

    yield make
    for view in made:
        view.close()
    QApplication.processEvents()
