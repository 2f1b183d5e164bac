"""The graph view: one widget that shows the session's graph and run, and lets a person move in it.

The one rule: the view keeps no knowledge of its own. It holds a stage (what is where, and known), a
camera, a kept picture of both, and marks over it; a change of state replaces only what it touches.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessibleInterface,
    QContextMenuEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from graph_explorer.engine.graph import Use
from graph_explorer.ui.canvas import moving
from graph_explorer.ui.canvas.arranging import Choice
from graph_explorer.ui.canvas.artist import Artist
from graph_explorer.ui.canvas.camera import Camera, Point, fitted
from graph_explorer.ui.canvas.cards import Style, style_font
from graph_explorer.ui.canvas.crumbs import Crumbs
from graph_explorer.ui.canvas.describe import describe, describe_event, describe_line
from graph_explorer.ui.canvas.eye import Eye, Framing
from graph_explorer.ui.canvas.keys import press_key
from graph_explorer.ui.canvas.marks import Flight, Marks, marks_boxes, paint_marks
from graph_explorer.ui.canvas.menu import make_menu
from graph_explorer.ui.canvas.minimap import Minimap
from graph_explorer.ui.canvas.pointer import Pointer, Target
from graph_explorer.ui.canvas.reading import announce, install
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.shown import Shown
from graph_explorer.ui.finding.bar import FindBar
from graph_explorer.ui.groups import inside
from graph_explorer.ui.health.legend import HeatLegend
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.trail import Place

_ZOOM_STEP = 1.4
#: How small all of a graph can be made, as a share of what fits into the window.
_FARTHEST = 0.25


class GraphView(QWidget):
    """Shows the graph of the session's document at the session's time."""

    #: the scale has changed: screen pixels a scene pixel
    zoomed = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._choosing = self._travelling = False
        self._corner_before = QPoint()
        self._stepping = False  # whether a step was taken since the document was opened
        self._marks = Marks()
        self._marked = QRegion()
        self._sought = ""  # what is to be brought into sight once it is arranged
        self.trail = session.trail
        self.eye = Eye(self, self.zoomed.emit, lambda: self.map.look(self.camera), lambda: self.map.seen)
        self.artist = Artist(session.state.theme)
        self.pointer = Pointer(self)
        self.shown = Shown(self)
        #: what a screen reader is told, once one asks
        self.reading: QAccessibleInterface | None = None
        install(GraphView)
        self.setObjectName("graph-view")
        self.setAccessibleName("Graph")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.map = Minimap(self, self._centre_on)
        self.legend = HeatLegend(session, self)
        self.crumbs = Crumbs(session, self)
        self.finder = FindBar(session, self)
        session.follow(self._show)

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    # ── what is shown ─────────────────────────────────────────────────────────────────────────

    @property
    def camera(self) -> Camera:
        """From where the scene is seen."""
        return self.eye.camera

    @property
    def direction(self) -> Choice:
        """Which way the graph is to flow."""
        return self.shown.direction

    @property
    def settled(self) -> bool:
        """Whether the picture is finished: a large one is painted in several frames."""
        return self.eye.settled

    @property
    def scene(self) -> Scene | None:
        """Where everything is right now; None while nothing is shown."""
        return self.shown.stage.scene if self.shown.stage is not None else None

    @property
    def groups(self) -> frozenset[str]:
        """The paths of all groups of the graph that is shown."""
        return frozenset(self.shown.stage.graph.groups) if self.shown.stage is not None else frozenset()

    @property
    def selected(self) -> str:
        """The name of the card or frame that stands for the selection, "" if there is none."""
        return self._marks.selected

    @property
    def present(self) -> str:
        """The name of the card at which the last event happened, "" before the first."""
        marked = self._marks.present
        return (
            self.shown.stage.scene.cards.ids[marked.card] if self.shown.stage is not None and marked else ""
        )

    def drawn(self, name: str) -> str:
        """The name of the card or frame that stands for a node or group."""
        return self.shown.stage.drawn(name) if self.shown.stage is not None else ""

    # ── following the session ─────────────────────────────────────────────────────────────────

    def _show(self, before: State, now: State) -> None:
        if now.theme != before.theme:
            self.artist = Artist(now.theme)
            self.eye.forget()
        if now.document is None:
            self._marks = Marks()
            self.shown.clear()
            self.setAccessibleDescription("No document is open.")
            self.update()
            return
        self._remember(before, now)
        if now.direction != before.direction:
            self.eye.framing = "opening"
        parts = ("document", "trace", "collapsed", "entered", "asked", "moved", "direction")
        if any(getattr(now, part) is not getattr(before, part) for part in parts):
            self.shown.arrange(before, now)
        if self.shown.stage is None or self.shown.stage.graph is not now.graph:
            return  # the picture of the graph before stays until the new one is laid out
        self.shown.show_run(before, now)
        if now.time != before.time and now.trace is before.trace:
            self._stepping = True
            self._follow_step()
        quiet = self._choosing or self._travelling or now.selection == inside(now)
        if now.selection and now.selection != before.selection and not quiet:
            self.reveal(now.selection)
        looked_at = [(s.time, s.trace, s.selection, s.edge) for s in (before, now)]
        if looked_at[0] != looked_at[1]:
            sentences = describe(now, now.selection)
            self.setAccessibleDescription(" ".join([*sentences, describe_event(now.event)]))
            chosen = now.selection != before.selection or now.edge is not before.edge
            announce(self, " ".join(sentences) if chosen else describe_event(now.event))

    def _centre_on(self, point: Point) -> None:
        """Moves the picture so that a scene point is in the middle."""
        self.eye.jump(self.camera.with_point(point, (self.width() / 2, self.height() / 2)))
        self.show_marks()

    def _remember(self, before: State, now: State) -> None:
        """Keeps where one has been, as long as it is the same document."""
        if now.saved is not before.saved:
            self._stepping = False
            self.trail.clear()
        elif (before.selection, before.edge) != (now.selection, now.edge) and not self._travelling:
            places = [
                Place(state.selection, state.edge, self.camera, state.entered) for state in (before, now)
            ]
            self.trail.visit(*places)

    def _follow_step(self) -> None:
        """Brings the present step into sight, if it is not."""
        marked = self._marks.present
        if marked is not None and self.shown.stage is not None and not self.pointer.dragging:
            names = [
                self.shown.stage.scene.cards.ids[card] for card in (marked.card, marked.into) if card >= 0
            ]
            self._bring_into_sight(names, self.eye.framing)

    def describe(self, name: str) -> str:
        """What the picture shows of a node or group, as sentences."""
        return " ".join(describe(self.session.state, name))

    # ── acts ──────────────────────────────────────────────────────────────────────────────────

    def choose(self, target: Target) -> None:
        """Selects what is meant: a card, a group, an edge, or nothing."""
        self._choosing = True
        try:
            if target.line >= 0 and self.shown.stage is not None:
                _, node, index = self.shown.stage.scene.layout.line(target.line).members[0]
                self.session.change(selection=node, edge=Use(node, index))
            else:
                self.session.change(selection=target.name, edge=None)
        finally:
            self._choosing = False

    def go_back(self, steps: int = 1) -> None:
        """To what was selected before, and from where it was seen; forward for a negative number."""
        graph = self.session.state.graph
        for _ in range(abs(steps)):
            place = self.trail.travel(steps > 0, self.camera, graph)
            if place is None:
                return
            self._travelling = True
            self.trail.leave(place.entered[-1] if place.entered else "", place.camera)
            self.session.change(selection=place.selection, edge=place.edge, entered=place.entered)
            self._travelling = False
            self._go(place.camera)

    def set_direction(self, direction: Choice) -> None:
        """Lets the graph flow "down" or "right", or whichever suits the window ("auto")."""
        moving.turn(self.session, direction)

    def fit(self) -> None:
        """Shows the whole graph."""
        self.shown.again()
        if self.shown.goal is not None:
            self._go(fitted(self.shown.goal.bounds, *self.eye.room), "whole")

    def zoom_in(self) -> None:
        self._go(self._zoomed(_ZOOM_STEP, (self.width() / 2, self.height() / 2)))

    def zoom_out(self) -> None:
        self._go(self._zoomed(1 / _ZOOM_STEP, (self.width() / 2, self.height() / 2)))

    def zoom(self, factor: float, at: Point) -> None:
        """Zooms at once; what is at the point `at` of the widget stays there."""
        self.shown.gliding.finish()
        self.eye.jump(self._zoomed(factor, at))
        self._marked = QRegion(self.rect())  # all is repainted, and the marks are elsewhere

    def _zoomed(self, factor: float, at: Point) -> Camera:
        """The camera nearer or farther, but not so far that the whole graph is a spot."""
        if factor < 1 and self.shown.goal is not None:
            least = _FARTHEST * fitted(self.shown.goal.bounds, *self.eye.room).scale
            factor = max(factor, min(least / self.camera.scale, 1.0))
        return self.camera.zoomed(factor, at)

    def pan(self, dx: float, dy: float) -> None:
        """Moves the picture by screen pixels."""
        self.shown.gliding.finish()
        self.eye.jump(self.camera.moved(dx, dy))
        self._marked = QRegion(self.rect())

    def zoom_to(self, name: str) -> None:
        """Shows a node or group as large as it fits."""
        box = self.shown.goal.box_of(self.drawn(name)) if self.shown.goal is not None else None
        if box is not None:
            self._go(fitted(box, *self.eye.room))

    def reveal(self, name: str) -> None:
        """Moves the picture, if it has to, so that a node or group is in sight once it stands."""
        self._sought = name
        if not self.shown.gliding.running and not self.session.jobs.busy("layout"):
            self.reveal_sought()

    def reveal_sought(self) -> None:
        """Brings into sight what was to be revealed while the picture was being arranged."""
        name, self._sought = self._sought, ""
        if name:
            self._bring_into_sight([self.drawn(name)])

    def _bring_into_sight(self, names: Iterable[str], framing: Framing = "") -> None:
        if self.shown.goal is not None:
            boxes = [box for box in map(self.shown.goal.box_of, names) if box is not None]
            over = (self.finder, self.crumbs, self.map, self.legend)
            covered = [one.place() for one in over if not one.isHidden()]
            self.eye.keep(boxes, self.shown.goal.bounds, framing, self.shown.moves, covered)

    def _go(self, camera: Camera, framing: Framing = "") -> None:
        """To another camera, smoothly."""
        self.shown.gliding.finish()
        self.eye.go(camera, framing, self.shown.moves)

    def resizeEvent(self, event: QResizeEvent) -> None:
        eye = self.eye
        self.shown.fit_room()
        if self.shown.goal is not None and eye.framing:
            eye.motion.drop()
            eye.look(self.shown.framed())
            if self._stepping:
                self._follow_step()
        elif event.oldSize().isValid():
            grown, pushed = event.size() - event.oldSize(), self._corner() - self._corner_before
            eye.look(
                self.camera.moved(
                    -pushed.x() if pushed.x() else grown.width() / 2,
                    -pushed.y() if pushed.y() else grown.height() / 2,
                )
            )
        self._corner_before = self._corner()

    def _corner(self) -> QPoint:
        """Where its upper left corner is in the window: a bar above it pushes it, and the picture stays."""
        return self.mapTo(self.window(), QPoint())

    def hideEvent(self, event: QHideEvent) -> None:
        self.shown.finish()

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def show_marks(self, flights: tuple[Flight, ...] = ()) -> None:
        """Puts the marks where the state wants them, and repaints what they covered and cover."""
        stage, state = self.shown.stage, self.session.state
        if stage is None:
            return
        shown = state.trace is stage.trace
        self._marks = Marks(
            stage.present(state.time) if shown else None,
            stage.drawn(state.selection) if state.edge is None else "",
            stage.line_of(state.edge),
            self.pointer.target.name,
            self.pointer.target.line,
            flights,
        )
        region = QRegion()
        for box in marks_boxes(self._marks, stage.scene, self.camera, (0.0, 0.0, *self.eye.room)):
            region += QRectF(*box).toAlignedRect()
        self.update(region + self._marked)
        self._marked = region

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:  # ended whatever happens: one left open takes the process along
            self._paint(painter, event.region())

    def _paint(self, painter: QPainter, region: QRegion) -> None:
        ink, stage = self.artist.ink, self.shown.stage
        if stage is not None:
            self.eye.paint(painter, region, stage, self.artist)
            paint_marks(painter, self._marks, stage.scene, self.camera, (0.0, 0.0, *self.eye.room), ink)
            return
        painter.fillRect(self.rect(), ink.color("window"))
        graph = self.session.state.graph
        if graph is not None:
            painter.setFont(style_font(Style.NAME))
            painter.setPen(ink.pen("muted"))
            count = f"{len(graph):,} nodes".replace(",", "\u2009")
            said = f"Arranging {count} …" if self.shown.asked is not None else f"{count}, not arranged"
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, said)

    # ── events ────────────────────────────────────────────────────────────────────────────────

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.pointer.wheel(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer.point(Target())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_key(self, event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            self.choose(self.pointer.at(event.pos().toPointF()))
        menu = make_menu(self, self.selected, self.session.state.edge)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(self.pointer.at(event.pos().toPointF())), self)
            return True
        if isinstance(event, QNativeGestureEvent) and self.pointer.gesture(event):
            return True
        return super().event(event)

    def _tip(self, target: Target) -> str:
        if target.line >= 0 and self.shown.stage is not None:
            return describe_line(self.shown.stage.scene.layout.line(target.line).members)
        return "\n".join(describe(self.session.state, target.name))
