"""The page: which set, and what it looks like before anything is trained on it.

The one rule: the set is read by a job, the newest wins; what is shown follows from the document's
`[training]` table, and choosing changes that table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from graph_explorer.document import Document, Entry
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.preview import Preview, preview
from graph_explorer.lab.training import Training, read_training
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.training.data.choice import SetChoice, is_file
from graph_explorer.ui.training.data.drawing import SetDrawing
from graph_explorer.ui.training.data.portion import KINDS, Portion, rows_of, steps_of, told
from graph_explorer.ui.training.data.split import SplitKnobs
from graph_explorer.ui.training.data.subjects import ColumnsOf, ExamplesOf
from graph_explorer.ui.training.data.tables import SetTable
from graph_explorer.ui.training.data.wording import counts, summary
from graph_explorer.ui.widgets.number import NumberField
from graph_explorer.ui.widgets.scrolled import scrolled
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided, Label

#: The key of the job that reads the set.
JOB = "data"
#: Pixels: the column of the choice; narrower than this, it stands above the picture; the least.
_COLUMN, _NARROW, _LEAST = 240, 600, 400
_VIEWS = (
    ("picture", "Picture", "The examples, drawn as suits them"),
    ("columns", "Columns", "Every column: its range, mean and deviation, and what is missing"),
    ("examples", "Examples", "The examples row by row"),
)


class DataPage(QWidget):
    """The page. `found` is what is known of the set, `portion` which examples are looked at."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("training_data")
        self.setAccessibleName("Data")
        self.setAcceptDrops(True)
        self.found: Preview | None = None
        self.training: Training | None = None
        self.portion = Portion()
        self._asked: tuple[Any, ...] | None = None
        self.choice = SetChoice(session)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(12, 10, 8, 12)
        self.divided = SplitKnobs(session)
        column.addWidget(self.choice)
        column.addWidget(self.divided)
        column.addStretch(1)
        self.left = scrolled("data_scroll", left)
        self.right = self._make_right()
        self.box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)
        self.box.addWidget(self.left)
        self.box.addWidget(self.right, 1)
        self._place()
        session.follow(self.show_state)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────

    def _make_right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 10, 12, 8)
        column.setSpacing(6)
        self.summary = Label("", "name_small")
        self.summary.setObjectName("data_summary")
        self.split = Label("", "muted")
        self.split.setObjectName("data_split")
        self.problem = Label("", role="error")
        self.problem.setObjectName("data_problem")
        self.picture = SetDrawing()
        self.columns = SetTable("data_columns", "Columns of the set, with their ranges, means and deviations")
        self.examples = SetTable("data_examples", "Examples of the set, row by row")
        self.stack = QStackedWidget()
        pages: tuple[QWidget, ...] = (self.picture, self.columns, self.examples)
        for page in pages:
            self.stack.addWidget(page)
        self.step = NumberField("data_step", "Step whose batch is shown, from 0")
        self.step.setFixedWidth(64)
        self.step.changed.connect(lambda value, _: self.look(Portion("batch", max(round(value), 0))))
        self.told = Elided("", "small")
        self.told.setObjectName("data_told")
        self.counts = Elided("", "small")
        self.counts.setObjectName("data_counts")
        for said in (self.summary, self.split, self.problem):
            column.addWidget(said)
        column.addLayout(self._make_bar())
        column.addWidget(self.stack, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.step)
        below.addWidget(self.told, 1)
        column.addLayout(below)
        column.addWidget(self.counts)
        return right

    def _make_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(0)
        self.views = QButtonGroup(self)
        for place, (name, title, hint) in enumerate(_VIEWS):
            bar.addWidget(segment(self.views, place, f"data_view_{name}", title, hint))
        self.views.button(0).setChecked(True)
        self.views.idClicked.connect(self._show_view)
        bar.addSpacing(10)
        self.kinds = QComboBox()
        self.kinds.setObjectName("data_kind")
        self.kinds.setAccessibleName("Which examples are shown")
        for name, title, hint in KINDS:
            self.kinds.addItem(title, name)
            self.kinds.setItemData(self.kinds.count() - 1, hint, Qt.ItemDataRole.ToolTipRole)
        self.kinds.activated.connect(lambda place: self.look(Portion(KINDS[place][0], self.portion.step)))
        bar.addWidget(self.kinds)
        bar.addStretch(1)
        return bar

    def minimumSizeHint(self) -> QSize:
        """As narrow as the picture alone may be: the choice then stands above it."""
        return QSize(_LEAST, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """The choice beside the picture, or above it where there is no room."""
        narrow = self.width() < _NARROW
        self.box.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        self.left.setMinimumWidth(0 if narrow else _COLUMN)
        self.left.setMaximumWidth(16_777_215 if narrow else _COLUMN)
        self.left.setMaximumHeight(180 if narrow else 16_777_215)

    # ── files ─────────────────────────────────────────────────────────────────────────────────

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(is_file(url.toLocalFile()) for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        found = [url.toLocalFile() for url in event.mimeData().urls() if is_file(url.toLocalFile())]
        if found:
            event.acceptProposedAction()
            self.choice.take_file(Path(found[0]))

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    def look(self, portion: Portion) -> None:
        """Looks at some of the examples."""
        if self.found is not None and self.training is not None:
            last = max(steps_of(self.found, self.training) - 1, 0)
            portion = Portion(portion.kind, min(portion.step, last))
        self.portion = portion
        self._show_found(self.session.state)

    def _show_view(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        self._show_found(self.session.state)

    def fit(self) -> None:
        """Shows all of the picture."""
        self.picture.fit()

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        document = now.document
        if document is None:
            return
        if before.document is not document or before.theme != now.theme:
            self.choice.show_set(now)
        asked = _asked_of(document)
        if asked != self._asked:
            self._asked = asked
            self._read(document)
        elif before.theme != now.theme:
            self._show_found(now)
            if self.training is not None:
                self.divided.show_training(self.training, now.theme)

    def _read(self, document: Document) -> None:
        """Reads the set; nothing is left of another one while that takes time."""
        try:
            training = read_training(document.training)
        except InputError as error:
            self._failed(error)
            return
        self.training = training
        self.divided.show_training(training, self.session.state.theme)
        read = "Reading the examples", lambda checkpoint: preview(document, training)
        self.session.jobs.start(JOB, *read, self._done, self._failed)
        if self.found is None:
            self._show_found(self.session.state)

    def _done(self, found: Preview) -> None:
        self.found = found
        wrong = found.problem or found.misfit
        self.problem.show_text(wrong[:1].upper() + wrong[1:])
        self.look(self.portion)

    def _failed(self, error: InputError) -> None:
        self.found = None
        self.problem.show_text(str(error))
        self._show_found(self.session.state)

    def _show_found(self, now: State) -> None:
        found, training = self.found, self.training
        there = found is not None and training is not None
        self.stack.setVisible(there)
        waiting = "Reading the examples …" if self.session.jobs.busy(JOB) else ""
        self.summary.show_text(summary(found) if found is not None else waiting)
        self.split.show_text(counts(found, training) if found is not None and training is not None else "")
        self._show_bar()
        if found is None or training is None:
            self.counts.show_text("")
            return
        rows = rows_of(found, training, self.portion)
        self.told.show_text(told(found, training, self.portion) if found.found is not None else "")
        if self.stack.currentWidget() is self.picture:
            self.picture.show_set(found, rows, now.theme)
        elif self.stack.currentWidget() is self.columns:
            self.columns.show_rows(ColumnsOf(found), np.arange(len(found.columns)), now.theme)
        else:
            self.examples.show_rows(ExamplesOf(found), rows, now.theme)
        classes = [f"{name}: {a + b:,} ({a:,} + {b:,})" for name, a, b in found.counts()]
        self.counts.show_text("Class: training + validation   " + "   ".join(classes) if classes else "")

    def _show_bar(self) -> None:
        there = self.found is not None
        chosen = there and self.stack.currentWidget() is not self.columns
        whole = self.found is not None and self.found.found is not None
        self.kinds.setVisible(bool(chosen and whole))
        self.kinds.setCurrentIndex([name for name, _, _ in KINDS].index(self.portion.kind))
        for place in range(len(_VIEWS)):
            self.views.button(place).setVisible(there)
        batch = bool(chosen and whole and self.portion.kind == "batch")
        self.step.setVisible(batch)
        self.told.setVisible(bool(chosen))
        blocker = QSignalBlocker(self.step)
        self.step.show_value(self.portion.step)
        blocker.unblock()


def _asked_of(document: Document) -> tuple[Any, ...]:
    """What the page depends on: the table, where its files are, and the shapes of the inputs."""
    inputs: Mapping[str, Entry] = document.inputs
    shapes = tuple((name, entry.array.shape) for name, entry in inputs.items())
    return tuple(sorted(document.training.items(), key=str)), document.path, shapes
