"""A page is filled, or says why it is empty."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from graph_explorer.ui.widgets.filled import Filled


def test_one_of_the_two_is_seen(qtbot: QtBot) -> None:
    made = Filled("page_empty", "Nothing yet")
    qtbot.addWidget(made)
    shown = QLabel("What there is")
    made.column.addWidget(shown)
    made.show()

    def seen() -> tuple[bool, bool]:
        return made.empty.isVisible(), shown.isVisible()

    assert seen() == (True, False)
    made.fill()
    assert seen() == (False, True)
    made.say("It cannot be measured")
    assert seen() == (True, False)
    assert made.empty.text() == "It cannot be measured"
