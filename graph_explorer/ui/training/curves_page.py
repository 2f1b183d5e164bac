"""The page of the curves: loss and accuracy of the runs, and below them the runs and epochs as tables.

The one rule: it shows the runs of the session that are shown, and moves the epoch that is looked at.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from graph_explorer.lab.epochs import Epoch
from graph_explorer.lab.overfitting import Overfitting
from graph_explorer.ui.race.chart import Flag
from graph_explorer.ui.race.plot import Plot
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.curves import (
    LOSS,
    CurvesView,
    bounds_of,
    curves_of,
    flags_of,
    found_in,
    quantities,
    remark_on,
)
from graph_explorer.ui.training.epochs_table import EpochsTable
from graph_explorer.ui.training.runs_part import RunsPart
from graph_explorer.ui.training.state import TrainingRun, TrainingState
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Label

#: A switch of the view: part of `CurvesView`, text, the same where there is little room, hint.
_SWITCHES = (
    ("training", "Training", "Train", "The training examples, as solid lines"),
    ("validation", "Validation", "Valid", "The validation examples, as dashed lines"),
    ("batches", "Batches", "Batch", "The loss of every single batch, thin behind the others"),
    ("log", "log ↑", "log ↑", "Powers of ten upwards"),
)
#: Narrower than this many pixels, there is little room.
_NARROW = 500
#: Milliseconds between two pictures of the curves while a training runs: they take longer than numbers.
_LIVE = 100
_TABLES = (
    ("runs", "Runs", "Every run with its settings and results"),
    ("epochs", "Epochs", "Every epoch of the selected run in numbers"),
)


class CurvesPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view = CurvesView()
        self._known: dict[tuple[int, str], tuple[TrainingRun, CurvesView, list[Curve]]] = {}
        self._over: tuple[tuple[Epoch, ...], Overfitting | None] = ((), None)
        self._seen = False
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(_LIVE)
        self._live.timeout.connect(lambda: self._show(self.session.state))
        self.setObjectName("training_curves")
        self.setAccessibleName("Curves of the training")
        self.plots = [self._plot("loss", "Loss of every run"), self._plot("metric", "Accuracy of every run")]
        self.runs = RunsPart(session)
        self.epochs = EpochsTable(session)
        self.tables = QStackedWidget()
        self.tables.addWidget(self.runs)
        self.tables.addWidget(self.epochs)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setObjectName("training_curves_split")
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._make_upper())
        self.split.addWidget(self.tables)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([420, 150])
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.split)
        session.follow(self.show_state)

    def _make_upper(self) -> QWidget:
        """The plots beside each other, what is remarked of them, and their switches."""
        pictures = QWidget()
        self._pictures = QHBoxLayout(pictures)
        self._pictures.setContentsMargins(0, 0, 0, 0)
        for plot in self.plots:
            self._pictures.addWidget(plot)
        self.remark = Label("", "small")
        self.remark.setObjectName("training_remark")
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(2)
        column.addWidget(pictures, 1)
        column.addWidget(self.remark)
        column.addLayout(self._make_switches())
        return upper

    def _plot(self, name: str, spoken: str) -> Plot:
        return Plot(f"training_curves_{name}", spoken, self._go_to, self._step, scrubs=True)

    def _make_switches(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        line.setContentsMargins(0, 2, 0, 4)
        self.lists = QButtonGroup(self)
        for place, (name, text, hint) in enumerate(_TABLES):
            line.addWidget(segment(self.lists, place, f"training_list_{name}", text, hint, hint))
        self.lists.button(0).setChecked(True)
        self.lists.idClicked.connect(self._choose_table)
        line.addStretch(1)
        self.switches = QButtonGroup(self)
        self.switches.setExclusive(False)
        for place, (name, text, _, hint) in enumerate(_SWITCHES):
            line.addWidget(segment(self.switches, place, f"training_show_{name}", text, hint, hint))
            self.switches.button(place).setChecked(getattr(self.view, name))
        self.switches.idToggled.connect(self._switch)
        return line

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _choose_table(self, place: int) -> None:
        self.tables.setCurrentIndex(place)

    def _switch(self, place: int, on: bool) -> None:
        changed: dict[str, bool] = {_SWITCHES[place][0]: on}
        self.view = dataclasses.replace(self.view, **changed)
        self._show(self.session.state)

    def _go_to(self, epoch: float) -> None:
        self.session.trainer.look(round(epoch))

    def _step(self, by: int) -> None:
        training = self.session.state.training
        run = training.run
        if run is not None:
            self.session.trainer.look((run.reached if training.at is None else training.at) + by)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for place, (_, text, short, _) in enumerate(_SWITCHES):
            self.switches.button(place).setText(short if self.width() < _NARROW else text)

    # ── commands of the window ────────────────────────────────────────────────────────────────

    def fit(self) -> None:
        """All of every curve."""
        for plot in self.plots:
            plot.fit()

    def zoom_in(self) -> None:
        for plot in self.plots:
            plot.zoom(0.7)

    def zoom_out(self) -> None:
        for plot in self.plots:
            plot.zoom(1 / 0.7)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state(self.session.state, self.session.state)

    def show_state(self, before: State, now: State) -> None:
        if before.training is now.training and before.theme == now.theme and self._seen:
            return
        if not self.isVisible():
            self._seen = False
            return
        goes_on = before.training.running and now.training.running and before.theme == now.theme
        if goes_on and len(before.training.runs) == len(now.training.runs) and self._same_look(before, now):
            if not self._live.isActive():
                self._live.start()
            return
        self._live.stop()
        self._seen = True
        self._show(now)

    @staticmethod
    def _same_look(before: State, now: State) -> bool:
        """Whether only the run has gone on, and nobody looks at another place."""
        parts = ("selected", "at", "shown")
        return all(getattr(before.training, part) == getattr(now.training, part) for part in parts)

    def _show(self, now: State) -> None:
        training = now.training
        names = quantities(training.runs)
        run = training.run
        over = self._overfitting(run) if run is not None else None
        flags = flags_of(run, over) if run is not None and run.number in training.shown else []
        self.remark.show_text(remark_on(run, over))
        self.remark.setVisible(bool(self.remark.text()))
        self.plots[1].setVisible(len(names) > 1)
        for plot, name in zip(self.plots, names, strict=False):
            self._show_plot(plot, name, now, flags)
        self._known = {key: kept for key, kept in self._known.items() if training.numbered(key[0])}

    def _overfitting(self, run: TrainingRun) -> Overfitting | None:
        if self._over[0] is not run.epochs:
            self._over = (run.epochs, found_in(run))
        return self._over[1]

    def _show_plot(self, plot: Plot, name: str, now: State, flags: list[Flag]) -> None:
        training = now.training
        curves: list[Curve] = []
        for run in training.drawn:
            curves += self._curves(run, name, training)
        most = max((run.number for run in training.runs), default=0)
        colours = [0] * (most + 1)
        for run in training.runs:
            colours[run.number] = run.colour
        log = name == LOSS and self.view.log
        plot.show_axes(False, log, name.capitalize(), "epoch")
        plot.show_coloured(curves, colours, now.theme, training.selected if len(training.drawn) > 1 else -1)
        plot.show_range(bounds_of(curves, self.view, name))
        plot.show_flags(flags if name == LOSS else [])
        marks = [mark for run in training.drawn if (mark := self._mark(run, curves, training)) is not None]
        plot.show_moment(None if training.at is None else float(training.at), marks, now.theme)
        plot.setAccessibleDescription(described(training, name))

    def _curves(self, run: TrainingRun, name: str, training: TrainingState) -> list[Curve]:
        key = (run.number, name)
        known = self._known.get(key)
        if known is None or known[0] is not run or known[1] != self.view:
            parent = training.numbered(run.parent.run) if run.parent is not None else None
            before = parent.epoch(run.start.epoch) if parent is not None and not run.start.position else None
            self._known[key] = (run, self.view, curves_of(run, name, self.view, before))
        return self._known[key][2]

    def _mark(
        self, run: TrainingRun, curves: list[Curve], training: TrainingState
    ) -> tuple[float, float, int] | None:
        """Where the marker of a run is: at the epoch that is looked at, or at its end."""
        lines = [each for each in curves if each.place == run.number and len(each.x)]
        found = next((each for each in lines if each.stroke != "faint"), None)
        if found is None:
            return None
        at = found.x[-1] if training.at is None else float(training.at)
        place = int(np.searchsorted(found.x, at, side="right")) - 1
        return None if place < 0 else (float(found.x[place]), float(found.y[place]), run.colour)


def described(training: TrainingState, name: str) -> str:
    """The plot in words, for who does not see it."""
    if not training.drawn:
        return "There is no run yet."
    said = []
    for run in training.drawn:
        if not run.epochs:
            continue
        first, last = run.epochs[0], run.epochs[-1]
        ends = [(_amount(first, name, part), _amount(last, name, part)) for part in (False, True)]
        words = [
            f"{kind} from {begin:.4g} to {end:.4g}"
            for kind, (begin, end) in zip(("training", "validation"), ends, strict=True)
            if begin is not None and end is not None
        ]
        said.append(f"{run.title}, epochs {first.number} to {last.number}: {', '.join(words)}.")
    return " ".join(said)


def _amount(epoch: Epoch, name: str, validation: bool) -> float | None:
    if name == LOSS:
        return epoch.validation_loss if validation else epoch.loss
    return (epoch.validation_metrics if validation else epoch.metrics).get(name)
