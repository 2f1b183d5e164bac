from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.check import Compared
from graph_explorer.engine.graph import Use
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.inspector.check_line import verdict
from graph_explorer.ui.panels.inspector.subject import Subject, pull_along, subject
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.formula import FormulaView
from graph_explorer.ui.widgets.rows import Rows
from graph_explorer.ui.widgets.text import Link

Show = Callable[[type[Inspector]], Inspector]


@pytest.fixture
def inspector(show: Show, session: Session, neuron: Document) -> Inspector:
    made = show(Inspector)
    session.show(neuron)
    return made


def end(session: Session) -> None:
    assert session.state.trace is not None
    session.seek(session.state.trace.length)


def formula(inspector: QWidget, name: str) -> str:
    view = inspector.findChild(FormulaView, name)
    assert view is not None
    return view.text if view.isVisible() else ""


def rows(inspector: QWidget, name: str) -> list[tuple[str, str, str, str]]:
    found = inspector.findChild(Rows, name)
    assert found is not None
    return [(row.sign, row.label, row.detail, row.number) for row in found.rows] if found.isVisible() else []


def press(inspector: QWidget, name: str) -> None:
    button = inspector.findChild(QPushButton, name)
    assert button is not None
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# ── of what it speaks ─────────────────────────────────────────────────────────────────────────


def test_with_nothing_selected_it_speaks_of_the_present_step(inspector: Inspector, session: Session) -> None:
    session.seek(2)
    assert inspector.subject == Subject("node", "z", is_step=True)
    session.seek(10)
    assert inspector.subject == Subject("edge", use=Use("L.sub", 1), is_step=True)
    assert inspector.title.full == "L.sub → a"
    session.change(mode="nodes")
    assert inspector.subject == Subject("node", "L.sub", is_step=True)
    session.seek(0)
    assert inspector.subject.kind == "nothing"
    assert "Nothing is computed yet" in inspector.empty.text()


def test_what_is_selected_stays_until_the_step_is_followed(inspector: Inspector, session: Session) -> None:
    session.select("w")
    session.seek(9)
    assert inspector.subject == Subject("node", "w")
    assert inspector.follow.isVisible()
    QTest.mouseClick(inspector.follow, Qt.MouseButton.LeftButton)
    assert inspector.subject.kind == "edge"
    session.seek(10)
    assert inspector.subject == Subject("edge", use=Use("L.sub", 1), is_step=True)
    session.select("b")
    assert inspector.subject == Subject("node", "b")
    assert not inspector.follow.isChecked()


def test_edges_and_groups_are_subjects_too(session: Session, grouped: Document) -> None:
    session.show(grouped)
    assert session.state.trace is not None
    path = session.state.trace.graph.groups[0]
    session.select(path)
    assert subject(session.state, False) == Subject("group", path)
    session.select("L", Use("L", 0))
    assert subject(session.state, False) == Subject("edge", use=Use("L", 0))
    assert subject(State(), True) == Subject()


def test_without_a_document_it_says_what_to_do(inspector: Inspector, session: Session) -> None:
    session.close_document()
    assert inspector.empty.isVisible()
    assert "Open an example" in inspector.empty.text()


# ── nodes ─────────────────────────────────────────────────────────────────────────────────────


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


# ── editing ───────────────────────────────────────────────────────────────────────────────────


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


# ── edges ─────────────────────────────────────────────────────────────────────────────────────


def test_an_edge_is_written_out_as_a_product(inspector: Inspector, session: Session) -> None:
    end(session)
    session.select("a", Use("a", 0))
    page = inspector.edge
    assert page.about.text().startswith("Step 4 of 7, through a back to z.")
    assert formula(page, "inspector_rule") == "∂L/∂z = ∂L/∂a × ∂a/∂z"
    assert rows(page, "inspector_product") == [
        ("", "∂L/∂a", "upstream", "−0.4013"),
        ("×", "∂a/∂z", "local derivative", "0.2403"),
        ("=", "∂L/∂z", "contribution: all of it", "−0.09642"),
    ]
    assert formula(page, "inspector_edge_local") == "∂a/∂z = a · (1 − a)"
    assert formula(page, "inspector_edge_local_numbers") == "= 0.5987 · (1 − 0.5987) = 0.2403"
    press(inspector, "inspector_product_0")
    assert session.state.selection == "a"


def test_an_edge_that_is_still_to_come_has_a_button_that_goes_there(
    inspector: Inspector, session: Session
) -> None:
    session.select("a", Use("a", 0))
    assert [row[3] for row in rows(inspector, "inspector_product")] == ["not yet", "0.2403", "not yet"]
    press(inspector, "inspector_go")
    assert rows(inspector, "inspector_product")[2][3] == "−0.09642"


def test_arrays_along_an_edge_are_shown(show: Show, session: Session, layer: Document) -> None:
    inspector = show(Inspector)
    session.show(layer)
    end(session)
    session.select("z", Use("z", 1))
    assert "so its gradient is summed over that axis" in inspector.edge.note.text()
    upstream, local, contribution = (
        inspector.edge.arrays[k][1] for k in ("upstream", "local", "contribution")
    )
    assert upstream.isVisible()
    assert upstream.array.shape == (3, 4)
    assert np.all(local.array == 1)
    assert contribution.array == pytest.approx(upstream.array.sum(axis=0))
    assert rows(inspector, "inspector_product")[1][3] == "entry by entry"
    session.select("z.matmul", Use("z.matmul", 1))
    assert not local.isVisible()
    assert formula(inspector, "inspector_rule") == "∂L/∂W = xᵀ · ∂L/∂z.matmul"


