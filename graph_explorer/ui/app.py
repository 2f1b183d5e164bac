"""Starting the window.

The one rule: the window is on the screen before anything else is loaded, and where there can be no
window one sentence says what serves instead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph_explorer.document import Document
    from graph_explorer.ui.window import Window

_INSTEAD = (
    "without a window use 'graph-explorer render FILE -o OUT.svg', 'graph-explorer run FILE' "
    "or 'graph-explorer steps FILE'"
)
#: Exit code without a display: nothing is wrong with what was asked, and the sentence says what serves.
NO_DISPLAY = 0


def trouble(platform: str, environment: Mapping[str, str]) -> str:
    """Why no window can be opened here, as a clause; empty where nothing speaks against it."""
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    if environment.get("DISPLAY"):
        return ""
    socket = environment.get("WAYLAND_DISPLAY", "")
    if socket.startswith("/") or (socket and environment.get("XDG_RUNTIME_DIR")):
        return ""
    if socket:  # the library of Wayland would write a line of its own
        return "WAYLAND_DISPLAY is set but not XDG_RUNTIME_DIR, the folder that it is in"
    return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"


def say_no_window(reason: str) -> int:
    """Says in one line why there is no window, and what serves instead; returns the exit code."""
    sys.stderr.write(f"graph-explorer: {reason}; {_INSTEAD}\n")
    return NO_DISPLAY


def main(path: Path | None = None, document: Document | None = None) -> int:
    """Opens the window: on a file, on a document, or on the start page. Returns the exit code."""
    reason = trouble(sys.platform, os.environ)
    if reason:
        return say_no_window(reason)
    try:
        from PySide6 import QtGui, QtWidgets  # noqa: F401
    except ImportError as error:
        return say_no_window(f"Qt cannot be loaded here: {error}")
    application = _application()
    from graph_explorer.engine.machine import take_short_turns
    from graph_explorer.ui.settings import Settings
    from graph_explorer.ui.window import Window

    take_short_turns()
    window = Window(Settings())
    window.painted.connect(lambda: furnish(window, path, document))
    if path is not None or document is not None:
        window.start.hide()  # the first picture is empty, not the start page
    window.show()
    return int(application.exec())


def furnish(window: Window, path: Path | None = None, document: Document | None = None) -> None:
    """Loads everything that the window needs, once it is there, and opens what was asked for."""
    from graph_explorer.ui.session import Session

    window.furnish(Session())
    if document is not None:
        window.session.show(document)
    elif path is not None:
        window.files.open(path)
    window.start.setVisible(window.session.state.document is None and not window.session.jobs.busy("open"))
    window.prepare()


def _application() -> Any:
    """The Qt application. Where Qt would abort the process, the sentence is said instead."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if existing is not None:
        return existing

    said: list[str] = []

    def starting(kind: QtMsgType, context: object, text: str) -> None:
        said.append(" ".join(text.split()).partition(". ")[0].rstrip("."))
        if kind is QtMsgType.QtFatalMsg:  # Qt aborts when this returns; what it said first is the reason
            os._exit(say_no_window(f"no window can be opened here: {said[0]}"))

    before = qInstallMessageHandler(starting)
    QApplication.setApplicationName("Graph Explorer")
    QApplication.setDesktopFileName("graph-explorer")
    application = QApplication(sys.argv[:1])
    qInstallMessageHandler(before)
    return application
