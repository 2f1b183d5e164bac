"""What the training view shows: the runs, which one is looked at, and at which epoch.

The one rule: it is a frozen part of the session's state. The runner replaces it while a training is
under way, at most some thirty times a second; pages only show it. Records are told apart by identity.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from graph_explorer.document import Document
from graph_explorer.lab.epochs import Epoch, Outcome
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.training import Training
from graph_explorer.ui.training.wording import run_title

Array = np.ndarray[Any, Any]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Parent:
    """From where a run was replayed with other settings: the number of the run, and the step."""

    run: int
    step: int


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """One training, as far as it has come.

    `document` is the one that it began with, `table` the `[training]` table and `training` the same,
    read. `standings` are its checkpoints: the first is where it began, the others were taken after an
    epoch, and some are left out where they would fill the memory. `here` is where it stands, complete,
    also within an epoch; while it runs, `parameters` and `losses` (steps,), one a batch, are newer.
    `steps_of_epoch` and `examples`, how many are trained on, are 0 until that is known; `seconds` is what
    the steps have taken.
    """

    number: int
    colour: int
    title: str
    table: Mapping[str, Any]
    training: Training
    document: Document
    standings: tuple[Standing, ...]
    here: Standing
    parameters: Mapping[str, Array]
    losses: Array
    epochs: tuple[Epoch, ...] = ()
    outcome: Outcome = "running"
    parent: Parent | None = None
    steps_of_epoch: int = 0
    examples: int = 0
    seconds: float = 0.0

    @property
    def start(self) -> Standing:
        """Where it began."""
        return self.standings[0]

    @property
    def step(self) -> int:
        """How many steps it has taken, those of its ancestors included."""
        return len(self.losses)

    @property
    def reached(self) -> int:
        """How many whole epochs are done."""
        return self.epochs[-1].number if self.epochs else self.start.epoch

    @property
    def gone_through(self) -> int:
        """How many examples its steps have taken, those of its ancestors as if they were its own."""
        beyond = self.step - (self.epochs[-1].step if self.epochs else self.start.step)
        return self.reached * self.examples + beyond * (self.training.batch_size or self.examples)

    def epoch(self, number: int) -> Epoch | None:
        """What is known after this epoch of the run."""
        at = number - self.epochs[0].number if self.epochs else -1
        return self.epochs[at] if 0 <= at < len(self.epochs) else None

    def standing(self, epoch: int) -> Standing | None:
        """The checkpoint after this epoch, if it is kept."""
        return next((each for each in self.standings if each.epoch == epoch and not each.position), None)

    def standing_before(self, step: int) -> Standing:
        """The last checkpoint from which a step is still to come."""
        return max((s for s in self.standings if s.step <= step), key=lambda s: s.step, default=self.start)

    def is_of(self, document: Document) -> bool:
        """Whether `document` is still the one that it began with, but for the settings of its training."""
        began = self.document
        return (
            began.program == document.program
            and began.model is document.model
            and all(document.parameters.get(name) is entry for name, entry in began.parameters.items())
            and all(document.inputs.get(name) is entry for name, entry in began.inputs.items())
        )

    def cut(self, there: Standing) -> TrainingRun:
        """The run as it was when it stood `there`; going on it will be the same again."""
        return self.with_parts(
            epochs=tuple(epoch for epoch in self.epochs if epoch.number <= there.epoch),
            standings=tuple(each for each in self.standings if each.step <= there.step),
            here=there, parameters=there.parameters, losses=there.losses, outcome="running",
        )  # fmt: skip

    def with_parts(self, **parts: Any) -> TrainingRun:
        """The run with some of its parts replaced."""
        return dataclasses.replace(self, **parts)


def run_of(
    document: Document, training: Training, epochs: tuple[Epoch, ...], start: Standing, here: Standing
) -> TrainingRun:
    """A training that was done elsewhere, as a run."""
    first = epochs[0].step - start.step
    return TrainingRun(
        1, 0, run_title(training), dict(document.training), training, document, (start, here), here,
        here.parameters, here.losses, epochs, epochs[-1].outcome, steps_of_epoch=first,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class OpenedStep:
    """A step of a run that stands as the session's document.

    `rows` are the places of its examples in the set, `batch` those of the whole mini-batch; `document`
    is the step as it was opened, `own` the document that it is a step of.
    """

    run: int
    step: int
    rows: tuple[int, ...]
    batch: tuple[int, ...]
    document: Document
    own: Document

    def is_shown(self, document: Document | None) -> bool:
        """Whether `document` still is this step: it takes the very same examples."""
        return document is not None and all(
            document.inputs.get(name) is entry for name, entry in self.document.inputs.items()
        )


@dataclass(frozen=True, eq=False)
class TrainingState:
    """All runs, of which those in `shown` are drawn.

    `selected` is the number of the run that is looked at, `at` the epoch that is (None: the newest,
    which goes on while the run is `running`). `opened` is the step that was opened last.
    """

    runs: tuple[TrainingRun, ...] = ()
    selected: int = 0
    at: int | None = None
    running: bool = False
    shown: frozenset[int] = field(default_factory=frozenset)
    opened: OpenedStep | None = None

    @property
    def run(self) -> TrainingRun | None:
        """The selected run."""
        return self.numbered(self.selected)

    def numbered(self, number: int) -> TrainingRun | None:
        """The run of this number."""
        return next((run for run in self.runs if run.number == number), None)

    @property
    def drawn(self) -> tuple[TrainingRun, ...]:
        """The runs that are shown, the selected one last."""
        found = [run for run in self.runs if run.number in self.shown]
        return tuple(sorted(found, key=lambda run: run.number == self.selected))

    @property
    def epoch(self) -> Epoch | None:
        """The epoch of the selected run that is looked at; None before the first."""
        run = self.run
        if run is None or not run.epochs:
            return None
        return run.epochs[-1] if self.at is None else run.epoch(self.at)

    @cached_property
    def parameters(self) -> Mapping[str, Array]:
        """The parameters that are looked at: those after the epoch `at`, or the newest of the run."""
        run = self.run
        if run is None:
            return _NOTHING
        kept = run.standing(self.at) if self.at is not None else None
        if kept is not None:
            return kept.parameters
        return run.parameters if self.at is None else run.standing_before(self._step_at(run)).parameters

    def _step_at(self, run: TrainingRun) -> int:
        epoch = run.epoch(self.at) if self.at is not None else None
        return epoch.step if epoch is not None else run.start.step

    @cached_property
    def network(self) -> Document | None:
        """The selected run's document with the parameters that are looked at."""
        run = self.run
        return None if run is None else run.document.with_values(self.parameters)

    def with_run(self, run: TrainingRun) -> TrainingState:
        """With a run in the place of the one of the same number."""
        return self.with_parts(runs=tuple(run if run.number == old.number else old for old in self.runs))

    def with_parts(self, **parts: Any) -> TrainingState:
        """With some of its parts replaced."""
        return dataclasses.replace(self, **parts)

    def free_number(self) -> int:
        """The number of the next run; numbers are not used twice."""
        return max((run.number for run in self.runs), default=0) + 1

    def free_colour(self) -> int:
        """The first colour that no run has."""
        taken = {run.colour for run in self.runs}
        return next(colour for colour in range(len(taken) + 1) if colour not in taken)


#: Before anything was trained.
NO_TRAINING = TrainingState()
