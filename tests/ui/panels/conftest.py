"""A session, and panels over it as they stand in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets import typeset

Panel = TypeVar("Panel", bound=QWidget)

NEURON = "z = w*x + b\na = sigmoid(z)      # the activation\nL = 0.5*(y - a)**2"


@pytest.fixture
def neuron() -> Document:
    return parse(NEURON, {"x": 1.5, "y": 1.0}, {"w": 0.4, "b": -0.2})


@pytest.fixture
def layer() -> Document:
    """A dense layer with broadcasting, a reduction and a mean."""
    return parse(
        "z = x @ W + b\nh = relu(z)\np = sum(h*v, axis=1)\nL = mean((p - y)**2)",
        {"x": np.arange(6.0).reshape(3, 2), "y": [1.0, 2.0, 3.0]},
        {"W": np.full((2, 4), 0.1), "b": [0.1, -0.2, 0.3, 0.4], "v": [1.0, 1.0, 1.0, 1.0]},
    )


@pytest.fixture
def fan() -> Document:
    """A value used three times."""
    return parse("L = x*3 + x*4 + x*5", {}, {"x": 2.0})


@pytest.fixture
def session(session: Session) -> Session:
    """Formulas are typeset at once."""
    typeset.load()
    return session


@pytest.fixture
def show(session: Session, qtbot: QtBot) -> Callable[[type[Panel]], Panel]:
    """Makes a panel and puts it on the screen."""

    def make(panel: type[Panel], width: int = 340, height: int = 640) -> Panel:
        made = panel(session)  # type: ignore[call-arg]
        qtbot.addWidget(made)
        made.resize(width, height)
        made.show()
        qtbot.waitExposed(made)
        return made

    return make
