"""What was found ill, by kind: the sentences, each of which leads to its node, and what helps.

The one rule: the gravest comes first, and a sentence is as easy to reach by keyboard as by mouse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from graph_explorer.engine.health import Finding
from graph_explorer.remedies.offered import OFFERED
from graph_explorer.ui.widgets.icons import pixmap
from graph_explorer.ui.widgets.text import Label

_ICON = 15


class Sentence(Label):
    """A finding as a sentence that can be chosen."""

    #: it was chosen, by mouse or by keyboard
    chosen = Signal(object)

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence, "choice")
        self.finding = finding
        self.setObjectName("health_finding")
        self.setAccessibleName(f"{finding.title}: {finding.sentence}")
        self.setAccessibleDescription(f"What helps: {finding.helps}")
        self.setToolTip(f"Select '{finding.node}' on the graph")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mark(self, selected: bool) -> None:
        """Shows whether its node is the one that is selected."""
        if self.property("chosen") != selected:
            self.setProperty("chosen", selected)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.finding)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.finding)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()


class KindBox(QFrame):
    """All findings of one kind, and what helps against it."""

    #: remedies against this kind are asked for
    asked = Signal(str)

    def __init__(self, findings: Sequence[Finding], theme_name: str) -> None:
        super().__init__()
        first = findings[0]
        self.setObjectName("health_kind")
        self.setAccessibleName(first.title)
        problem = first.severity == "problem"
        sign = QLabel()
        drawn = pixmap(
            "warning" if problem else "info", theme_name, "error" if problem else "muted", 2 * _ICON
        )
        drawn.setDevicePixelRatio(2)
        sign.setPixmap(drawn)
        head = QHBoxLayout()
        head.setSpacing(7)
        head.addWidget(sign)
        head.addWidget(Label(first.title, "name_small"), 1)
        self.kind = first.kind
        self._below: QWidget | None = None
        if first.kind in OFFERED:
            head.addWidget(self._button())
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 6)
        box.setSpacing(2)
        box.addLayout(head)
        self.sentences = [Sentence(finding) for finding in findings]
        for sentence in self.sentences:
            box.addWidget(sentence)
        helps = Label(f"What helps: {first.helps}", "small")
        helps.setContentsMargins(6, 0, 0, 0)
        box.addWidget(helps)

    def swap_below(self, make: Callable[[], QWidget]) -> None:
        """Shows a widget at the end, or takes away the one that is there."""
        inside = self.layout()
        assert inside is not None
        if self._below is None:
            self._below = make()
            inside.addWidget(self._below)
            return
        self._below.hide()
        inside.removeWidget(self._below)
        self._below.deleteLater()
        self._below = None

    def _button(self) -> QPushButton:
        button = QPushButton("Remedies")
        button.setObjectName("health_remedies")
        button.setProperty("look", "small")
        button.setAccessibleName(f"Remedies against: {self.accessibleName()}")
        button.setToolTip("Changes of the document that may help, each tried on it first")
        button.clicked.connect(lambda: self.asked.emit(self.kind))
        return button


class Findings(QWidget):
    """The list."""

    #: a finding was chosen
    chosen = Signal(object)
    #: remedies against a kind of finding are asked for
    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("health_findings")
        self.setAccessibleName("What was found")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._boxes: list[KindBox] = []

    @property
    def sentences(self) -> list[Sentence]:
        """All sentences, in order."""
        return [sentence for box in self._boxes for sentence in box.sentences]

    def show_findings(self, findings: Sequence[Finding], theme_name: str) -> None:
        """Shows these findings, which come kind by kind."""
        for box in self._boxes:
            self._column.removeWidget(box)
            box.deleteLater()
        self._boxes = [
            KindBox(list(alike), theme_name)
            for _, alike in groupby(findings, key=lambda finding: (finding.severity, finding.kind))
        ]
        for box in self._boxes:
            self._column.addWidget(box)
            box.asked.connect(self.asked)
            for sentence in box.sentences:
                sentence.chosen.connect(self.chosen)

    def swap_below(self, kind: str, make: Callable[[], QWidget]) -> None:
        """Shows a widget below the findings of a kind, or takes away the one that is there."""
        box = next((box for box in self._boxes if box.kind == kind), None)
        if box is not None:
            box.swap_below(make)

    def mark(self, name: str) -> None:
        """Marks the sentences that are about a node."""
        for sentence in self.sentences:
            sentence.mark(bool(name) and sentence.finding.node == name)
