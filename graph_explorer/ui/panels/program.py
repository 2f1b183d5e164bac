"""The program editor: the text that the graph is made of, re-traced as one types.

The one rule: the session's program comes into the editor only where it has changed and is not what the
editor shows already; what is being typed goes to the session a moment later. So neither echoes the other.
"""

from __future__ import annotations

import re
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.graph import Graph, Node
from graph_explorer.engine.language import known_words
from graph_explorer.engine.run import RunError
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.code import CodeEdit, Mark
from graph_explorer.ui.widgets.highlight import KEYWORDS
from graph_explorer.ui.widgets.text import Label, Link

#: Milliseconds after the last key until the text goes to the session.
DEBOUNCE = 80
#: Seconds without a key after which typing counts as another edit for undo.
_PAUSE = 1.5


def program_place(error: InputError, document: Document | None) -> tuple[int, int]:
    """Line and column of an error in the program, where it may count lines of the file; (0, 0) if unknown."""
    if not error.line:
        return 0, 0
    if document is None or not error.source or not document.path:
        return error.line, error.column or 1
    line, column = document.program_place
    inside = error.line - line + 1
    return inside, (error.column - column + 1 if inside == 1 else error.column) or 1


def place_of(node: Node) -> tuple[int, int, int, int] | None:
    """Where a node was written: its first line and column, its last line and the column behind it."""
    place = node.place
    return None if place is None else (place.line, place.column, place.end_line, place.end_column)


def node_at(graph: Graph, text: str, line: int, column: int) -> str:
    """The node that the letter at a place speaks of; empty for none.

    It is the value named there, else the node written most tightly around it, else the last on the line.
    """
    lines = text.splitlines()
    row = lines[line - 1] if line <= len(lines) else ""
    word = next((m for m in re.finditer(r"\w+", row) if m.start() < column <= m.end()), None)
    if word is not None and word[0] in graph and "#" not in row[: word.start()]:
        return graph.node(word[0]).id
    around: list[tuple[int, str]] = []
    on_line = ""
    for node in graph:
        place = node.place
        if place is None or node.op == "constant" or not place.line <= line <= place.end_line:
            continue
        on_line = node.id
        if (place.line, place.column) <= (line, column) < (place.end_line, place.end_column):
            size = (place.end_line - place.line) * 1000 + place.end_column - place.column
            around.append((size, node.id))
    return min(around)[1] if around else on_line


_HINT = "z = w*x + b        # a line a value"
_NO_PROGRAM = (
    "This model has no program text: its graph is the one in its file.\n"
    "Save it as a Graph Explorer document (File, Save as) to get one."
)


