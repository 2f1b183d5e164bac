"""The panel of the curves: transport, loss and gradient of every path, and the table.

The one rule: it shows the race of the session and moves its step, and nothing else.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSplitter, QWidget

from graph_explorer.ui.race.player import RacePlayer, length
from graph_explorer.ui.race.plot import Plot
from graph_explorer.ui.race.series import (
    Curve,
    Quantity,
    View,
    across,
    axis_title,
    bounds,
    curve,
    lowest,
    shown_places,
)
from graph_explorer.ui.race.table import PathTable
from graph_explorer.ui.session import Session, State
from graph_explorer.ui.widgets.filled import Filled
from graph_explorer.ui.widgets.scrolled import fill
from graph_explorer.ui.widgets.scrub import Scrub
from graph_explorer.ui.widgets.segment import segment
from graph_explorer.ui.widgets.text import Elided
from graph_explorer.ui.widgets.transport import Move, SpeedChoice, Transport

_EMPTY = "Open an example to see how the losses of a race fall."
_HINTS: Mapping[Move, str] = {
    "first": "To the start",
    "back": "One step back",
    "play": "Let all methods run",
    "step": "One step of every method",
    "last": "To the end of the longest path",
}
_QUANTITIES: tuple[tuple[Quantity, str], ...] = (
    ("loss", "Loss of every path"),
    ("gradient", "Length of the gradient of every path"),
)
#: What is chosen where there is no room for both.
_PARTS = (
    ("part_curves", "Curves", "The losses and gradients as curves"),
    ("part_table", "Table", "The numbers of every path"),
)
#: A switch of the view: name, text, hint, what it sets.
_SWITCHES = (
    ("evaluations", "Evaluations", "Over evaluations of the function instead of steps: the fairer measure"),
    ("log_x", "log →", "Powers of ten to the right"),
    ("log_y", "log ↑", "Powers of ten upwards"),
)
_CARED_FOR = ("race", "paths", "surface", "no_surface", "theme")
#: Narrower than this many pixels, curves or table are shown.
_NARROW = 960


class CurvesPanel(QWidget):
    """The panel."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view = View()
        self.player = RacePlayer(session, self)
        self.plots: dict[Quantity, Plot] = {
            quantity: Plot(f"curves_{quantity}", spoken, self._go_to, session.racer.step)
            for quantity, spoken in _QUANTITIES
        }
        self.curves: dict[Quantity, list[Curve]] = {}
        self._drawn: State | None = None
        self._base = 0.0
        self._narrow = True
        self.setObjectName("curves")
        self.setAccessibleName("Curves of the race")
        self.table = PathTable(session)
        self.frame = Filled("curves_empty", _EMPTY, spacing=2)
        column = self.frame.column
        column.setContentsMargins(10, 4, 6, 4)
        column.addLayout(self._make_transport())
        column.addLayout(self._make_switches())
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setObjectName("curves_split")
        self.split.setChildrenCollapsible(False)
        self.pictures = QWidget()
        self._pictures = QHBoxLayout(self.pictures)
        self._pictures.setContentsMargins(0, 0, 0, 0)
        self._pictures.setSpacing(6)
        for plot in self.plots.values():
            self._pictures.addWidget(plot)
        self.split.addWidget(self.pictures)
        self.split.addWidget(self.table)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        column.addWidget(self.split, 1)
        fill(self, self.frame)
        self._show(session.state)
        session.follow(self.show_state, seen=self)

    def _make_transport(self) -> QHBoxLayout:
        move = self.session.racer.step
        self.transport = Transport(
            "race",
            _HINTS,
            {
                "first": lambda: self.session.racer.set(step=0),
                "back": lambda: move(-1),
                "play": self.session.racer.play,
                "step": lambda: move(1),
                "last": lambda: self.session.racer.set(step=length(self.session.state)),
            },
        )
        self.scrub = Scrub("race_scrub", "Step of the race")
        self.scrub.valueChanged.connect(lambda step: self.session.racer.set(step=step))
        self.position = Elided("", "muted")
        self.position.setObjectName("race_position")
        self.position.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.speed = SpeedChoice("race_speed", self.player.set_speed)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.transport)
        line.addWidget(self.scrub, 1)
        line.addWidget(self.position)
        line.addWidget(self.speed)
        return line

    def _make_switches(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        self.parts = QButtonGroup(self)
        for place, (name, text, hint) in enumerate(_PARTS):
            line.addWidget(segment(self.parts, place, f"curves_{name}", text, hint, hint))
        self.parts.button(0).setChecked(True)
        self.parts.idClicked.connect(self._arrange)
        line.addStretch(1)
        self.switches = QButtonGroup(self)
        self.switches.setExclusive(False)
        for place, (name, text, hint) in enumerate(_SWITCHES):
            line.addWidget(segment(self.switches, place, f"curves_{name}", text, hint, hint))
        self.switches.button(2).setChecked(self.view.log_y)
        self.switches.idToggled.connect(self._switch)
        return line

    # ── acting ────────────────────────────────────────────────────────────────────────────────

    def _go_to(self, x: float) -> None:
        """To the step at a place of the axis to the right: of the selected path, where steps differ."""
        state = self.session.state
        if state.race.path >= len(state.paths):
            return
        path = state.paths[state.race.path]
        place = 10**x if self.view.log_x else x
        if self.view.across == "steps":
            step = round(min(max(place, 0), length(state)))
        else:
            step = int(np.searchsorted(path.evaluations, place, side="right")) - 1
        self.session.racer.set(step=max(step, 0))

    def _switch(self, place: int, on: bool) -> None:
        name = _SWITCHES[place][0]
        if name == "evaluations":
            self.view = dataclasses.replace(self.view, across="evaluations" if on else "steps")
        elif name == "log_x":
            self.view = dataclasses.replace(self.view, log_x=on)
        else:
            self.view = dataclasses.replace(self.view, log_y=on)
        self._drawn = None
        self._show(self.session.state)

    # ── showing ───────────────────────────────────────────────────────────────────────────────

    def see(self, seen: bool) -> None:
        """The panel is in sight, or no longer: closed, or behind another tab."""
        self.session.watch("curves", seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self, *_: int) -> None:
        """Curves and table side by side where there is room, else the one that is chosen."""
        narrow = self.width() < _NARROW
        for button in self.parts.buttons():
            button.setVisible(narrow)
        chosen = self.parts.checkedId()
        if self._narrow and not narrow:
            self.split.setSizes([self.width() * 3 // 5, self.width() * 2 // 5])
        self._narrow = narrow
        self.pictures.setVisible(not narrow or chosen == 0)
        self.table.setVisible(not narrow or chosen == 1)

    def show_state(self, before: State, now: State) -> None:
        if any(getattr(before, part) is not getattr(now, part) for part in _CARED_FOR):
            self._show(now)

    def _show(self, now: State) -> None:
        if now.surface is None:
            self.frame.say(now.no_surface or _EMPTY)
            return
        self.frame.fill()
        before, self._drawn = self._drawn, now
        if before is None or before.race.playing != now.race.playing or before.theme != now.theme:
            self.transport.show_playing(now.race.playing, now.theme)
        seen = ("entries", "starts", "selected", "start")
        if (
            before is None
            or before.paths is not now.paths
            or before.theme != now.theme
            or any(getattr(before.race, part) != getattr(now.race, part) for part in seen)
        ):
            self._show_curves(now)
        self._show_moment(now)
        self.table.show_state(now)

    def _show_curves(self, now: State) -> None:
        race, places = now.race, shown_places(now.race, now.paths)
        self._base = lowest([now.paths[place] for place in places]) if self.view.log_y else 0.0
        end = length(now)
        self.scrub.show_run(end, end, (), now.theme)
        for quantity, plot in self.plots.items():
            plot.show_axes(self.view.log_x, self.view.log_y, axis_title(quantity, self.view, self._base))
            self.curves[quantity] = [
                curve(now.paths[place], place, race.of(place)[0], quantity, self.view, self._base)
                for place in places
            ]
            plot.show_curves(self.curves[quantity], race, now.theme)
            plot.show_range(bounds(self.curves[quantity], self.view.log_y))

    def _show_moment(self, now: State) -> None:
        race, end = now.race, length(now)
        step = min(race.step, end)
        self.scrub.show_time(step)
        text = f"step {step:,} of {end:,}".replace(",", "\u2009")
        self.position.show_text(text)
        self.position.setMinimumWidth(self.position.fontMetrics().horizontalAdvance(text) + 4)
        self.scrub.setAccessibleDescription(text)
        self.transport.show_ends(step == 0, step >= end)
        at = self._place(now, step)
        for quantity, plot in self.plots.items():
            marks = [self._mark(now, each) for each in self.curves.get(quantity, ())]
            plot.show_moment(at, [mark for mark in marks if mark is not None], now.theme)

    def _place(self, now: State, step: int) -> float | None:
        """Where the present step is on the axis to the right."""
        race = now.race
        if race.path >= len(now.paths):
            return None
        place = float(step)
        if self.view.across == "evaluations":
            path = now.paths[race.path]
            place = float(across(path, self.view)[race.reached(path)])
        if not self.view.log_x:
            return place
        return math.log10(place) if place > 0 else None

    def _mark(self, now: State, each: Curve) -> tuple[float, float, int] | None:
        """The place of a path's marker: its point at the present step, if the plot shows that."""
        if not len(each.x):
            return None
        path = now.paths[each.place]
        x = float(across(path, self.view)[now.race.reached(path)])
        x = x if not self.view.log_x else math.log10(x) if x > 0 else -math.inf
        at = int(np.searchsorted(each.x, x, side="right")) - 1
        if at < 0:
            return None
        return float(each.x[at]), float(each.y[at]), now.race.entries[each.entry].colour
