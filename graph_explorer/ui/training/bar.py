"""The bar of the training view: run, step, epoch, rewind, and where the training stands.

The one rule: it orders what the runner does, and says in one line where that has led.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from graph_explorer.engine.notation import number
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.text import Elided

_BUTTONS = (
    ("step", "Step", "One update, on the next mini-batch"),
    ("epoch", "Epoch", "As far as the end of the epoch"),
    ("rewind", "Rewind", "Look at the start of this run again; Run then goes on from there"),
)


class TrainingBar(QWidget):
    """The bar."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_bar")
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 8, 10, 4)
        line.setSpacing(6)
        self.run = QPushButton("Run")
        self.run.setObjectName("training_run")
        self.run.setProperty("look", "main")
        self.run.setAccessibleName("Run")
        self.run.clicked.connect(session.trainer.toggle)
        line.addWidget(self.run)
        self.buttons: dict[str, QPushButton] = {}
        for name, text, hint in _BUTTONS:
            button = QPushButton(text)
            button.setObjectName(f"training_{name}")
            button.setAccessibleName(text)
            button.setToolTip(hint)
            button.clicked.connect(lambda checked=False, act=getattr(session.trainer, name): act())
            self.buttons[name] = button
            line.addWidget(button)
        self.said = Elided("", "muted")
        self.said.setObjectName("training_said")
        line.addWidget(self.said, 1)
        session.follow(self.show_state)

    def show_state(self, before: State, now: State) -> None:
        training = now.training
        if before.training is training and before.theme == now.theme and self.said.full:
            return
        if before.training.running != training.running or before.theme != now.theme or not self.said.full:
            self.run.setText("Pause" if training.running else "Run")
            self.run.setAccessibleName(self.run.text())
            self.run.setIcon(icon("pause" if training.running else "play", now.theme, "on_accent"))
        run = training.run
        self.said.show_text("Nothing has been trained yet" if run is None else told(run, training.at))


def told(run: TrainingRun, at: int | None) -> str:
    """Where a run stands, or the epoch that is looked at."""
    if at is not None:
        return f"{run.title}: looking at epoch {at} of {run.reached}"
    loss = f", loss {number(float(run.losses[-1]), 4)}" if len(run.losses) else ""
    return f"{run.title}: epoch {run.reached} of {run.training.epochs}, step {run.step}{loss}"
