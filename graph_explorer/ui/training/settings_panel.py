"""The settings of a training: epochs, acts, and every knob of the optimizer. Those of the data are a page.

The one rule: a setting is a part of the document. Changing one is an edit that can be undone; the next
run takes it, and runs that have begun stay as they are.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.hyperparameters import (
    NOT_NEGATIVE,
    Hyperparameter,
    Value,
    flag,
    integer,
)
from graph_explorer.lab.training import Training, read_training
from graph_explorer.ui.race.knobs import Knob, knob_for
from graph_explorer.ui.race.more import MoreKnobs
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.change import change_optimizer
from graph_explorer.ui.training.table import with_setting
from graph_explorer.ui.widgets.scrolled import fill, scrolled
from graph_explorer.ui.widgets.section import Section

#: Title of a section → its settings, each a row as the knobs take them.
_SECTIONS: tuple[tuple[str, str, tuple[Hyperparameter, ...]], ...] = (
    ("course", "Course", (
        integer("epochs", 10, "how often all examples are gone through", usual=(1, 1000)),
        integer("early_stopping", None, "after how many epochs without a lower loss to stop",
                usual=(1, 100), optional=True),
        integer("accumulate", 1, "how many steps share one update, by the mean of their gradients",
                usual=(1, 64)),
        integer("seed", 0, "the order of the examples, and whatever is drawn by chance", NOT_NEGATIVE,
                (0, 100)),
        flag("shuffle", True, "each epoch takes the examples in an order of its own"),
    )),
    ("acts", "Acts of a step", (
        flag("update", True, "after the backward pass the parameters move; without, nothing is learnt"),
        flag("zero", True, "after the update the gradients are emptied; without, they add up"),
    )),
)  # fmt: skip


class SettingsPanel(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_settings")
        self.setAccessibleName("Settings of the training")
        self.knobs: dict[str, Knob] = {}
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(12, 2, 12, 12)
        column.setSpacing(4)
        for name, title, rows in _SECTIONS:
            column.addWidget(self._section(name, title, rows))
        self.more = MoreKnobs(
            "training_optimizer", lambda change: change_optimizer(self.session, change),
            leave_out=("batch", "maximize"),
        )  # fmt: skip
        self.optimizer = Section("training_method", "Optimizer")
        self.optimizer.add(self.more)
        column.insertWidget(0, self.optimizer)
        self.fresh = QPushButton("New run from the document")
        self.fresh.setObjectName("training_begin")
        self.fresh.setToolTip("Begin with the parameters that the document has, whatever run is looked at")
        self.fresh.clicked.connect(session.trainer.begin)
        column.addSpacing(8)
        column.addWidget(self.fresh, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        fill(self, scrolled("training_settings_scroll", content))
        session.follow(self.show_state)

    def _section(self, name: str, title: str, rows: tuple[Hyperparameter, ...]) -> Section:
        section = Section(f"training_{name}", title)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        at = 0
        for row in rows:
            self.knobs[row.name] = knob_for(row, "training", partial(self._set, row.name))
            at = self.knobs[row.name].place(grid, at)
        section.add(inside)
        return section

    def _set(self, key: str, value: Value, gesture: str) -> None:
        document = self.session.latest
        told = f"Change {key.replace('_', ' ')} of the training"
        self.session.trainer.set_up(with_setting(document.training, key, value), told, f"{key} {gesture}")
        self._show(self.session.state)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        old = before.document.training if before.document is not None else None
        new = now.document.training if now.document is not None else None
        if old is not new or before.theme != now.theme:
            self._show(now)

    def _show(self, now: State) -> None:
        training = settings_of(now)
        if training is None:
            return
        for key, knob in self.knobs.items():
            knob.show_value(getattr(training, key), now.theme)
        self.optimizer.show_title("Optimizer", remark=training.optimizer.method.title)
        self.more.show_settings(training.optimizer, now.theme)


def settings_of(now: State) -> Training | None:
    """The settings of the document; None where it has none, or wrong ones."""
    if now.document is None or "data" not in now.document.training:
        return None
    try:
        return read_training(now.document.training)
    except InputError:
        return None
