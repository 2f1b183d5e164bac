"""The page of gradient flow.

The one rule: it shows one history, made by a job from the checkpoints of the selected run and, beside it,
of the run that it is compared with. A layer that is chosen is selected in the graph.
"""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.health import KINDS, Finding
from graph_explorer.engine.notation import number
from graph_explorer.remedies.offered import OFFERED
from graph_explorer.ui.remedies.offers import Offers
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.alike import kept
from graph_explorer.ui.training.flow.heat_map import HeatMap, scale_of
from graph_explorer.ui.training.flow.histograms import Histograms
from graph_explorer.ui.training.flow.history import QUANTITIES, History, Measuring
from graph_explorer.ui.training.flow.lines import Lines
from graph_explorer.ui.training.flow.table import LayerTable
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.widgets.filled import Filled
from graph_explorer.ui.widgets.icons import pixmap
from graph_explorer.ui.widgets.scrolled import fill, scrolled
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided, Label

#: The key of the job.
JOB = "flow"
#: Milliseconds between two looks while training runs.
_PAUSE = 150
_EMPTY = "Open a document with parameters to see how its gradients flow."
_PARTS = {
    "map": ("Map", "Every layer over time, as colour"),
    "lines": ("Lines", "Every layer over time, as lines"),
    "histograms": ("Histograms", "Weights, gradients and activations of every layer at this epoch"),
    "table": ("Table", "Every layer at this epoch, in numbers"),
    "remedies": ("Remedies", "What helps, tried on this document"),
}
_CARED_FOR = ("training", "document", "theme", "selection")
_ICON = 15


class FlowPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_flow")
        self.setAccessibleName("Gradient flow")
        self.histories: tuple[History, ...] = ()
        self.part, self.quantity = "map", "gradient"
        self._measuring = Measuring()
        self._asked: tuple[object, ...] = ()
        self._alone: Document | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_PAUSE)
        self._later.timeout.connect(lambda: self._ask(self.session.state))
        self.frame = Filled("flow_empty", _EMPTY)
        column = self.frame.column
        column.addLayout(self._make_bar())
        column.addLayout(self._make_finding())
        self.stack = QStackedWidget()
        self.stack.setObjectName("flow_parts")
        self._make_parts()
        column.addWidget(self.stack, 1)
        self.status = Elided("", "small")
        self.status.setObjectName("flow_status")
        column.addWidget(self.status)
        fill(self, self.frame)
        session.follow(self.show_state)

    def _make_bar(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        self.tabs = QButtonGroup(self)
        for place, (name, (title, hint)) in enumerate(_PARTS.items()):
            line.addWidget(segment(self.tabs, place, f"flow_{name}_tab", title, hint))
        self.tabs.button(0).setChecked(True)
        self.tabs.idClicked.connect(lambda place: self.go_to(list(_PARTS)[place]))
        line.addSpacing(8)
        line.addStretch(1)
        self.choice = QComboBox()
        self.choice.setObjectName("flow_quantity")
        self.choice.setAccessibleName("What is followed")
        for place, quantity in enumerate(QUANTITIES.values()):
            self.choice.addItem(quantity.title)
            self.choice.setItemData(place, quantity.hint, 3)  # as a tooltip
        self.choice.activated.connect(lambda place: self.follow(list(QUANTITIES)[place]))
        line.addWidget(self.choice)
        self.kinds = QComboBox()
        self.kinds.setObjectName("flow_kinds")
        self.kinds.setAccessibleName("Against what")
        self.kinds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.kinds.activated.connect(lambda _: self._show_remedies())
        line.addWidget(self.kinds)
        return line

    def _make_finding(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(7)
        self.sign = QLabel()
        self.finding = Label("")
        self.finding.setObjectName("flow_finding")
        self.helps = QPushButton("What helps")
        self.helps.setObjectName("flow_helps")
        self.helps.setProperty("look", "small")
        self.helps.setToolTip("Remedies, each tried on this document")
        self.helps.clicked.connect(lambda: self.go_to("remedies"))
        line.addWidget(self.sign)
        line.addWidget(self.finding, 1)
        line.addWidget(self.helps)
        return line

    def _make_parts(self) -> None:
        maps = QWidget()
        row = QHBoxLayout(maps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.maps = (HeatMap("flow_map"), HeatMap("flow_map_before"))
        for each in reversed(self.maps):  # what was before stands on the left
            row.addWidget(each, 1)
            each.chosen.connect(self._choose)
            each.told.connect(self._tell)
        self.lines = Lines(self._go_to, self._step)
        self.histograms = Histograms()
        self.histograms.chosen.connect(self._select)
        self.table = LayerTable()
        self.table.chosen.connect(self._select)
        self.offers = Offers(self.session, "flow_offers")
        self.offers.tried.connect(lambda: self.go_to("map"))
        around = QWidget()
        column = QVBoxLayout(around)
        column.setContentsMargins(0, 0, 4, 0)
        column.addWidget(self.offers)
        column.addStretch(1)
        held = QWidget()
        inside = QVBoxLayout(held)
        inside.setContentsMargins(0, 0, 4, 0)
        inside.addWidget(self.histograms)
        inside.addStretch(1)
        for widget in (
            maps, self.lines, scrolled("flow_histograms_area", held), self.table,
            scrolled("flow_offers_area", around),
        ):  # fmt: skip
            self.stack.addWidget(widget)

    # ── choosing ──────────────────────────────────────────────────────────────────────────────

    def go_to(self, name: str) -> None:
        """Shows a part."""
        self.part = name
        place = list(_PARTS).index(name)
        self.tabs.button(place).setChecked(True)
        self.stack.setCurrentIndex(place)
        self._show()

    def follow(self, quantity: str) -> None:
        """Follows another quantity."""
        self.quantity = quantity
        self.choice.setCurrentIndex(list(QUANTITIES).index(quantity))
        self._show()

    def fit(self) -> None:
        """Shows all of the lines."""
        self.lines.fit()

    def _select(self, place: str) -> None:
        document = self.session.state.document
        if document is not None and place in document.graph:
            self.session.select(document.graph.resolve(place))

    def _choose(self, place: str, epoch: int) -> None:
        self._select(place)
        if self.session.state.training.run is not None:
            self.session.trainer.look(epoch)

    def _go_to(self, epoch: float) -> None:
        self.session.trainer.look(max(round(epoch), 0))

    def _step(self, by: int) -> None:
        training = self.session.state.training
        if training.run is not None:
            self.session.trainer.look((training.run.reached if training.at is None else training.at) + by)

    # ── what is asked for ─────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask(self.session.state)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._later.stop()

    def show_state(self, before: State, now: State) -> None:
        if all(getattr(before, part) is getattr(now, part) for part in _CARED_FOR):
            return
        if before.theme != now.theme or before.selection != now.selection:
            self._show()
        self._ask(now)

    def _ask(self, now: State) -> None:
        """Asks for the history that is looked at, unless it is there or another is being made."""
        if not self.isVisible() or self._later.isActive() or self.session.jobs.busy(JOB):
            return
        run, training = now.training.run, now.training
        document = kept(self._alone, self.session.trainer.own_document()) if run is None else run.document
        if document is None or not document.parameters:
            self._asked, self.histories = (), ()
            self.frame.say(_EMPTY)
            return
        parameters = training.parameters
        other = self._other(now) if run is not None else None
        key = (run, id(document), id(parameters), training.at, other)
        if key == self._asked:
            return
        self._asked, self._alone, self._parameters = key, document, parameters  # no id is given to others
        measuring, epoch = self._measuring, 0
        if run is not None:
            epoch = run.reached if training.at is None else training.at
        self._measuring.forget(frozenset(each.number for each in training.runs))

        def work(checkpoint: Any) -> tuple[History, ...]:
            if run is None:
                return (measuring.alone(document, checkpoint),)
            found = [measuring.history(run, parameters, epoch, checkpoint)]
            if other is not None:
                found.append(measuring.history(other, other.parameters, other.reached, checkpoint))
            return tuple(found)

        self.session.jobs.start(
            JOB, "Measuring the layers", work, self._deliver, self._refuse, quiet=training.running
        )

    def _other(self, now: State) -> TrainingRun | None:
        """The run that stands beside the selected one: the latest other one that is drawn."""
        training = now.training
        drawn = [each for each in training.drawn if each.number != training.selected]
        return max(drawn, key=lambda each: each.number, default=None)

    def _deliver(self, found: tuple[History, ...]) -> None:
        self.histories = found
        self._show()
        self._later.start()

    def _refuse(self, error: InputError) -> None:
        self.histories = ()
        self.frame.say(f"The flow cannot be measured: {error.message}.")

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def _tell(self, text: str) -> None:
        """What is pointed at; else what is shown."""
        follows = self.part in ("map", "lines")
        self.status.show_text(text or (QUANTITIES[self.quantity].hint if follows else _PARTS[self.part][1]))

    def _show(self) -> None:
        if not self.histories:
            return
        self.frame.fill()
        history, state = self.histories[0], self.session.state
        self._show_finding(history)
        self.choice.setVisible(self.part in ("map", "lines"))
        self.kinds.setVisible(self.part == "remedies")
        self._tell("")
        place = state.selection
        if self.part == "map":
            self._show_maps(state)
        elif self.part == "lines":
            self.lines.show_rows(
                history.rows(self.quantity), QUANTITIES[self.quantity], history.epoch, place, state.theme
            )
        elif self.part == "histograms":
            self.histograms.show_history(history, place, state.theme)
        elif self.part == "table":
            self.table.layers.show(history)
        else:
            self._show_remedies()

    def _show_finding(self, history: History) -> None:
        problems = [each for each in history.now.findings if each.severity == "problem"]
        name, role = ("warning", "error") if problems else ("check", "success")
        drawn = pixmap(name, self.session.state.theme, role, 2 * _ICON)
        drawn.setDevicePixelRatio(2)
        self.sign.setPixmap(drawn)
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        self.finding.show_text(history.now.sentence + more)
        kinds = _mendable(history.now.findings)
        self.helps.setVisible(bool(kinds) and self.part != "remedies")
        titles = [KINDS[kind].title for kind in kinds]
        if [self.kinds.itemText(k) for k in range(self.kinds.count())] != titles:
            self.kinds.clear()
            for kind in kinds:
                self.kinds.addItem(KINDS[kind].title, kind)

    def _show_maps(self, state: State) -> None:
        several = [history.rows(self.quantity) for history in self.histories]
        scale = scale_of(several, QUANTITIES[self.quantity])
        self.maps[1].setVisible(len(several) > 1)
        for each, history, rows in zip(self.maps, self.histories, several, strict=False):
            title, note = _title(history) if len(several) > 1 else ("", "")
            each.show_rows(rows, QUANTITIES[self.quantity], scale, title, note, state.theme)
            looked = history.epoch if history.run is not None else None
            each.show_place(looked, state.selection)

    def _show_remedies(self) -> None:
        if self.part == "remedies":
            self.offers.show_for(self.kinds.currentData() or "", self._document())

    def _document(self) -> Document | None:
        """The document that remedies are tried on: the one in which it was found."""
        run = self.histories[0].run if self.histories else None
        return run.document if run is not None else self._alone


def _title(history: History) -> tuple[str, str]:
    """What a map is of, beside another one, and the number to compare."""
    name = history.run.title if history.run is not None else ""
    ratio = history.now.ratio
    return name, f"first to last layer: {number(ratio, 3)}" if math.isfinite(ratio) else ""


def _mendable(findings: tuple[Finding, ...]) -> list[str]:
    """The kinds of finding for which there are remedies, problems first."""
    return list(dict.fromkeys(each.kind for each in findings if each.kind in OFFERED))
