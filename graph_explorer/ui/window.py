"""The window: menus, the start page, and the workbench with the document.

The one rule: it can be shown before anything is loaded. Its constructor needs Qt alone; `furnish`
gives it a session, and the workbench is made when it is first wanted or when there is time.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from graph_explorer.engine.machine import set_aside
from graph_explorer.ui.looks import Looks
from graph_explorer.ui.menus import Menus
from graph_explorer.ui.settings import Settings
from graph_explorer.ui.start import StartPage
from graph_explorer.ui.widgets.icons import pixmap

if TYPE_CHECKING:
    from graph_explorer.ui.files import Files
    from graph_explorer.ui.session import Session, State
    from graph_explorer.ui.widgets.palette import Palette
    from graph_explorer.ui.workbench import Workbench

NAME = "Graph Explorer"

#: What the workbench is made of, in portions, so that the start page stays alive while they are loaded.
_PREPARED = (
    "graph_explorer.formats.onnx.read",
    "graph_explorer.layout",
    "graph_explorer.ui.canvas",
    "graph_explorer.ui.panels.inspector",
    "graph_explorer.ui.workbench",
)


class Window(QMainWindow):
    """The one window of the program."""

    #: it has been painted for the first time
    painted = Signal()

    settings: Settings
    looks: Looks
    menus: Menus
    session: Session
    files: Files

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self._bench: Workbench | None = None
        self._palette: Palette | None = None
        self._seen = False
        self._interrupted = False  # whether preparing waits for jobs to end
        self._spare_time = QTimer(self)
        self._spare_time.timeout.connect(self._prepare_more)
        self._portions = self._prepared()
        self.looks = Looks(self)
        self.setObjectName("window")
        self.setAccessibleName(NAME)
        self.setWindowTitle(NAME)
        self.setAcceptDrops(True)
        self.menus = Menus(self)
        self.start = StartPage(settings)
        self.pages = QStackedWidget()
        self.pages.setObjectName("pages")
        self.pages.addWidget(self.start)
        self._middle = QWidget()
        self._column = QVBoxLayout(self._middle)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.pages, 1)
        self.setCentralWidget(self._middle)
        self.show_theme(self.looks.theme)
        self._place()

    def _place(self) -> None:
        """The size and place it had, or nine tenths of the screen up to 1440×900."""
        self.setMinimumSize(640, 420)
        if not self.restoreGeometry(self.settings.geometry):
            room = QGuiApplication.primaryScreen().availableSize()
            self.resize(QSize(min(1440, room.width()), min(900, room.height())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().window())
        painter.end()
        if not self._seen:
            self._seen = True
            QTimer.singleShot(0, self, self.painted.emit)

    # ── furnishing ────────────────────────────────────────────────────────────────────────────

    def furnish(self, session: Session) -> None:
        """Gives the window its session, and everything that needs one."""
        from graph_explorer.ui.files import Files
        from graph_explorer.ui.health.banner import Comparison
        from graph_explorer.ui.training.banner import StepBanner
        from graph_explorer.ui.widgets.messages import Message, Work

        self.session = session
        self.files = Files(self)
        self._column.insertWidget(0, Message(session))
        self._column.insertWidget(1, Comparison(session))
        self._column.insertWidget(2, StepBanner(session))
        Work(session, over=self.pages)
        self.start.fill(self.menus)
        self.start.chosen.connect(self.files.open)
        self.menus.list_examples()
        self.menus.list_methods()
        self.menus.paint(self.looks.theme)
        session.trail.told = self.menus.refresh
        session.undo.canUndoChanged.connect(self.menus.refresh)
        session.undo.canRedoChanged.connect(self.menus.refresh)
        session.undo.undoTextChanged.connect(self.menus.refresh)
        session.change(theme=self.looks.theme, motion=self.settings.motion)
        session.jobs.moved.connect(self._show_start)
        session.follow(self.show_state)

    def _show_start(self) -> None:
        """The start page where nothing is opened after all: it is left out before a document."""
        if self.session.state.document is None and not self.session.jobs.busy("open"):
            self.start.show()
        if self._interrupted and not self.session.jobs.busy():
            self._interrupted = False
            self._spare_time.start(0)

    def prepare(self) -> None:
        """Makes the workbench bit by bit in spare moments, so that the first example opens at once."""
        self._spare_time.start(0)

    def _prepare_more(self) -> None:
        if self._bench is not None and self.session.jobs.busy():  # what was asked for comes first
            self._interrupted = True
            self._spare_time.stop()
        elif next(self._portions, None) is None:
            self._spare_time.stop()
            set_aside()

    def _prepared(self) -> Iterator[bool]:
        """Does one portion of the work for each `next`."""
        for name in _PREPARED:
            importlib.import_module(name)
            yield True
        yield self.bench is not None
        for _ in self.start.draw():
            yield True

    @property
    def bench(self) -> Workbench:
        """The page with the document, made at its first use."""
        if self._bench is None:
            from graph_explorer.ui.workbench import Workbench  # the largest part of the program

            self._bench = Workbench(self)
            for field in self._bench.text_fields():
                field.installEventFilter(self)
            self.pages.addWidget(self._bench)
        return self._bench

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        """Follows the session: which page, which title, what can be done."""
        if (before.document is None) != (now.document is None):
            page = self.start if now.document is None else self.bench
            self.pages.setCurrentWidget(page)
            if now.document is None:
                self.start.welcome()
            else:
                self.bench.middle.front.setFocus()
        title = f"{now.name}[*] – {NAME}" if now.document is not None else NAME
        if title != self.windowTitle():
            self.setWindowTitle(title)
        self.setWindowModified(now.document is not None and now.modified)
        self.menus.refresh()

    def show_theme(self, name: str) -> None:
        """Gives icons and the session the theme; the style sheet is set already."""
        self.start.paint_icons(name)
        icon = QIcon()
        for size in (32, 64, 128):
            icon.addPixmap(pixmap("networks", name, "accent", size))
        self.setWindowIcon(icon)
        if hasattr(self, "session"):
            self.menus.paint(name)
            self.menus.refresh()
            self.session.change(theme=name)

    # ── commands that need the window ─────────────────────────────────────────────────────────

    def open_palette(self) -> None:
        """Opens the command palette, or closes it."""
        from graph_explorer.ui.widgets.palette import Palette

        if self._palette is None:
            self._palette = Palette(self)
        if self._palette.isVisible():
            self._palette.close_palette()
        else:
            self._palette.open(tuple(self.menus.entries()))

    def open_help(self, page: str) -> None:
        """Opens the help at a page."""
        from graph_explorer.ui.help import Help

        Help.open_page(self, page)

    def copy(self, what: str) -> None:
        """Copies the value or gradient of the selected node, as far as it is known now, as text."""
        import numpy as np

        trace, at, name = self.session.state.trace, self.session.state.time, self.session.state.selection
        if trace is None:
            self.session.say(f"The {what} of '{name}' is not computed yet; run the document first.")
            return
        known = trace.has_value if what == "value" else trace.has_gradient
        if not known(name, at):
            self.session.say(f"The {what} of '{name}' is not computed yet; step on until it is.")
            return
        array = trace.value(name, at) if what == "value" else trace.gradient(name, at)
        text = (
            repr(array.item()) if array.ndim == 0 else np.array2string(array, separator=", ", threshold=10**6)
        )
        QGuiApplication.clipboard().setText(text)

    def detach(self) -> None:
        """Cuts the gradient on the selected edge, or joins it again."""
        edge = self.session.state.edge
        if edge is not None:
            self.session.detach(edge)

    def seek_end(self) -> None:
        """To the last moment of the run."""
        trace = self.session.state.trace
        if trace is not None:
            self.session.seek(trace.length)

    # ── files dropped, the window closed ──────────────────────────────────────────────────────

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A file dropped on a text opens too; the text would take it as words."""
        if isinstance(event, QDropEvent) and self._dropped(event) is not None:
            event.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                self.dropEvent(event)
            return True
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._dropped(event)
        if path is not None:
            event.acceptProposedAction()
            QTimer.singleShot(0, self, lambda: self.files.open(path))  # the drag must end first

    def _dropped(self, event: QDropEvent) -> Path | None:
        """The first local file of a drag; whether it can be opened is said when it is dropped."""
        if not hasattr(self, "files"):
            return None
        found = (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        return next(found, None)

    def closeEvent(self, event: QCloseEvent) -> None:
        if hasattr(self, "files") and not self.files.may_leave():
            event.ignore()
            return
        self._interrupted = False
        self._spare_time.stop()
        if not self.isFullScreen():
            self.settings.geometry = self.saveGeometry()
        if self._bench is not None:
            self._bench.remember()
        if hasattr(self, "session"):
            self.session.change(playing=False)
            self.session.close()
        event.accept()

    def sizeHint(self) -> QSize:
        return QSize(1280, 800)
