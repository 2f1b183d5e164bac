"""The remedies for one kind of finding, each with what it does to this document, why, and two buttons.

The one rule: nothing is offered before it has been tried on the document as it is; what would do harm is
last, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from graph_explorer.document import Document
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.health import KINDS
from graph_explorer.remedies.offered import OFFERED
from graph_explorer.remedies.weighing import Offer, offers
from graph_explorer.ui.session import Session
from graph_explorer.ui.widgets.icons import pixmap
from graph_explorer.ui.widgets.text import Label

#: The key of the job.
JOB = "remedies"
_ICON = 15
#: Verdict → sign, role of its colour, and the word for it.
_VERDICTS = {
    "gone": ("check", "success", "Mends it"),
    "better": ("up", "success", "Helps"),
    "same": ("info", "muted", "Changes little"),
    "worse": ("warning", "error", "Does harm here"),
    "impossible": ("close", "muted", "Not possible"),
}


class OfferBox(QFrame):
    """One remedy."""

    #: it is being tried
    tried = Signal()

    def __init__(self, offer: Offer, session: Session, document: Document) -> None:
        super().__init__()
        self.offer, self.session, self.document = offer, session, document
        remedy = offer.remedy
        self.setObjectName(f"remedy_{remedy.name}")
        self.setProperty("look", "entry")
        sign, role, word = _VERDICTS[offer.verdict]
        self.setAccessibleName(f"{remedy.title}: {word}. {offer.sentence}")
        self.setAccessibleDescription(f"{remedy.why} {remedy.source}")
        icon = QLabel()
        drawn = pixmap(sign, session.state.theme, role, 2 * _ICON)
        drawn.setDevicePixelRatio(2)
        icon.setPixmap(drawn)
        icon.setToolTip(word)
        head = QHBoxLayout()
        head.setSpacing(7)
        head.addWidget(icon)
        head.addWidget(Label(remedy.title, "name_small"), 1)
        if offer.document is not None:
            if "data" in offer.document.training:
                head.addWidget(self._button("try", "Try", "Trains both, without and with it, from one seed"))
            head.addWidget(self._button("apply", "Apply", "Changes the document, which can be undone"))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 5, 8, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(Label(f"{word}. {offer.sentence}", role="muted" if role == "muted" else ""))
        if offer.document is not None:
            column.addWidget(Label(f"{remedy.why} ({remedy.source})", "small"))

    def _button(self, name: str, text: str, hint: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"remedy_{self.offer.remedy.name}_{name}")
        button.setProperty("look", "small")
        button.setAccessibleName(f"{text}: {self.offer.remedy.title}")
        button.setToolTip(hint)
        button.clicked.connect(self.apply if name == "apply" else self.try_out)
        return button

    def apply(self) -> None:
        """Changes the document, which can be undone."""
        assert self.offer.document is not None
        self.session.edit(f"Remedy: {self.offer.remedy.title}", self.offer.document)

    def try_out(self) -> None:
        """Trains the document as it is, unless a run of it is there, and with the remedy."""
        assert self.offer.document is not None
        tried = (self.offer.document, self.offer.remedy.title)
        runs = self.session.state.training.runs
        there = any(run.document is self.document and run.outcome != "running" for run in runs)
        before = () if there else ((self.document, "As it was"),)
        views = self.session.state.views
        if "training" not in views:
            self.session.change(views=("graph", "training") if len(views) > 1 else ("training",))
        self.session.trainer.compare(*before, tried)
        self.tried.emit()


class Offers(QWidget):
    """All remedies for a kind of finding; empty until they have been weighed."""

    #: one of them is being tried
    tried = Signal()

    def __init__(self, session: Session, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName(name)
        self.setAccessibleName("Remedies")
        self.boxes: list[OfferBox] = []
        self._asked: tuple[str, Document] | None = None
        self._shown: tuple[tuple[str, Document], str] | None = None
        self._found: Sequence[Offer] = ()
        self.said = Label("", "muted")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        self._column.addWidget(self.said)

    def show_for(self, kind: str, document: Document | None) -> None:
        """Weighs the remedies for this kind of finding on a document, and shows them."""
        if document is None or kind not in OFFERED:
            self.clear("Nothing has to be mended here." if document is not None else "")
            return
        asked = (kind, document)
        if self._asked is not None and (self._asked[0], id(self._asked[1])) == (kind, id(document)):
            if self._shown is not None and self._shown[1] != self.session.state.theme:
                self._deliver(asked, tuple(self._found))
            return
        self._asked = asked
        self.clear("Trying each remedy on this document …", keep=True)
        self.session.jobs.start(
            JOB,
            "Weighing remedies",
            partial(offers, kind, document),
            partial(self._deliver, asked),
            lambda error: self._refuse(asked, error),
        )

    def clear(self, text: str = "", keep: bool = False) -> None:
        """Shows no remedies, but a sentence."""
        if not keep:
            self._asked = None
        for box in self.boxes:
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes, self._shown = [], None
        self.said.show_text(text)

    def _deliver(self, asked: tuple[str, Document], found: tuple[Offer, ...]) -> None:
        if self._asked is None or self._asked[1] is not asked[1]:
            return
        self.clear("", keep=True)
        self._shown, self._found = (asked, self.session.state.theme), found
        self.said.show_text(f"Against “{KINDS[asked[0]].title.lower()}”, tried on the document as it begins:")
        self.boxes = [OfferBox(offer, self.session, asked[1]) for offer in found]
        for box in self.boxes:
            self._column.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
            box.tried.connect(self.tried)

    def _refuse(self, asked: tuple[str, Document], error: InputError) -> None:
        if self._asked == asked:
            self.clear(f"No remedy can be tried: {error.message}.", keep=True)
