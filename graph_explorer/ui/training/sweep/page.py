"""The page of sweeps: what is varied, a button that starts and cancels, and a chart of what comes of it.

The one rule: it shows what the session says and orders what the sweeper does.
"""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.formats.variants import names_of
from graph_explorer.lab.training import read_training
from graph_explorer.ui.charts.made import sweep_chart
from graph_explorer.ui.charts.view import ChartView
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.sweep.state import Sweep
from graph_explorer.ui.training.sweep.table import SweepTable
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided, Label

_EMPTY = (
    "The same training with other settings, many times: choose what is varied and over which values, and "
    "press Sweep. Each run is made beside the window; a point of the chart is a run, and a click puts it "
    "among the runs."
)
#: What is shown of the runs: text, hint.
_PAGES = (
    ("Chart", "The loss at the end of every run against what is varied first"),
    ("Table", "Every run with its settings and results"),
)
#: What values are offered for a name, where that is not a number of the optimizer.
_OFFERED = {"seed": "0..2", "batch_size": "8,32,128,all", "epochs": "5,10,20", "split": "0.2..0.8:4"}
_INITS = "zeros,normal,glorot_uniform,he_normal,orthogonal"
_EXAMPLES = "1e-4..1:9:log   0..4   8,32,all   sgd:lr=0.1;adam:lr=0.01"


