"""The transport: first, back, play, step, last, and how fast it plays.

The one rule: it only tells what was pressed; whether there is anywhere to go is told to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from graph_explorer.ui.widgets.icons import icon

Move = Literal["first", "back", "play", "step", "last"]
_SPOKEN: Mapping[Move, str] = {
    "first": "First", "back": "Back", "play": "Play", "step": "Step", "last": "Last",
}  # fmt: skip
#: How many times as fast as at first.
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class Transport(QWidget):
    """Five buttons. `name` begins their object names, `hints` are their tooltips, `acts` what they do."""

    def __init__(
        self,
        name: str,
        hints: Mapping[Move, str],
        acts: Mapping[Move, Callable[[], None]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.buttons: dict[Move, QToolButton] = {}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        for move, spoken in _SPOKEN.items():
            button = QToolButton()
            button.setObjectName(f"{name}_{move}")
            button.setAccessibleName(spoken)
            button.setToolTip(hints[move])
            button.clicked.connect(lambda checked=False, act=acts[move]: act())
            button.setCheckable(move == "play")
            self.buttons[move] = button
            line.addWidget(button)

    def show_playing(self, playing: bool, theme_name: str) -> None:
        """Draws the buttons; the one in the middle plays or pauses."""
        for move, button in self.buttons.items():
            button.setIcon(icon("pause" if move == "play" and playing else move, theme_name))
        self.buttons["play"].setChecked(playing)
        self.buttons["play"].setAccessibleName("Pause" if playing else "Play")

    def show_ends(self, at_start: bool, at_end: bool) -> None:
        """Where there is nowhere to go, a button is grey."""
        for move, useless in (("first", at_start), ("back", at_start), ("step", at_end), ("last", at_end)):
            self.buttons[move].setEnabled(not useless)  # type: ignore[index]


class SpeedChoice(QComboBox):
    """How fast it plays; `chosen` is called with the factor."""

    def __init__(self, name: str, chosen: Callable[[float], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Speed of playing")
        self.setToolTip("How fast it plays")
        for speed in SPEEDS:
            self.addItem(f"{speed:g}×", speed)
        self.setCurrentIndex(SPEEDS.index(1.0))
        self.currentIndexChanged.connect(lambda: chosen(self.currentData()))
