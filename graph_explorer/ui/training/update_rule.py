"""The update of one number with its numbers: the optimizer's rule, line by line.

The one rule: the lines are the rule as it ran; the number is one entry of one parameter, the one whose
gradient is largest unless a person chooses another parameter.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from graph_explorer.lab.course import Course
from graph_explorer.lab.optimizers.quantities import QUANTITIES
from graph_explorer.lab.optimizers.typeset import line_latex, worked_latex
from graph_explorer.lab.unfolded import Unfolded
from graph_explorer.ui.race.rule import RuleLine
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.text import Elided, Label

_NONE = (
    "This step makes no update that could be written out: it is left out, shared with other steps, or partly "
    "drawn by chance."
)


class UpdateNumbers(QWidget):
    """The lines, and which parameter they are of."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_update")
        self.setAccessibleName("The update with its numbers")
        self._shown: tuple[Unfolded, str, str] | None = None
        self._course: Course | None = None
        self._found: Unfolded | None = None
        self._lines: list[RuleLine] = []
        self.parameter = QComboBox()
        self.parameter.setObjectName("training_update_parameter")
        self.parameter.setAccessibleName("Parameter whose update is shown")
        self.parameter.activated.connect(lambda: self._paint())
        self.entry = Elided("", "muted")
        line = QHBoxLayout()
        line.addWidget(Elided("Update of", "section"))
        line.addWidget(self.parameter)
        line.addWidget(self.entry, 1)
        self.none = Label(_NONE, "muted")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(8, 2, 2, 2)
        self._box.setSpacing(2)
        self._box.addLayout(line)
        self._box.addWidget(self.none)
        self._rows = QVBoxLayout()
        self._box.addLayout(self._rows)
        self._box.addStretch(1)

    def show_update(self, found: Unfolded, course: Course | None, now: State) -> None:
        """Shows the update of a step; a parameter selected in the graph is the one that is shown."""
        if course is None:
            return
        self._found, self._course = found, course
        names = list(course.names)
        if [self.parameter.itemText(k) for k in range(self.parameter.count())] != names:
            blocker = QSignalBlocker(self.parameter)
            self.parameter.clear()
            self.parameter.addItems(names)
            blocker.unblock()
        if now.selection in names:
            self.parameter.setCurrentText(now.selection)
        self._paint()

    def _paint(self) -> None:
        found, course = self._found, self._course
        name, theme_name = self.parameter.currentText(), self.session.state.theme
        if found is None or course is None or not name or self._shown == (found, name, theme_name):
            return
        self._shown = (found, name, theme_name)
        parts = course.unpacked(np.arange(len(found.gradient), dtype=float))
        gradients = np.abs(course.unpacked(found.gradient)[name]).ravel()
        largest = int(np.argmax(gradients)) if np.isfinite(gradients).any() else 0
        place = np.unravel_index(largest, parts[name].shape) if parts[name].ndim else ()
        entry = int(parts[name].ravel()[largest])
        where = f"[{', '.join(str(int(part)) for part in place)}]" if place else ""
        self.entry.show_text(f"{where} – the entry with the largest gradient" if where else "")
        self.none.setVisible(not found.worked)
        while len(self._lines) < len(found.worked):
            self._lines.append(RuleLine(f"training_update_{len(self._lines)}"))
            self._rows.addWidget(self._lines[-1])
        for k, line in enumerate(self._lines):
            line.setVisible(k < len(found.worked))
            if k < len(found.worked):
                each = found.worked[k]
                numbers = [("", worked_latex(each, entry))]
                line.show_line(QUANTITIES[each.line.name].meaning, line_latex(each.line), numbers, theme_name)