def test_a_small_linear_map_is_written_out_as_a_matrix(show: Show, session: Session, layer: Document) -> None:
    inspector = show(Inspector)
    session.show(layer)
    end(session)
    session.select("z.matmul", Use("z.matmul", 1))
    section, view = inspector.edge.arrays["jacobian"]
    assert section.isVisible()
    assert view.array.shape == (12, 8)
    upstream = inspector.edge.arrays["upstream"][1].array.reshape(-1)
    contribution = inspector.edge.arrays["contribution"][1].array.reshape(-1)
    assert upstream @ view.array == pytest.approx(contribution)
    session.select("z", Use("z", 1))
    assert not section.isVisible()


def test_an_edge_is_cut_and_joined_again(inspector: Inspector, session: Session) -> None:
    session.select("z", Use("z", 0))
    press(inspector, "inspector_cut")
    assert session.state.detached == {Use("z", 0)}
    assert inspector.edge.reason.text() == "No gradient passes here: the edge is cut."
    assert inspector.edge.cut.text() == "Join this edge again"
    press(inspector, "inspector_cut")
    assert session.state.detached == frozenset()
    assert not inspector.edge.reason.isVisible()


def test_edges_without_a_gradient_say_why(inspector: Inspector, session: Session) -> None:
    session.select("z.mul", Use("z.mul", 1))
    assert "it was not asked for" in inspector.edge.reason.text()
    session.show(parse("k = w > 0\nL = where(k, w, 2*w)", {}, {"w": 1.0}))
    session.select("k", Use("k", 0))
    assert (
        inspector.edge.reason.text() == "No gradient passes here: Greater is flat or discrete in this input."
    )
    assert not inspector.edge.cut.isVisible()


def test_the_step_of_an_edge_is_found(session: Session, fan: Document) -> None:
    session.show(fan)
    trace = session.state.trace
    assert trace is not None
    for step in trace.steps[1:]:
        found = pull_along(trace, Use(step.node.id, step.input_index))  # type: ignore[union-attr]
        assert found == step
    assert pull_along(trace, Use("L.mul", 1)) is None
    assert pull_along(trace, Use("gone", 0)) is None


# ── groups, failures ──────────────────────────────────────────────────────────────────────────


def test_a_group_tells_what_goes_in_and_comes_out(show: Show, session: Session, grouped: Document) -> None:
    inspector = show(Inspector)
    session.show(grouped)
    assert session.state.trace is not None
    path = session.state.trace.graph.groups[0]
    session.select(path)
    assert inspector.group.about.text() == "A group of 3 operations: Mul, Add, Tanh."
    assert [row[1] for row in rows(inspector, "inspector_into_rows")] == ["w", "h0", "x"]
    assert len(rows(inspector, "inspector_out_rows")) == 1
    press(inspector, "inspector_fold")
    assert session.state.collapsed == {path}
    assert inspector.group.fold.text() == "Expand"


def test_a_node_that_failed_says_so(show: Show, session: Session) -> None:
    inspector = show(Inspector)
    session.show(parse("y = x @ w\nL = sum(y)", {"x": [1.0, 2.0]}, {"w": [1.0, 2.0, 3.0]}))
    session.select("y")
    assert "inner sizes differ" in inspector.node.failure.text()
    assert "the run stopped before it" in inspector.node.value.reason.text()
    session.select("L")
    assert not inspector.node.failure.isVisible()


# ── the check ─────────────────────────────────────────────────────────────────────────────────


def test_the_check_agrees_and_goes_with_its_trace(
    inspector: Inspector, session: Session, qtbot: QtBot
) -> None:
    end(session)
    session.select("w")
    check = inspector.node.check
    press(inspector, "check_button")
    qtbot.waitUntil(lambda: check.result.text().startswith("They agree: backpropagation −0.144629"))
    assert check.result.property("role") == "success"
    session.set_value("w", 0.5)
    assert not check.result.isVisible()
    session.select("z")
    assert not check.isVisible()


def compared(agrees: bool, kink: bool = False, index: tuple[int, ...] = ()) -> Compared:
    return Compared("w", index, 1.0, 1.0 if agrees else 2.0, 0.0 if agrees else 0.5, agrees, kink)


def test_verdicts_say_what_was_found() -> None:
    assert verdict([]) == ("There is no number to compare.", "muted")
    assert verdict([compared(False)]) == ("They differ: backpropagation 1, differences 2.", "error")
    assert verdict([compared(False, True)])[1] == "warning"
    assert verdict([compared(True), compared(True)])[0].startswith("All 2 compared entries agree")
    text, role = verdict([compared(True), compared(False, index=(0, 3))])
    assert text == "1 of 2 entries differ, first [0, 3]: backpropagation 1, differences 2."
    assert role == "error"


# ── looks ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("width", [280, 340, 500])
@pytest.mark.parametrize("name", ["neuron", "layer", "fan"])
def test_nothing_is_wider_than_the_panel(
    show: Callable[..., Inspector], session: Session, request: pytest.FixtureRequest, width: int, name: str
) -> None:
    inspector = show(Inspector, width)
    session.show(request.getfixturevalue(name))
    end(session)
    trace = session.state.trace
    assert trace is not None
    for node in trace.graph:
        session.select(node.id)
        assert inspector.minimumSizeHint().width() <= 280
        inside = inspector.area.widget()
        assert inside.width() <= inspector.area.viewport().width()


def test_every_part_has_a_name_for_the_screen_reader(inspector: Inspector, session: Session) -> None:
    end(session)
    for name, edge in (("z", None), ("a", Use("a", 0)), ("w", None)):
        session.select(name, edge)
        for kind in (QPushButton, FormulaView, Rows):
            for widget in inspector.findChildren(kind):
                if widget.isVisible() and not (isinstance(widget, QPushButton) and widget.text()):
                    assert widget.accessibleName(), widget.objectName()
