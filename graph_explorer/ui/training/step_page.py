"""The page of one step: its four acts, the examples of its mini-batch, and the update with its numbers.

The one rule: it shows the step that comes next, or the one that is chosen, of the run that is looked at;
the acts are those of the graph, on this very mini-batch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QIcon, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import number
from graph_explorer.lab.course import Course
from graph_explorer.lab.unfolded import Unfolded, unfolded
from graph_explorer.ui.panels.acts.remarks import next_act
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.examples_table import ExamplesTable
from graph_explorer.ui.training.opening import is_open, listed, open_step, standing_before
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.training.update_rule import UpdateNumbers
from graph_explorer.ui.widgets.filled import Filled
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.number import NumberField
from graph_explorer.ui.widgets.scrolled import fill, scrolled
from graph_explorer.ui.widgets.text import Elided, Label

_JOB = "training unfold"
#: Narrower than this many pixels, the acts have no icons.
_ROOM = 460
_ACTS = (
    ("forward", "Forward", "All values of this mini-batch, in the graph"),
    ("backward", "Backward", "All gradients, added to what .grad holds"),
    ("update", "Update", "One step of the optimizer: the run goes on by it"),
    ("zero", "Zero", "Empty .grad, and go on to the next mini-batch"),
)
_NONE = "A step can be opened once a run has begun: press Step, or Run."
_RUNNING = "The training is running. Pause it to look into a step."
_TOGETHER = {
    "mean": "The gradient of the batch is the mean of theirs.",
    "sum": "The gradient of the batch is the sum of theirs.",
    "": "Alone they do not add up to the gradient of the batch: in this network examples see each other, or "
    "not all of them are listed.",
}


class StepPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.found: Unfolded | None = None
        self._course: Course | None = None
        self._of: tuple[TrainingRun, int] | None = None
        self._chosen: int | None = None
        self.setObjectName("training_step_page")
        self.setAccessibleName("One step of the training")
        self.table = ExamplesTable(self._open)
        self.rule = UpdateNumbers(session)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("training_step_split")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(scrolled("training_update_scroll", self.rule))
        self.split.setSizes([300, 300])
        self.frame = Filled("training_step_empty", _NONE, spacing=6)
        column = self.frame.column
        column.addLayout(self._make_choice())
        column.addLayout(self._make_acts())
        self.said = Label("", "small")
        self.said.setObjectName("training_step_said")
        column.addWidget(self.said)
        column.addWidget(self.split, 1)
        fill(self, self.frame)
        session.follow(self.show_state)

    def _make_choice(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(Elided("Step"))
        self.step = NumberField("training_step_number", "Step of the run, from 1")
        self.step.setFixedWidth(76)
        self.step.changed.connect(lambda value, gesture: self.choose(round(value) - 1))
        line.addWidget(self.step)
        self.where = Elided("", "muted")
        self.where.setObjectName("training_step_where")
        line.addWidget(self.where, 1)
        self.newest = QPushButton("The next one")
        self.newest.setObjectName("training_step_newest")
        self.newest.setToolTip("The step that comes next where the run stands")
        self.newest.setProperty("look", "small")
        self.newest.clicked.connect(lambda: self.choose(None))
        self.opens = QPushButton("Open in the graph")
        self.opens.setObjectName("training_step_open")
        self.opens.setToolTip(
            "The graph shows the run of this step, on this mini-batch; one click leads back"
        )
        self.opens.clicked.connect(lambda: self._open(()))
        for button in (self.newest, self.opens):
            line.addWidget(button)
        return line

    def _make_acts(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        self.acts: dict[str, QPushButton] = {}
        self.outcomes: dict[str, Elided] = {}
        for name, text, hint in _ACTS:
            button = QPushButton(text)
            button.setObjectName(f"training_act_{name}")
            button.setToolTip(hint)
            button.setAccessibleDescription(hint)
            button.clicked.connect(partial(self._act, name))
            self.acts[name] = button
            self.outcomes[name] = Elided("", "small")
            cell = QVBoxLayout()
            cell.setSpacing(1)
            cell.addWidget(button)
            cell.addWidget(self.outcomes[name])
            line.addLayout(cell, 1)
        return line

    # ── choosing ──────────────────────────────────────────────────────────────────────────────

    def choose(self, step: int | None) -> None:
        """Shows a step of the run (from 0), None for the one that comes next."""
        run = self.session.state.training.run
        if run is not None and step is not None:
            step = min(max(step, run.start.step), run.here.step)
        self._chosen = step
        self._show(self.session.state)

    def _step_of(self, now: State) -> int:
        run, at = now.training.run, now.training.at
        assert run is not None
        if self._chosen is not None:
            return min(max(self._chosen, run.start.step), run.here.step)
        epoch = run.epoch(at) if at is not None else None
        if at is not None:
            return epoch.step if epoch is not None else run.start.step
        return run.here.step

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _open(self, numbers: tuple[int, ...], then: Callable[[], None] | None = None) -> None:
        """Opens the step in the graph, which comes beside the training."""
        now = self.session.state
        if now.training.run is None:
            return
        if "graph" not in now.views:
            self.session.change(views=("graph", *now.views))
        open_step(self.session, now.training.selected, self._step_of(now), numbers, then)

    def _act(self, name: str, checked: bool = False) -> None:
        session = self.session
        acts: dict[str, Callable[[], None]] = {
            "forward": session.by_hand.forward,
            "backward": session.by_hand.backward,
            "zero": self._zero,
            "update": self._update,
        }
        if is_open(session) or name in ("update", "zero"):
            acts[name]()
        else:
            self._open((), acts[name])

    def _update(self) -> None:
        """The run takes the step; `.grad` keeps what it holds until Zero."""
        held = self.session.state.accumulator
        if held.passes:
            self.session.change(accumulator=dataclasses.replace(held, updates=held.updates + 1))
        self._chosen = None
        self.session.trainer.step()

    def _zero(self) -> None:
        self.session.by_hand.zero()
        self._chosen = None
        if is_open(self.session) and not self.session.state.training.running:
            self._open(())

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_acts(self.session.state)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show(self.session.state)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.session.jobs.cancel(_JOB)

    def show_state(self, before: State, now: State) -> None:
        parts = ("training", "theme", "accumulator", "time", "trace", "selection")
        if self.isVisible() and any(getattr(before, part) is not getattr(now, part) for part in parts):
            if before.training.selected != now.training.selected or before.training.at != now.training.at:
                self._chosen = None
            self._show(now)

    def _show(self, now: State) -> None:
        run = now.training.run
        there = run is not None and bool(run.steps_of_epoch)
        busy = now.training.running
        if there and not (busy and self.found is None):
            self.frame.fill()
        else:
            self.frame.say(_RUNNING if busy else _NONE)
        if run is None or not there or busy:
            return
        step = self._step_of(now)
        self.step.show_value(step + 1)
        self.newest.setVisible(self._chosen is not None and step != run.here.step)
        self._show_acts(now)
        if self._of is None or self._of[0].here is not run.here or self._of[1] != step:
            self._of = (run, step)
            self._look_up(run, step)
        elif self.found is not None:
            self.rule.show_update(self.found, self._course, now)

    def _look_up(self, run: TrainingRun, step: int) -> None:
        def work(checkpoint: Callable[[float], None]) -> tuple[Unfolded, Course]:
            course = self.session.trainer.course_of(run)
            return unfolded(course, standing_before(run, course, step), checkpoint), course

        def failed(error: InputError) -> None:
            self.where.show_text(str(error))

        self.session.jobs.start(_JOB, "Unfolding the mini-batch", work, self._show_found, failed)

    def _show_found(self, made: tuple[Unfolded, Course]) -> None:
        self.found, self._course = made
        (found, course), now = made, self.session.state
        self.where.show_text(f"epoch {found.epoch}, {listed(found.batch.tolist())}")
        told = _TOGETHER[found.together]
        if len(found.numbers) < len(found.batch):
            told = f"The first {len(found.numbers)} of {len(found.batch)} examples are listed."
        spread = ""
        if len(found.norms) > 1 and np.isfinite(found.along).all():
            against = int((found.along < 0).sum())
            spread = f" {against} of {len(found.along)} pull against it."
        self.said.show_text(f"Choose an example to open its own run. {told}{spread}")
        self.table.show_unfolded(found, now.theme)
        self.rule.show_update(found, course, now)
        self._show_acts(now)

    def _show_acts(self, now: State) -> None:
        following = next_act(now) if is_open(self.session) else "forward"
        for name, button in self.acts.items():
            drawn = icon(name, now.theme, "on_accent" if name == following else "text")
            button.setIcon(drawn if self.width() >= _ROOM else QIcon())
            look = "main" if name == following else ""
            if button.property("look") != look:
                button.setProperty("look", look)
                button.style().unpolish(button)
                button.style().polish(button)
        found = self.found
        if found is None:
            return
        held = now.accumulator
        rate = "" if np.isnan(found.lr) else f", learning rate {number(found.lr, 3)}"
        self.outcomes["forward"].show_text(f"loss {number(found.loss)}")
        self.outcomes["backward"].show_text(f"gradient {number(found.length)} long")
        self.outcomes["update"].show_text(f"moves by {number(found.moved)}{rate}")
        passes = f"{held.passes} pass{'es' * (held.passes != 1)}"
        self.outcomes["zero"].show_text(f".grad holds {passes}" if held.passes else ".grad is empty")
