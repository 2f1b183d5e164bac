"""The inspector: of what it speaks, and what holds for all of its pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from graph_explorer.document import Document
from graph_explorer.engine.graph import Use
from graph_explorer.ui.panels.inspector import Inspector
from graph_explorer.ui.panels.inspector.subject import Subject, subject
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.formula import FormulaView
from graph_explorer.ui.widgets.rows import Rows
from tests.ui.panels.inspector.reading import end


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
