"""What the buttons of the race do, and the document that moves along.

The one rule: whoever wants another race asks here; while the race is linked, a step of it moves the
parameters of the document to the point of the selected path.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.lab.optimizers import METHODS
from graph_explorer.ui.race.place import values_at
from graph_explorer.ui.race.state import Race

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session


class Racer:
    """Changes the race of one session."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def move_to(self, x: float, y: float, merge: str = "") -> None:
        """Moves the document to a point of the surface; `merge` joins the steps of one drag."""
        surface = self.session.state.surface
        if surface is not None and (x, y) != self.session.state.here:
            names = " and ".join(axis.label for axis in surface.axes)
            self.session.edit(
                f"Move {names}", self.session.latest.with_values(values_at(surface, (x, y))), merge
            )

    def set(self, race: Race | None = None, **parts: Any) -> None:
        """Another race, or other parts of the present one; while it is linked, a step moves the document."""
        before = self.session.state.race
        now = dataclasses.replace(race if race is not None else before, **parts)
        if now == before:
            return
        self.session.change(race=now)
        followed = ("step", "selected", "start")
        stepped = any(getattr(before, part) != getattr(now, part) for part in followed)
        if now.linked and stepped and (before.entries, before.starts) == (now.entries, now.starts):
            self._follow_path()

    def play(self) -> None:
        """Plays the race, from the start if it is at its end, or pauses it."""
        race, end = self.session.state.race, max((path.steps for path in self.session.state.paths), default=0)
        again = not race.playing and race.step >= end
        self.set(playing=not race.playing, step=0 if again else race.step)

    def step(self, steps: int) -> None:
        """So many steps on, or back, as far as the longest path goes."""
        end = max((path.steps for path in self.session.state.paths), default=0)
        at = min(self.session.state.race.step, end) + steps
        self.set(step=min(max(at, 0), end))

    def add_method(self, name: str) -> None:
        """One more entry of a method, with its defaults."""
        lr = METHODS[name].table["lr"].default
        self.set(self.session.state.race.with_added(f"{name}:lr={lr!r}"))

    def add_start(self) -> None:
        """One more start, where the document is."""
        if self.session.state.here is not None:
            self.set(self.session.state.race.with_start(self.session.state.here))

    def show_entry(self) -> None:
        """Shows the selected entry, or hides it."""
        race = self.session.state.race
        shown = race.entries[race.selected].shown
        self.set(race.with_entry(race.selected, shown=not shown))

    def _follow_path(self) -> None:
        race, paths = self.session.state.race, self.session.state.paths
        if race.path >= len(paths):
            return
        path = paths[race.path]
        x, y = path.points[race.reached(path)]
        if np.isfinite([x, y]).all():
            self.move_to(float(x), float(y), merge="race")
