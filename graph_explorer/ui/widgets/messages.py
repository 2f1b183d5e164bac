"""What the program has to say: one sentence at the top of the page, and work that takes a while.

The one rule: a sentence stays until it is closed or no longer true. Nothing that comes and goes by itself
moves what one looks at: work under way is told in the free room of the toolbar.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.ui.jobs import Job
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.icons import icon, pixmap


class Message(QFrame):
    """The sentence in `State.message`, or else that in `State.notice`, with a button that closes it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("message")
        self.setAccessibleName("Message")
        self.sign = QLabel()
        self.sentence = QLabel()
        self.sentence.setObjectName("sentence")
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.shut = QToolButton()
        self.shut.setObjectName("close_message")
        self.shut.setAccessibleName("Close the message")
        self.shut.setToolTip("Close the message")
        self.shut.setProperty("look", "small")
        self.shut.clicked.connect(lambda: session.change(message="", notice=""))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self.sign)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.shut)
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        wrong, text = bool(now.message), now.message or now.notice
        if before.theme != now.theme or bool(before.message) != wrong or self.sign.pixmap().isNull():
            drawn = pixmap("warning" if wrong else "info", now.theme, "error" if wrong else "accent", 36)
            drawn.setDevicePixelRatio(2)
            self.sign.setPixmap(drawn)
            self.shut.setIcon(icon("close", now.theme))
            self.setProperty("look", "wrong" if wrong else "notice")
            self.style().unpolish(self)
            self.style().polish(self)
        if text != self.sentence.text():
            self.sentence.setText(text)
            self.sentence.setAccessibleName(text)
            if text:
                QAccessible.updateAccessibility(QAccessibleEvent(self.sentence, QAccessible.Event.Alert))
        self.setVisible(bool(text))


#: The room of the work that is told: as wide as this at most, or else as this at least.
_WIDEST, _NARROWEST = 480, 300


class Work(QFrame):
    """Work under way for longer than a moment: title, progress and Cancel, a row each.

    It floats over a page, in the widget in it that is called `toolbar_space` or at the top.
    """

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(over)
        self.session = session
        self._over = over
        self.setProperty("look", "overlay")
        self.setAutoFillBackground(True)
        over.installEventFilter(self)
        self.setObjectName("work")
        self.setAccessibleName("Work under way")
        self._rows: dict[int, _JobRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()
        session.jobs.moved.connect(self.show_jobs)

    def show_jobs(self, jobs: tuple[Job, ...]) -> None:
        """Shows exactly these jobs."""
        numbers = {job.number for job in jobs}
        for number in [number for number in self._rows if number not in numbers]:
            row = self._rows.pop(number)
            row.hide()
            row.deleteLater()
        for job in jobs:
            if job.number not in self._rows:
                self._rows[job.number] = _JobRow(self.session, job)
                self._column.addWidget(self._rows[job.number])
            self._rows[job.number].bar.setValue(round(100 * job.progress))
        self._settle()
        self.setVisible(bool(jobs))

    def _settle(self) -> None:
        """Goes to its place."""
        space = self._over.findChild(QWidget, "toolbar_space")
        seen = space is not None and space.isVisible()
        corner = space.mapTo(self._over, QPoint()) if space is not None and seen else QPoint()
        left, room = (corner.x(), space.width()) if space is not None and seen else (0, self._over.width())
        width = max(min(room - 16, _WIDEST), _NARROWEST)
        x = max(left + (room - width) // 2, 0)
        self.setGeometry(min(x, max(self._over.width() - width, 0)), 2, width, self.sizeHint().height())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self._settle()
        return super().eventFilter(watched, event)


class _JobRow(QFrame):
    def __init__(self, session: Session, job: Job) -> None:
        super().__init__()
        self.setObjectName("job")
        self.setAccessibleName(job.title)
        self.bar = QProgressBar()
        self.bar.setObjectName("progress")
        self.bar.setAccessibleName(f"Progress of: {job.title}")
        self.bar.setTextVisible(False)
        cancel = QPushButton("Cancel")
        cancel.setObjectName("cancel")
        cancel.setAccessibleName(f"Cancel: {job.title}")
        cancel.clicked.connect(lambda: session.jobs.stop(job.key))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 4, 2)
        row.setSpacing(10)
        row.addWidget(QLabel(f"{job.title} …"))
        row.addWidget(self.bar, 1)
        row.addWidget(cancel)
