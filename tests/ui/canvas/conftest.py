"""A graph view with its session, and documents to show in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from graph_explorer.document import Document, parse
from graph_explorer.ui.canvas import GraphView


@pytest.fixture
def fan_out() -> Document:
    """A value used three times: its gradient is a sum of three terms."""
    return parse("a = w*x\nL = exp(a) + a**2 + 3*a", {"x": 2.0}, {"w": 0.5})


@pytest.fixture
def grouped() -> Document:
    """Two cells, each a group with another one in it; arrays, and a caption for the group."""
    program = (
        "def cell(h, x):   # one step\n    s = scale(h)\n    return tanh(s + x)\n"
        "def scale(h):\n    return w*h\n"
        "h = cell(h0, x)\nh = cell(h, x)\nL = sum(h**2)"
    )
    return parse(
        program, {"x": np.array([0.5, -0.2]), "h0": np.array([0.1, 0.3])}, {"w": np.array([0.8, 2.0])}
    )


@pytest.fixture
def make_view(begin_view: Callable[[Document], GraphView]) -> Callable[[Document], GraphView]:
    """What is under way is of interest here too: small graphs are laid out at once."""
    return begin_view


def where(view: GraphView, name: str) -> QPoint:
    """The middle of a card, or the title of an open frame, on screen."""
    assert view.scene is not None
    box = view.scene.box_of(name)
    assert box is not None, name
    x, y = box[0] + box[2] / 2, box[1] + (box[3] / 2 if view.scene.place(name) >= 0 else 10)
    return QPoint(*(round(part) for part in view.camera.seen((x, y))))


@pytest.fixture
def at() -> Callable[[GraphView, str], QPoint]:
    return where
