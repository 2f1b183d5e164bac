"""The page of a node: its numbers and where they come from, edited where they are given."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph_explorer.document import Document, parse
from graph_explorer.engine.graph import Use
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.text import Link
from tests.ui.panels.inspector.reading import Show, end, formula, press, rows


def test_every_number_of_a_node_says_where_it_comes_from(inspector: Inspector, session: Session) -> None:
    end(session)
    session.select("z")
    page = inspector.node
    assert page.operation.text() == "Add: the sum of two values"
    assert page.about.text() == "a number · float64 · line 1"
    assert formula(page, "inspector_formula") == "z = z.mul + b"
    assert formula(page, "inspector_numbers") == "= 0.6 + (−0.2) = 0.4"
    assert page.value.number.text() == "0.4"
    assert rows(page, "inspector_inputs") == [("", "z.mul", "", "0.6"), ("", "b", "parameter", "−0.2")]
    assert page.gradient.number.text() == "−0.09642"
    assert page.gradient_section.badge.text() == "δ"
    assert rows(page, "inspector_terms") == [("", "through a", "−0.4013 × 0.2403", "−0.09642")]
    assert formula(page, "inspector_local_0") == "∂z/∂z.mul = 1"
    assert rows(page, "inspector_passed_on_1") == [("", "to b", "−0.09642 × 1", "−0.09642")]
    assert rows(page, "inspector_users") == [("", "a", "the activation", "")]


def test_the_caption_of_a_node_is_quoted(inspector: Inspector, session: Session) -> None:
    session.select("a")
    assert inspector.node.caption.text() == "“the activation”"
    assert inspector.node.gradient_section.badge.text() == ""


def test_what_is_not_reached_has_a_reason_and_no_number(inspector: Inspector, session: Session) -> None:
    session.select("z")
    assert inspector.node.gradient.reason.text() == "Not yet: the backward pass has not reached it yet."
    assert rows(inspector, "inspector_terms") == [("", "through a", "", "not yet")]
    session.seek(1)
    assert "Not computed yet" in inspector.node.value.reason.text()
    assert formula(inspector, "inspector_numbers") == ""
    press(inspector, "inspector_run_to")
    assert inspector.node.gradient.number.text() == "−0.09642"
    session.select("x")
    assert inspector.node.gradient.reason.text().startswith("None: it was not asked for")


def test_a_gradient_is_a_sum_of_clickable_terms(show: Show, session: Session, fan: Document) -> None:
    inspector = show(Inspector)
    session.show(fan)
    trace = session.state.trace
    assert trace is not None
    second = trace.terms("x")[1]
    session.seek(trace.time_of(second) + 1)
    session.select("x")
    assert rows(inspector, "inspector_terms") == [
        ("", "through L.mul3", "1 × 5", "5"),
        ("+", "through L.mul2", "1 × 4", "4"),
        ("+", "through L.mul", "", "not yet"),
        ("=", "∂L/∂x", "2 of 3 so far", "9"),
    ]
    third = inspector.findChild(Link, "inspector_terms_2")
    assert third is not None
    QTest.mouseClick(third, Qt.MouseButton.LeftButton)
    assert session.state.edge == Use("L.mul", 0)
    assert session.state.time == trace.time_of(trace.terms("x")[2]) + 1
    assert inspector.subject.kind == "edge"
    assert rows(inspector, "inspector_edge_terms")[-1] == ("=", "∂L/∂x", "", "12")


def test_a_hub_shows_the_terms_around_the_present_one(show: Show, session: Session) -> None:
    inspector = show(Inspector)
    session.show(parse("L = " + " + ".join(f"x*{k}" for k in range(2, 202)), {}, {"x": 1.0}))
    trace = session.state.trace
    assert trace is not None
    session.select("x")
    session.seek(trace.time_of(trace.terms("x")[120]) + 1)
    found = rows(inspector, "inspector_terms")
    assert len(found) < 40
    assert found[-1][1:3] == ("∂L/∂x", "121 of 200 so far")
    assert [row[1] for row in found if row[0] == "…"] == ["105 more", "71 more"]
    assert sum(row[3] == "not yet" for row in found) > 0


def test_inputs_lead_to_their_nodes(inspector: Inspector, session: Session) -> None:
    session.select("z")
    press(inspector, "inspector_inputs_1")
    assert session.state.selection == "b"


def test_a_leaf_is_changed_by_typing_and_all_follows(inspector: Inspector, session: Session) -> None:
    end(session)
    session.select("w")
    field = inspector.node.value.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert session.state.trace is not None
    assert session.state.trace.value("z") == pytest.approx(2.8)
    assert inspector.node.gradient.number.text() != "−0.1446"
    session.undo.undo()
    assert inspector.node.gradient.number.text() == "−0.1446"
    assert field.text() == "0.4"


def test_a_drag_is_undone_as_one(inspector: Inspector, session: Session) -> None:
    session.select("w")
    field = inspector.node.value.field
    start = QPoint(20, 12)
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=start)
    for pixels in (8, 20, 40):
        QTest.mouseMove(field, start + QPoint(pixels, 0))
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    assert session.state.trace is not None
    assert session.state.trace.value("w") == pytest.approx(0.48)
    assert session.undo.count() == 1
    session.undo.undo()
    assert session.state.trace.value("w") == 0.4


def test_an_entry_of_an_array_is_changed(show: Show, session: Session, layer: Document) -> None:
    inspector = show(Inspector)
    session.show(layer)
    session.select("W")
    table = inspector.node.value.array.table.shown
    assert table.setData(table.index(1, 2), "5")
    assert session.state.document is not None
    assert session.state.document.entry("W").array[1, 2] == 5.0
    assert layer.entry("W").array[1, 2] == 0.1
    assert "5" in table.data(table.index(1, 2), Qt.ItemDataRole.DisplayRole)


def test_a_node_that_failed_says_so(show: Show, session: Session) -> None:
    inspector = show(Inspector)
    session.show(parse("y = x @ w\nL = sum(y)", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]}))
    session.select("y")
    assert "inner sizes differ" in inspector.node.failure.text()
    assert "the run stopped before it" in inspector.node.value.reason.text()
    session.select("L")
    assert not inspector.node.failure.isVisible()
