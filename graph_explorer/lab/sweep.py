"""Sweeps: the same training many times, each with other settings.

The one rule: a run of a sweep is a training like any other. It depends on its document and settings
alone, so it gives the same numbers by itself, in a sweep, on another machine, and after an interruption.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Generic, TypeVar

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.epochs import Epoch, Outcome
from graph_explorer.lab.fingerprint import fingerprint
from graph_explorer.lab.kept import Kept, Result
from graph_explorer.lab.network import Network
from graph_explorer.lab.places import Place, Threads
from graph_explorer.lab.standing import Standing, arrays_of, standing_of
from graph_explorer.lab.tasks import Checkpoint, collected
from graph_explorer.lab.trained import whole
from graph_explorer.lab.training import read_training

AnyNetwork = TypeVar("AnyNetwork", bound=Network)

#: A run whose loss ends at more than so many times what it began with has diverged, finite or not.
LOST = 100.0
#: What a result holds: the epochs as text, and where the training stood at its end.
_EPOCHS = "epochs"


@dataclass(frozen=True)
class Trial(Generic[AnyNetwork]):
    """One run to be made: the `settings` that are varied, the document and the `[training]` table."""

    settings: Mapping[str, Any]
    network: AnyNetwork
    table: Mapping[str, Any]


@dataclass(frozen=True)
class Tried(Generic[AnyNetwork]):
    """A run that was made: every epoch, and where it stood at the end."""

    trial: Trial[AnyNetwork]
    epochs: tuple[Epoch, ...]
    standing: Standing

    @property
    def outcome(self) -> Outcome:
        """How it ended; diverged, too, where its loss is so many times what it began with."""
        begun = float(self.standing.losses[0])
        lost = not math.isfinite(self.loss) or self.loss > LOST * begun > 0
        return "diverged" if lost else self.epochs[-1].outcome

    @property
    def loss(self) -> float:
        """The loss at the end that runs are compared by: of validation; of training where there is none."""
        last = self.epochs[-1]
        return last.loss if last.validation_loss is None else last.validation_loss

    @property
    def failed(self) -> bool:
        """Whether it diverged."""
        return self.outcome == "diverged"


def sweep(
    trials: Sequence[Trial[AnyNetwork]],
    *,
    place: Place | None = None,
    kept: Kept | None = None,
    checkpoint: Checkpoint | None = None,
    told: Callable[[int, Tried[AnyNetwork]], None] | None = None,
) -> tuple[Tried[AnyNetwork], ...]:
    """All runs, in the order of the trials. `told` hears of each as it comes, with its place among them."""
    tasks = {str(number): (trial.network, dict(trial.table)) for number, trial in enumerate(trials)}
    found: dict[int, Tried[AnyNetwork]] = {}

    def hear(name: str, result: Result) -> None:
        number = int(name)
        found[number] = _tried(trials[number], result)
        if told is not None:
            told(number, found[number])

    collected(_train, None, tasks, place or Threads(), kept=kept, checkpoint=checkpoint, told=hear)
    return tuple(found[number] for number in range(len(trials)))


def about(trials: Sequence[Trial[AnyNetwork]]) -> Mapping[str, str]:
    """What the runs are of, aspect by aspect: what must be the same for kept ones to be used again."""
    first = trials[0].network
    return {
        "program": fingerprint(first.graph, first.output) if len(trials) else "",
        "document, or another sweep": fingerprint(
            [
                (trial.settings, trial.table, {n: e.array for n, e in trial.network.parameters.items()})
                for trial in trials
            ]
        ),
    }


def best_of(tried: Sequence[Tried[AnyNetwork]]) -> Tried[AnyNetwork] | None:
    """The run with the lowest loss at its end; None where all failed."""
    return min((each for each in tried if not each.failed), key=lambda each: each.loss, default=None)


# ── one run, and what is kept of it ───────────────────────────────────────────────────────────


def _train(shared: None, task: tuple[Network, Mapping[str, Any]], checkpoint: Checkpoint) -> Result:
    network, table = task
    run = whole(network, read_training(table), checkpoint=checkpoint)
    names = [field.name for field in dataclasses.fields(Epoch) if field.name != "losses"]
    rows = [{name: _plain(getattr(epoch, name)) for name in names} for epoch in run.epochs]
    return {_EPOCHS: np.array(json.dumps(rows)), **arrays_of(run.standing)}


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _tried(trial: Trial[AnyNetwork], result: Result) -> Tried[AnyNetwork]:
    """The run that a result holds. The losses of the batches are those of the standing, cut into epochs."""
    try:
        standing = standing_of({name: array for name, array in result.items() if name != _EPOCHS})
        rows = json.loads(str(result[_EPOCHS]))
        ends = [0, *(row["step"] for row in rows)]
        losses = [standing.losses[begin:end] for begin, end in pairwise(ends)]
        epochs = tuple(Epoch(**row, losses=part) for row, part in zip(rows, losses, strict=True))
    except (KeyError, TypeError, ValueError):
        raise InputError("the kept results are damaged; remove the file to compute them anew") from None
    return Tried(trial, epochs, standing)


# ── what comes of it all ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Series:
    """Losses at the end against one setting: its values `x` (n,), and for each the median, lowest and highest
    loss over all runs that differ in nothing but the seed, and how many of these `failed`.

    `title` says what the runs of the series have in common.
    """

    title: str
    x: tuple[Any, ...]
    middle: np.ndarray[Any, Any]
    low: np.ndarray[Any, Any]
    high: np.ndarray[Any, Any]
    failed: np.ndarray[Any, Any]
    count: np.ndarray[Any, Any]


def main_setting(tried: Sequence[Tried[AnyNetwork]]) -> str:
    """The setting that a picture has along: the first that is varied; the seed only where nothing else is."""
    names = list(tried[0].trial.settings)
    return next((name for name in names if name != "seed"), names[0])


def series_of(tried: Sequence[Tried[AnyNetwork]], along: str) -> tuple[Series, ...]:
    """The runs as series against the setting `along`: one a combination of the others, but for the seed."""
    groups: dict[str, dict[Any, list[Tried[AnyNetwork]]]] = {}
    for each in tried:
        others = {n: v for n, v in each.trial.settings.items() if n not in (along, "seed")}
        title = ", ".join(f"{name} {value}" for name, value in others.items())
        groups.setdefault(title, {}).setdefault(each.trial.settings[along], []).append(each)
    return tuple(_series(title, points) for title, points in groups.items())


def _series(title: str, points: Mapping[Any, Sequence[Tried[AnyNetwork]]]) -> Series:
    rows = []
    for runs in points.values():
        losses = [run.loss for run in runs if not run.failed]
        stats = (np.median(losses), min(losses), max(losses)) if losses else (np.nan,) * 3
        rows.append((*stats, len(runs) - len(losses), len(runs)))
    middle, low, high, failed, count = np.array(rows, dtype=float).T
    return Series(title, tuple(points), middle, low, high, failed.astype(int), count.astype(int))
