"""How a set is divided, and whether its numbers are standardised.

The one rule: a knob shows the document's setting; turning it is an edit that can be undone.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QGridLayout, QWidget

from graph_explorer.lab.hyperparameters import (
    NOT_NEGATIVE,
    Bounds,
    Hyperparameter,
    Value,
    flag,
    integer,
    number,
)
from graph_explorer.lab.training import Training
from graph_explorer.ui.race.knobs import knob_for
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.table import with_setting
from graph_explorer.ui.widgets.section import Section

_ROWS: tuple[Hyperparameter, ...] = (
    number(
        "split", 0.8, "the part of the examples that is trained on; the others validate",
        Bounds(0.0, 1.0, open_low=True), (0.05, 1.0),
    ),
    integer("split_seed", 0, "which examples validate", NOT_NEGATIVE, (0, 100)),
    flag(
        "standardize", False,
        "each number of an example is taken less its mean and divided by its deviation, both measured on the "
        "training examples alone",
    ),
)  # fmt: skip


class SplitKnobs(Section):
    """The knobs, below a title of their own."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("data_divided", "Training and validation", parent)
        self.session = session
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        self.knobs = {row.name: knob_for(row, "data", partial(self._set, row.name)) for row in _ROWS}
        at = 0
        for knob in self.knobs.values():
            at = knob.place(grid, at)
        self.add(inside)

    def _set(self, key: str, value: Value, gesture: str) -> None:
        table = with_setting(self.session.latest.training, key, value)
        self.session.trainer.set_up(
            table, f"Change {key.replace('_', ' ')} of the examples", f"{key} {gesture}"
        )

    def show_training(self, training: Training, theme_name: str) -> None:
        """Shows the settings of a training."""
        for key, knob in self.knobs.items():
            knob.show_value(getattr(training, key), theme_name)
