"""The runs below the curves: their table, and two of them compared.

The one rule: two selected rows are compared; with any other selection the comparison takes no room.
"""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.compare import Difference, differences
from graph_explorer.ui.training.runs_table import RunsTable
from graph_explorer.ui.widgets.scrolled import scrolled
from graph_explorer.ui.widgets.text import Label


class RunsPart(QWidget):
    """Table and comparison."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_runs_part")
        self.table = RunsTable(session)
        self.heading = Label("", "name_small")
        self.compared = QLabel()
        self.compared.setObjectName("training_compared")
        self.compared.setTextFormat(Qt.TextFormat.RichText)
        self.compared.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.compared.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(10, 4, 10, 8)
        column.addWidget(self.heading)
        column.addWidget(self.compared)
        column.addStretch(1)
        self.area = scrolled("training_comparison", content)
        self.area.setAccessibleName("Comparison of two runs")
        self.area.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.table, 3)
        line.addWidget(self.area, 2)
        self.table.selectionModel().selectionChanged.connect(lambda: self._compare())
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        if before.training is not now.training and self.area.isVisibleTo(self):
            self._compare()

    def _compare(self) -> None:
        training = self.session.state.training
        chosen = [run for number in self.table.chosen if (run := training.numbered(number)) is not None]
        self.area.setVisible(len(chosen) == 2)
        if len(chosen) != 2:
            return
        first, second = chosen
        self.heading.show_text(f"{first.title}  against  {second.title}")
        self.compared.setText(_as_table(differences(first, second)))


def _as_table(found: tuple[Difference, ...]) -> str:
    """The differences as a small table; what came out stands below a line."""
    rows = []
    for at, each in enumerate(found):
        if each.result and (not at or not found[at - 1].result):
            rows.append("<tr><td colspan='3'>&nbsp;</td></tr>")
        cells = "".join(
            f"<td style='padding-right:14px'>{escape(text)}</td>"
            for text in (each.name, each.first, each.second)
        )
        rows.append(f"<tr>{cells}</tr>")
    return f"<table cellspacing='0'>{''.join(rows)}</table>"
