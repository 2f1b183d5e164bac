"""The mouse on the canvas: pan, zoom, point, select, open and close groups.

The one rule: the pointer only finds out what a person means; the view and the session do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from graph_explorer.ui import groups
from graph_explorer.ui.canvas import moving
from graph_explorer.ui.canvas.camera import Point
from graph_explorer.ui.canvas.detail import Distance, distance_at
from graph_explorer.ui.canvas.titles import name_at
from graph_explorer.ui.finding.acts import show_paths

if TYPE_CHECKING:
    from graph_explorer.ui.canvas.view import GraphView

#: Zoom for one notch of a wheel (120 units), and how near to a line counts as on it, in screen pixels.
NOTCH = 1.25
REACH = 6.0


@dataclass(frozen=True)
class Target:
    """What is at a point: a card or group by name, or a line by its place; neither is the background.

    `inside` is the innermost open group around the point.
    """

    name: str = ""
    line: int = -1
    inside: str = ""


class Pointer:
    """Follows the mouse over one view."""

    def __init__(self, view: GraphView) -> None:
        self._view = view
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self.dragging = False
        self.target = Target()
        #: where a group was opened or closed, until that is seen
        self.toggled: Point | None = None
        #: the box that is moved by hand, and where on it the hand holds it, from its middle in scene pixels
        self._held, self._grip = "", (0.0, 0.0)

    def at(self, position: QPointF) -> Target:
        """What is at a point of the widget."""
        scene = self._view.scene
        if scene is None:
            return Target()
        camera = self._view.camera
        x, y = camera.scene((position.x(), position.y()))
        inside = scene.frames.at(x, y)
        name = name_at(scene.frames, camera, position.x(), position.y())
        if name:  # it stands over lines and cards
            return Target(name, inside=inside)
        card = scene.card_at(x, y)
        if card >= 0:
            return Target(scene.cards.ids[card], inside=inside)
        if distance_at(camera.scale) is Distance.POINTS:  # lines are everywhere; what one sees is a group
            return Target(inside, inside=inside)
        line = scene.line_at(x, y, REACH / camera.scale)
        title = scene.frames.at(x, y, title_only=True) if line < 0 else ""
        return Target(title, line, inside)

    def press(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._last = event.position()
            self.dragging = False
            self._hold(event)
        elif event.button() in (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton):
            self._view.go_back(1 if event.button() == Qt.MouseButton.BackButton else -1)

    def move(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            self.point(self.at(event.position()))
            return
        moved = event.position() - self._pressed
        if not self.dragging and moved.manhattanLength() < QApplication.startDragDistance():
            return
        if not self.dragging:
            self.dragging = True
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        way = event.position() - self._last
        self._last = event.position()
        if self._held:
            self._carry()
        else:
            self._view.pan(way.x(), way.y())

    def release(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        if self.dragging:
            self.dragging = False
            self._view.unsetCursor()
            if self._held:
                moving.place(self._view.session, self._held, self._carried_to())
        elif event.button() == Qt.MouseButton.LeftButton:
            self._choose(self.at(pressed), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _hold(self, event: QMouseEvent) -> None:
        """With Shift a box is taken hold of, rather than the picture."""
        scene, name = self._view.scene, self.at(event.position()).name
        held = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and scene is not None
        self._held = name if held and scene is not None and scene.place(name) >= 0 else ""
        if self._held and scene is not None:
            x, y = self._view.camera.scene((event.position().x(), event.position().y()))
            middle = moving.middle_of(scene, self._held)
            self._grip = x - middle[0], y - middle[1]

    def _carried_to(self) -> Point:
        """Where the middle of the box is that the hand moves."""
        x, y = self._view.camera.scene((self._last.x(), self._last.y()))
        return x - self._grip[0], y - self._grip[1]

    def _carry(self) -> None:
        scene = self._view.scene
        if scene is not None and scene.place(self._held) >= 0 and len(scene) <= moving.MOST_LIVE:
            self._view.shown.preview(moving.with_box_at(scene, self._held, self._carried_to()))

    def _choose(self, target: Target, shift: bool) -> None:
        """Selects what is meant; with Shift it shows the paths from the selection to it as well."""
        before = self._view.selected
        self._view.choose(target)
        if shift and before and target.name and target.name != before:
            show_paths(self._view.session, before, target.name)

    def double_click(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        target = self.at(event.position())
        view = self._view
        group = target.name if target.name in view.groups else target.inside
        if group and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            groups.enter(view.session, group)
        elif target.name in view.groups or (target.inside and not target.name and target.line < 0):
            self.toggled = event.position().x(), event.position().y()
            view.session.toggle_group(target.name or target.inside)
        elif not target.name and target.line < 0:
            view.fit()

    def wheel(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            at = event.position()
            self._view.zoom(NOTCH ** (turned / 120), (at.x(), at.y()))
            event.accept()

    def gesture(self, event: QNativeGestureEvent) -> bool:
        """Two fingers moving apart zoom."""
        if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
            return False
        at = event.position()
        self._view.zoom(1 + event.value(), (at.x(), at.y()))
        return True

    def point(self, target: Target) -> None:
        """The pointer is over something else now."""
        if target != self.target:
            self.target = target
            over = target.name or target.line >= 0
            self._view.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            self._view.show_marks()

    def forget(self) -> None:
        """Other things are on screen now; the next move finds out what the pointer is over."""
        self.target, self.toggled = Target(), None
