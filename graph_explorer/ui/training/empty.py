"""What the training view shows of a document that cannot be trained yet: what it needs, and data in a click.

The one rule: a set is offered only where the document then trains; it is added as an edit that can be
undone.
"""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.course import Course
from graph_explorer.lab.generated import GENERATORS
from graph_explorer.lab.training import read_training
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.text import Label

_NEEDS = (
    "Training takes many steps of this document on data",
    "It needs a loss of one number as its output, parameters to learn, and two inputs: one for the features "
    "and one for the targets, each with an axis for the examples first. And it needs data.",
)
_NONE = (
    "No generated set fits the inputs of this document. Its program and inputs decide what an example "
    "looks like; the data can also be a .csv or .npz file beside it: write [training] with data = "
    '"examples.csv" into its file.'
)
_OF_MODEL = (
    "No generated set fits the inputs of this model. Save it as a Graph Explorer document (File, Save as), "
    'and write [training] with data = "examples.csv" or "examples.npz", a file beside it, into that.'
)
#: Sets that are offered, in this order, as the text that a document has.
_OFFERED = tuple(GENERATORS)
_COLUMNS = 3
#: Larger examples, or graphs, than are looked at without being asked.
_LARGEST, _MOST_NODES = 4096, 3000


def fitting_sets(document: Document) -> tuple[str, ...]:
    """The generated sets with which this document trains, by name."""
    return tuple(name for name in _OFFERED if trains(document, name))


def trains(document: Document, data: str) -> bool:
    """Whether the document can be trained on a set, found by making it ready."""
    sizes = [math.prod(entry.array.shape[1:]) for entry in document.inputs.values() if entry.array.ndim]
    if len(sizes) < 2 or max(sizes) > _LARGEST or len(document.graph.nodes) > _MOST_NODES:
        return False
    try:
        Course(document, read_training({"data": f"{data}:examples=8", "batch_size": 4}))
    except InputError:
        return False
    return True


class EmptyState(QWidget):
    """Needs, reason, and a button a set."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._of: tuple[object, ...] | None = None
        self.setObjectName("training_empty")
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 30, 40, 30)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(Label(_NEEDS[0], "heading"))
        column.addWidget(Label(_NEEDS[1], "lead"))
        self.reason = Label("", "muted")
        self.reason.setObjectName("training_reason")
        column.addWidget(self.reason)
        self._buttons = QGridLayout()
        self._buttons.setSpacing(8)
        column.addLayout(self._buttons)
        column.addStretch(3)

    def show_document(self, now: State) -> None:
        """Offers what fits the document; nothing is looked for while its inputs are the same."""
        document = now.document
        if document is None:
            return
        shapes = tuple(entry.array.shape for entry in document.inputs.values())
        about = (document.path, document.program, shapes)
        if about == self._of:
            return
        self._of = about
        while self._buttons.count():
            item = self._buttons.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        found = fitting_sets(document)
        for place, name in enumerate(found):
            self._buttons.addWidget(self._button(name), place // _COLUMNS, place % _COLUMNS)
        none = _NONE if document.model is None else _OF_MODEL
        self.reason.show_text("These sets fit its inputs; one click adds one:" if found else none)

    def _button(self, name: str) -> QPushButton:
        row = GENERATORS[name]
        button = QPushButton(row.title)
        button.setObjectName(f"training_add_{name}")
        button.setAccessibleName(f"Train on {row.title}")
        button.setToolTip(f'Adds data = "{name}" to the document, which can be undone')
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(partial(self._add, name))
        return button

    def _add(self, name: str, checked: bool = False) -> None:
        document = self.session.latest
        table = {**document.training, "data": name}
        if "metrics" not in table and _classifies({**table, "metrics": ["accuracy"]}, document):
            table["metrics"] = ["accuracy"]
        self.session.edit(f"Train on {GENERATORS[name].title}", document.with_training(table))


def _classifies(table: dict[str, object], document: Document) -> bool:
    """Whether accuracy can be measured of the answer that the loss compares with the target."""
    try:
        Course(document, read_training(table))
    except InputError:
        return False
    return True
