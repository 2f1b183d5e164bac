"""Tables that are read: one row is chosen at a time, nothing is typed in, and headings stand on the left.

The one rule: however many tables there are, they look and answer to keys alike; what a table has of its
own (several rows chosen, a name to edit) it says after it was set up.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

#: How numbers stand in their column, and their heading above them.
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def read_by_rows(table: QTableView, room: int = 6) -> None:
    """Makes `table` one of these; a row is higher than a letter by `room` pixels."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + room)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def set_widths(table: QTableView, letters: Iterable[int], room: int = 8) -> None:
    """Makes the first columns as wide as so many letters, and `room` pixels."""
    letter = table.fontMetrics().averageCharWidth()
    for column, count in enumerate(letters):
        table.setColumnWidth(column, count * letter + room)


def show_chosen(table: QTableView, row: int | None, *, follow: bool = False) -> None:
    """Shows which row is chosen, None for none, and tells nobody that it was; `follow` scrolls to it."""
    with QSignalBlocker(table.selectionModel()):
        if row is None:
            table.clearSelection()
            table.setCurrentIndex(QModelIndex())
        else:
            index = table.model().index(row, max(table.currentIndex().column(), 0))
            table.setCurrentIndex(index)
            if follow:
                table.scrollTo(index)
    table.viewport().update()


def heading(
    section: int,
    orientation: Qt.Orientation,
    role: int,
    titles: Sequence[str],
    hints: Sequence[str] = (),
    numbers: Container[int] | None = None,
) -> str | int | None:
    """What a model's `headerData` answers: a title, its hint, and on which side it stands.

    `numbers` are the columns of numbers, whose headings stand on the right; None for all of them.
    """
    if orientation is Qt.Orientation.Vertical:
        return None
    if role == Qt.ItemDataRole.DisplayRole:
        return titles[section]
    if role == Qt.ItemDataRole.ToolTipRole and hints:
        return hints[section]
    if role == Qt.ItemDataRole.TextAlignmentRole and (numbers is None or section in numbers):
        return RIGHT
    return None
