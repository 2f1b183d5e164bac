"""The results of a class in one table: a row a learner, a column a question.

The one rule: it can be copied as a table of text, so that it ends up in any spreadsheet.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from graph_explorer.quiz.sets import Result


class ClassResults(QDialog):
    """The table."""

    def __init__(self, results: Sequence[Result], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("class_results")
        self.setWindowTitle("Results of a class")
        self.rows = table_of(results)
        self.table = QTableWidget(len(self.rows) - 1, len(self.rows[0]))
        self.table.setObjectName("class_results_table")
        self.table.setAccessibleName("Results: a row a learner, a column a question")
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setHorizontalHeaderLabels(list(self.rows[0]))
        for row, cells in enumerate(self.rows[1:]):
            for column, cell in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(cell))
        self.table.resizeColumnsToContents()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("&Copy as text", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(self.table)
        box.addWidget(buttons)
        self.resize(720, 420)

    def copy(self) -> None:
        """Puts the table on the clipboard, columns separated by tabs."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self.rows))


def table_of(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A head and a row a learner: name, set, right answers, then each question's answer."""
    most = max((len(result.answers) for result in results), default=0)
    head = ("Learner", "Set", "Right", *(str(number) for number in range(1, most + 1)))
    rows = [head]
    for result in sorted(results, key=lambda each: (each.title, each.learner)):
        cells = [f"{'✓' if right else '✗'} {given}".strip() for _, given, right in result.answers]
        cells += [""] * (most - len(cells))
        rows.append((result.learner, result.title, f"{result.right} of {len(result.answers)}", *cells))
    return rows
