"""The graph view: one widget that shows the session's graph and run, and lets a person move in it.

The one rule: the view keeps no knowledge of its own. It holds a stage (what is where, and known), a
camera, a kept picture of both, and marks over it; a change of state replaces only what it touches.
"""

from __future__ import annotations

import time as clock
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEasingCurve, QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
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

from graph_explorer.engine.graph import Graph, Use
from graph_explorer.layout import Layout
from graph_explorer.ui.canvas.arranging import Arranged, Arranger, Choice, Wanted
from graph_explorer.ui.canvas.artist import Artist
from graph_explorer.ui.canvas.camera import Camera, Point, fitted
from graph_explorer.ui.canvas.cards import Style, style_font
from graph_explorer.ui.canvas.crumbs import Crumbs
from graph_explorer.ui.canvas.describe import describe, describe_event, describe_line
from graph_explorer.ui.canvas.eye import Eye, Framing
from graph_explorer.ui.canvas.flights import flights_between
from graph_explorer.ui.canvas.glide import MOST, nearest_kept, on_the_way, origins, toggled_kept
from graph_explorer.ui.canvas.keys import press_key
from graph_explorer.ui.canvas.marks import Flight, Marks, marks_boxes, paint_marks
from graph_explorer.ui.canvas.menu import make_menu
from graph_explorer.ui.canvas.minimap import Minimap
from graph_explorer.ui.canvas.motion import Motion
from graph_explorer.ui.canvas.moving import positions
from graph_explorer.ui.canvas.pointer import Pointer, Target
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.canvas.stage import Stage
from graph_explorer.ui.canvas.trail import Place, Trail
from graph_explorer.ui.canvas.warmth import Warmth, warmth_of
from graph_explorer.ui.finding.bar import FindBar
from graph_explorer.ui.groups import inside
from graph_explorer.ui.health.legend import HeatLegend
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.state import NOTHING_MOVED

_ZOOM_STEP = 1.4
#: Two changes of time within so many seconds are scrubbing or fast playing: nothing flies then.
_RAPID = 0.3
#: Graphs of no more cards than this choose their direction anew when the window's size changes.
_RESPONSIVE = 80
_SMOOTH = QEasingCurve.Type.InOutCubic


