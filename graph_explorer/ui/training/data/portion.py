"""Which examples are looked at: all, those that are trained on, those that validate, or one batch.

The one rule: a batch is the one that a training with these settings takes in that step, from a fresh start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.lab.portions import order
from graph_explorer.lab.preview import Preview
from graph_explorer.lab.training import Training

Array = np.ndarray[Any, Any]
Kind = Literal["all", "training", "validation", "batch"]

#: What each is called.
KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("all", "All examples", "All examples of the set"),
    ("training", "Training", "The examples that are trained on"),
    ("validation", "Validation", "The examples that validate: nothing is learnt from them"),
    ("batch", "Batch of step", "The examples of one step"),
)


@dataclass(frozen=True)
class Portion:
    """What is looked at; `step` counts from 0 and matters to a batch alone."""

    kind: Kind = "all"
    step: int = 0


def steps_of(found: Preview, training: Training) -> int:
    """How many steps the whole training has."""
    return training.epochs * _steps_of_an_epoch(found, training)


def _size(found: Preview, training: Training) -> int:
    count = len(found.training)
    return max(min(training.batch_size or count, count), 1)


def _steps_of_an_epoch(found: Preview, training: Training) -> int:
    return max(-(-len(found.training) // _size(found, training)), 1)


def rows_of(found: Preview, training: Training, portion: Portion) -> Array:
    """The places of the examples in the set; a batch in the order in which it comes."""
    if portion.kind == "all" or found.found is None:
        return np.arange(len(found.texts))
    first = np.array(found.training, dtype=int)
    if portion.kind == "training":
        return first
    if portion.kind == "validation":
        return np.array(found.validation, dtype=int)
    epoch, place = divmod(portion.step, _steps_of_an_epoch(found, training))
    size = _size(found, training)
    return np.asarray(first[order(len(first), training, epoch)[place * size : (place + 1) * size]])


def told(found: Preview, training: Training, portion: Portion) -> str:
    """What is looked at, in words."""
    count = len(rows_of(found, training, portion))
    if portion.kind != "batch":
        return f"{count:,} examples"
    epoch, place = divmod(portion.step, _steps_of_an_epoch(found, training))
    first = place * _size(found, training) + 1
    way = "shuffled anew in each epoch" if training.shuffle else "in the order of the set"
    return f"Epoch {epoch + 1}: examples {first:,} to {first + count - 1:,} of {len(found.training):,}, {way}"
