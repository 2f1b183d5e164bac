"""The bar of the training view: run, step, epoch, rewind; method, learning rate and batch.

The one rule: it orders what the runner does, says in one line where that has led, and keeps at hand
what is changed most.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.engine.notation import number
from graph_explorer.lab.optimizers import METHODS
from graph_explorer.lab.training import BATCH
from graph_explorer.ui.race.knobs import NumberKnob
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.change import choose_method, set_rate
from graph_explorer.ui.training.settings_panel import settings_of
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.training.table import with_setting
from graph_explorer.ui.widgets.icons import icon
from graph_explorer.ui.widgets.number import NumberField
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided

_BUTTONS = (
    ("step", "Step", "step", "One update, on the next mini-batch"),
    ("epoch", "Epoch", "last", "As far as the end of the epoch"),
    ("rewind", "Rewind", "first", "Back to where this run began; Run then goes on from there"),
)
#: Narrower than this many pixels, the learning rate has no slider and the batch no number.
_NARROW = 540
#: A choice of the batch: name, text, hint.
_BATCHES = (
    ("single", "Single", "Each step takes one example"),
    ("mini", "Mini", "Each step takes some examples"),
    ("full", "Full", "Each step takes all examples"),
)


class TrainingBar(QWidget):
    """The bar."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._method = ""
        self._narrow = False
        self.rate: NumberKnob | None = None
        self.setObjectName("training_bar")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 2)
        column.setSpacing(6)
        column.addLayout(self._make_orders())
        column.addLayout(self._make_settings())
        session.follow(self.show_state)

    def _make_orders(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        self.run = QPushButton("Run")
        self.run.setObjectName("training_run")
        self.run.setProperty("look", "main")
        self.run.setMinimumWidth(76)
        self.run.clicked.connect(self.session.trainer.toggle)
        line.addWidget(self.run)
        self.buttons: dict[str, QPushButton] = {}
        trainer = self.session.trainer
        acts = {"step": trainer.step, "epoch": trainer.epoch, "rewind": trainer.rewind}
        for name, text, _, hint in _BUTTONS:
            button = QPushButton(text)
            button.setObjectName(f"training_{name}")
            button.setAccessibleName(text)
            button.setToolTip(hint)
            button.clicked.connect(partial(_press, acts[name]))
            self.buttons[name] = button
            line.addWidget(button)
        self.said = Elided("", "muted")
        self.said.setObjectName("training_said")
        line.addSpacing(6)
        line.addWidget(self.said, 1)
        return line

    def _make_settings(self) -> QHBoxLayout:
        self.method = QComboBox()
        self.method.setObjectName("training_method_choice")
        self.method.setAccessibleName("Optimizer")
        self.method.setToolTip("The method that makes the updates")
        self.method.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.method.setMinimumContentsLength(13)
        for name, method in METHODS.items():
            if method.rule is not None:
                self.method.addItem(method.title, name)
                self.method.setItemData(self.method.count() - 1, method.summary, 3)  # the tooltip
        self.method.activated.connect(lambda: choose_method(self.session, self.method.currentData()))
        self._rate = QWidget()
        self._rate_grid = QGridLayout(self._rate)
        self._rate_grid.setContentsMargins(0, 0, 0, 0)
        self._rate_grid.setColumnStretch(2, 1)
        self.batches = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.method)
        line.addSpacing(10)
        line.addWidget(self._rate, 1)
        line.addSpacing(10)
        for place, (name, text, hint) in enumerate(_BATCHES):
            line.addWidget(segment(self.batches, place, f"training_batch_{name}", text, hint, hint))
        self.batches.idClicked.connect(self._choose_batch)
        self.batch_size = NumberField("training_batch_size", "Examples of a mini-batch", logarithmic=True)
        self.batch_size.setFixedWidth(52)
        self.batch_size.changed.connect(self._resize_batch)
        line.addSpacing(4)
        line.addWidget(self.batch_size)
        return line

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _choose_batch(self, place: int) -> None:
        training = settings_of(self.session.state)
        if training is None:
            return
        now = training.batch_size
        size = (1, now if now not in (None, 1) else BATCH, None)[place]
        self._set_batch(size, "")

    def _resize_batch(self, value: float, gesture: str) -> None:
        self._set_batch(max(round(value), 1), gesture)

    def _set_batch(self, size: int | None, gesture: str) -> None:
        table = with_setting(self.session.latest.training, "batch_size", size)
        self.session.trainer.set_up(table, "Change the batch", f"batch {gesture}" if gesture else "")
        self._show_settings(self.session.state)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        training, first = now.training, not self.run.accessibleName()
        repaint = before.theme != now.theme or first
        if repaint or before.training.running != training.running:
            self.run.setText("Pause" if training.running else "Run")
            self.run.setAccessibleName(self.run.text())
            self.run.setToolTip(
                "Pause after the step under way" if training.running else "Go on from what is looked at"
            )
            self.run.setIcon(icon("pause" if training.running else "play", now.theme, "on_accent"))
        if repaint:
            self._paint_icons(now.theme)
        if repaint or before.training is not training:
            run = training.run
            self.said.show_text("Nothing has been trained yet" if run is None else told(run, training.at))
            self.buttons["rewind"].setEnabled(run is not None)
        old = before.document.training if before.document is not None else None
        if repaint or now.document is None or old is not now.document.training:
            self._show_settings(now)

    def _show_settings(self, now: State) -> None:
        training = settings_of(now)
        for widget in (self.run, *self.buttons.values(), self.method, self._rate, self.batch_size):
            widget.setEnabled(training is not None)
        self.buttons["rewind"].setEnabled(training is not None and now.training.run is not None)
        for button in self.batches.buttons():
            button.setEnabled(training is not None)
        if training is None:
            return
        settings = training.optimizer
        if settings.method.name != self._method or self.rate is None:
            self._make_rate(settings.method.name)
        assert self.rate is not None
        self.method.setCurrentIndex(self.method.findData(settings.method.name))
        self.rate.show_value(settings.values["lr"], now.theme)
        size = training.batch_size
        blocker = QSignalBlocker(self.batches)
        self.batches.button(2 if size is None else 0 if size == 1 else 1).setChecked(True)
        blocker.unblock()
        self._arrange(size)
        self.batch_size.show_value(size or BATCH)

    def arrange(self, width: int) -> None:
        """Fits the bar into so many pixels."""
        narrow = width < _NARROW
        training = settings_of(self.session.state)
        if narrow != self._narrow and training is not None:
            self._narrow = narrow
            self._arrange(training.batch_size)
            self._paint_icons(self.session.state.theme)

    def _paint_icons(self, theme_name: str) -> None:
        """Icons beside the words where there is room for both."""
        for name, _, drawn, _ in _BUTTONS:
            self.buttons[name].setIcon(QIcon() if self._narrow else icon(drawn, theme_name))

    def _arrange(self, size: int | None) -> None:
        if self.rate is not None:
            self.rate.slider.setVisible(not self._narrow)
        self.batch_size.setVisible(size not in (None, 1) and not self._narrow)

    def _make_rate(self, method: str) -> None:
        while self._rate_grid.count():
            item = self._rate_grid.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._method = method
        self.rate = NumberKnob(METHODS[method].table["lr"], "training", partial(set_rate, self.session))
        self.rate.place(self._rate_grid, 0)


def _press(act: object, checked: bool = False) -> None:
    """A click tells whether the button is down, which no order asks for."""
    assert callable(act)
    act()


def told(run: TrainingRun, at: int | None) -> str:
    """Where a run stands, or the epoch that is looked at."""
    if at is not None:
        return f"Looking at epoch {at} of {run.reached}"
    parts = [f"Epoch {run.reached} of {run.training.epochs}", f"step {run.step:,}".replace(",", "\u2009")]
    if run.epochs:
        last = run.epochs[-1]
        shown = last.loss if last.validation_loss is None else last.validation_loss
        parts.append(f"{'loss' if last.validation_loss is None else 'validation loss'} {number(shown, 4)}")
        found = last.validation_metrics or last.metrics
        parts += [f"{name} {value:.2%}" for name, value in found.items()]
    elif len(run.losses):
        parts.append(f"loss {number(float(run.losses[-1]), 4)}")
    return " · ".join(parts)
