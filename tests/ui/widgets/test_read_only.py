"""Tables that are read: what is chosen is shown and told to nobody; headings say and stand as they should."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from graph_explorer.ui.widgets.read_only import RIGHT, heading, read_by_rows, set_widths, show_chosen

ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
TITLE, HINT, SIDE = (
    Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.TextAlignmentRole
)  # fmt: skip


@pytest.fixture
def table(qtbot: QtBot) -> QTableView:
    made = QTableView()
    qtbot.addWidget(made)
    model = QStandardItemModel(made)
    for row in range(200):
        model.appendRow([QStandardItem(f"{row}.{column}") for column in range(3)])
    made.setModel(model)
    read_by_rows(made)
    made.resize(300, 200)
    made.show()
    return made


def test_a_row_that_is_shown_as_chosen_is_told_to_nobody(table: QTableView) -> None:
    told: list[int] = []
    table.selectionModel().currentRowChanged.connect(lambda now, before: told.append(now.row()))
    show_chosen(table, 150)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [150]
    assert table.rowAt(0) == 0
    show_chosen(table, 150, follow=True)
    assert 150 in range(table.rowAt(0), table.rowAt(table.viewport().height() - 1) + 1)
    show_chosen(table, None)
    assert not table.selectionModel().hasSelection()
    assert not table.currentIndex().isValid()
    assert told == []


def test_the_column_that_one_walks_in_is_kept(table: QTableView, qtbot: QtBot) -> None:
    table.setCurrentIndex(table.model().index(3, 2))
    show_chosen(table, 5)
    assert (table.currentIndex().row(), table.currentIndex().column()) == (5, 2)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert (table.currentIndex().row(), table.currentIndex().column()) == (6, 2)


def test_nothing_is_typed_into_it(table: QTableView, qtbot: QtBot) -> None:
    show_chosen(table, 0)
    qtbot.keyClicks(table, "7")
    qtbot.keyClick(table, Qt.Key.Key_F2)
    assert table.state() is QTableView.State.NoState
    assert table.model().index(0, 0).data() == "0.0"


def test_columns_are_as_wide_as_so_many_letters(table: QTableView) -> None:
    letter = table.fontMetrics().averageCharWidth()
    set_widths(table, (20, 30), room=5)
    assert [table.columnWidth(column) for column in (0, 1)] == [20 * letter + 5, 30 * letter + 5]


def test_headings() -> None:
    titles, hints = ("Name", "Loss"), ("What it is called", "What it costs")
    assert heading(1, ACROSS, TITLE, titles, hints) == "Loss"
    assert heading(1, ACROSS, HINT, titles, hints) == "What it costs"
    assert heading(1, ACROSS, HINT, titles) is None
    assert [heading(k, ACROSS, SIDE, titles, numbers=(1,)) for k in (0, 1)] == [None, RIGHT]
    assert [heading(k, ACROSS, SIDE, titles) for k in (0, 1)] == [RIGHT, RIGHT]
    assert heading(1, DOWN, TITLE, titles, hints) is None
