"""Opening a node up into its parts, by key and by menu, and taking it back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.ui.canvas.menu import entries
from graph_explorer.ui.canvas.view import GraphView
from graph_explorer.ui.window import Window


@pytest.fixture
def window_of_a_layer(window: Window) -> Window:
    numbers = np.random.default_rng(0).standard_normal
    window.session.show(
        parse(
            "h, last = RNN(x, w, r)\nL = sum(last)",
            {"x": numbers((3, 1, 2))},
            {"w": numbers((1, 4, 2)), "r": numbers((1, 4, 4))},
        )
    )
    return window


def choose(window: Window, name: str) -> list[str]:
    """Selects a node or group; the texts of its menu."""
    window.session.change(selection=name)
    view = window.findChild(GraphView)
    assert isinstance(view, GraphView)
    return [entry.text for entry in entries(view, name, None)]


def test_a_layer_opens_into_cells_and_closes_again(window_of_a_layer: Window, qtbot: QtBot) -> None:
    session = window_of_a_layer.session

    def shown() -> None:  # a run may take a job
        qtbot.waitUntil(lambda: session.state.document is session.latest)

    assert "Open up into cells" in choose(window_of_a_layer, "h")
    session.toggle_parts("h")
    assert session.latest.opened == ("h",)
    assert "h.RNN/t=2/h" in session.latest.graph
    assert session.undo.undoText() == "Open up h"
    shown()
    assert "Close up h" in choose(window_of_a_layer, "h.RNN/t=2/h")
    session.toggle_parts("h.RNN/t=2")
    assert session.latest.opened == ()
    session.undo.undo()
    assert session.latest.opened == ("h",)
    session.undo.undo()
    assert "h.RNN/t=2/h" not in session.latest.graph
    shown()


def test_a_node_of_one_piece_offers_no_parts(window_of_a_layer: Window) -> None:
    texts = choose(window_of_a_layer, "L")
    assert not any(text.startswith(("Open up", "Close up")) for text in texts)
    assert not window_of_a_layer.findChildren(QMenu, "graph-menu")


def test_too_many_parts_are_refused_in_a_sentence(
    window_of_a_layer: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_explorer.engine.opening.MAX_PARTS", 5)
    session = window_of_a_layer.session
    session.toggle_parts("h")
    assert session.latest.opened == ()
    assert session.state.message == "'h' has more than 5 parts; it stays closed"
