"""The banner over the page while a step of a training is open: which one, and the ways on and back.

The one rule: it stands as long as the document is a step of a training, so that nobody takes its
numbers for the document's own.
"""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.opening import close_step, listed, open_step
from graph_explorer.ui.training.state import OpenedStep
from graph_explorer.ui.widgets.text import Elided

_BUTTONS = (
    ("previous", "Step before", "The step of this run before this one"),
    ("next", "Next step", "The step of this run after this one"),
    ("batch", "Whole mini-batch", "All examples of this step together"),
    ("back", "Back to the document", "The document's own examples and parameters again"),
)


class StepBanner(QFrame):
    """The banner."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_banner")
        self.setAccessibleName("A step of the training is open")
        self.said = Elided("")
        self.said.setObjectName("training_banner_said")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.said, 1)
        acts = {
            "previous": lambda: self._go(-1), "next": lambda: self._go(1), "batch": lambda: self._go(0),
            "back": lambda: close_step(session),
        }  # fmt: skip
        self.buttons: dict[str, QPushButton] = {}
        for name, text, hint in _BUTTONS:
            button = QPushButton(text)
            button.setObjectName(f"training_banner_{name}")
            button.setToolTip(hint)
            button.setProperty("look", "small")
            button.clicked.connect(acts[name])
            self.buttons[name] = button
            row.addWidget(button)
        self.hide()
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        same = before.training.opened is now.training.opened and before.document is now.document
        if same and before.training.runs is now.training.runs:
            return
        opened = now.training.opened
        there = opened is not None and opened.is_shown(now.document)
        self.setVisible(there)
        if opened is None or not there:
            return
        text = told(opened, now)
        self.said.show_text(text)
        self.setAccessibleDescription(text)
        run = now.training.numbered(opened.run)
        self.buttons["previous"].setEnabled(run is not None and opened.step > run.start.step)
        self.buttons["next"].setEnabled(run is not None and opened.step < run.step)
        self.buttons["batch"].setVisible(len(opened.rows) < len(opened.batch))

    def _go(self, by: int) -> None:
        opened = self.session.state.training.opened
        if opened is not None:
            open_step(self.session, opened.run, opened.step + by)


def told(opened: OpenedStep, now: State) -> str:
    """Which step is open, in one line. Steps are counted from 1 where people read them."""
    run = now.training.numbered(opened.run)
    of = f" of {run.title}" if run is not None else ""
    part = "" if len(opened.rows) == len(opened.batch) else f", of a mini-batch of {len(opened.batch)}"
    return f"Step {opened.step + 1}{of}: {listed(opened.rows)}{part}"
