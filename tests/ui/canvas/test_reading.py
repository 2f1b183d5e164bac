"""What a screen reader finds on the canvas: the cards in sight with their values and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document
from graph_explorer.ui.canvas import GraphView, reading
from graph_explorer.ui.finding.acts import influences
from graph_explorer.ui.session import Session

Make = Callable[[Document], GraphView]


def cards(view: GraphView) -> Iterator[QAccessibleInterface]:
    found = QAccessible.queryAccessibleInterface(view)
    for k in range(found.childCount()):
        child = found.child(k)
        assert child is not None
        assert found.indexOfChild(child) == k
        if child.role() is QAccessible.Role.ListItem:
            yield child


def name(child: QAccessibleInterface) -> str:
    return child.text(QAccessible.Text.Name)


def test_the_cards_in_sight_are_children(make_view: Make, neuron: Document, session: Session) -> None:
    view = make_view(neuron)
    assert session.state.trace is not None
    session.seek(session.state.trace.length)
    found = {name(child).split(":")[0]: child for child in cards(view)}
    assert set(found) == {node.id for node in neuron.graph}
    assert name(found["w"]) == view.describe("w")
    assert "Gradient" in name(found["w"])
    box = found["a"].rect()
    at = QAccessible.queryAccessibleInterface(view).childAt(box.center().x(), box.center().y())
    assert at is not None
    assert name(at) == name(found["a"])
    view.zoom(4.0, (0.0, 0.0))
    assert len(list(cards(view))) < len(found), "only what is in sight"


def test_a_walk_by_key_is_told(
    qtbot: QtBot, make_view: Make, neuron: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make_view(neuron)
    view.set_direction("right")
    assert session.state.trace is not None
    session.seek(session.state.trace.forward_length)
    session.select("z")
    told: list[str] = []
    monkeypatch.setattr(reading.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(view, "hasFocus", lambda: True)
    monkeypatch.setattr(
        reading.QAccessible, "updateAccessibility", lambda event: told.append(event.message())
    )
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert session.state.selection == "a"
    assert told == [view.describe("a")]
    assert "Value 0.5987" in told[0]
    focused = QAccessible.queryAccessibleInterface(view).focusChild()
    assert focused is not None
    assert name(focused) == view.describe("a")


def test_another_graph_has_other_children(make_view: Make, neuron: Document, fan_out: Document) -> None:
    view = make_view(neuron)
    before = list(cards(view))
    assert all(child.isValid() for child in before)
    view.session.show(fan_out)
    assert {name(child).split(":")[0] for child in cards(view)} == {node.id for node in fan_out.graph}


def test_the_graph_says_how_much_there_is_and_what_is_dimmed(
    make_view: Make, neuron: Document, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make_view(neuron)
    found = QAccessible.queryAccessibleInterface(view)

    def told() -> str:
        return found.text(QAccessible.Text.Description)

    count = len(neuron.graph)
    assert told().startswith(f"{count} nodes, {count} cards, {count} in sight.")
    assert told().endswith(view.accessibleDescription())
    session.select("w")
    influences(session)
    assert "The rest is dimmed: What 'w' influences, " in told()
    session.comparing.keep()
    session.set_value("w", 0.9)
    assert "Compared with the kept run: " in told()
    monkeypatch.setattr(reading, "MOST", 3)
    assert "zoom in" in told()
    session.close_document()
    assert told() == "No document is open."
