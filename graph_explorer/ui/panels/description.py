"""What the document says of itself: what it shows, what to do with it, what to look at.

The one rule: it is text. Nothing in it is loaded or run, and links open only the web browser.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets import markdown

_NOTHING = "*This document has no description.*"


def _told(state: State) -> tuple[str, str] | None:
    document = state.document
    return None if document is None else (document.name, document.description)


class Description(QWidget):
    """The title and the description of the document, typeset."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("description")
        self.setAccessibleName("Description")
        self.text = QTextBrowser()
        self.text.setObjectName("description_text")
        self.text.setAccessibleName("Description of the document")
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.setOpenExternalLinks(True)
        self.text.document().setDocumentMargin(12)
        line = QVBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.text)
        session.follow(self.show_state, seen=self)

    def show_state(self, before: State, now: State) -> None:
        if _told(before) != _told(now) or before.theme != now.theme:
            self._write(now)

    def _write(self, now: State) -> None:
        document = now.document
        if document is None:
            self.text.clear()
            return
        page = f"## {document.name}\n\n{document.description.strip() or _NOTHING}"
        shown = self.text.document()
        markdown.show(shown, page, self.font(), theme(now.theme))
        self.text.moveCursor(
            QTextCursor.MoveOperation.Start
        )  # else it is where writing ended, and scrolled to

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "text"):
            self._write(self.session.state)
