"""A button of a row of buttons that stand for one choice, or for switches beside each other.

The one rule: which of them may be pressed together is its group's affair; a segment is pressed or not.
"""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QToolButton


def segment(
    group: QButtonGroup, place: int, name: str, text: str, hint: str, spoken: str = ""
) -> QToolButton:
    """The button of `group` at `place`; `spoken` is read aloud where the text alone would not do."""
    button = QToolButton()
    button.setObjectName(name)
    button.setText(text)
    button.setAccessibleName(spoken or text)
    button.setToolTip(hint)
    button.setProperty("look", "segment")
    button.setCheckable(True)
    group.addButton(button, place)
    return button
