"""What follows from document, axes and race: the surface, the first race, and the paths.

The one rule: paths, surface and race in a state always belong together. What is cheap is computed
before anyone is told of the change; what is slow goes to a job, and until it is done a path is its
start with an unknown loss.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.descent import Path
from graph_explorer.lab.descent import race as run_race
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import window_of
from graph_explorer.ui.race.first import first_race
from graph_explorer.ui.race.place import point_on
from graph_explorer.ui.race.state import NO_RACE, Entry, Point, Race, settings_of

if TYPE_CHECKING:
    from graph_explorer.ui.session import Session, State

#: Seconds that paths may take before anyone is told of a change; more is for a job.
SYNCHRONOUS = 0.03
#: Seconds a step and node, until one has been measured, where points are plain numbers; else not known.
_GUESS = 2e-7
#: The surface of a graph of more nodes than this is made by a job.
_MANY = 5_000

_KEY = "function"
#: The parts of the state that decide on the surface.
_PARTS = ("document", "axes", "landscape")
_READING = "the examples are being read"
_MAKING = "the surface is being made"
_STOPPED = "making the surface was stopped; look at another document, or choose axes, to have one"

#: A surface, the race to begin with on it, and what both were made from.
Made = tuple[Surface, Race, tuple[Any, ...]]

#: What a path depends on beside the surface: settings, start, steps, budget, seed.
Key = tuple[str, Point, int, "int | None", int]


class Runner:
    """Computes the consequences for one session; remembers the paths of the present race."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._surface: Surface | None = None
        self._known: dict[Key, Path] = {}
        self._pace = np.inf
        self._made: Made | None = None  # by a job

    def completed(self, before: State, now: State) -> State:
        """The state with surface, race and paths as they follow from the rest of it.

        Nothing is computed while no view of them is open.
        """
        if not now.watching or now.document is None:
            if before.watching:
                self._made = None
                self.session.jobs.cancel(_KEY)
                self.session.jobs.cancel("race")
            return now
        now = self._with_race(before, now)
        same = before.training is now.training and before.surface is now.surface
        return now if same else dataclasses.replace(now, ways=self.session.landscapes.ways(now))

    def _with_race(self, before: State, now: State) -> State:
        assert now.document is not None
        moved = any(getattr(before, part) is not getattr(now, part) for part in _PARTS)
        if moved or not before.watching or (now.surface is None and not now.no_surface):
            now = self._with_surface(before, now)
        if now.surface is None or now.document is None:
            return now
        if now.race is NO_RACE:
            now = dataclasses.replace(now, race=first_race(now.document, now.axes, now.surface))
        # what changed while nobody watched was not raced
        watched = bool(before.watching) and now.surface is self._surface
        same = watched and _course(before.race) == _course(now.race)
        return now if same and now.paths is before.paths and now.paths else self._with_paths(now)

    def _with_surface(self, before: State, now: State) -> State:
        """Keeps the surface while the document only moves about on it."""
        assert now.document is not None
        ready = self.session.landscapes.read(now)
        if ready is None:
            return dataclasses.replace(now, surface=None, here=None, paths=(), no_surface=_READING)
        now = ready
        assert now.document is not None
        if now.surface is not None and before.axes is now.axes and _same_function(now, before):
            here = point_on(now.surface, now.document)
            if here is not None or _only_moved(before, now):
                return dataclasses.replace(now, here=here)
        if len(now.document.graph) > _MANY:
            return self._from_job(now)
        try:
            surface = self.session.landscapes.surface(now)
        except InputError as error:
            return dataclasses.replace(now, surface=None, here=None, paths=(), no_surface=str(error))
        return dataclasses.replace(now, surface=surface, here=point_on(surface, now.document), no_surface="")

    def _from_job(self, now: State) -> State:
        """The state with the surface that a job has made for it; without one while it is being made."""
        assert now.document is not None
        wanted = tuple(getattr(now, part) for part in _PARTS)
        if self._made is None or any(a is not b for a, b in zip(self._made[2], wanted, strict=True)):
            self._make(now, wanted)
            return dataclasses.replace(now, surface=None, here=None, paths=(), no_surface=_MAKING)
        surface, race, _ = self._made
        race = race if now.race is NO_RACE else now.race
        here = point_on(surface, now.document)
        return dataclasses.replace(now, surface=surface, race=race, here=here, no_surface="")

    def _make(self, now: State, wanted: tuple[Any, ...]) -> None:
        def work(checkpoint: Any) -> Made:
            assert now.document is not None
            surface = self.session.landscapes.surface(now)
            return surface, first_race(now.document, now.axes, surface), wanted

        def deliver(made: Made) -> None:
            self._made = made
            self.session.change(no_surface="")

        self.session.jobs.start(
            _KEY, "Making the surface", work, deliver,
            lambda error: self.session.change(no_surface=str(error)),
            stopped=lambda: self.session.change(no_surface=_STOPPED),
        )  # fmt: skip

    # ── paths ─────────────────────────────────────────────────────────────────────────────────

    def _with_paths(self, now: State) -> State:
        surface, race = now.surface, now.race
        assert surface is not None
        assert now.document is not None
        if surface is not self._surface:
            self._surface, self._known = surface, {}
            self._pace = _GUESS * len(surface.graph) if surface.together else np.inf
        wanted = [_key(race, entry, start) for entry in race.entries for start in race.starts]
        self._known = {key: self._known[key] for key in wanted if key in self._known}
        missing = [key for key in dict.fromkeys(wanted) if key not in self._known]
        self.session.jobs.cancel("race")
        if missing and self._pace * race.steps * len(missing) <= SYNCHRONOUS:
            now = self._at_once(now, surface, missing)
        elif missing:
            self._start(now, missing)
        return dataclasses.replace(now, paths=self._paths(race))

    def _at_once(self, now: State, surface: Surface, missing: Sequence[Key]) -> State:
        """Computes paths; those whose settings do not fit this race stay unknown, and it says why."""
        assert now.document is not None
        window = window_of(now.document, now.axes, surface)
        try:
            self._keep(missing, _run(surface, now.race, missing, window))
        except InputError as error:
            if len(missing) == 1:
                return dataclasses.replace(now, message=str(error))
            for key in missing:
                now = self._at_once(now, surface, [key])
        return now

    def _paths(self, race: Race) -> tuple[Path, ...]:
        """The paths of a race, entry by entry, those that are not known yet as their start."""
        keys = (_key(race, entry, start) for entry in race.entries for start in race.starts)
        return tuple(self._known.get(key) or _unknown(key) for key in keys)

    def _keep(self, keys: Sequence[Key], found: tuple[tuple[Path, ...], float]) -> None:
        paths, seconds = found
        self._known |= dict(zip(keys, paths, strict=True))
        self._pace = seconds / max(sum(path.steps for path in paths), 1)

    def _start(self, now: State, missing: Sequence[Key]) -> None:
        surface, race = now.surface, now.race
        assert surface is not None
        assert now.document is not None
        window = window_of(now.document, now.axes, surface)

        def deliver(found: tuple[tuple[Path, ...], float]) -> None:
            if self.session.state.surface is surface:
                self._keep(missing, found)
                self.session.change(paths=self._paths(self.session.state.race))

        self.session.jobs.start(
            "race",
            "Racing",
            lambda checkpoint: _run(surface, race, missing, window, checkpoint),
            deliver,
            lambda error: self.session.say(str(error)),
        )


