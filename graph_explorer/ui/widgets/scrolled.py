"""What a panel holds, in an area that scrolls up and down.

The one rule: it scrolls one way only and lets the panel's own ground be seen; nothing of its width is cut.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget


def scrolled(name: str, content: QWidget, focus: Qt.FocusPolicy = Qt.FocusPolicy.ClickFocus) -> QScrollArea:
    """An area called `name` that scrolls `content`; `focus` is how the keyboard gets to the area itself."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(focus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def centred(content: QWidget, widest: int) -> QWidget:
    """`content` in the middle, at most `widest` pixels wide, so that its lines can be read."""
    content.setMaximumWidth(widest)
    around = QWidget()
    row = QHBoxLayout(around)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(content, 100)
    row.addStretch(1)
    return around


def fill(panel: QWidget, inside: QWidget) -> None:
    """Lets `inside` fill the whole panel."""
    box = QVBoxLayout(panel)
    box.setContentsMargins(0, 0, 0, 0)
    box.addWidget(inside)
