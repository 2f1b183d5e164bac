from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.graph import Node
from graph_explorer.ui.panels import table as module
from graph_explorer.ui.panels.cells import COLUMNS, Cells
from graph_explorer.ui.panels.table import NodeTable
from graph_explorer.ui.session import Session

Show = Callable[..., NodeTable]


@pytest.fixture
def table(show: Show, session: Session, neuron: Document) -> NodeTable:
    made = show(NodeTable, 760, 300)
    session.show(neuron)
    return made


def cells(table: NodeTable, row: int) -> list[str]:
    return [
        str(table.model.data(table.model.index(row, column), Qt.ItemDataRole.DisplayRole) or "")
        for column in range(len(COLUMNS))
    ]


def names(table: NodeTable) -> list[str]:
    return [cells(table, row)[0] for row in range(table.model.rowCount())]


def test_every_node_is_a_row_that_says_how_far_it_is(table: NodeTable, session: Session) -> None:
    assert cells(table, 5) == ["z", "Add", "a number", "0.4", "", "value", "", ""]
    assert cells(table, 0)[5] == "no gradient"
    assert session.state.trace is not None
    session.seek(session.state.trace.length)
    assert cells(table, 5) == ["z", "Add", "a number", "0.4", "−0.09642", "complete", "", ""]
    session.seek(1)
    assert cells(table, 5) == ["z", "Add", "a number", "", "", "not yet", "", ""]
    assert cells(table, 6)[7] == "the activation"


def test_part_of_a_sum_is_in_part(table: NodeTable, session: Session, fan: Document) -> None:
    session.show(fan)
    trace = session.state.trace
    assert trace is not None
    session.seek(trace.time_of(trace.terms("x")[1]) + 1)
    assert cells(table, 0)[4:6] == ["9", "in part"]


def test_typing_filters_by_name_operation_and_caption(table: NodeTable) -> None:
    QTest.keyClicks(table.filter, "mul")
    assert names(table) == ["z.mul", "L"]
    assert table.count.full == "2 of 12"
    table.filter.clear()
    QTest.keyClicks(table.filter, "activation")
    assert names(table) == ["a"]
    QTest.keyClicks(table.filter, " (no such")
    assert names(table) == []
    assert table.count.full == "No node fits"


def test_columns_sort_by_number_not_by_text(table: NodeTable) -> None:
    table.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert names(table)[:3] == ["L.const", "x", "y"]
    table.view.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert names(table)[0] == "b"
    table.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert names(table)[:2] == ["x", "y"]
    table.view.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert names(table)[0] == "z"


def test_rows_and_selection_follow_each_other(table: NodeTable, session: Session) -> None:
    place = table.view.visualRect(table.model.index(5, 0)).center()
    QTest.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert session.state.selection == "z"
    QTest.keyClick(table.view, Qt.Key.Key_Down)
    assert session.state.selection == "a"
    session.select("w")
    assert table.view.currentIndex().row() == 2
    table.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert names(table)[table.view.currentIndex().row()] == "w"
    session.select("")
    assert not table.view.currentIndex().isValid()
    table.filter.setText("mul")
    session.select("b")
    assert not table.view.currentIndex().isValid()


def test_a_screen_reader_hears_whole_cells(table: NodeTable) -> None:
    model = table.model
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(5, 3), role) == "Value of z: 0.4"
    assert model.data(model.index(5, 4), role) == "Gradient of z: none"
    assert table.view.accessibleName()


def test_of_many_rows_only_those_in_sight_are_asked_for(
    table: NodeTable, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = "a = w\n" + "for t in range(3333):\n    a = tanh(a*v + b)\nL = a*a"
    session.show(parse(program, {}, {"w": 0.3, "v": 0.9, "b": 0.1}))
    assert table.model.rowCount() > 10_000
    qtbot.waitUntil(lambda: not session.jobs.busy())
    asked: set[str] = set()
    real = Cells.text

    def noted(cells: Cells, node: Node, column: int) -> str:
        asked.add(node.id)
        return real(cells, node, column)

    monkeypatch.setattr(Cells, "text", noted)
    session.step()
    QTest.qWait(1)
    assert 0 < len(asked) < 100


def test_many_rows_are_sorted_and_filtered_by_a_job(
    table: NodeTable, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MANY", 50)
    program = "a = w\n" + "for t in range(50):\n    a = tanh(a*v + b)\nL = a*a"
    session.show(parse(program, {}, {"w": 0.3, "v": 0.9, "b": 0.1}))
    threads: list[str] = []
    real = module.arranged

    def noted(*arguments: Any) -> Any:
        threads.append(threading.current_thread().name)
        return real(*arguments)

    monkeypatch.setattr(module, "arranged", noted)
    table.view.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: not session.jobs.busy())
    table.filter.setText("tanh")
    qtbot.waitUntil(lambda: table.model.rowCount() == 50)
    assert threads
    assert all(name.startswith("job") for name in threads)
    assert table.count.full == "50 of 154"
    trace = session.state.trace
    assert trace is not None
    shown = [float(trace.value(name)) for name in names(table)]
    assert shown == sorted(shown)
    table.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    table.filter.clear()
    qtbot.waitUntil(lambda: table.model.rowCount() == 154)
    assert table.model.row_of(7) == 7


def test_the_model_keeps_qts_rules(table: NodeTable, session: Session, layer: Document, qtbot: QtBot) -> None:
    tester = QAbstractItemModelTester(table.model, QAbstractItemModelTester.FailureReportingMode.Fatal, table)
    session.show(layer)
    session.seek(9)
    table.filter.setText("z")
    table.view.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    session.close_document()
    assert tester.model() is table.model
    assert table.empty.isVisible()
    assert not table.view.isVisible()


def test_arrays_without_numbers_sort_last(table: NodeTable, session: Session) -> None:
    session.show(parse("y = log(x)\nL = sum(y)", {"x": [-1.0, 1.0]}, {"w": 2.0}))
    table.view.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert set(names(table)[-2:]) == {"y", "L"}


def test_change_against_a_kept_run(table: NodeTable, session: Session) -> None:
    column = COLUMNS.index("Change")
    assert table.view.isColumnHidden(column)
    session.comparing.keep()
    assert not table.view.isColumnHidden(column)
    assert {cells(table, row)[column] for row in range(table.model.rowCount())} == {""}
    session.set_value("b", 0.3)  # from −0.2; z goes from 0.4 to 0.9
    changed = {cells(table, row)[0]: cells(table, row)[column] for row in range(table.model.rowCount())}
    assert changed["w"].startswith("∂ ")
    assert changed["x"] == ""
    assert changed["z"].startswith("0.56, ∂ ")
    assert changed["b"].startswith("1.7, ∂ ")  # 0.5 beside 0.3
    table.view.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert names(table)[0] == "b"
    session.comparing.forget()
    assert table.view.isColumnHidden(column)


def test_the_arrow_down_leads_from_the_filter_into_the_rows(
    table: NodeTable, session: Session, qtbot: QtBot
) -> None:
    session.select("")
    table.filter.setFocus()
    qtbot.keyClicks(table.filter, "z")
    qtbot.keyClick(table.filter, Qt.Key.Key_Down)
    assert table.view.hasFocus()
    assert session.state.selection == names(table)[0]
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert session.state.selection == names(table)[1]
    table.filter.setFocus()
    qtbot.keyClicks(table.filter, "qqq")
    qtbot.keyClick(table.filter, Qt.Key.Key_Down)
    assert table.filter.hasFocus(), "there are no rows"