def _same_function(now: State, before: State) -> bool:
    """Whether the surface shown is still over the same examples and plane."""
    assert now.surface is not None
    return before.landscape.plane is now.landscape.plane and now.surface.over is now.landscape.over


def _only_moved(before: State, now: State) -> bool:
    """Whether nothing but parameters changed: then a plane through a training stays where it is."""
    old, new = before.document, now.document
    if now.landscape.plane is None or old is None or new is None or old.graph is not new.graph:
        return False
    return all(new.inputs[name] is entry for name, entry in old.inputs.items()) and all(
        new.parameters[name].array.shape == entry.array.shape for name, entry in old.parameters.items()
    )


def _course(race: Race) -> tuple[Any, ...]:
    """The parts of a race on which its paths depend."""
    return tuple(entry.text for entry in race.entries), race.starts, race.steps, race.budget, race.seed


def _key(race: Race, entry: Entry, start: Point) -> Key:
    return entry.text, start, race.steps, race.budget, race.seed


def _run(
    surface: Surface, race: Race, keys: Sequence[Key], window: Any, checkpoint: Any = None
) -> tuple[tuple[Path, ...], float]:
    """The paths for these keys, and the seconds that they took."""
    started = time.perf_counter()
    entries = [(settings_of(text), np.array(start)) for text, start, *_ in keys]
    paths = run_race(
        surface, entries, race.steps, budget=race.budget, seed=race.seed, window=window, checkpoint=checkpoint
    )
    return paths, time.perf_counter() - started


def _unknown(key: Key) -> Path:
    """The path of which only the start is known yet."""
    text, start, _, _, seed = key
    unknown = np.full((1, len(start)), np.nan)
    return Path(
        settings_of(text), np.array([start]), np.array([np.nan]), unknown, {}, np.zeros(0),
        np.zeros(1, dtype=np.int64), "running", seed, np.zeros(0),
    )  # fmt: skip
