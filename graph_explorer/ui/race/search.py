"""Searches for the session's race: the best learning rate of every entry, and keeping a race in its file.

The one rule: what a search has set says so, on its card and in every legend, until someone changes it.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from graph_explorer.document import Surface as Described
from graph_explorer.lab.maps import best_learning_rates
from graph_explorer.lab.optimizers import MethodSettings
from graph_explorer.surfaces import window_of
from graph_explorer.ui.race.state import Race
from graph_explorer.ui.session import Session

#: The key of the job.
JOB = "best rates"


def budget_of(race: Race) -> int:
    """The evaluations that every entry may use in a search: the race's budget, or its steps."""
    return race.budget if race.budget is not None else race.steps


def find_best_rates(session: Session) -> None:
    """Gives each entry the learning rate that ends lowest with the same number of evaluations."""
    state = session.state
    surface, race, document = state.surface, state.race, state.document
    if surface is None or document is None or not race.entries:
        return
    budget, window = budget_of(race), window_of(document, state.axes, surface)
    settings = list({str(entry.settings): entry.settings for entry in race.entries}.values())
    starts, seed = np.array(race.starts), race.seed

    def deliver(found: tuple[MethodSettings, ...]) -> None:
        if session.state.surface is surface:
            better = {str(before): after for before, after in zip(settings, found, strict=True)}
            session.racer.set(with_best(session.state.race, better, budget))

    session.jobs.start(
        JOB,
        "Looking for the best learning rates",
        lambda checkpoint: best_learning_rates(
            surface, settings, starts, budget, seed=seed, window=window, checkpoint=checkpoint
        ),
        deliver,
        lambda error: session.say(str(error)),
    )


def with_best(race: Race, better: dict[str, MethodSettings], budget: int) -> Race:
    """The race with other learning rates for the entries that are still what was searched for."""
    note = f"best rate for {budget} evaluations"
    entries = tuple(
        dataclasses.replace(entry, text=str(better[str(entry.settings)]), note=note)
        if str(entry.settings) in better
        else entry
        for entry in race.entries
    )
    return dataclasses.replace(race, entries=entries)


def keep(session: Session) -> None:
    """Writes methods, starts and steps of the race into the document, which can be undone and saved."""
    state = session.state
    surface, document, race = state.surface, state.document, state.race
    if surface is None or document is None:
        return
    own = document.surface
    if own is None or state.axes not in (None, own.axes):
        x, y = (axis.label for axis in surface.axes)
        own = Described(axes=state.axes or (x, y), window=window_of(document, state.axes, surface))
    described = dataclasses.replace(
        own,
        methods=tuple(entry.text for entry in race.entries),
        starts=race.starts if race.starts != (own.start,) else (),
        steps=race.steps,
    )
    if described != document.surface:
        session.edit("Keep the race", session.latest.with_surface(described))
