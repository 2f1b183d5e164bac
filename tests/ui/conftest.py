"""A window with its session, and documents to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView
from graph_explorer.ui.session import Session
from graph_explorer.ui.settings import Settings
from graph_explorer.ui.widgets.ask import Unsaved
from graph_explorer.ui.window import Window

NEURON = """\
title = "One neuron"
program = \"\"\"
z = w*x + b              # the weighted sum
a = sigmoid(z)           # the activation
L = 0.5*(y - a)**2       # half the squared error
\"\"\"

[inputs]                 # the data
x = 1.5
y = 1.0

[parameters]
w = 0.4
b = -0.2
"""


@pytest.fixture
def neuron_file(tmp_path: Path) -> Path:
    """A document on disk, with a comment that saving must keep."""
    path = tmp_path / "neuron.toml"
    path.write_text(NEURON, encoding="utf-8")
    return path


@pytest.fixture
def neuron() -> Document:
    """z = w·x + b, a = σ(z), L = ½(y − a)²."""
    program = "z = w*x + b  # the weighted sum\na = sigmoid(z)\nL = 0.5*(y - a)**2"
    return parse(program, {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})


@pytest.fixture
def grouped() -> Document:
    """A document with groups, one within the other."""
    return parse(
        "def cell(h, x):\n    s = scale(h)\n    return tanh(s + x)\n"
        "def scale(h):\n    return w*h\n"
        "h = cell(h0, x)\nh = cell(h, x)\nL = h**2",
        {"x": 0.5, "h0": 0.1},
        {"w": 0.8},
        title="Two cells",
    )


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session whose pictures do not move; at the end nothing of it is under way."""
    made = Session()
    made.change(motion=False)
    yield made
    made.trainer.stop()
    made.close()


@pytest.fixture
def begin_view(qtbot: QtBot, session: Session) -> Callable[[Document], GraphView]:
    """Makes a view of the graph of a document, which is to be laid out."""

    def make(document: Document) -> GraphView:
        view = GraphView(session)
        view.resize(1000, 700)
        qtbot.addWidget(view)
        view.show()
        qtbot.waitExposed(view)
        session.show(document)
        return view

    return make


@pytest.fixture
def make_view(qtbot: QtBot, begin_view: Callable[[Document], GraphView]) -> Callable[[Document], GraphView]:
    """Makes a view of the graph of a document, which is laid out."""

    def make(document: Document) -> GraphView:
        view = begin_view(document)
        qtbot.waitUntil(lambda: view.scene is not None)
        return view

    return make


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    return Settings()


@pytest.fixture
def make_window(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Callable[[], Window]]:
    """Makes a window as the program does; whatever is unsaved at the end is given up."""
    made: list[Window] = []

    def make() -> Window:
        window = Window(settings)
        window.resize(1280, 800)
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.furnish(Session())
        return window

    yield make
    monkeypatch.setattr(Unsaved, "ask", lambda *_: "discard")
    for window in made:
        window.close()
        window.deleteLater()
    made.clear()
    QApplication.processEvents()


@pytest.fixture
def window(make_window: Callable[[], Window]) -> Window:
    """A window that shows the start page."""
    return make_window()


@pytest.fixture
def open_window(window: Window, neuron_file: Path) -> Window:
    """A window with the neuron, nothing stepped yet."""
    assert window.files.open(neuron_file)
    return window
