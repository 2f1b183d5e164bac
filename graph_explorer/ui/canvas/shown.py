"""What of the session's graph is shown: the scene, on its way to another one, and the run on it.

The one rule: what is shown follows from the session's state. A change of the graph asks for a layout,
and the picture before stays until it is there; a change of the run or the time touches what it changes.
"""

from __future__ import annotations

import time as clock
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEasingCurve

from graph_explorer.layout import Layout
from graph_explorer.ui.canvas.arranging import Arranged, Arranger, Choice, Wanted
from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.cards import Kind
from graph_explorer.ui.canvas.flights import flights_between
from graph_explorer.ui.canvas.glide import MOST, on_the_way, origins
from graph_explorer.ui.canvas.marks import Flight
from graph_explorer.ui.canvas.motion import Motion
from graph_explorer.ui.canvas.moving import positions
from graph_explorer.ui.canvas.progress import Progress
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.stage import Stage
from graph_explorer.ui.canvas.steady import kept
from graph_explorer.ui.canvas.warmth import Warmth, warmth_of
from graph_explorer.ui.groups import inside
from graph_explorer.ui.session import State

if TYPE_CHECKING:
    from graph_explorer.ui.canvas.view import GraphView

#: Two changes of time within so many seconds are scrubbing or fast playing: nothing flies then.
_RAPID = 0.3
#: Graphs of no more cards than this choose their direction anew when the window's size changes.
_RESPONSIVE = 80
#: Of a graph with more nodes than this a job works out when what of another run is known.
_LARGE = 100_000
#: Up to so many groups, as a share of the cards, can be opened or closed at once with all else staying.
_FEW = 0.25
#: Cards that begin no farther from each other than this, along the flow, begin side by side.
_ROW = 300.0
_STOPPED = "The graph is not arranged: stopped. Fit (Ctrl+0) arranges it."
_AS_BEFORE = "Stopped. The groups are open and closed as before."
_SMOOTH = QEasingCurve.Type.InOutCubic


