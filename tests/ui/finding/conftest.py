"""Graph views for the tests of finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
    program = "z = w*x + b  # the weighted sum\na = sigmoid(z)\nL = 0.5*(y - a)**2"
    return parse(program, {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})


@pytest.fixture
def grouped() -> Document:
    """Two cells, each a group with another one in it."""
    return parse(
        "def cell(h, x):\n    s = scale(h)\n    return tanh(s + x)\n"
        "def scale(h):\n    return w*h\n"
        "h = cell(h0, x)\nh = cell(h, x)\nL = h**2",
        {"x": 0.5, "h0": 0.1},
        {"w": 0.8},
    )


@pytest.fixture
def chain() -> Document:
    """A graph large enough for a map."""
    lines = "\n".join(["h = x", *["h = tanh(h + w)"] * 60])
    return parse(f"{lines}\nL = h**2", {"x": 0.5}, {"w": 0.3})


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
