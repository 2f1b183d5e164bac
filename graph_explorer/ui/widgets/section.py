"""A titled part of a panel.

The one rule: a section with nothing to say takes no room.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from graph_explorer.ui.widgets.text import Elided, Label, line


class Section(QWidget):
    """A thin line, a title with an optional badge and remark beside it, then whatever is added."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.title = Elided(title, "section")
        self.badge = Label("", "badge")
        self.badge.setWordWrap(False)
        self.badge.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.badge.hide()
        self.remark = Elided("", "small")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.badge)
        head.addStretch(1)
        head.addWidget(self.remark)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 8, 0, 0)
        self.body.setSpacing(6)
        self.body.addWidget(line())
        self.body.addLayout(head)

    def add(self, widget: QWidget) -> None:
        """Puts a widget below what is there; a button is no wider than its text."""
        if isinstance(widget, QPushButton):
            self.body.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            self.body.addWidget(widget)

    def show_title(self, title: str, badge: str = "", remark: str = "") -> None:
        """Changes the title, the badge and the remark at the right."""
        self.setAccessibleName(title)
        self.title.show_text(title)
        self.badge.setText(badge)
        self.badge.setVisible(bool(badge))
        self.remark.show_text(remark)