class Shown:
    """Keeps one view's stage up to date."""

    def __init__(self, view: GraphView) -> None:
        self._view = view
        self.stage: Stage | None = None
        self.goal: Scene | None = None  # the scene to which the shown one glides, or itself
        self.asked: Wanted | None = None
        self._shown: Wanted | None = None  # what the goal is of
        self._told = ""  # why there is no layout of what was asked for
        self.gliding = Motion(view, 260, _SMOOTH)
        self.flying = Motion(view, 260, _SMOOTH)
        self._layout: Layout | None = None  # of the goal, as if nothing had been moved by hand
        self._room = view.eye.room  # for which the direction of the graph is chosen
        self._fresh = True  # whether the next layout is of another document
        self._many = False  # whether so many groups were opened or closed that nothing can stay where it was
        self._stepped_at = 0.0
        self._warm: tuple[tuple[Any, ...], Warmth | None] | None = None  # what the heat is made of, and it
        self._arranger = Arranger(view.session.jobs, self._arranged, self._not_arranged, self._stopped)

    @property
    def moves(self) -> bool:
        """Whether pictures may move."""
        return self._view.session.state.motion and self._view.isVisible()

    @property
    def direction(self) -> Choice:
        """Which way the graph is to flow."""
        return self._view.session.state.direction

    def clear(self) -> None:
        """Nothing is shown any more."""
        for motion in (self._view.eye.motion, self.gliding, self.flying):
            motion.drop()
        self.stage = self.goal = self.asked = self._layout = self._shown = None
        self._fresh = True
        self._view.session.jobs.cancel("layout")
        self.show_map()

    def finish(self) -> None:
        """Ends what moves, at its end."""
        for motion in (self._view.eye.motion, self.gliding, self.flying):
            motion.finish()

    # ── the scene ─────────────────────────────────────────────────────────────────────────────

    def arrange(self, before: State, now: State) -> None:
        """Asks for the layout of what is to be shown now, unless that is the one there is."""
        assert now.document is not None
        wanted = Wanted(
            now.document, now.trace, now.collapsed, self.direction, self._room, positions(now), now.asked,
            inside(now),
        )  # fmt: skip
        if self.asked is not None and self.asked.same_as(wanted):
            return
        again = self.goal is not None and (self.asked is None or self.asked.direction != wanted.direction)
        self.asked = wanted
        self._fresh = self._fresh or (before.graph is not now.graph and now.saved is not before.saved)
        if before.entered != now.entered:
            self._fresh = True
            self._view.trail.leave(inside(before), self._view.camera)
        toggled = len(before.collapsed ^ now.collapsed)
        self._many = again or (toggled > 1 and toggled > _FEW * len(self.goal or ()))
        self._arranger.ask(wanted, None if self._fresh or self._many else self._layout)
        self._view.update()

    def again(self) -> None:
        """Asks for the layout once more where it was stopped, or could not be made."""
        state = self._view.session.state
        if self.asked is None and state.document is not None:
            self.arrange(state, state)

    def _not_arranged(self, said: str) -> None:
        self.asked, self._told = None, said
        self._view.session.say(said)
        self._view.update()

    def _stopped(self) -> None:
        """A person has stopped the layout: groups are open and closed again as they are seen."""
        session, seen = self._view.session, self._shown
        now = session.state
        if seen is None or seen.graph is not now.graph or seen.entered != inside(now):
            self._not_arranged(_STOPPED)
        else:
            self.asked = seen
            session.change(collapsed=seen.collapsed, notice=_AS_BEFORE)

    def fit_room(self) -> None:
        """The window has another size: another direction may suit it better now.

        While a layout is under way nothing is asked anew: the bar that tells of it makes the view smaller,
        and would begin it again without end.
        """
        eye, state = self._view.eye, self._view.session.state
        if eye.framing != "opening" or eye.room == self._room or self._view.session.jobs.busy("layout"):
            return
        self._room = eye.room
        if self.asked is not None and self._arranger.suits(self._layout, self._room):
            self.asked = replace(self.asked, room=self._room)
        elif self.goal is not None and self.direction == "auto" and len(self.goal) <= _RESPONSIVE:
            self._fresh = True
            self.arrange(state, state)

    def _arranged(self, wanted: Wanted, found: Arranged) -> None:
        """A layout is there: go to it."""
        self.gliding.finish()
        self.flying.finish()
        scene, self._layout, self._shown = found.scene, found.layout, wanted
        before, self.goal = self.goal, scene
        now, eye = self._view.session.state, self._view.eye
        trace = now.trace if now.graph is wanted.graph else wanted.trace
        trace = trace if found.progress.fits(trace) or len(wanted.graph) <= _LARGE else wanted.trace
        self.stage = Stage(scene, trace, found.progress)
        time = min(now.time, trace.length) if trace is not None else 0
        self.stage.show(trace, time, now.breakpoints, self._lit(), self._warmth())
        if before is None or self._fresh:
            seen = self._view.trail.seen(wanted.entered)
            self._fresh, eye.framing = False, "" if seen is not None else "opening"
            eye.forget()
            eye.motion.drop()
            eye.look(seen or self.framed())
        else:
            eye.spoil()
            self._glide(before, scene)
        self._view.pointer.forget()
        self.show_map()
        self._view.show_marks()
        self.show_time(now)
        if self._told and now.message == self._told:  # no longer true
            self._view.session.say("")
        self._told = ""

    def framed(self) -> Camera:
        """The camera that keeps in sight what the view has to keep there by itself."""
        assert self.goal is not None
        first = _beginning(self.goal, inside(self._view.session.state))
        return self._view.eye.framed(self.goal.bounds, first)

    def _glide(self, before: Scene, now: Scene) -> None:
        eye = self._view.eye
        eye.motion.finish()
        start = eye.camera
        framed = bool(self._many and eye.framing)
        nearest = not eye.shows_all(before.bounds)
        end = None if framed else kept(before, now, start, eye.room, self._view.pointer.toggled, nearest)
        eye.framing = "" if end is not None else eye.framing or "opening"
        end = end or self.framed()
        moves = self.moves and len(now) <= MOST
        away = origins(before, now) if moves else None

        def step(share: float) -> None:
            if self.stage is None or away is None:
                return
            self.stage.scene = now if share == 1.0 else on_the_way(before, now, away, share)
            eye.camera = start.between(end, share)
            eye.spoil()

        def done() -> None:
            eye.look(end)
            self.show_map()
            self._view.show_marks()
            self._view.reveal_sought()

        self.gliding.start(step, done, moves)

    def preview(self, scene: Scene) -> None:
        """Shows boxes elsewhere, while a hand moves them."""
        if self.stage is not None:
            self.gliding.finish()
            self.stage.scene = self.goal = scene
            self._view.eye.framing = ""
            self._view.eye.spoil()
            self._view.show_marks()

    # ── the run ───────────────────────────────────────────────────────────────────────────────

    def show_run(self, before: State, now: State) -> None:
        """Shows the present run at the present time; a single step lets its numbers fly first."""
        stepped = now.time != before.time or now.trace is not before.trace
        if not stepped and self.flying.running:
            self._view.show_marks()
            return
        self.flying.finish()
        flights = self._flights(before, now) if stepped else ()
        if stepped:
            self._stepped_at = clock.monotonic()
        if not flights:
            self.show_time(now)
        else:
            self.flying.start(
                lambda share: self._view.show_marks(tuple(replace(one, share=share) for one in flights)),
                lambda: self.show_time(self._view.session.state), True,
            )  # fmt: skip
        self._view.show_marks(flights)

    def _flights(self, before: State, now: State) -> tuple[Flight, ...]:
        quick = clock.monotonic() - self._stepped_at < _RAPID
        still = not self.moves or self.gliding.running or quick
        if still or self.stage is None or now.trace is None or now.trace is not before.trace:
            return ()
        return flights_between(self.stage.scene, now.trace, before.time, now.time)

    def show_time(self, now: State) -> None:
        """Shows the present time, or asks first when of another run what is known."""
        stage = self.stage
        if stage is None or now.graph is not stage.graph:
            return
        jobs, trace = self._view.session.jobs, now.trace
        jobs.cancel("progress")
        if trace is not None and len(stage.graph) > _LARGE and not stage.progress.fits(trace):
            jobs.start(
                "progress", "Reading the run", lambda checkpoint: Progress(trace, stage.scene),
                partial(self._progressed, stage), self._view.session.fail,
            )  # fmt: skip
            return
        self._repaint(stage.show(trace, now.time, now.breakpoints, self._lit(), self._warmth()))

    def _progressed(self, stage: Stage, progress: Progress) -> None:
        if stage is self.stage:
            stage.progress = progress
            self.show_time(self._view.session.state)

    def _repaint(self, changed: list[Box] | None) -> None:
        self._view.eye.spoil(changed)
        self.show_map()
        self._view.show_marks()

    def _lit(self) -> frozenset[str] | None:
        """The nodes that a filter leaves bright; None where there is no filter."""
        found = self._view.session.state.found
        return found.lit if found is not None else None

    def _warmth(self) -> Warmth | None:
        """The heat on the cards that are shown; the same as long as nothing of it has changed."""
        state, stage = self._view.session.state, self.stage
        health = state.health if state.heat else None
        trace = stage.trace if stage is not None else None
        if stage is None or trace is None or health is None or health.trace.plan is not trace.plan:
            return None
        key = (state.heat, health, state.difference, stage.scene.cards)
        if self._warm is None or any(a is not b for a, b in zip(self._warm[0], key, strict=True)):
            self._warm = key, warmth_of(*key)
        return self._warm[1]

    def show_map(self) -> None:
        """Shows the map of a large graph."""
        view = self._view
        view.map.show_stage(self.stage, view.artist, self.stage is not None and view.session.state.minimap)


def _beginning(scene: Scene, entered: str) -> Box:
    """What is between the border at which a graph begins and the first card that computes something.

    Of several columns the first one counts. Where the inside of a group is shown, a card outside it is none
    of these.
    """
    if not len(scene):
        return scene.bounds
    computed = (scene.kinds <= Kind.OUTPUT) | (scene.kinds == Kind.GROUP)
    frame = scene.frames.box_of(entered) if entered else None
    if frame is not None:
        middles = scene.boxes[:, :2] + scene.boxes[:, 2:] / 2 - frame[:2]
        computed &= ((middles >= 0) & (middles <= frame[2:])).all(axis=1)
    among = np.flatnonzero(computed) if computed.any() else np.arange(len(scene))
    rightward = scene.layout.direction == "right"
    along, across = scene.boxes[among, :2].T if rightward else scene.boxes[among, 1::-1].T
    near = np.flatnonzero(along <= along.min() + _ROW)
    x, y, width, height = scene.box(int(among[near[np.argmin(across[near])]]))
    left, top = scene.bounds[:2]
    return (left, y, x + width - left, height) if rightward else (x, top, width, y + height - top)
