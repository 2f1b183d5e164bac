"""The curves of runs as numbers: loss and metrics over epochs, and the places on them that are of note.

The one rule: a curve shows what was measured. The axis to the right counts epochs, so that runs with
other batches can be compared; the losses of single batches stand at the parts of an epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.lab.epochs import Epoch
from graph_explorer.lab.overfitting import Overfitting, overfitting
from graph_explorer.ui.race.chart import Flag, Range
from graph_explorer.ui.race.series import Curve
from graph_explorer.ui.training.state import TrainingRun

Array = np.ndarray[Any, Any]

#: The loss, among the names of metrics.
LOSS = "loss"
#: A faint curve is drawn from at most this many points: the lowest and highest batch of each stretch.
_BATCHES = 400
#: A logarithmic axis shows at most this many powers of ten; a linear one so many times the first loss.
_DECADES, _ABOVE = 8.0, 1.5


@dataclass(frozen=True)
class CurvesView:
    """What the curves show."""

    log: bool = True
    training: bool = True
    validation: bool = True
    batches: bool = True


def quantities(runs: Sequence[TrainingRun]) -> tuple[str, ...]:
    """What there are curves of: the loss, and every metric of any run."""
    names = (metric.name for run in runs for metric in run.training.metrics)
    return (LOSS, *dict.fromkeys(names))


def _amounts(epochs: Sequence[Epoch], quantity: str, validation: bool) -> list[float]:
    """One number an epoch; nan where it was not measured."""
    found: list[float | None] = []
    for epoch in epochs:
        if quantity == LOSS:
            found.append(epoch.validation_loss if validation else epoch.loss)
        else:
            found.append((epoch.validation_metrics if validation else epoch.metrics).get(quantity))
    return [np.nan if value is None else value for value in found]


def _line(run: TrainingRun, quantity: str, validation: bool, before: Epoch | None) -> tuple[Array, Array]:
    """Epochs and amounts; a run that was replayed begins where the epoch `before` it ended."""
    epochs = run.epochs if before is None else (before, *run.epochs)
    x = np.array([epoch.number for epoch in epochs], dtype=float)
    return x, np.array(_amounts(epochs, quantity, validation), dtype=float)


def _batches(run: TrainingRun) -> tuple[Array, Array]:
    """Where each batch of the run stands on the axis of epochs, and its loss, thinned to what can be seen."""
    start = run.start
    losses = run.losses[start.step :]
    if not len(losses) or not run.steps_of_epoch:
        return np.empty(0), np.empty(0)
    x = start.epoch + (np.arange(len(losses)) + 0.5) / run.steps_of_epoch
    every = len(losses) // _BATCHES
    if every < 2:
        return x, losses
    whole = len(losses) // every * every
    parts = losses[:whole].reshape(-1, every)
    with np.errstate(all="ignore"):
        ends = np.stack([parts.min(axis=1), parts.max(axis=1)], axis=1).ravel()
    return np.repeat(x[:whole].reshape(-1, every)[:, every // 2], 2), ends


def curves_of(run: TrainingRun, quantity: str, view: CurvesView, before: Epoch | None) -> list[Curve]:
    """The curves of one run: what the axes cannot show is left out."""
    lines: list[tuple[Array, Array, Any]] = []
    if view.batches and quantity == LOSS:
        lines.append((*_batches(run), "faint"))
    if view.training:
        lines.append((*_line(run, quantity, False, before), "line"))
    if view.validation:
        lines.append((*_line(run, quantity, True, before), "dashed"))
    found = []
    for x, y, stroke in lines:
        with np.errstate(all="ignore"):
            y = np.log10(y) if view.log and quantity == LOSS else y
        there = np.isfinite(y)
        found.append(Curve(run.number, run.number, x[there], y[there], stroke))
    return found


def bounds_of(curves: Sequence[Curve], view: CurvesView, quantity: str) -> Range | None:
    """Left, right, bottom and top that show all curves; one that climbs does not flatten the others."""
    drawn = [each for each in curves if len(each.y)]
    if not drawn:
        return None
    measured = [each for each in drawn if each.stroke != "faint"] or drawn
    right = max(max(float(c.x.max()) for c in drawn), 1.0)
    left = min(min(float(c.x.min()) for c in drawn), right - 1.0)
    bottom, top = min(float(c.y.min()) for c in drawn), max(float(c.y.max()) for c in drawn)
    if quantity != LOSS:
        room = (top - bottom) * 0.06 or 0.05
        return left, right + (right - left) * 0.02, bottom - room, min(top + room, max(top, 1.0) + 0.03)
    start = max(float(c.y[0]) for c in drawn)
    if view.log:
        bottom, top = max(bottom, start - _DECADES), min(top, start + 2.0)
    else:
        low = min(float(c.y.min()) for c in measured)
        top = min(top, low + (start - low) * _ABOVE) if start > low else top
    room = (top - bottom) * 0.05 or 0.5
    return left, right + (right - left) * 0.02, bottom - room, top + room


# ── places of note ────────────────────────────────────────────────────────────────────────────


def found_in(run: TrainingRun) -> Overfitting | None:
    """Where overfitting begins in a run, its ancestors' epochs left aside."""
    return overfitting(run.epochs)


def flags_of(run: TrainingRun, over: Overfitting | None) -> list[Flag]:
    """The best epoch, where it was stopped or diverged, and where overfitting begins."""
    if not run.epochs:
        return []
    last = run.epochs[-1]
    begins = over.epoch if over is not None else 0
    words = {begins: "overfitting begins"} if begins else {}
    if last.best and last.best != last.number:
        words[last.best] = "best; overfitting begins" if last.best == begins else "best"
    flags = [Flag(epoch, text, run.colour) for epoch, text in words.items()]
    if run.outcome in ("stopped early", "diverged"):
        flags.append(Flag(last.number, run.outcome, run.colour))
    return flags


def remark_on(run: TrainingRun | None, over: Overfitting | None) -> str:
    """What is worth saying of a run, in a sentence or two."""
    if run is None or not run.epochs:
        return ""
    last, said = run.epochs[-1], []
    if run.outcome == "diverged":
        said.append(
            f"It diverged in epoch {last.number}: not all numbers are finite any more. A lower learning "
            "rate, or clipping, would help; go back to an epoch before and run on from there."
        )
    if run.outcome == "stopped early":
        patience = run.training.early_stopping
        said.append(
            f"It was stopped after epoch {last.number}: for {patience} epochs the loss had not been lower "
            f"than after epoch {last.best}."
        )
    if over is not None:
        said.append(over.sentence)
    return " ".join(said)
