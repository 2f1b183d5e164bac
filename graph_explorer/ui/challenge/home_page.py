"""Where a challenge begins and ends: what can be asked, how the last round went, and what has been learnt.

The one rule: nothing here presses: no clock runs unless it is asked for, and what was not practised is
not a failure.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.quiz.kinds import KINDS
from graph_explorer.quiz.progress import BADGES, Progress, due, streak
from graph_explorer.quiz.question import LEVELS
from graph_explorer.quiz.round import Round
from graph_explorer.ui.challenge import acts
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.rows import Row, Rows
from graph_explorer.ui.widgets.scrolled import centred, fill, scrolled
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Label

_WIDEST = 760
_LEAD = (
    "Questions made from the graph in front of you: predict, then see. Each answer is computed, and each "
    "explanation is the step itself."
)


class HomePage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("challenge_home")
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(12)
        self.title = Label("Challenge", "heading")
        self.lead = Label(_LEAD, "muted")
        self.result = Label("", "lead")
        self.result.setObjectName("challenge_result")
        self.rows = Rows("challenge_results", "The questions of the round")
        for widget in (self.title, self.lead, self.result, self.rows):
            self.column.addWidget(widget)
        self._make_choice()
        self._make_progress()
        self.column.addStretch(1)
        inside = centred(content, _WIDEST)
        fill(self, scrolled("challenge_home_scroll", inside, Qt.FocusPolicy.NoFocus))
        session.follow(self.show_state)

    # ── making ────────────────────────────────────────────────────────────────────────────────

    def _make_choice(self) -> None:
        self.level, self.kind, self.count = QComboBox(), QComboBox(), QSpinBox()
        self.level.addItem("Fits me", "")
        for level in LEVELS:
            self.level.addItem(level.capitalize(), level)
        self.kind.addItem("Any", "")
        for kind in KINDS.values():
            self.kind.addItem(kind.title, kind.name)
        self.count.setRange(1, 50)
        self.exam = QCheckBox("Exam: one try, no hints, judged at the end")
        self.timed = QSpinBox()
        self.timed.setRange(0, 180)
        self.timed.setSpecialValueText("none")
        self.timed.setSuffix(" min")
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        for name, title, widget in (
            ("level", "&Level", self.level),
            ("kind", "&Kind of question", self.kind),
            ("count", "&Questions", self.count),
            ("minutes", "&Time limit", self.timed),
            ("exam", "", self.exam),
        ):
            widget.setObjectName(f"challenge_{name}")
            widget.setAccessibleName(title.replace("&", "") or self.exam.text())
            form.addRow(title, widget)
        self.level.activated.connect(lambda: acts.choose(self.session, level=self.level.currentData()))
        self.kind.activated.connect(lambda: acts.choose(self.session, kind=self.kind.currentData()))
        self.count.valueChanged.connect(lambda value: acts.choose(self.session, count=value))
        self.timed.valueChanged.connect(lambda value: acts.choose(self.session, minutes=float(value)))
        self.exam.toggled.connect(lambda on: acts.choose(self.session, exam=on))
        self.column.addLayout(form)
        self.column.addLayout(self._make_buttons())

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons: dict[str, QPushButton] = {}
        for name, text, hint, act in (
            ("start", "&Start", "A round of questions on this document", acts.new_round),
            ("daily", "Challenge of the &day", "Five questions, the same for everyone today", acts.daily),
            ("blank", "&Blank graph", "Fill in the whole backward pass yourself", acts.begin_blank),
        ):
            button = QPushButton(text)
            button.setObjectName(f"challenge_{name}")
            button.setToolTip(hint)
            button.setAccessibleDescription(hint)
            button.clicked.connect(lambda _=False, act=act: act(self.session))
            self.buttons[name] = button
            row.addWidget(button)
        self.buttons["start"].setProperty("look", "main")
        row.addStretch(1)
        return row

    def _make_progress(self) -> None:
        self.progress = Section("challenge_progress", "What you have practised, on this machine only")
        self.summary = Label("", "muted")
        self.summary.setObjectName("challenge_summary")
        self.concepts = Rows(
            "challenge_concepts", "Concepts, with right answers, level and when they come again"
        )
        self.badges = Rows("challenge_badges", "Badges")
        for widget in (self.summary, self.concepts, self.badges):
            self.progress.add(widget)
        self.column.addWidget(self.progress)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if now.challenge is not before.challenge:
            self._show_choice(now)
            self._show_result(now.challenge.round)
            if now.challenge.progress is not before.challenge.progress or not self.summary.text():
                self._show_progress(now.challenge.progress)
        if now.document is not before.document or now.trace is not before.trace:
            there = now.document is not None and now.trace is not None and now.trace.failure is None
            for button in self.buttons.values():
                button.setEnabled(there)
        if not self.summary.text():
            self._show_progress(now.challenge.progress)

    def _show_choice(self, now: State) -> None:
        choice = now.challenge.choice
        for widget in (self.level, self.kind, self.count, self.timed, self.exam):
            widget.blockSignals(True)
        self.level.setCurrentIndex(self.level.findData(choice.level))
        self.kind.setCurrentIndex(self.kind.findData(choice.kind))
        self.count.setValue(choice.count)
        self.timed.setValue(int(choice.minutes))
        self.exam.setChecked(choice.exam)
        for widget in (self.level, self.kind, self.count, self.timed, self.exam):
            widget.blockSignals(False)

    def _show_result(self, shown: Round) -> None:
        over = shown.ended and bool(shown.questions)
        self.title.setText((shown.title or "Your round") if over else "Challenge")
        self.lead.setVisible(not over)
        self.result.show_text(
            f"{shown.right} of {len(shown.questions)} right at the first try" if over else ""
        )
        rows = [
            Row(
                question.text.splitlines()[-1],
                "right" if attempt.first else "not tried" if attempt.first is None else "not yet",
                sign="✓" if attempt.first else "·",
                detail=KINDS[question.kind].title,
                role="success" if attempt.first else "muted",
                hint=question.explanation,
                go=lambda at=place: acts.go_to(self.session, at),  # type: ignore[misc]
            )
            for place, (question, attempt) in enumerate(zip(shown.questions, shown.attempts, strict=True))
        ]
        self.rows.show_rows(rows if over else [])

    def _show_progress(self, progress: Progress) -> None:
        day = acts.today()
        if not progress.answered:
            self.summary.setText("Nothing yet: start a round.")
        else:
            days = streak(progress, day)
            waiting = len(due(progress, day))
            self.summary.setText(
                f"{progress.right} of {progress.answered} right at the first try  ·  "
                f"{days} day{'s' * (days != 1)} in a row  ·  "
                f"{waiting} concept{'s' * (waiting != 1)} to be repeated today"
            )
        self.concepts.show_rows(
            [
                Row(
                    name,
                    f"{each.right} / {each.right + each.wrong}",
                    detail=f"{each.level}, again {each.due}",
                )
                for name, each in sorted(progress.concepts.items())
            ]
        )
        reached = [badge for badge in BADGES if badge.reached(progress)]
        self.badges.show_rows([Row(badge.title, "", sign="★", detail=badge.what) for badge in reached])
        self.badges.setAccessibleName("Badges" if reached else "No badges yet")
        self.progress.setFocusPolicy(Qt.FocusPolicy.NoFocus)
