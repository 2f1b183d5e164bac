"""A small frame that floats over another widget, at one of its edges.

The one rule: it keeps its place when either of them changes its size, and never covers more than it
needs.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QFrame, QLayout, QWidget

Place = Literal["bottom left", "top"]

_MARGIN = 12


class Overlay(QFrame):
    """A frame over `under`; what is in it decides its size."""

    def __init__(self, name: str, spoken: str, under: QWidget, place: Place) -> None:
        super().__init__(under)
        self.under, self.place = under, place
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setProperty("look", "overlay")
        self.setAutoFillBackground(True)
        under.installEventFilter(self)
        self.hide()

    def hold(self, layout: QLayout) -> None:
        """Lays out what is in it; the frame follows its size."""
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self.setLayout(layout)

    @property
    def room(self) -> int:
        """The width that it may take at most."""
        return max(self.under.width() - 2 * _MARGIN, 160)

    def settle(self) -> None:
        """Goes to its place."""
        under = self.under
        left = _MARGIN if self.place == "bottom left" else (under.width() - self.width()) // 2
        top = under.height() - self.height() - _MARGIN if self.place == "bottom left" else _MARGIN
        self.move(QPoint(max(left, 0), max(top, 0)))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.settle()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.under and event.type() == QEvent.Type.Resize:
            self.fit_room()
            self.settle()
        return super().eventFilter(watched, event)

    def fit_room(self) -> None:
        """There is another width of room; texts that wrap may want to know."""
