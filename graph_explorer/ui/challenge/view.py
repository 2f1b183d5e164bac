"""The challenge view: home, one question, or the blank graph.

The one rule: which page is shown follows from the challenge in the session's state.
"""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.challenge import acts
from graph_explorer.ui.challenge.blank_page import BlankPage
from graph_explorer.ui.challenge.home_page import HomePage
from graph_explorer.ui.challenge.question_page import QuestionPage
from graph_explorer.ui.challenge.state import Page
from graph_explorer.ui.session import Session, State

#: Below this many pixels fields and buttons would be cut.
_LEAST = 290
_CARED_FOR = ("challenge", "theme", "trace", "selection")


class ChallengeView(QWidget):
    """The view."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("challenge")
        self.setAccessibleName("Challenge")
        self.setMinimumWidth(_LEAST)
        acts.load_progress(session)
        self.home = HomePage(session)
        self.question = QuestionPage(session)
        self.blank = BlankPage(session)
        self._of: dict[Page, QWidget] = {"home": self.home, "question": self.question, "blank": self.blank}
        self.pages = QStackedWidget()
        for page in self._of.values():
            self.pages.addWidget(page)
        self.bar = QWidget()
        self.bar.setObjectName("challenge_bar")
        self.leave = QPushButton("Leave the &round")
        self.leave.setObjectName("challenge_leave")
        self.leave.clicked.connect(lambda: acts.leave(session))
        self.progress = QProgressBar()
        self.progress.setObjectName("challenge_bar_progress")
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Questions answered")
        self.clock = QLabel()
        self.clock.setObjectName("challenge_clock")
        self.clock.setAccessibleName("Time left")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self.leave, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self.progress, 1)
        row.addWidget(self.clock)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.bar)
        box.addWidget(self.pages, 1)
        self._ticking = QTimer(self)
        self._ticking.setInterval(250)
        self._ticking.timeout.connect(self._tick)
        session.follow(self.show_state)

    # ── the commands of the View menu ─────────────────────────────────────────────────────────

    def fit(self) -> None:
        """There is nothing to be fitted in a text."""

    def zoom_in(self) -> None:
        """Text has one size in the whole window."""

    def zoom_out(self) -> None:
        """Text has one size in the whole window."""

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if all(getattr(now, part) is getattr(before, part) for part in _CARED_FOR):
            return
        challenge = now.challenge
        self.question.show_round(before, now)
        self.blank.show_filled(before, now)
        page = self._of[challenge.page]
        self.bar.setVisible(page is not self.home)
        self.progress.setVisible(page is self.question)
        self.progress.setMaximum(max(len(challenge.round.questions), 1))
        self.progress.setValue(challenge.round.answered)
        over = challenge.round.ended and page is self.question
        self.leave.setText("Back to the &result" if over else f"Leave the &{page_title(challenge.page)}")
        if page is not self.pages.currentWidget():
            self.pages.setCurrentWidget(page)
            if page is self.question:
                self.question.answer.take_focus()
        limited = bool(challenge.round.minutes) and page is self.question and not challenge.round.ended
        self.clock.setVisible(limited)
        if limited and not self._ticking.isActive():
            self._ticking.start()
        if not limited:
            self._ticking.stop()
        self._tick()

    def _tick(self) -> None:
        challenge = self.session.state.challenge
        if not self.clock.isVisibleTo(self):
            return
        left = challenge.round.minutes * 60 - (time.monotonic() - challenge.started)
        self.clock.setText(f"{max(int(left) // 60, 0)}:{max(int(left) % 60, 0):02d}")
        self.clock.setAccessibleName(f"Time left: {self.clock.text()}")
        if left <= 0:
            acts.end(self.session)


def page_title(page: Page) -> str:
    """What a person leaves."""
    return "graph" if page == "blank" else "round"
