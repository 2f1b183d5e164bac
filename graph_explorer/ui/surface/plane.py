"""The picture of the surface as a widget: it shows, and lets a person point, drag, zoom and turn.

The one rule: the back of the picture is kept as a pixmap until one looks elsewhere; whatever follows a
moving knob or point is painted over it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from graph_explorer.ui.session import Session, State
from graph_explorer.ui.surface.frame import Frame, Window
from graph_explorer.ui.surface.keys import press_key
from graph_explorer.ui.surface.looking import Looking, View, Wish
from graph_explorer.ui.surface.menu import make_menu, tip
from graph_explorer.ui.surface.paint_marks import Pointed
from graph_explorer.ui.surface.plan import Plan, make_plan
from graph_explorer.ui.surface.pointer import Pointer
from graph_explorer.ui.surface.probe import Found, Probing
from graph_explorer.ui.surface.relief import Eye, Relief, make_relief
from graph_explorer.ui.surface.sheet import Sheet, paint_back, paint_front
from graph_explorer.ui.surface.subject import Point, Subject, subject_of
from graph_explorer.ui.theme import theme

Array = np.ndarray[Any, Any]

#: The block is drawn with at most so many pixels while it turns, and with so many a logical one.
_TURNING, _FINEST = 220_000, 0.75
_LOWEST, _STEEPEST = 8.0, 89.0


class Plane(QWidget):
    """Shows the session's surface in its look."""

    #: what is known where one points, or where the document is
    probed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.subject: Subject | None = None
        self.frame: Frame | None = None
        self._plan: Plan | None = None
        self._window_key: Any = None
        self._view: View | None = None
        self._relief: Relief | None = None
        self._back: tuple[View, Any, QPixmap] | None = None
        self._over = Pointed()
        self.found: Found | None = None
        self._pointer = Pointer(self)
        self._probing = Probing(session.jobs, self._show_found, session.say)
        self._looking = Looking(session.jobs, self._viewed, session.say)
        self.setObjectName("surface_plane")
        self.setAccessibleName("Surface")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        session.follow(self.show_state)

    def sizeHint(self) -> QSize:
        return QSize(800, 600)

    @property
    def solid(self) -> bool:
        """Whether the view in three dimensions is shown."""
        return self.session.state.look.solid

    @property
    def shown_frame(self) -> Window | None:
        """The part of the plane for which the picture was computed."""
        return self._view.ground.window if self._view is not None else None

    # ── following the session ─────────────────────────────────────────────────────────────────

    def show_state(self, before: State, now: State) -> None:
        if now.surface is None or now.document is None:
            self._clear()
            return
        parts = ("document", "surface", "here", "race", "paths", "look", "theme", "axes", "ways")
        if self.subject is not None and all(getattr(before, p) is getattr(now, p) for p in parts):
            return
        self.subject = subject_of(now, self.subject, before if self.subject is not None else None)
        key = (now.document.path, self.subject.axes, self.subject.window)
        if key != self._window_key:
            self._window_key, self.frame = key, None
        if self.frame is None or now.surface is not before.surface or self._redrawn(before, now):
            self._place()
        if now.here is not before.here or now.surface is not before.surface or now.look is not before.look:
            self._probe()
        self.update()

    @staticmethod
    def _redrawn(before: State, now: State) -> bool:
        """Whether the ground looks different; another eye alone changes nothing on it."""
        looks = [
            replace(s.look, turn=0.0, tilt=0.0, nearness=1.0, legend=True, minima=True, curvature=True)
            for s in (before, now)
        ]
        return before.theme != now.theme or looks[0] != looks[1]

    def _clear(self) -> None:
        self.subject = self.frame = self._view = self._relief = self._back = self.found = None
        self._window_key, self._over = None, Pointed()
        self._looking.forget()
        self.update()

    # ── where one looks ───────────────────────────────────────────────────────────────────────

    def _place(self) -> None:
        """Fits the plan to the widget, and asks for what is to be seen."""
        if self.subject is None:
            return
        self._plan = make_plan(self.width(), self.height(), self.session.state.look)
        window = self.frame.window if self.frame is not None else self.subject.window
        self.look_at(Frame(window, self._plan.plot))

    def look_at(self, frame: Frame) -> None:
        """Shows another part of the plane."""
        state = self.session.state
        if self.subject is None or state.surface is None:
            return
        self.frame = frame
        if self.isVisible():
            lowest = self.subject.lowest
            wish = Wish(state.surface, frame, state.look, state.theme, self.devicePixelRatioF(), lowest)
            self._looking.look(wish)
        self.update()

    def fit(self) -> None:
        """The window that the document asks for; in three dimensions also the first size."""
        if self.subject is not None and self.frame is not None:
            if self.solid:
                self._see(nearness=1.0)
            self.look_at(replace(self.frame, window=self.subject.window))

    def zoom(self, factor: float, at: Point | None = None) -> None:
        """Larger by `factor` around a point of the widget, the middle of the plot where none is given."""
        if self.frame is None:
            return
        if self.solid:
            self._see(nearness=min(max(self.session.state.look.nearness * factor, 0.3), 6.0))
            self.settle()
            return
        x, y, width, height = self.frame.box
        self.look_at(self.frame.zoomed(factor, *(at or (x + width / 2, y + height / 2))))

    def zoom_in(self) -> None:
        self.zoom(1.4)

    def zoom_out(self) -> None:
        self.zoom(1 / 1.4)

    def _viewed(self, view: View) -> None:
        """A picture of what one looks at is there."""
        self._view = view
        self._relief = None
        if view.block is not None:
            self.settle()
        self.update()

    # ── three dimensions ──────────────────────────────────────────────────────────────────────

    def turn(self, around: float, up: float) -> None:
        """Turns the block by so many degrees."""
        look = self.session.state.look
        self._see(turn=(look.turn + around) % 360, tilt=min(max(look.tilt + up, _LOWEST), _STEEPEST))

    def _see(self, **parts: float) -> None:
        self.session.change(look=replace(self.session.state.look, **parts))  # type: ignore[arg-type]

    def settle(self) -> None:
        """A gesture is over: what was drawn quickly is drawn well."""
        self.unsetCursor()
        view, eye = self._view, self._eye()
        if view is not None and view.block is not None and eye is not None:
            self._looking.smooth(view.block, eye, self.session.state.theme, self._smoothed)

    def _smoothed(self, relief: Relief) -> None:
        if relief.eye == self._eye():
            self._relief = relief
            self.update()

    def _eye(self) -> Eye | None:
        look = self.session.state.look
        return Eye(look.turn, look.tilt, look.nearness, self.frame.box) if self.frame is not None else None

    def _relief_now(self) -> Relief | None:
        """The block as it is seen now, drawn quickly unless it is there already."""
        view, eye = self._view, self._eye()
        if view is None or view.block is None or eye is None:
            return None
        if self._relief is None or self._relief.eye != eye:
            side = theme(self.session.state.theme).color("raised")
            ratio = min(_FINEST, math.sqrt(_TURNING / (eye.box[2] * eye.box[3])))
            self._relief = make_relief(view.block, eye, side, ratio)
        return self._relief

    # ── points ────────────────────────────────────────────────────────────────────────────────

    def move_here(self, point: Point, merge: str) -> None:
        """Sets the document's two parameters."""
        if all(map(math.isfinite, point)):
            self.session.racer.move_to(*point, merge=merge)

    def move_start(self, place: int, point: Point) -> None:
        """Moves a start of the race."""
        starts = list(self.session.state.race.starts)
        starts[place] = point
        self.session.racer.set(starts=tuple(starts))

    def add_start(self, point: Point) -> None:
        """One more start for all methods of the race."""
        self.session.racer.set(self.session.state.race.with_start(point))

    def remove_start(self, place: int) -> None:
        """Takes a start away; the last one stays."""
        self.session.racer.set(self.session.state.race.without_start(place))

    def point(self, over: Pointed) -> None:
        """The pointer is over something else now."""
        if over == self._over:
            return
        self._over = over
        grips = over.here or over.start >= 0
        self.setCursor(Qt.CursorShape.SizeAllCursor if grips else
                       Qt.CursorShape.CrossCursor if over.at else Qt.CursorShape.ArrowCursor)  # fmt: skip
        self._probe()
        self.update()

    def _probe(self) -> None:
        """Finds the numbers at the pointer, or else where the document is."""
        state, subject = self.session.state, self.subject
        at = self._over.at or (subject.here if subject is not None else None)
        if state.surface is None or at is None:
            self._show_found(None)
        else:
            self._probing.ask(state.surface, at, state.look.curvature)

    def _show_found(self, found: Found | None) -> None:
        self.found = found
        self.probed.emit(found)
        self.update()

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def _sheet(self) -> Sheet | None:
        view, subject, frame, plan = self._view, self.subject, self.frame, self._plan
        if view is None or subject is None or frame is None or plan is None:
            return None
        state = self.session.state
        relief = self._relief_now() if state.look.solid else None
        return Sheet(
            plan, frame, subject, state.look, theme(state.theme), view.ground, view.samples, view.arrows,
            relief, self._over, self.found,
        )  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        sheet = self._sheet()
        if sheet is None:
            painter.fillRect(self.rect(), theme(self.session.state.theme).color("panel"))
        else:
            painter.drawPixmap(0, 0, self._kept_back(sheet))
            paint_front(painter, sheet)
        painter.end()

    def _kept_back(self, sheet: Sheet) -> QPixmap:
        """The back of the picture, painted only where something of it has changed."""
        view = self._view
        assert view is not None
        ratio = self.devicePixelRatioF()
        look = replace(sheet.look, turn=0.0, tilt=0.0, nearness=1.0)
        key = (sheet.frame, look, sheet.theme.name, self.size(), ratio, sheet.subject.output)
        if self._back is None or self._back[0] is not view or self._back[1] != key:
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            painter = QPainter(pixmap)
            paint_back(painter, sheet)
            painter.end()
            self._back = (view, key, pixmap)
        return self._back[2]

    # ── events ────────────────────────────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._pointer.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.point(Pointed())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_key(self, event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        over = self._pointer.at(event.pos().toPointF())
        if self.frame is not None:
            menu = make_menu(self, over)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            over = self._pointer.at(event.pos().toPointF())
            QToolTip.showText(event.globalPos(), tip(over, len(self.session.state.race.starts)), self)
            return True
        if isinstance(event, QNativeGestureEvent) and self._pointer.gesture(event):
            return True
        return super().event(event)
