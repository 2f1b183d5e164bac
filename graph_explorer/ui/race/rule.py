"""An update rule on the screen: every line typeset, and below it with the numbers of one step.

The one rule: both come from the rule as it ran; the numbers are those that the path was made with.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from graph_explorer.lab.descent import Path
from graph_explorer.lab.optimizers.quantities import QUANTITIES
from graph_explorer.lab.optimizers.typeset import line_latex, worked_latex
from graph_explorer.ui.widgets.formula import FormulaView
from graph_explorer.ui.widgets.text import Elided


class RuleLine(QWidget):
    """One line of the rule: what it is in words, in letters, and in numbers, a row a coordinate."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.meaning = Elided("", "small")
        self.letters = FormulaView(f"{name}_letters", 1.15)
        self.numbers = [FormulaView(f"{name}_numbers_{k}", 1.0) for k in range(2)]
        self.labels = [Elided("", "small") for _ in range(2)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 2)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.meaning, 0, 0, 1, 2)
        grid.addWidget(self.letters, 1, 0, 1, 2)
        for row, (label, formula) in enumerate(zip(self.labels, self.numbers, strict=True), 2):
            label.setMinimumWidth(2 * label.fontMetrics().averageCharWidth())
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(formula, row, 1)

    def show_line(
        self, meaning: str, letters: str, numbers: Sequence[tuple[str, str]], theme_name: str
    ) -> None:
        self.meaning.show_text(meaning)
        self.letters.show_latex(letters, theme_name)
        for k, (label, formula) in enumerate(zip(self.labels, self.numbers, strict=True)):
            text, latex = numbers[k] if k < len(numbers) else ("", "")
            formula.show_latex(latex, theme_name)
            label.show_text(text)
            label.setVisible(bool(latex))


class UpdateRule(QWidget):
    """The rule of one step of a path."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Update rule with its numbers")
        self._lines: list[RuleLine] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)

    def show_step(self, path: Path, step: int, axes: Sequence[tuple[int, str]], theme_name: str) -> None:
        """Shows the step that leads to point `step` (from 1), for the coordinates in `axes`."""
        worked = path.worked(step) if 1 <= step <= path.steps else ()
        shown: list[tuple[str, str, list[tuple[str, str]]]] = []
        for each in worked:
            whole = getattr(each.value, "ndim", 0) == 0 or len(each.value) == 1
            chosen = axes[:1] if whole else axes
            numbers = [("" if whole else name, worked_latex(each, k)) for k, name in chosen]
            shown.append((QUANTITIES[each.line.name].meaning, line_latex(each.line), numbers))
        if not worked:
            shown = [(QUANTITIES[name].meaning, latex, []) for name, latex in path.settings.method.formulas]
        while len(self._lines) < len(shown):
            self._lines.append(RuleLine(f"{self.objectName()}_{len(self._lines)}"))
            self._box.addWidget(self._lines[-1])
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(shown))
            if place < len(shown):
                line.show_line(*shown[place], theme_name)