class GraphView(QWidget):
    """Shows the graph of the session's document at the session's time."""

    #: the scale has changed: screen pixels a scene pixel
    zoomed = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.direction: Choice = "auto"
        self._stage: Stage | None = None
        self._layout: Layout | None = None  # of the goal, as if nothing had been moved by hand
        self._goal: Scene | None = None  # the scene to which the shown one glides, or itself
        self._asked: Wanted | None = None
        self._fresh = True  # whether the next layout is of another document
        self._stepped_at = 0.0
        self._choosing = self._travelling = False
        self._warm: tuple[tuple[Any, ...], Warmth | None] | None = None  # what the heat is made of, and it
        self._marks = Marks()
        self._marked = QRegion()
        self._trail = Trail()
        self._eye = Eye(self, self.zoomed.emit, lambda: self.map.look(self.camera))
        self._room = self._eye.room  # for which the direction of the graph is chosen
        self._artist = Artist(session.state.theme)
        self._pointer = Pointer(self)
        self._glide_motion = Motion(self, 260, _SMOOTH)
        self._flight_motion = Motion(self, 260, _SMOOTH)
        self._arranger = Arranger(session.jobs, self._arranged, session.say)
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
        return self._eye.camera

    @property
    def settled(self) -> bool:
        """Whether the picture is finished: a large one is painted in several frames."""
        return self._eye.settled

    @property
    def scene(self) -> Scene | None:
        """Where everything is right now; None while nothing is shown."""
        return self._stage.scene if self._stage is not None else None

    @property
    def groups(self) -> frozenset[str]:
        """The paths of all groups of the graph that is shown."""
        return frozenset(self._stage.graph.groups) if self._stage is not None else frozenset()

    @property
    def selected(self) -> str:
        """The name of the card or frame that stands for the selection, "" if there is none."""
        return self._marks.selected

    @property
    def present(self) -> str:
        """The name of the card at which the last event happened, "" before the first."""
        marked = self._marks.present
        return self._stage.scene.cards.ids[marked.card] if self._stage is not None and marked else ""

    def drawn(self, name: str) -> str:
        """The name of the card or frame that stands for a node or group."""
        return self._stage.drawn(name) if self._stage is not None else ""

    @property
    def _lit(self) -> frozenset[str] | None:
        """The nodes that a filter leaves bright; None where there is no filter."""
        found = self.session.state.found
        return found.lit if found is not None else None

    @property
    def _moves(self) -> bool:
        return self.session.state.motion and self.isVisible()

    # ── following the session ─────────────────────────────────────────────────────────────────

    def _show(self, before: State, now: State) -> None:
        if now.theme != before.theme:
            self._artist = Artist(now.theme)
            self._eye.spoil()
        if now.document is None:
            self._clear()
            return
        self._remember(before, now)
        parts = ("document", "trace", "collapsed", "entered", "asked", "moved")
        if any(getattr(now, part) is not getattr(before, part) for part in parts):
            self._arrange(before, now)
        if self._stage is None or self._stage.graph is not now.graph:
            return  # the picture of the graph before stays until the new one is laid out
        self._show_run(before, now)
        quiet = self._choosing or self._travelling
        if now.selection and now.selection != before.selection and not quiet:
            self.reveal(now.selection)
        looked_at = [(s.time, s.trace, s.selection, s.edge) for s in (before, now)]
        if looked_at[0] != looked_at[1]:
            self.setAccessibleDescription(
                " ".join([*describe(now, now.selection), describe_event(now.event)])
            )

    def _clear(self) -> None:
        for motion in (self._eye.motion, self._glide_motion, self._flight_motion):
            motion.drop()
        self._stage = self._goal = self._asked = self._layout = None
        self.map.show_stage(None, self._artist, False)
        self._fresh, self._marks = True, Marks()
        self.session.jobs.cancel("layout")
        self.setAccessibleDescription("No document is open.")
        self.update()

    def _arrange(self, before: State, now: State) -> None:
        assert now.document is not None
        wanted = Wanted(
            now.document, now.trace, now.collapsed, self.direction, self._room, positions(now), now.asked,
            inside(now),
        )  # fmt: skip
        if self._asked is not None and self._asked.same_as(wanted):
            return
        self._asked = wanted
        self._fresh = self._fresh or (before.graph is not now.graph and now.saved is not before.saved)
        if before.entered != now.entered:
            self._fresh = True
            self._trail.leave(inside(before), self.camera)
        previous = None if self._fresh else self._layout
        self._arranger.ask(wanted, previous)
        self.update()

    def _arranged(self, wanted: Wanted, found: Arranged) -> None:
        """A layout is there: go to it."""
        self._glide_motion.finish()
        self._flight_motion.finish()
        scene, self._layout = found.scene, found.layout
        before, self._goal = self._goal, scene
        now = self.session.state
        trace = now.trace if now.graph is wanted.graph else wanted.trace
        start, self._stage = self._stage, Stage(scene, trace, found.progress)
        time = min(now.time, trace.length) if trace is not None else 0
        self._stage.show(trace, time, now.breakpoints, self._lit, self._warmth())
        self._eye.spoil()
        if start is None or before is None or self._fresh:
            seen = self._trail.seen(wanted.entered)
            self._fresh, self._eye.framing = False, "" if seen is not None else "opening"
            self._eye.motion.drop()
            self._eye.look(seen or self._framed())
        else:
            self._glide(before, scene)
        self._pointer.forget()
        self._show_map()
        self.show_marks()

    def _glide(self, before: Scene, now: Scene) -> None:
        self._eye.motion.finish()
        start = self.camera
        kept = toggled_kept(before, now, start)
        if kept is None and not self._eye.shows_all(before.bounds):
            kept = nearest_kept(before, now, start, self._eye.room)
        self._eye.framing = "" if kept is not None else self._eye.framing or "opening"
        end = kept or self._framed()
        away = origins(before, now)

        def step(share: float) -> None:
            if self._stage is not None:
                self._stage.scene = now if share == 1.0 else on_the_way(before, now, away, share)
                self._eye.camera = start.between(end, share)
                self._eye.spoil()

        def done() -> None:
            self._eye.look(end)
            self._show_map()
            self.show_marks()

        self._glide_motion.start(step, done, self._moves and len(now) <= MOST)

    def _show_run(self, before: State, now: State) -> None:
        """Shows the present run at the present time; a single step lets its numbers fly first."""
        assert self._stage is not None
        stepped = now.time != before.time or now.trace is not before.trace
        if not stepped and self._flight_motion.running:
            self.show_marks()
            return
        self._flight_motion.finish()
        flights: tuple[Flight, ...] = ()
        same = now.trace is not None and now.trace is before.trace
        if stepped and same and self._moves and not self._glide_motion.running:
            quick = clock.monotonic() - self._stepped_at < _RAPID
            assert now.trace is not None
            flights = () if quick else flights_between(self._stage.scene, now.trace, before.time, now.time)
        if stepped:
            self._stepped_at = clock.monotonic()
        if not flights:
            self._show_time(now)
        else:
            self._flight_motion.start(
                lambda share: self.show_marks(tuple(replace(flight, share=share) for flight in flights)),
                lambda: self._show_time(self.session.state), True,
            )  # fmt: skip
        self.show_marks(flights)
        if now.time != before.time and now.trace is before.trace:
            self._follow_step()

    def _show_map(self) -> None:
        self.map.show_stage(self._stage, self._artist, self.session.state.minimap)

    def _centre_on(self, point: Point) -> None:
        """Moves the picture so that a scene point is in the middle."""
        self._eye.jump(self.camera.with_point(point, (self.width() / 2, self.height() / 2)))
        self.show_marks()

    def _remember(self, before: State, now: State) -> None:
        """Keeps where one has been, as long as it is the same document."""
        if now.saved is not before.saved:
            self._trail.clear()
        elif (before.selection, before.edge) != (now.selection, now.edge) and not self._travelling:
            places = [
                Place(state.selection, state.edge, self.camera, state.entered) for state in (before, now)
            ]
            self._trail.visit(*places)

    def _show_time(self, now: State) -> None:
        if self._stage is None or now.graph is not self._stage.graph:
            return
        changed = self._stage.show(now.trace, now.time, now.breakpoints, self._lit, self._warmth())
        self._eye.spoil(changed)
        self._show_map()
        self.show_marks()

    def _warmth(self) -> Warmth | None:
        """The heat on the cards that are shown; the same as long as nothing of it has changed."""
        state, stage = self.session.state, self._stage
        health = state.health if state.heat else None
        if (
            stage is None
            or stage.trace is None
            or health is None
            or health.trace.plan is not stage.trace.plan
        ):
            return None
        key = (state.heat, health, state.difference, stage.scene.cards)
        if self._warm is None or any(a is not b for a, b in zip(self._warm[0], key, strict=True)):
            self._warm = key, warmth_of(*key)
        return self._warm[1]

    def _follow_step(self) -> None:
        """Brings the present step into sight, if it is not."""
        marked = self._marks.present
        if marked is not None and self._stage is not None and not self._pointer.dragging:
            names = [self._stage.scene.cards.ids[card] for card in (marked.card, marked.into) if card >= 0]
            self._bring_into_sight(names, self._eye.framing)

    def describe(self, name: str) -> str:
        """What the picture shows of a node or group, as sentences."""
        return " ".join(describe(self.session.state, name))

    def preview(self, scene: Scene) -> None:
        """Shows boxes elsewhere, while a hand moves them."""
        if self._stage is not None:
            self._glide_motion.finish()
            self._stage.scene = self._goal = scene
            self._eye.framing = ""
            self._eye.spoil()
            self.show_marks()

    # ── acts ──────────────────────────────────────────────────────────────────────────────────

    def choose(self, target: Target) -> None:
        """Selects what is meant: a card, a group, an edge, or nothing."""
        self._choosing = True
        try:
            if target.line >= 0 and self._stage is not None:
                _, node, index = self._stage.scene.layout.line(target.line).members[0]
                self.session.change(selection=node, edge=Use(node, index))
            else:
                self.session.change(selection=target.name, edge=None)
        finally:
            self._choosing = False

    def go_back(self, steps: int = 1) -> None:
        """To what was selected before, and from where it was seen; forward for a negative number."""
        graph = self.session.state.graph
        for _ in range(abs(steps)):
            place = self._trail.travel(steps > 0, self.camera, lambda found: _is_in(graph, found))
            if place is None:
                return
            self._travelling = True
            self._trail.leave(place.entered[-1] if place.entered else "", place.camera)
            self.session.change(selection=place.selection, edge=place.edge, entered=place.entered)
            self._travelling = False
            self._go(place.camera)

    def set_direction(self, direction: Choice) -> None:
        """Lets the graph flow "down" or "right", or whichever suits the window ("auto")."""
        if direction != self.direction:
            self.direction, self._eye.framing = direction, "opening"
            self.session.change(moved=NOTHING_MOVED)  # they were meant for another picture
            if self.session.state.document is not None:
                self._arrange(self.session.state, self.session.state)

    def fit(self) -> None:
        """Shows the whole graph."""
        if self._goal is not None:
            self._go(fitted(self._goal.bounds, *self._eye.room), "whole")

    def zoom_in(self) -> None:
        self._go(self.camera.zoomed(_ZOOM_STEP, (self.width() / 2, self.height() / 2)))

    def zoom_out(self) -> None:
        self._go(self.camera.zoomed(1 / _ZOOM_STEP, (self.width() / 2, self.height() / 2)))

    def zoom(self, factor: float, at: Point) -> None:
        """Zooms at once; what is at the point `at` of the widget stays there."""
        self._eye.jump(self.camera.zoomed(factor, at))
        self.show_marks()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the picture by screen pixels."""
        self._eye.jump(self.camera.moved(dx, dy))
        self.show_marks()

    def zoom_to(self, name: str) -> None:
        """Shows a node or group as large as it fits."""
        box = self._goal.box_of(self.drawn(name)) if self._goal is not None else None
        if box is not None:
            self._go(fitted(box, *self._eye.room))

    def reveal(self, name: str) -> None:
        """Moves the picture, if it has to, so that a node or group is in sight."""
        self._bring_into_sight([self.drawn(name)])

    def _bring_into_sight(self, names: Iterable[str], framing: Framing = "") -> None:
        if self._goal is not None:
            boxes = [box for box in map(self._goal.box_of, names) if box is not None]
            bar = self.finder.geometry()
            covered = None if self.finder.isHidden() else (bar.x(), bar.y(), bar.width(), bar.height())
            self._eye.keep(boxes, self._goal.bounds, framing, self._moves, covered)

    def _framed(self) -> Camera:
        """The camera that keeps in sight what the view has to keep there by itself."""
        assert self._goal is not None
        assert self._stage is not None
        output = self._goal.box_of(self.drawn(self._goal.cards.deck.output))
        return self._eye.framed(self._goal.bounds, output)

    def _go(self, camera: Camera, framing: Framing = "") -> None:
        """To another camera, smoothly."""
        self._glide_motion.finish()
        self._eye.go(camera, framing, self._moves)

    def resizeEvent(self, event: QResizeEvent) -> None:
        eye = self._eye
        if eye.framing == "opening":
            self._room = eye.room
        if self._goal is not None and eye.framing:
            eye.motion.drop()
            if eye.framing == "opening" and self.direction == "auto" and len(self._goal) <= _RESPONSIVE:
                self._fresh = True  # the other direction may suit the window better now
                self._arrange(self.session.state, self.session.state)
            eye.look(self._framed())
            self._follow_step()
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            eye.look(self.camera.moved(grown.width() / 2, grown.height() / 2))

    def hideEvent(self, event: QHideEvent) -> None:
        for motion in (self._eye.motion, self._glide_motion, self._flight_motion):
            motion.finish()

    # ── painting ──────────────────────────────────────────────────────────────────────────────

    def show_marks(self, flights: tuple[Flight, ...] = ()) -> None:
        """Puts the marks where the state wants them, and repaints what they covered and cover."""
        stage, state = self._stage, self.session.state
        if stage is None:
            return
        shown = state.trace is stage.trace
        self._marks = Marks(
            stage.present(state.time) if shown else None,
            stage.drawn(state.selection) if state.edge is None else "",
            stage.line_of(state.edge),
            self._pointer.target.name,
            self._pointer.target.line,
            flights,
        )
        region = QRegion()
        for box in marks_boxes(self._marks, stage.scene, self.camera):
            region += QRectF(*box).toAlignedRect()
        self.update(region + self._marked)
        self._marked = region

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self._artist.ink
        stage = self._stage
        if stage is None:
            painter.fillRect(self.rect(), ink.color("window"))
            if self._asked is not None:
                painter.setFont(style_font(Style.NAME))
                painter.setPen(ink.pen("muted"))
                count = f"{len(self._asked.graph):,}".replace(",", "\u2009")
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, f"Arranging {count} nodes …")
            return
        self._eye.paint(painter, event.region(), stage, self._artist)
        paint_marks(painter, self._marks, stage.scene, self.camera, ink)

    # ── events ────────────────────────────────────────────────────────────────────────────────

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
        self._pointer.point(Target())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not press_key(self, event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            self.choose(self._pointer.at(event.pos().toPointF()))
        menu = make_menu(self, self.selected, self.session.state.edge)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(self._pointer.at(event.pos().toPointF())), self)
            return True
        if isinstance(event, QNativeGestureEvent) and self._pointer.gesture(event):
            return True
        return super().event(event)

    def _tip(self, target: Target) -> str:
        if target.line >= 0 and self._stage is not None:
            return describe_line(self._stage.scene.layout.line(target.line).members)
        return "\n".join(describe(self.session.state, target.name))


def _is_in(graph: Graph | None, place: Place) -> bool:
    """Whether what was selected at a place is still there."""
    if graph is None or not set(place.entered) <= set(graph.groups):
        return False
    return not place.selection or place.selection in graph or place.selection in graph.groups
