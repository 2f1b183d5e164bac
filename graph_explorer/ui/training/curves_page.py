"""The page of the curves: loss and accuracy of the runs, epoch by epoch.

The one rule: it shows the runs of the session that are shown, and moves the epoch that is looked at.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.race.plot import Plot
from graph_explorer.ui.race.series import Curve, bounds
from graph_explorer.ui.session import Session, State


class CurvesPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_curves")
        self.setAccessibleName("Curves of the training")
        self.loss = Plot("training_curves_loss", "Loss of every run", self._go_to, self._step)
        box = QVBoxLayout(self)
        box.addWidget(self.loss)
        session.follow(self.show_state)

    def _go_to(self, epoch: float) -> None:
        self.session.trainer.look(round(epoch))

    def _step(self, by: int) -> None:
        training = self.session.state.training
        run = training.run
        if run is not None:
            self.session.trainer.look((run.reached if training.at is None else training.at) + by)

    def show_state(self, before: State, now: State) -> None:
        if before.training is now.training and before.theme == now.theme:
            return
        curves = []
        for run in now.training.drawn:
            y = np.log10([epoch.loss for epoch in run.epochs])
            curves.append(Curve(0, run.colour, np.array([float(e.number) for e in run.epochs]), y))
        self.loss.show_axes(False, True, "Loss")
        self.loss.show_coloured(curves, range(64), now.theme)
        self.loss.show_range(bounds(curves, True))
