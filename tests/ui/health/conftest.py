"""Graph views for the tests of heat."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session whose pictures do not move."""
    made = Session()
    made.change(motion=False)
    yield made
    made.jobs.close()


@pytest.fixture
def neuron() -> Document:
    """z = w·x + b, a = σ(z), L = ½(y − a)²."""
    program = "z = w*x + b\na = sigmoid(z)\nL = 0.5*(y - a)**2"
    return parse(program, {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})


@pytest.fixture
def grouped() -> Document:
    """Two cells, each a group, with weights."""
    program = "def cell(h, x):\n    return tanh(w*h + x)\nh = cell(h0, x)\nh = cell(h, x)\nL = sum(h**2)"
    inputs = {"x": np.array([0.5, -0.2]), "h0": np.array([0.1, 0.3])}
    return parse(program, inputs, {"w": np.array([0.8, 2.0])})


@pytest.fixture
def make_view(qtbot: QtBot, session: Session) -> Callable[[Document], GraphView]:
    def make(document: Document) -> GraphView:
        view = GraphView(session)
        view.resize(1000, 700)
        qtbot.addWidget(view)
        view.show()
        qtbot.waitExposed(view)
        session.show(document)
        qtbot.waitUntil(lambda: view.scene is not None)
        return view

    return make
