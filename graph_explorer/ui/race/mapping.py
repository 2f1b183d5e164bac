"""Asking for maps: what is to be drawn, the work for it, and what it says in words.

The one rule: a request is captured once and stands by itself, so that the work needs nothing of the
window and a drawn map can tell whether it is still that of the race.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from graph_explorer.lab.basins import DIVERGED, LEFT, RUNNING, BasinMap, basin_map
from graph_explorer.lab.hyperparameters import Hyperparameter
from graph_explorer.lab.maps import HeatMap, Sweep, heat_map, learning_rate_sweep
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.lab.outcome import Window
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import window_of
from graph_explorer.ui.jobs import Checkpoint
from graph_explorer.ui.race.scales import scale_of
from graph_explorer.ui.race.state import Point
from graph_explorer.ui.race.table import known_minima
from graph_explorer.ui.race.wording import number_text, point_text
from graph_explorer.ui.session import State

Kind = Literal["rates", "settings", "basins"]
Found = tuple[Sweep, ...] | HeatMap | BasinMap

#: How many values of each of two settings are tried.
_VALUES = 25
_ENDS = {DIVERGED: "diverge", LEFT: "leave the window", RUNNING: "are still on their way"}


@dataclass(frozen=True)
class Request:
    """One map. `settings` are those of all entries that are shown, or of the selected one alone."""

    kind: Kind
    surface: Surface
    settings: tuple[MethodSettings, ...]
    colours: tuple[int, ...]
    starts: tuple[Point, ...]
    steps: int
    budget: int | None
    seed: int
    window: Window
    minima: tuple[Point, ...]
    names: tuple[str, str] = ("", "")
    size: int = 256

    def same(self, other: Request) -> bool:
        """Whether the other one would find the same."""
        mine, theirs = ([*map(str, each.settings)] for each in (self, other))
        own = (self.surface, self.starts, self.steps, self.budget, self.seed, self.names, self.size)
        return mine == theirs and own == (
            other.surface, other.starts, other.steps, other.budget, other.seed, other.names, other.size
        )  # fmt: skip

    def work(self, checkpoint: Checkpoint) -> Found:
        """Draws the map; seconds, where the surface is slow."""
        if self.kind == "rates":
            return self._sweeps(checkpoint)
        if self.kind == "settings":
            return self._heat(checkpoint)
        return basin_map(
            self.surface, self.settings[0], self.window, self.steps, columns=self.size, rows=self.size,
            minima=self.minima, seed=self.seed, checkpoint=checkpoint,
        )  # fmt: skip

    def _sweeps(self, checkpoint: Checkpoint) -> tuple[Sweep, ...]:
        found = []
        for number, settings in enumerate(self.settings):

            def told(fraction: float, number: int = number) -> None:
                checkpoint((number + fraction) / len(self.settings))

            found.append(
                learning_rate_sweep(
                    self.surface,
                    settings,
                    np.array(self.starts),
                    self.steps,
                    budget=self.budget,
                    seed=self.seed,
                    window=self.window,
                    checkpoint=told,
                )
            )
        return tuple(found)

    def _heat(self, checkpoint: Checkpoint) -> HeatMap:
        first, second = ((name, values_of(self.settings[0], name)) for name in self.names)
        return heat_map(
            self.surface, self.settings[0], first, second, np.array(self.starts), self.steps,
            budget=self.budget, seed=self.seed, window=self.window, checkpoint=checkpoint,
        )  # fmt: skip


def request(now: State, kind: Kind, names: tuple[str, str], size: int) -> Request | None:
    """What the present race would ask for; None where there is nothing to ask."""
    race, surface, document = now.race, now.surface, now.document
    if surface is None or document is None or not race.entries:
        return None
    chosen = (
        [entry for entry in race.entries if entry.shown] if kind == "rates" else [race.entries[race.selected]]
    )
    if not chosen:
        return None
    return Request(
        kind, surface, tuple(entry.settings for entry in chosen), tuple(entry.colour for entry in chosen),
        race.starts, race.steps, race.budget, race.seed, window_of(document, now.axes, surface),
        known_minima(document, now.axes), names if kind == "settings" else ("", ""),
        size if kind == "basins" else 0,
    )  # fmt: skip


# ── the numbers of a method ───────────────────────────────────────────────────────────────────


def numbers_of(settings: MethodSettings) -> dict[str, tuple[Hyperparameter, int]]:
    """Every number of a method by its name, with its row and its place in a pair."""
    found: dict[str, tuple[Hyperparameter, int]] = {}
    for row in settings.method.hyperparameters:
        if row.kind in ("number", "integer") and row.default is not None:
            found[row.name] = (row, 0)
        elif row.kind == "numbers":
            found |= {part: (row, k) for k, part in enumerate(row.parts)}
    return found


def values_of(settings: MethodSettings, name: str) -> list[float]:
    """The values that a map tries for a number, evenly along its slider."""
    row, part = numbers_of(settings)[name]
    scale = scale_of(row, part)
    places = np.unique(np.linspace(0, scale.positions, _VALUES).round().astype(int))
    bounds = row.bounds[min(part, len(row.bounds) - 1)]
    return [value for value in map(scale.value, places.tolist()) if bounds.contain(value)]


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def told(asked: Request, found: Found) -> list[str]:
    """What a map says, a sentence a method or an end."""
    if isinstance(found, BasinMap):
        return _basins_told(found)
    if isinstance(found, HeatMap):
        return [_heat_told(found)]
    return [_sweep_told(each) for each in found]


def _sweep_told(sweep: Sweep) -> str:
    title, best = sweep.settings.method.title, sweep.best
    if best is None:
        return f"{title}: no learning rate ends at a finite loss."
    arrived = sum(outcome == "converged" for outcome in sweep.outcomes)
    return (
        f"{title}: lowest with {number_text(float(sweep.rates[best]), 2)}, loss "
        f"{number_text(float(sweep.losses[best]), 3)}; {arrived} of {len(sweep.rates)} rates converge."
    )


def _heat_told(found: HeatMap) -> str:
    finite = np.where(np.isfinite(found.losses), found.losses, np.inf)
    row, column = np.unravel_index(int(np.argmin(finite)), finite.shape)
    if not np.isfinite(finite[row, column]):
        return "Nowhere does it end at a finite loss."
    lost = float(np.mean(~np.isfinite(found.losses)))
    return (
        f"Lowest with {found.names[0]} {number_text(float(found.a[column]))} and {found.names[1]} "
        f"{number_text(float(found.b[row]))}: loss {number_text(float(finite[row, column]), 3)}. "
        f"{lost:.0%} end at no finite loss."
    )


def _basins_told(found: BasinMap) -> list[str]:
    lines = []
    for number, minimum in enumerate(found.minima):
        share, needed = np.mean(found.ends == number), found.evaluations[found.ends == number]
        if share:
            lines.append(
                f"{share:.1%} of the starts end at {point_text(tuple(minimum))}, half of them "
                f"after {int(np.median(needed))} evaluations."
            )
    for end, words in _ENDS.items():
        if share := float(np.mean(found.ends == end)):
            lines.append(f"{share:.1%} {words}.")
    return lines
