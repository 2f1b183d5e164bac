"""How the window looks: theme, size of text, full screen, presentation.

The one rule: what a person chose is remembered; the theme that is shown is the session's, and follows
the system where the person chose so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from graph_explorer.ui import style
from graph_explorer.ui.settings import SYSTEM, TEXT_SCALES
from graph_explorer.ui.theme import names

if TYPE_CHECKING:
    from graph_explorer.ui.window import Window

#: How much larger text is in a presentation.
_LECTURE = 1.35


def system_is_dark() -> bool:
    """Whether the system shows its windows dark."""
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


class Looks(QObject):
    """Theme, text size and full screen of one window; made before the widgets that it gives their look."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.window = window
        self.presenting = False
        self._maximized = False
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply)
        self._dress()

    @property
    def theme(self) -> str:
        """The name of the theme to be shown now."""
        chosen = self.window.settings.theme
        if chosen in names():
            return chosen
        return "dark" if system_is_dark() else "light"

    def apply(self) -> None:
        """Gives the whole program its look, and tells the session."""
        self._dress()
        self.window.show_theme(self.theme)

    def _dress(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        factor = self.window.settings.text_scale * (_LECTURE if self.presenting else 1.0)
        style.apply(application, self.theme, factor)

    def choose(self, name: str) -> None:
        """Takes the theme `name`, or follows the system."""
        self.window.settings.theme = name if name in names() else SYSTEM
        self.apply()

    def scale_text(self, by: int) -> None:
        """To the next size of text: 1 larger, -1 smaller."""
        settings = self.window.settings
        at = TEXT_SCALES.index(settings.text_scale) + by
        settings.text_scale = TEXT_SCALES[min(max(at, 0), len(TEXT_SCALES) - 1)]
        self.apply()

    def toggle_motion(self) -> None:
        """Lets pictures move, or keeps them still."""
        self.window.settings.motion = not self.window.settings.motion
        self.window.session.change(motion=self.window.settings.motion)

    def fill_screen(self, fill: bool) -> None:
        """Full screen, or back to how the window was."""
        if fill:
            self._maximized = self.window.isMaximized()
            self.window.setWindowState(Qt.WindowState.WindowFullScreen)
            return
        if self.window.isFullScreen():
            state = Qt.WindowState.WindowMaximized if self._maximized else Qt.WindowState.WindowNoState
            self.window.setWindowState(state)
        if self.presenting:
            self.presenting = False
            self.apply()

    def present(self, on: bool) -> None:
        """Full screen with large text, or back."""
        self.presenting = on
        if on and not self.window.isFullScreen():
            self.fill_screen(True)
        elif not on:
            self.fill_screen(False)
        self.apply()
