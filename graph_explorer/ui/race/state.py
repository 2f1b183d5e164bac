"""The race as it stands: which methods run, from where, for how long, and what of it is shown.

The one rule: a race is a frozen record of what a person chose. The paths follow from it, the
document and the axes; they are computed elsewhere and kept beside it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graph_explorer.lab.descent import Path
from graph_explorer.lab.optimizers import MethodSettings, read_method

Point = tuple[float, float]


@lru_cache(maxsize=512)
def settings_of(text: str) -> MethodSettings:
    """The settings that a text such as `adam:lr=0.05` names; `InputError` where it names none."""
    return read_method(text)


@dataclass(frozen=True)
class Entry:
    """One method with its settings. `colour` is a place in the theme's series of colours and in the
    table of markers; `note` says how the settings were found where a search found them.
    """

    text: str
    colour: int = 0
    shown: bool = True
    note: str = ""

    @property
    def settings(self) -> MethodSettings:
        return settings_of(self.text)


@dataclass(frozen=True)
class Race:
    """Everything about a race that a person sets.

    `steps` is the most steps of a path, `budget` the most evaluations. `step` is how far the paths
    are shown; `selected` is an entry and `start` one of the `starts`: together the path whose update
    rule is shown. While `linked`, stepping moves the parameters of the graph along that path.
    """

    entries: tuple[Entry, ...] = ()
    starts: tuple[Point, ...] = ()
    steps: int = 200
    budget: int | None = None
    seed: int = 0
    step: int = 200
    selected: int = 0
    start: int = 0
    linked: bool = True
    playing: bool = False

    # ── which path ────────────────────────────────────────────────────────────────────────────

    def place(self, entry: int, start: int = 0) -> int:
        """Where the path of an entry from a start stands among the paths."""
        return entry * len(self.starts) + start

    def of(self, place: int) -> tuple[int, int]:
        """The entry and the start of a path."""
        return divmod(place, max(len(self.starts), 1))

    @property
    def path(self) -> int:
        """Where the selected path stands among the paths."""
        return self.place(self.selected, self.start)

    def reached(self, path: Path) -> int:
        """The step of a path that is shown: the present one, or its last."""
        return min(self.step, path.steps)

    # ── other races ───────────────────────────────────────────────────────────────────────────

    def with_entry(self, at: int, **parts: Any) -> Race:
        """The race with parts of one entry replaced; new settings were found by nobody's search."""
        if "text" in parts:
            parts = {"note": "", **parts}
        changed = dataclasses.replace(self.entries[at], **parts)
        return self._with(entries=(*self.entries[:at], changed, *self.entries[at + 1 :]))

    def with_added(self, text: str) -> Race:
        """The race with one more entry, which is selected."""
        entry = Entry(text, self.free_colour())
        return self._with(entries=(*self.entries, entry), selected=len(self.entries))

    def with_copy(self, at: int) -> Race:
        """The race with an entry once more, behind itself and selected."""
        copy = dataclasses.replace(self.entries[at], colour=self.free_colour(), shown=True)
        return self._with(entries=(*self.entries[: at + 1], copy, *self.entries[at + 1 :]), selected=at + 1)

    def without(self, at: int) -> Race:
        """The race without one entry."""
        left = (*self.entries[:at], *self.entries[at + 1 :])
        selected = self.selected - (at < self.selected)
        return self._with(entries=left, selected=min(selected, max(len(left) - 1, 0)))

    def with_start(self, point: Point) -> Race:
        """The race with one more start."""
        return self._with(starts=(*self.starts, point))

    def without_start(self, at: int) -> Race:
        """The race without one of its starts; the last one stays."""
        if len(self.starts) < 2:
            return self
        left = (*self.starts[:at], *self.starts[at + 1 :])
        return self._with(starts=left, start=min(self.start, len(left) - 1))

    def with_steps(self, steps: int) -> Race:
        """The race over more or fewer steps; what was shown to its end still is."""
        return self._with(steps=steps, step=steps if self.step >= self.steps else min(self.step, steps))

    def free_colour(self) -> int:
        """The first colour that no entry has."""
        taken = {entry.colour for entry in self.entries}
        return next(colour for colour in range(len(taken) + 1) if colour not in taken)

    def _with(self, **parts: Any) -> Race:
        return dataclasses.replace(self, **parts)


#: Before a document has one; a race that a person has emptied is another.
NO_RACE = Race()
