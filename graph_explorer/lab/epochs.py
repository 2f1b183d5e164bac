"""Training: many updates of one document on its data, an epoch at a time.

Nothing here is a second engine. A step is a run of the document's graph on a batch, and an update by
the method that walks on surfaces too, on all parameters laid one behind the other; so clipping by
norm is over all of them, as by `torch.nn.utils.clip_grad_norm_`.

The one rule: what happens next depends on the document, the settings and the standing alone. Any
step can be reached again, and opened as the document that it ran.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.course import Course
from graph_explorer.lab.network import Network
from graph_explorer.lab.portions import order
from graph_explorer.lab.rates import Rate, Rates
from graph_explorer.lab.standing import Standing, check_standing
from graph_explorer.lab.training import Training, read_training

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]
Outcome = Literal["running", "done", "stopped early", "diverged"]
AnyNetwork = TypeVar("AnyNetwork", bound=Network)


@dataclass(frozen=True)
class Epoch:
    """What is known after an epoch; `number` counts from 1.

    `loss` and `metrics` are those of all training examples with the parameters reached, and
    `validation_loss` (None where all examples are trained on) and `validation_metrics` likewise. `losses` are
    those of the epoch's batches, each before its step. Of its last update: `learning_rate`, and how long it
    was relative to each parameter (nan where that was zero); of its last step: per parameter the norm of
    the gradient, with what was added up before it, before any clipping. `best` is the epoch of the lowest
    loss so far.
    """

    number: int
    step: int
    loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    validation_metrics: Mapping[str, float]
    losses: Array
    learning_rate: float
    gradient_norms: Mapping[str, float]
    update_ratios: Mapping[str, float]
    best: int
    outcome: Outcome


def train(
    network: Network,
    training: Training | None = None,
    *,
    start: Standing | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[tuple[Epoch, Standing]]:
    """Trains epoch by epoch: what is known after each, and where the training then stands.

    `training` are the document's own settings unless others are given, `start` a standing to go on
    from; what its optimizer remembers serves another one that remembers the same. `checkpoint` is
    called with the fraction that is done before each step, and may raise to stop. Ends after the
    last epoch, early where that is asked for, or when the loss is no longer finite.
    """
    try:
        yield from _epochs(begun(network, training, start=start), checkpoint)
    except InputError as error:
        raise network.placed(error) from None


def _epochs(under_way: UnderWay, checkpoint: Checkpoint | None) -> Iterator[tuple[Epoch, Standing]]:
    epochs = under_way.course.training.epochs
    total = epochs * under_way.course.steps_of_an_epoch
    while under_way.standing.epoch < epochs:
        ended = False
        while not ended:
            if checkpoint is not None:
                checkpoint(min(under_way.taken / total, 1.0))
            ended = under_way.advance()
        epoch, standing = under_way.epoch_done()
        yield epoch, standing
        if epoch.outcome != "running":
            return


def begun(network: Network, training: Training | None = None, *, start: Standing | None = None) -> UnderWay:
    """The training as something that is taken step by step; the arguments are those of `train`."""
    return UnderWay(Course(network, read_training(network.training) if training is None else training), start)


def at_step(
    network: AnyNetwork,
    training: Training | None = None,
    *,
    start: Standing | None = None,
    step: int | None = None,
) -> AnyNetwork:
    """The document whose run is the next step from `start`, or a later one: its batch, its parameters.

    What is drawn by chance is drawn as in that step: the same units are left out. `step` counts all steps
    of the training from 0 and is reached again from `start`.
    """
    now = standing_at(network, training, start=start, step=step)
    under_way = begun(network, training, start=now)
    opened = network.with_values({**under_way.batch_leaves(), **now.parameters})
    seeds = under_way.course.seeds(now.step)
    return opened.with_seeds(seeds) if seeds else opened


def standing_at(
    network: Network,
    training: Training | None = None,
    *,
    start: Standing | None = None,
    step: int | None = None,
) -> Standing:
    """Where the training stands before a step, in the middle of an epoch or not, reached from `start`."""
    try:
        under_way = begun(network, training, start=start)
        wanted = under_way.taken if step is None else step
        last = under_way.course.training.epochs * under_way.course.steps_of_an_epoch - 1
        if not under_way.taken <= wanted <= last:
            raise InputError(f"there is no step {wanted} from here; they go from {under_way.taken} to {last}")
        while under_way.taken < wanted:
            under_way.advance()
    except InputError as error:
        raise network.placed(error) from None
    return under_way.here()


class UnderWay:
    """A training under way; the one thing here that changes. `point` (n,) are its parameters in one vector,
    a new one after each step, and `losses` those of the steps so far.
    """

    def __init__(self, course: Course, start: Standing | None) -> None:
        self.course = course
        if start is not None:
            check_standing(start, course.initial)
        self.standing = Standing(course.initial) if start is None else start
        self.point = course.packed(self.standing.parameters)
        self.losses: list[float] = self.standing.losses.tolist()
        self.position, self.epoch = self.standing.position, self.standing.epoch
        self.first = self.taken - -(-self.position // course.batch_size)  # the first step of this epoch
        self.rates = self._rates()
        self.memory: Mapping[str, Any] | None = None
        self.rate: Rate | None = None
        self.gradient = np.zeros_like(self.point)  # of the last step
        self.before = self.point  # the last update
        self.added = course.packed(self.standing.gradient) if self.standing.gradient else None
        self.remembered = {
            name: self.standing.parameters.get(name, course.leaves[name]) for name in course.remembered
        }
        self.order = order(len(course.examples.training), course.training, self.standing.epoch)

    def _rates(self) -> Rates:
        """The schedule, where it stands after the updates that are done."""
        course, settings = self.course, self.course.settings
        done = self.taken // course.training.accumulate
        rates = settings.schedule.start(settings.lr, max(course.updates, done + 1))
        for update in range(done):
            rates.send(self._loss_before(update))
        return rates

    def _loss_before(self, update: int) -> float | None:
        """The mean loss of the steps that made the update before this one (from 0)."""
        count = self.course.training.accumulate
        losses = self.losses[(update - 1) * count : update * count] if update else []
        return sum(losses) / count if losses else None

    @property
    def taken(self) -> int:
        """How many steps have been taken."""
        return len(self.losses)

    def batch_rows(self) -> Array:
        """Which of the training examples the next step takes, (examples,)."""
        if self.position >= len(self.course.examples.training):
            self.epoch, self.position, self.first = self.epoch + 1, 0, self.taken
            self.order = order(len(self.order), self.course.training, self.epoch)
        return self.order[self.position : self.position + self.course.batch_size]

    def batch_leaves(self) -> dict[str, Array]:
        """The leaves that hold the examples of the next step."""
        return self.course.given(self.course.examples.training.rows(self.batch_rows()))

    def advance(self) -> bool:
        """Takes one step; whether it is the last of its epoch."""
        course, every = self.course, self.course.training.accumulate
        leaves = course.leaves | self.remembered | self.batch_leaves() | course.unpacked(self.point)
        loss, gradient, seen = course.passes(self.taken, leaves)
        gradient = gradient if every == 1 else gradient / every
        self.gradient = gradient if self.added is None else self.added + gradient
        self.added = self.gradient
        self.remembered = {name: seen[value] for name, value in course.remembered.items()}
        self.losses.append(float(loss))
        self.position += course.batch_size
        if self.taken % every == 0:
            self._update()
        return self.position >= len(course.examples.training)

    def _update(self) -> None:
        """Moves the parameters by what has been added up, and zeroes that; or not, as the settings say."""
        course, training = self.course, self.course.training
        self.rate = self.rates.send(self._loss_before(self.taken // training.accumulate - 1))
        if training.update:
            if self.memory is None:
                self.memory = self._memory_for(self.rate)
            self.before = self.point
            self.point, self.memory = course.settings.step(
                self.point, self.gradient, dict(self.memory), *self.rate, self._noise()
            )
        if training.zero:
            self.added = None

    def _memory_for(self, rate: Rate) -> dict[str, Any]:
        """What the standing remembers where that is what this method needs; else a fresh memory."""
        fresh = self.course.settings.init(self.point, *rate)
        kept = dict(self.standing.memory)
        return kept if kept.keys() == fresh.keys() else fresh

    def _noise(self) -> Any:
        if not self.course.settings.constants.on("noise"):
            return 0.0
        random = np.random.default_rng((self.course.training.seed, 3, self.taken - 1))
        return random.standard_normal(len(self.point)).astype(self.point.dtype)

    def here(self) -> Standing:
        """Where the training stands now."""
        memory = self.standing.memory if self.memory is None else self.memory
        whole = self.position >= len(self.course.examples.training)
        return replace(
            self.standing, parameters=self.course.unpacked(self.point) | self.remembered, memory=memory,
            epoch=self.epoch + whole, position=0 if whole else self.position, losses=np.array(self.losses),
            gradient={} if self.added is None else self.course.unpacked(self.added),
        )  # fmt: skip

    def epoch_done(self) -> tuple[Epoch, Standing]:
        """Measures at the end of an epoch."""
        course, now = self.course, self.here()
        loss, metrics = course.evaluation(self.point, course.examples.training, self.remembered)
        validation_loss: float | None = None
        validation_metrics: dict[str, float] = {}
        if len(course.examples.validation):
            validation_loss, validation_metrics = course.evaluation(
                self.point, course.examples.validation, self.remembered
            )
        judged = loss if validation_loss is None else validation_loss
        if judged < now.best_loss:
            now = replace(now, best=now.parameters, best_epoch=now.epoch, best_loss=judged)
        self.standing = now
        sizes, moved = course.norms(self.before), course.norms(self.point - self.before)
        rate = course.settings.lr if self.rate is None else self.rate.lr  # no update in this epoch
        return Epoch(
            now.epoch, now.step, loss, validation_loss, metrics, validation_metrics, now.losses[self.first :],
            float(rate), course.norms(self.gradient),
            {name: moved[name] / sizes[name] if sizes[name] else float("nan") for name in moved},
            now.best_epoch, self._outcome(now, (loss, *self.losses[self.first :])),
        ), now  # fmt: skip

    def _outcome(self, now: Standing, losses: Sequence[float]) -> Outcome:
        if not (np.isfinite(losses).all() and np.isfinite(self.point).all()):
            return "diverged"
        patience = self.course.training.early_stopping
        if patience is not None and now.epoch - now.best_epoch >= patience:
            return "stopped early"
        return "done" if now.epoch >= self.course.training.epochs else "running"
