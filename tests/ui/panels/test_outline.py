"""The outline follows the session, and the session follows the outline."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.panels.outline import Outline, Row, Tree, rows_of
from graph_explorer.ui.session import Session


@pytest.fixture
def outline(qtbot: QtBot, session: Session, grouped: Document) -> Outline:
    session.show(grouped)
    made = Outline(session)
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.show()
    return made


def texts(outline: Outline, parent: QModelIndex | None = None) -> list[str]:
    """First column, depth first."""
    model, found = outline.model, []
    above = parent or QModelIndex()
    for row in range(model.rowCount(above)):
        index = model.index(row, 0, above)
        found += [index.data(), *texts(outline, index)]
    return found


def number(outline: Outline, name: str, column: int) -> str:
    index = outline.model.index_of(name)
    return str(index.siblingAtColumn(column).data())


def test_tree_has_groups_around_nodes(grouped: Document) -> None:
    top = rows_of(grouped.graph)
    groups = [row for row in top.rows if row.node is None]
    assert [row.name for row in groups] == [g for g in grouped.graph.groups if "/" not in g]
    assert any(inner.node is None for inner in groups[0].rows), "nested"
    assert groups[0].rows[0].above is groups[0]


def test_plain_numbers_are_left_out() -> None:
    names = {row.name for row in rows_of(parse("L = 2*x", {"x": 1.0}).graph).rows}
    assert names == {"x", "L"}


def test_is_a_proper_model(outline: Outline, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(outline.model, force_py=True)


def test_numbers_follow_time(outline: Outline, session: Session) -> None:
    trace = session.state.trace
    assert trace is not None
    assert number(outline, "w", 1) == "0.8"
    assert number(outline, "w", 2) == ""
    session.seek(trace.length)
    assert number(outline, "w", 2) != ""
    session.seek(0)
    assert number(outline, "L", 1) == ""


def test_choosing_selects_in_the_session(outline: Outline, session: Session, qtbot: QtBot) -> None:
    index = outline.model.index_of("L")
    qtbot.mouseClick(
        outline.tree.viewport(), Qt.MouseButton.LeftButton, pos=outline.tree.visualRect(index).center()
    )
    assert session.state.selection == "L"


def test_choosing_a_group_selects_it(outline: Outline, session: Session) -> None:
    group = session.state.trace.graph.groups[0]
    outline.tree.setCurrentIndex(outline.model.index_of(group))
    assert session.state.selection == group


def test_follows_the_selection(outline: Outline, session: Session) -> None:
    session.select("L")
    assert outline.tree.currentIndex().data() == "L"
    session.select("")
    assert not outline.tree.currentIndex().isValid()


def test_filter(outline: Outline, qtbot: QtBot) -> None:
    qtbot.keyClicks(outline.search, "tanh")
    shown = texts(outline)
    assert shown
    assert "w" not in shown
    assert not outline.nothing.isVisible()
    outline.search.setText("zzzz")
    assert texts(outline) == []
    assert outline.nothing.isVisible()
    outline.search.clear()
    assert "w" in texts(outline)


def test_another_graph(outline: Outline, session: Session) -> None:
    session.set_program("q = w*x\nL = q + h0")
    assert "q" in texts(outline)
    session.close_document()
    assert texts(outline) == []


def test_filtering_keeps_the_session(outline: Outline, session: Session) -> None:
    session.select("L")
    outline.search.setText("w")
    assert session.state.selection == "L", "a filter hides, it does not choose"


def test_a_step_asks_only_for_the_rows_in_sight(
    outline: Outline, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Tree.row

    def asked(steps: int) -> int:
        """How many rows are looked up for a step of a program of so many steps."""
        session.show(parse("h = x\n" + "h = tanh(h)*w\n" * steps + "L = h", {"x": 0.5}, {"w": 0.9}))
        for at in (3, 5):
            session.seek(at)
            QApplication.processEvents()
        found: list[object] = []

        def noted(tree: Tree, index: QModelIndex) -> Row:
            found.append(index)
            return real(tree, index)

        with monkeypatch.context() as patch:
            patch.setattr(Tree, "row", noted)
            session.seek(9)
            QApplication.processEvents()
        return len(found)

    few, many = asked(50), asked(90)
    assert few > 0
    assert abs(many - few) < 20