class SweepPage(QWidget):
    """The page."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_sweep")
        self.setAccessibleName("Sweep")
        self.lines: list[tuple[QComboBox, QLineEdit]] = []
        self.chart = ChartView("sweep_chart", "Loss of the runs against what is varied")
        self.chart.chosen.connect(session.sweeper.choose)
        self.chart.taken.connect(session.sweeper.take)
        self.empty = Label(_EMPTY, "lead")
        self.empty.setObjectName("sweep_empty")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.said = Elided("", "muted")
        self.said.setObjectName("sweep_said")
        self.table = SweepTable(session)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.chart)
        self.pages.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 10, 6)
        column.setSpacing(6)
        column.addLayout(self._make_form())
        column.addWidget(self.empty)
        column.addWidget(self.pages, 1)
        column.addLayout(self._make_foot())
        column.addStretch(0)
        session.follow(self.show_state)

    # ── the form ──────────────────────────────────────────────────────────────────────────────

    def _make_form(self) -> QHBoxLayout:
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(3, 1)
        self.epochs = QLineEdit()
        self.epochs.setObjectName("sweep_epochs")
        self.epochs.setAccessibleName("Epochs of each run")
        self.epochs.setToolTip("How many epochs each run takes; empty for as many as the document says")
        self.epochs.setMaximumWidth(72)
        self.epochs.editingFinished.connect(self._set_epochs)
        self.run = QPushButton("Sweep")
        self.run.setObjectName("sweep_run")
        self.run.setProperty("look", "main")
        self.run.setMinimumWidth(96)
        self.run.clicked.connect(self._toggle)
        self.count = QLabel("")
        self.count.setObjectName("sweep_count")
        self.count.setProperty("look", "muted")
        self.more = QPushButton("Vary more")
        self.more.setObjectName("sweep_more")
        self.more.setProperty("look", "small")
        self.more.setToolTip("One more line: every combination of all values is run")
        self.more.clicked.connect(self.session.sweeper.add_line)
        right = QGridLayout()
        right.setHorizontalSpacing(6)
        right.setVerticalSpacing(4)
        right.addWidget(_muted("epochs"), 0, 0)
        right.addWidget(self.epochs, 0, 1)
        right.addWidget(self.run, 0, 2)
        right.addWidget(self.more, 1, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(self.count, 1, 2, Qt.AlignmentFlag.AlignRight)
        right.setRowStretch(2, 1)
        line = QHBoxLayout()
        line.setSpacing(18)
        left = QVBoxLayout()
        left.addLayout(self._grid)
        left.addStretch(1)
        line.addLayout(left, 1)
        line.addLayout(right)
        return line

    def _make_foot(self) -> QHBoxLayout:
        self.choices = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.said, 1)
        self._shows = [
            segment(self.choices, place, f"sweep_show_{text.lower()}", text, hint)
            for place, (text, hint) in enumerate(_PAGES)
        ]
        for button in self._shows:
            line.addWidget(button)
        self._shows[0].setChecked(True)
        self.choices.idClicked.connect(self.pages.setCurrentIndex)
        return line

    def _add_line(self) -> None:
        place = len(self.lines)
        name, values = QComboBox(), QLineEdit()
        name.setObjectName(f"sweep_name_{place}")
        name.setAccessibleName(f"What is varied, {place + 1}")
        name.setToolTip(
            "A setting of the training, a number of the optimizer, a value, a constant of the program"
        )
        name.setEditable(True)
        name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        name.setMinimumWidth(150)
        values.setObjectName(f"sweep_values_{place}")
        values.setAccessibleName(f"Over which values, {place + 1}")
        values.setToolTip(f"From..to:how many, with :log in equal ratios; or values with commas\n{_EXAMPLES}")
        values.setPlaceholderText("from..to:how many:log, or values with commas")
        name.activated.connect(partial(self._named, place))
        edit = name.lineEdit()
        assert edit is not None
        edit.editingFinished.connect(partial(self._typed, place))
        values.editingFinished.connect(partial(self._typed, place))
        values.returnPressed.connect(partial(self._typed, place))
        for at, widget in enumerate((_muted("vary" if not place else "and"), name, _muted("over"), values)):
            self._grid.addWidget(widget, place, at)
        self.lines.append((name, values))
        document = self.session.state.document
        if document is not None:
            self._list(name, document)

    @staticmethod
    def _list(box: QComboBox, document: Document) -> None:
        text = box.currentText()
        box.clear()
        box.addItems(["", *names_of(document)])
        box.setEditText(text)

    def _named(self, place: int, _: int = 0) -> None:
        """A name was chosen from the list: values are offered."""
        name, values = self.lines[place]
        document = self.session.state.document
        chosen = name.currentText().strip()
        if document is not None and chosen:
            values.setText(offered(document, chosen))
        self._typed(place)

    def _typed(self, place: int) -> None:
        name, values = self.lines[place]
        self.session.sweeper.vary(place, name.currentText().strip(), values.text().strip())

    def _set_epochs(self) -> None:
        text = self.epochs.text().strip()
        if not text:
            self.session.sweeper.set_epochs(None)
        elif text.isdecimal() and int(text) > 0:
            self.session.sweeper.set_epochs(int(text))
        else:
            self.session.say(f"epochs are a whole number from 1, found '{text}'")
            self._show_epochs(self.session.state.sweep)

    def _toggle(self) -> None:
        if self.session.state.sweep.running:
            self.session.sweeper.cancel()
            return
        for place in range(len(self.lines)):
            self._typed(place)
        self.session.sweeper.run()

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        document, sweep = now.document, now.sweep
        while len(self.lines) < len(sweep.varied):
            self._add_line()
        if document is None:
            return
        if before.document is None or before.document.program != document.program:
            for box, _ in self.lines:
                self._list(box, document)
        if before.sweep is sweep and before.theme == now.theme and before.document is document:
            return
        self._show_form(sweep, document)
        there = bool(sweep.tried)
        self.empty.setVisible(not there)
        for widget in (self.pages, self.said, *self._shows):
            widget.setVisible(there)
        if there:
            self.chart.show_chart(sweep_chart(sweep.title, sweep.tried, sweep.chosen), now.theme)
        self.said.show_text(self._sentence(sweep))

    def _show_form(self, sweep: Sweep, document: Document) -> None:
        for (name, values), (is_name, is_values) in zip(self.lines, sweep.varied, strict=False):
            blocker = QSignalBlocker(name)
            if name.currentText() != is_name:
                name.setEditText(is_name)
            blocker.unblock()
            if is_name and not is_values and not values.hasFocus():
                values.setText(offered(document, is_name))
            elif values.text() != is_values and not values.hasFocus():
                values.setText(is_values)
        self._show_epochs(sweep)
        self.epochs.setPlaceholderText(str(document.training.get("epochs", 10)))
        self.run.setText("Cancel" if sweep.running else "Sweep")
        self.run.setProperty("look", "" if sweep.running else "main")
        self.run.style().unpolish(self.run)
        self.run.style().polish(self.run)
        self.run.setEnabled("data" in document.training)
        done, asked = len(sweep.tried), len(sweep.trials)
        self.count.setText(f"{done} of {asked} runs" if asked else "")

    def _show_epochs(self, sweep: Sweep) -> None:
        text = "" if sweep.epochs is None else str(sweep.epochs)
        if self.epochs.text() != text and not self.epochs.hasFocus():
            self.epochs.setText(text)

    def _sentence(self, sweep: Sweep) -> str:
        """What is pointed at, else what to do."""
        if not sweep.tried:
            return ""
        chart = self.chart.chart
        dot = chart.dot(sweep.chosen) if chart is not None else None
        if dot is not None:
            return f"{dot.text[:1].upper()}{dot.text[1:]}"
        return "A click on a point, or Enter on a row, puts that run among the runs"


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "muted")
    return label


def offered(document: Document, name: str) -> str:
    """Values to begin with for a name: around what it is now."""
    if name in _OFFERED:
        return _OFFERED[name]
    if name.endswith(".init"):
        return _INITS
    if name.endswith(".scale"):
        return "0.1..10:5:log"
    try:
        settings = read_training(document.training).optimizer
    except InputError:
        return ""
    value = settings.values.get(name)
    if name == "optimizer":
        return f"{settings};sgd:lr=0.1;adam:lr=0.01"
    if isinstance(value, float) and value > 0:
        power = round(math.log10(value))
        return f"1e{power - 2}..1e{power + 1}:7:log"
    return ""
