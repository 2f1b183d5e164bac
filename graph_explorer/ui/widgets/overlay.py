"""A small frame that floats over another widget, at its lower left corner.

The one rule: it keeps its place when either of them changes its size, and covers no more than it needs.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QLayout, QWidget

_MARGIN = 12


class Overlay(QFrame):
    """A frame over `under`; what is in it decides its size."""

    def __init__(self, name: str, spoken: str, under: QWidget) -> None:
        super().__init__(under)
        self.under = under
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

    def _settle(self) -> None:
        self.move(_MARGIN, max(self.under.height() - self.height() - _MARGIN, 0))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._settle()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.under and event.type() == QEvent.Type.Resize:
            self._settle()
        return super().eventFilter(watched, event)
