"""What a page shows, or the sentence that says why there is nothing yet.

The one rule: one of the two is seen, never both.
"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from graph_explorer.ui.widgets.text import Label


class Filled(QWidget):
    """The two of them; a page puts what it shows into `column`. At first there is only the sentence."""

    def __init__(self, name: str, text: str, spacing: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = Label(text, "muted")
        self.empty.setObjectName(name)
        self.empty.setContentsMargins(12, 10, 12, 10)
        self.inside = QWidget()
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(10, 2, 10, 4)
        self.column.setSpacing(spacing)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.empty)
        box.addWidget(self.inside, 1)
        self.inside.hide()

    def say(self, text: str) -> None:
        """Shows why there is nothing."""
        self.inside.hide()
        self.empty.show_text(text)

    def fill(self) -> None:
        """Shows what the page has."""
        self.empty.hide()
        self.inside.show()
