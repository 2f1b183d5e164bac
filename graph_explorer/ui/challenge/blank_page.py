"""The page of the blank graph: a line for every gradient, in the order of the backward pass.

The one rule: what is filled in rightly appears on the graph beside it; what is not yet, does not.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.notation import derivative
from graph_explorer.quiz.blank import Field
from graph_explorer.ui.challenge import acts
from graph_explorer.ui.challenge.question_page import Said
from graph_explorer.ui.challenge.state import Filled
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.scrolled import fill, scrolled
from graph_explorer.ui.widgets.text import Elided, Label

_LEAD = (
    "Fill in the gradients from the output back to the inputs. What is right appears on the graph; "
    "later fields are judged by your own numbers. Gradients of large arrays fill in by themselves."
)
#: So many pixels of a gradient's name are seen even where the view is narrow.
_NAMED = 130
_DONE = "That is the whole backward pass."
_CHANGED = "The document has changed since; begin again."


class _Line:
    """The widgets of one field in the grid."""

    def __init__(self, page: BlankPage, grid: QGridLayout, row: int, field: Field) -> None:
        output = page.session.state.trace.output if page.session.state.trace is not None else ""
        suffix = f"[{','.join(map(str, field.index))}]" if field.index else ""
        name = derivative(output, field.name) + suffix
        self.label = Elided(name)
        self.label.setMinimumWidth(min(self.label.sizeHint().width(), _NAMED))
        self.edit = QLineEdit()
        self.edit.setObjectName(f"blank_{row}")
        self.edit.setAccessibleName(f"Gradient {name}")
        self.edit.setPlaceholderText("?")
        self.edit.setMinimumWidth(80)
        self.edit.returnPressed.connect(partial(page.enter, field))
        self.mark = QLabel()
        self.mark.setFixedWidth(18)
        self.said = Label("", "small")
        for column, widget in enumerate((self.label, self.edit, self.mark)):
            grid.addWidget(widget, 2 * row, column)
        grid.addWidget(self.said, 2 * row + 1, 0, 1, 3)

    def show(self, filled: Filled, field: Field, present: bool) -> None:
        verdict = filled.verdicts.get(field)
        mark, role = (
            ("", "muted") if verdict is None else ("✓", "success") if verdict.right else ("✗", "error")
        )
        self.mark.setText(mark or ("◂" if present else ""))
        self.mark.setProperty("role", role)
        self.mark.style().unpolish(self.mark)
        self.mark.style().polish(self.mark)
        if not self.edit.text() and field in filled.typed:
            self.edit.setText(filled.typed[field])
        self.edit.setProperty("wrong", verdict is not None and not verdict.right)
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)
        self.said.show_text("" if verdict is None or verdict.says == "Right." else verdict.says)


class BlankPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._filled: Filled | None = None
        self.lines: dict[Field, _Line] = {}
        self.setObjectName("challenge_blank")
        self.lead = Label(_LEAD)
        self.count = Label("", "small")
        self.count.setObjectName("blank_count")
        self.hints = [Said() for _ in range(3)]
        self.form = QWidget()
        self._grid = QGridLayout(self.form)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for widget in (self.lead, self.count, *self.hints):
            column.addWidget(widget)
        self._buttons(column)
        column.addWidget(self.form)
        column.addStretch(1)
        self.content = column
        self.area = scrolled("blank_scroll", content, Qt.FocusPolicy.NoFocus)
        fill(self, self.area)

    def _buttons(self, column: QVBoxLayout) -> None:
        self.hint = QPushButton("&Hint")
        self.hint.setObjectName("blank_hint")
        self.hint.setToolTip("The rule, then the formula, then the numbers of the next gradient")
        self.hint.clicked.connect(self._hint)
        self.again = QPushButton("Begin a&gain")
        self.again.setObjectName("blank_again")
        self.again.clicked.connect(lambda: acts.begin_blank(self.session))
        row = QHBoxLayout()
        row.addWidget(self.hint)
        row.addWidget(self.again)
        row.addStretch(1)
        column.addLayout(row)

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def enter(self, field: Field) -> None:
        """Judges what stands in a field, and goes to the next one that is open."""
        acts.fill(self.session, field, self.lines[field].edit.text())
        filled = self.session.state.challenge.filled
        present = filled.present if filled is not None else None
        verdict = filled.verdicts.get(field) if filled is not None else None
        if verdict is not None:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.count, verdict.says))
        if present is not None and verdict is not None and verdict.right:
            self._focus(present)

    def _focus(self, field: Field) -> None:
        edit = self.lines[field].edit
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.area.ensureWidgetVisible(edit)

    def _hint(self) -> None:
        filled = self.session.state.challenge.filled
        if filled is not None and filled.present is not None:
            acts.hint_field(self.session, filled.present)
            self._focus(filled.present)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_filled(self, before: State, now: State) -> None:
        """Shows the form as far as it is filled in."""
        filled = now.challenge.filled
        if filled is None:
            self._filled = None
            return
        if self._filled is None or filled.blank is not self._filled.blank:
            self._make_lines(filled)
        self._filled = filled
        stale = now.trace is not filled.trace
        present = filled.present
        for field, line in self.lines.items():
            line.show(filled, field, field is present)
            line.edit.setReadOnly(stale)
        if now.selection != before.selection and self.isVisible():
            self._follow_selection(now)
        done = f"{filled.right} of {len(filled.blank.fields)} filled in"
        self.count.setText(_CHANGED if stale else _DONE if present is None else done)
        given = filled.blank.hints(present)[: filled.hints.get(present, 0)] if present is not None else ()
        for place, said in enumerate(self.hints):
            said.say(given[place] if place < len(given) else "", "?", "muted")
        self.hint.setEnabled(present is not None and not stale)

    def _follow_selection(self, now: State) -> None:
        """A node that was clicked on the graph leads to its field, a group to its first open one."""
        graph = now.trace.graph if now.trace is not None else None
        if graph is None:
            return
        within = f"{now.selection}/"
        named = now.selection in graph
        fields = [
            each
            for each in self.lines
            if (graph.node(each.name).id == now.selection if named else each.name.startswith(within))
        ]
        verdicts = now.challenge.filled.verdicts if now.challenge.filled is not None else {}
        waiting = [each for each in fields if each not in verdicts or not verdicts[each].right]
        field = next(iter(waiting or fields), None)
        if field is not None:
            self._focus(field)

    def _make_lines(self, filled: Filled) -> None:
        self.form.setParent(None)
        self.form.deleteLater()
        self.form = QWidget()
        self._grid = QGridLayout(self.form)
        self._grid.setContentsMargins(0, 6, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        fields = filled.blank.fields
        self.lines = {field: _Line(self, self._grid, row, field) for row, field in enumerate(fields)}
        self.content.insertWidget(self.content.count() - 1, self.form)
        if self.isVisible() and fields:
            self.lines[fields[0]].edit.setFocus(Qt.FocusReason.OtherFocusReason)