class ProgramEditor(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("program")
        self.setAccessibleName("Program")
        self._seen: str | None = None
        self._burst, self._typed_at = 0, 0.0
        self.code = CodeEdit("program_text", "Program text")
        self.code.setPlaceholderText(_HINT)
        self.problem = Label("", role="error")
        self.problem.setObjectName("program_problem")
        self.go = Link("Go there", "program_go_there")
        self.go.clicked.connect(self._go_to_problem)
        self.foot = QWidget()
        foot = QHBoxLayout(self.foot)
        foot.setContentsMargins(10, 4, 10, 6)
        foot.addWidget(self.problem, 1)
        foot.addWidget(self.go, 0, Qt.AlignmentFlag.AlignTop)
        self.foot.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.code, 1)
        box.addWidget(self.foot)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(DEBOUNCE)
        self._waiting.timeout.connect(self.hand_over)
        self.code.textChanged.connect(self._typed)
        self.code.pointed.connect(self._pointed)
        self.code.undo_wanted.connect(self._undo)
        session.follow(self.show_state)

    # ── from here to the session ──────────────────────────────────────────────────────────────

    def _typed(self) -> None:
        if self.session.state.document is None:
            return
        now = time.monotonic()
        if now - self._typed_at > _PAUSE:
            self._burst += 1
        self._typed_at = now
        self._waiting.start()

    def hand_over(self) -> None:
        """Gives the session the text as it is now."""
        self._waiting.stop()
        self.session.set_program(self.code.toPlainText(), f"program {self._burst}")

    def _pointed(self, line: int, column: int) -> None:
        graph = self.session.state.graph
        if self._waiting.isActive():
            self.hand_over()
        if graph is not None and self.session.state.problem is None:
            name = node_at(graph, self.code.toPlainText(), line, column)
            if name:
                self.session.select(name)

    def _undo(self, back: bool) -> None:
        self.hand_over()
        if back:
            self.session.undo.undo()
        else:
            self.session.undo.redo()

    def _go_to_problem(self) -> None:
        line, column = self._problem_place(self.session.state)
        if line:
            self.code.go_to(line, column)
        self.code.setFocus()

    # ── from the session to here ──────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        self.code.show_theme(now.theme)
        if before.document is not now.document or before.draft is not now.draft:
            self._show_program(before, now)
        if before is now or before.graph is not now.graph or now.graph is None:
            self._know_words(now)
        self._show_problem(now)
        self._show_marks(now)

    def _show_program(self, before: State, now: State) -> None:
        program = now.document.program if now.document is not None else ""
        moved = program != self._seen
        self._seen = program
        dropped = before.draft is not None and now.draft is None and before.document is not now.document
        shown = self.code.toPlainText()
        from_model = now.document is not None and now.document.model is not None
        self.code.setReadOnly(now.document is None or from_model)
        self.code.setPlaceholderText(_NO_PROGRAM if from_model else _HINT)
        if shown == program or shown == now.draft or not (moved or dropped):
            return
        if self._waiting.isActive() and before.saved is now.saved:
            return  # what is being typed is newer
        self._waiting.stop()
        blocked = self.code.blockSignals(True)
        self.code.show_text(program)
        self.code.blockSignals(blocked)
        if now.problem is not None:  # it was of a text that is gone
            QTimer.singleShot(0, self, self.hand_over)

    def _know_words(self, now: State) -> None:
        written = now.graph if now.document is not None and now.document.model is None else None
        names = [] if written is None else [name for name in written.values if name.isidentifier()]
        self.code.know([*names, *KEYWORDS, *known_words()])

    def _problem_place(self, now: State) -> tuple[int, int]:
        if now.problem is not None:
            return program_place(now.problem, now.document)
        if now.trace is not None and isinstance(now.trace.failure, RunError):
            return now.trace.failure.line, now.trace.failure.column
        return 0, 0

    def _show_problem(self, now: State) -> None:
        failure = now.trace.failure if now.trace is not None else None
        error = now.problem if now.problem is not None else failure
        if isinstance(error, InputError):
            line, _ = self._problem_place(now)
            place = f"line {line}: " if line else ""
            self.problem.setText(f"{place}{error.message}")
            self.go.setVisible(bool(line))
        self.foot.setVisible(isinstance(error, InputError))

    def _show_marks(self, now: State) -> None:
        marks: list[Mark] = []
        text = self.code.toPlainText()
        if now.graph is not None and now.problem is None and self._seen == text:
            present = now.event.node if now.event is not None else None
            for node, kind in ((present, "expression"), (self._selected(now), "selected")):
                place = place_of(node) if node is not None else None
                if place is not None:
                    if kind == "expression":
                        marks.append(Mark("line", place[0], 1, place[0], 1))
                    marks.append(Mark(kind, *place))
        line, column = self._problem_place(now)
        if line:
            marks.append(Mark("error", line, *self._wrong_part(text, line, column)))
        self.code.show_marks(marks)

    def _selected(self, now: State) -> Node | None:
        graph = now.graph
        return graph.node(now.selection) if graph is not None and now.selection in graph else None

    def _wrong_part(self, text: str, line: int, column: int) -> tuple[int, int, int]:
        """Column, end line and end column of what to underline: a word, or else the rest of the line."""
        lines = text.splitlines()
        row = lines[line - 1] if line <= len(lines) else ""
        column = min(column, max(len(row), 1))
        end = column - 1
        while end < len(row) and (row[end].isalnum() or row[end] in "_."):
            end += 1
        return column, line, (end if end > column - 1 else max(len(row), column)) + 1
