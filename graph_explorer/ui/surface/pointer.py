"""The mouse on the surface: look closer, drag the plane, set and drag points, turn the block.

The one rule: the pointer only finds out what a person means; the plane and the session do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from graph_explorer.ui.surface.paint_marks import Pointed

if TYPE_CHECKING:
    from graph_explorer.ui.surface.plane import Plane

#: Zoom for one notch of a wheel (120 units), and how near to a mark counts as on it, in pixels.
NOTCH, REACH = 1.25, 11.0
#: Degrees that the block turns for a pixel.
TURN = 0.4


class Pointer:
    """Follows the mouse over one plane."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._grip = Pointed()
        self._gesture = 0
        self._clicked = False
        self.dragging = False

    def at(self, position: QPointF) -> Pointed:
        """What is at a point of the widget."""
        plane = self._plane
        x, y = position.x(), position.y()
        frame, subject = plane.frame, plane.subject
        if frame is None or subject is None or plane.solid or not frame.contains(x, y):
            return Pointed()
        place = frame.point(x, y)
        if subject.here is not None and _near(frame.seen(subject.here), x, y):
            return Pointed(here=True, at=place)
        for start, seen in enumerate(frame.seen(subject.starts)):
            if _near(seen, x, y):
                return Pointed(start, at=place)
        return Pointed(at=place)

    def press(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self._pressed = self._last = event.position()
        self._grip = self.at(event.position()) if event.button() == Qt.MouseButton.LeftButton else Pointed()
        self._gesture += 1
        self.dragging = False

    def move(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            self._plane.point(self.at(event.position()))
            return
        moved = event.position() - self._pressed
        if not self.dragging and moved.manhattanLength() < QApplication.startDragDistance():
            return
        self.dragging = True
        way, self._last = event.position() - self._last, event.position()
        self._drag(event.position(), way)

    def _drag(self, position: QPointF, way: QPointF) -> None:
        plane, frame = self._plane, self._plane.frame
        if frame is None:
            return
        if plane.solid:
            plane.turn(way.x() * TURN, way.y() * TURN)
        elif self._grip.here:
            plane.move_here(frame.point(position.x(), position.y()), f"surface drag {self._gesture}")
        elif self._grip.start >= 0:
            plane.move_start(self._grip.start, frame.point(position.x(), position.y()))
        else:
            plane.setCursor(Qt.CursorShape.ClosedHandCursor)
            plane.look_at(frame.moved(way.x(), way.y()))

    def release(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        self._clicked = False
        if self.dragging:
            self.dragging = False
            self._plane.settle()
        elif event.button() == Qt.MouseButton.LeftButton and self._grip.at and not self._grip.here:
            self._clicked = self._grip.start < 0
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._clicked = False
                self._plane.add_start(self._grip.at)
            elif self._clicked:
                self._plane.move_here(self._grip.at, "")
        self._plane.point(self.at(event.position()))

    def double_click(self, event: QMouseEvent) -> None:
        """Shows the whole window again; the point that its first click set goes back."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._clicked:
            self._clicked = False
            self._plane.session.undo.undo()
        self._plane.fit()

    def wheel(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self._plane.zoom(NOTCH ** (turned / 120), (event.position().x(), event.position().y()))
            event.accept()

    def gesture(self, event: QNativeGestureEvent) -> bool:
        """Two fingers moving apart zoom."""
        if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._plane.zoom(1 + event.value(), (event.position().x(), event.position().y()))
        return True


def _near(seen: np.ndarray, x: float, y: float) -> bool:
    return bool(np.hypot(seen[0] - x, seen[1] - y) <= REACH)
