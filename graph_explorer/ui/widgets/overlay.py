"""A small frame that floats over another widget, at one of its corners.

The one rule: it keeps its place when either of them changes its size, and covers no more than it needs.
For Qt it is not opaque: what is under it would be painted around it, which takes four times as long.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QFrame, QLayout, QWidget

Corner = Literal["top left", "top right", "bottom left", "bottom right"]

_MARGIN = 12


class Overlay(QFrame):
    """A frame over `under`; what is in it decides its size."""

    def __init__(self, name: str, spoken: str, under: QWidget, corner: Corner = "bottom left") -> None:
        super().__init__(under)
        self.under = under
        self._down, self._right = corner.startswith("bottom"), corner.endswith("right")
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setProperty("look", "overlay")
        under.installEventFilter(self)
        self.hide()

    def hold(self, layout: QLayout) -> None:
        """Lays out what is in it; the frame follows its size."""
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self.setLayout(layout)

    def place(self) -> tuple[float, float, float, float]:
        """Where it is, or soon will be: x, y, width and height."""
        size = self.sizeHint()
        return (*self._corner(size), size.width(), size.height())

    def _corner(self, size: QSize) -> tuple[int, int]:
        x = max(self.under.width() - size.width() - _MARGIN, 0) if self._right else _MARGIN
        y = max(self.under.height() - size.height() - _MARGIN, 0) if self._down else _MARGIN
        return x, y

    def _settle(self) -> None:
        self.move(*self._corner(self.size()))

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._settle()
        return done

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.under and event.type() == QEvent.Type.Resize:
            self._settle()
        return super().eventFilter(watched, event)
