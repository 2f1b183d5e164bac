"""Copying a table: all that it shows, as text that a spreadsheet takes.

The one rule: what is copied is what is read, header and cells, with tabs between them.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence


def text_of(model: QAbstractItemModel) -> str:
    """A line for the header and one for each row."""
    columns = range(model.columnCount())
    head = [str(model.headerData(column, Qt.Orientation.Horizontal)) for column in columns]
    rows = [[str(model.index(row, c).data()) for c in columns] for row in range(model.rowCount())]
    return "".join("\t".join(cells) + "\n" for cells in [head, *rows])


def copied(event: QKeyEvent, model: QAbstractItemModel) -> bool:
    """Copies the table where the keys say so; whether they did."""
    if not event.matches(QKeySequence.StandardKey.Copy):
        return False
    QGuiApplication.clipboard().setText(text_of(model))
    return True
