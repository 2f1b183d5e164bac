"""The page of one question: what is asked, where to answer, and what is said to it.

The one rule: it shows the round of the session's state; Return does what is next, be it to check or to go
on.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from graph_explorer.document import Document
from graph_explorer.lab.surface import Checkpoint
from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.question import Question
from graph_explorer.quiz.round import Round
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.challenge import acts
from graph_explorer.ui.challenge.answer import AnswerArea
from graph_explorer.ui.challenge.figure import FigureView, window_of
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.scrolled import centred, fill, scrolled
from graph_explorer.ui.widgets.text import Label, Link

#: Lines are no longer than this, so that they can be read.
_WIDEST = 760
#: Columns and rows at which the surface below a figure is sampled.
_SAMPLES = (64, 40)
_LOOK, _STEP = "Look at the &graph", "Show the &step"
_LOOK_HINT = "The graph beside the question, at a moment that does not tell the answer"
_STEP_HINT = "The timeline goes to the step that answers the question"


class Said(QFrame):
    """What is said to an answer: a mark, and a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("challenge_said")
        self.setProperty("look", "remark")
        self.mark = QLabel()
        self.mark.setProperty("look", "number")
        self.text = Label()
        self.text.setObjectName("challenge_said_text")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(10)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)

    def say(self, text: str, mark: str = "", role: str = "") -> None:
        """Shows a sentence; takes no room without one."""
        self.mark.setText(mark)
        self.mark.setVisible(bool(mark))
        self.mark.setProperty("role", role)
        self.mark.style().unpolish(self.mark)
        self.mark.style().polish(self.mark)
        news = bool(text) and text != self.text.text()
        self.text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if news:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))


class QuestionPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._question: Question | None = None
        self.setObjectName("challenge_question")
        self.place = Label("", "small")
        self.place.setObjectName("challenge_place")
        self.given = Label()
        self.given.setObjectName("challenge_given")
        self.given.setProperty("look", "question")
        self.asked = Label()
        self.asked.setObjectName("challenge_text")
        self.asked.setProperty("look", "asked")
        self.program = Label("", "code")
        self.figure = FigureView()
        self.answer = AnswerArea()
        self.answer.entered.connect(self.go_on)
        self.answer.changed.connect(self._ready)
        self.hints = [Said() for _ in range(5)]
        self.said = Said()
        self.explanation = Label("", "")
        self.explanation.setObjectName("challenge_explanation")
        self.example = Link("", "challenge_example")
        self.example.clicked.connect(self._open_example)
        self._lay_out()

    # ── making ────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        shown = (self.place, self.program, self.given, self.asked, self.figure, self.answer)
        for widget in (*shown, *self.hints, self.said, self.explanation):
            column.addWidget(widget)
        column.addWidget(self.example, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._make_buttons())
        column.addLayout(self._make_ways())
        column.addStretch(1)
        self.area = scrolled("challenge_scroll", centred(content, _WIDEST), Qt.FocusPolicy.NoFocus)
        fill(self, self.area)

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.check = self._button("check", "&Check", "Judge the answer (Return)", self.go_on)
        self.check.setProperty("look", "main")
        self.hint = self._button("hint", "&Hint", "The rule, then the formula, then the numbers", self._hint)
        self.reveal = self._button("reveal", "Show the &answer", "Counts as not known", self._reveal)
        for button in (self.check, self.hint, self.reveal):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _make_ways(self) -> QHBoxLayout:
        """To the other questions, and to the graph."""
        row = QHBoxLayout()
        row.setSpacing(8)
        self.graph = self._button("graph", _LOOK, "", self._show_graph)
        self.back = self._button("back", "&Back", "The question before", lambda: self._go(-1))
        self.next = self._button("next", "&Next", "The next question", lambda: self._go(1))
        row.addWidget(self.graph)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        return row

    def _button(self, name: str, text: str, hint: str, act: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"challenge_{name}")
        button.setToolTip(hint)
        button.setAccessibleName(text.replace("&", ""))
        button.setAccessibleDescription(hint)
        button.setAutoDefault(True)  # Return presses it, as Space does
        button.clicked.connect(act)
        return button

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def go_on(self) -> None:
        """What Return does: judge the answer, or go to the next question."""
        now = self.session.state.challenge.round
        if not now.open:
            self._go(1)
        elif self.answer.ready:
            acts.give_answer(self.session, self.answer.text)
            self._bring_into_view()
            after = self.session.state.challenge.round
            if now.exam and not after.open:
                self._go(1)
            else:
                self._focus_on(after)

    def _bring_into_view(self) -> None:
        """What has been said to the answer is seen, however long the question is."""
        inside = self.area.widget()
        layout = inside.layout() if inside is not None else None
        if layout is not None:
            layout.activate()
        self.area.ensureWidgetVisible(self.said)

    def _focus_on(self, now: Round) -> None:
        """The keyboard goes where it is needed: to a line that is to be corrected, or on to the next one."""
        if now.open:
            self.answer.take_focus()
            self.answer.line.selectAll()
        elif not self.answer.line.isVisible():
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hint(self) -> None:
        acts.show_hint(self.session)
        if not self.hint.isEnabled():
            self.answer.take_focus()

    def _reveal(self) -> None:
        acts.show_answer(self.session)
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_graph(self) -> None:
        acts.show_graph(self.session)

    def _go(self, by: int) -> None:
        acts.go_to(self.session, self.session.state.challenge.round.at + by)

    def _open_example(self) -> None:
        question = self.session.state.challenge.round.question
        if question is not None and question.link:
            acts.open_example(self.session, question)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_round(self, before: State, now: State) -> None:
        """Shows the present question of the round."""
        shown = now.challenge.round
        question = shown.question
        if question is None:
            return
        if question is not self._question or now.theme != before.theme:
            self.figure.show_figure(question.figure, now.theme)
            self._sample_ground(question, now)
        if question is not self._question:
            self._question = question
            self._show_question(question)
        self._show_place(shown, question)
        self._show_judgement(shown, question)

    def _sample_ground(self, question: Question, now: State) -> None:
        """The surface below the paths of a figure, worked out beside what the window does."""
        figure = question.figure
        if figure is None or not figure.surface or self.figure.ground is not None:
            return
        if now.document is None or now.trace is not now.challenge.asked_of:
            return
        self.session.jobs.start(
            "challenge ground",
            "Drawing the surface",
            partial(_sampled, now.document, window_of(figure)),
            partial(self.figure.show_ground, figure),
            lambda error: None,  # without it the paths stand for themselves
        )

    def _show_question(self, question: Question) -> None:
        given, asked = parts_of(question)
        self.given.show_text(given)
        self.asked.setText(asked)
        self.asked.setAccessibleName(question.text)
        self.program.show_text(question.program)
        self.answer.show_question(question)
        attempt = self.session.state.challenge.round.attempt
        if attempt.typed:
            self.answer.show_typed(question, attempt.typed)
        self.area.verticalScrollBar().setValue(0)
        if self.isVisible():
            self.answer.take_focus()

    def _show_place(self, shown: Round, question: Question) -> None:
        at = f"{shown.at + 1} of {len(shown.questions)}"
        self.place.setText("  ·  ".join((at, KINDS[question.kind].title, question.concept, question.level)))

    def _show_judgement(self, shown: Round, question: Question) -> None:
        attempt, tells = shown.attempt, shown.shows_verdict
        self.answer.lock(not shown.open)
        for place, said in enumerate(self.hints):
            given = place < attempt.hints and place < len(question.hints)
            said.say(question.hints[place] if given else "", "?" if given else "", "muted")
        if attempt.problem:
            self.said.say(attempt.problem, "!", "warning")
        elif attempt.verdict is not None and tells:
            right = attempt.verdict.right
            self.said.say(attempt.verdict.says, "✓" if right else "✗", "success" if right else "error")
        elif attempt.tries and not tells:
            self.said.say("Taken down; it is judged at the end.", "•", "muted")
        elif attempt.given_up:
            self.said.say(f"The answer: {spoken(question)}", "→", "muted")
        else:
            self.said.say("")
        over = (attempt.done or shown.ended) and tells
        also = f"The answer: {spoken(question)}. " if over and not attempt.done else ""
        self.explanation.show_text(also + question.explanation if over else "")
        self.example.show_text(f"See it in the example: {question.link}")
        self.example.setVisible(over and bool(question.link) and acts.moments_now(self.session) is None)
        self._show_buttons(shown, question)

    def _show_buttons(self, shown: Round, question: Question) -> None:
        self.hint.setVisible(not shown.exam)
        self.reveal.setVisible(not shown.exam)
        self.hint.setEnabled(shown.open and shown.attempt.hints < len(question.hints))
        self.reveal.setEnabled(shown.open)
        self.back.setEnabled(shown.at > 0)
        moments = acts.moments_now(self.session)
        hidden = shown.open or not shown.shows_verdict
        self.graph.setVisible(moments is not None)
        self.graph.setText(_LOOK if hidden else _STEP)
        self.graph.setAccessibleName(self.graph.text().replace("&", ""))
        self.graph.setToolTip(_LOOK_HINT if hidden else _STEP_HINT)
        self.graph.setAccessibleDescription(self.graph.toolTip())
        last = shown.at == len(shown.questions) - 1
        self.next.setText("&Finish" if last else "&Next")
        self.next.setAccessibleName("Finish" if last else "Next")
        self._ready()

    def _ready(self) -> None:
        self.check.setEnabled(self.session.state.challenge.round.open and self.answer.ready)


def _sampled(
    document: Document, window: tuple[float, float, float, float], checkpoint: Checkpoint
) -> np.ndarray[Any, Any]:
    """The values of a document's surface on a grid over a window."""
    return surface_of(document).grid(window, *_SAMPLES, checkpoint).values


def parts_of(question: Question) -> tuple[str, str]:
    """What is given, and what is asked: the last line of the text. A program stands by itself."""
    text = question.text
    if question.program:
        text = text.replace(question.program + "\n", "").replace(question.program, "")
    given, _, asked = text.strip().rpartition("\n")
    return given, asked


def spoken(question: Question) -> str:
    """The right answer as a person writes it."""
    answer = question.answer
    if isinstance(answer, str):
        return answer
    if isinstance(answer, float):
        return f"{answer:.5g}"
    if question.form == "shape":
        return str(answer)
    return (" → " if question.form == "order" else ", ").join(map(str, answer)) or "none of them"
