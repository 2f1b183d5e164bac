"""The surface view: tools, the picture, and a line with the numbers at the pointer.

The one rule: while it is open the session computes surface and paths for it; closed, it costs nothing.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.surface.caution import caution
from graph_explorer.ui.surface.describe import describe
from graph_explorer.ui.surface.picture import TITLES, save_state, saver
from graph_explorer.ui.surface.plane import Plane
from graph_explorer.ui.surface.probe import Found
from graph_explorer.ui.surface.tools import Tools
from graph_explorer.ui.widgets.text import Elided, Label

_EMPTY = (
    "There is no surface to be seen yet",
    "A surface shows the output over two numbers that can move. Choose two axes above: scalar parameters, "
    "entries of larger ones such as W1[0,1], or random directions through all of them.",
)


#: A view of so many pixels has room for all of what is said below the picture.
_HIGH = 520


class SurfaceView(QWidget):
    """Shows the output of the session's document over two axes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName("surface")
        self.setAccessibleName("Surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tools = Tools(session)
        self.plane = Plane(session)
        self.numbers = Elided("", "muted")
        self.numbers.setObjectName("surface_numbers")
        self.numbers.setContentsMargins(10, 3, 10, 4)
        self.empty = self._make_empty()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.plane)
        self._pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(self._pages, 1)
        column.addWidget(self.numbers)
        self.caution, self.short_caution = Label("", "muted"), Elided("", "muted")
        for label in (self.caution, self.short_caution):
            label.setContentsMargins(10, 0, 10, 6)
            column.addWidget(label)
        self.caution.setObjectName("surface_caution")
        self.short_caution.setObjectName("surface_short_caution")
        self.setFocusProxy(self.plane)
        self.plane.probed.connect(self._tell)
        session.follow(self.show_state)
        self._tell(self.plane.found)

    def _make_empty(self) -> QWidget:
        made = QWidget()
        made.setObjectName("surface_empty")
        column = QVBoxLayout(made)
        column.setContentsMargins(40, 40, 40, 40)
        column.addStretch(2)
        column.addWidget(Label(_EMPTY[0], "heading"))
        column.addWidget(Label(_EMPTY[1], "lead"))
        self.reason = Label("", "muted")
        self.reason.setObjectName("surface_reason")
        column.addWidget(self.reason)
        column.addStretch(3)
        return made

    def sizeHint(self) -> QSize:
        return QSize(820, 640)

    def show_state(self, before: State, now: State) -> None:
        there = now.surface is not None
        self._pages.setCurrentWidget(self.plane if there or not now.no_surface else self.empty)
        self.reason.show_text(now.no_surface[:1].upper() + now.no_surface[1:])
        self.numbers.setVisible(there)
        said = caution(now)
        if said != self.short_caution.full:
            self.short_caution.show_text(said)
            self._fit_caution()

    def _fit_caution(self) -> None:
        """Shows what the slice leaves out: whole where the picture keeps its room, else its beginning."""
        said, high = self.short_caution.full, self.height() >= _HIGH
        self.caution.show_text(said if high else "")
        self.short_caution.setVisible(bool(said) and not high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_caution()

    def _tell(self, found: Found | None) -> None:
        """The numbers at the pointer, and the whole picture in words for who does not see it."""
        subject = self.plane.subject
        if subject is None:
            return
        self.numbers.show_text(found.told(subject.axes, subject.output) if found is not None else "")
        self.plane.setAccessibleDescription(describe(subject, found))

    # ── commands of the window ────────────────────────────────────────────────────────────────

    def fit(self) -> None:
        """The window that the document asks for."""
        self.plane.fit()

    def zoom_in(self) -> None:
        self.plane.zoom_in()

    def zoom_out(self) -> None:
        self.plane.zoom_out()

    @staticmethod
    def picture_filters() -> list[str]:
        """The kinds of picture, as a dialog lists them."""
        return [f"{title} (*{suffix})" for suffix, title in TITLES.items()]

    def save_picture(self, path: Path) -> None:
        """Writes what is seen into a file. Raises `InputError` for a suffix that is not known."""
        saver(path)
        state, frame = self.session.state, self.plane.frame
        window = frame.window if frame is not None else None
        self.session.jobs.start(
            "picture",
            f"Writing {path.name}",
            lambda checkpoint: save_state(state, path, window, checkpoint),
            lambda _: None,
            lambda error: self.session.say(str(error)),
        )

    # ── open and closed ───────────────────────────────────────────────────────────────────────

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.session.watch("surface", True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.session.watch("surface", False)
