"""The examples of a training as the document takes them: formed, split, standardised, in order.

The one rule: nothing is learnt from the validation examples, not even their mean; and which ones they
are depends on the data and the split alone, so that all runs on them can be compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.data import DataSet, data_set
from graph_explorer.lab.network import Network
from graph_explorer.lab.training import Training, TrainingError

Array = np.ndarray[Any, Any]

#: A column that varies less than this, relative to its size, is constant but for rounding.
CONSTANT = 1e-12


@dataclass(frozen=True)
class Portion:
    """Some of the examples, by the two inputs of the document that take them.

    `numbers` (examples,) are their places in the whole set, from 0.
    """

    features: Array
    targets: Array
    numbers: Array

    def __len__(self) -> int:
        return len(self.features)

    def rows(self, rows: Any) -> Portion:
        return Portion(self.features[rows], self.targets[rows], self.numbers[rows])


@dataclass(frozen=True)
class Examples:
    """All examples of a training. `inputs` and `target` are the names of the leaves that take them.

    The two are the same where the examples are their own targets. `middle` lies between the least and the
    largest target.

    `mean` and `scale`, of the shape of one example, are what was subtracted from the features and what
    they were divided by; None where they were left as they are.
    """

    inputs: str
    target: str
    training: Portion
    validation: Portion
    classes: tuple[str, ...]
    middle: float
    mean: Array | None = None
    scale: Array | None = None


def examples_of(network: Network, training: Training) -> Examples:
    """The examples that the settings name, in the form of the document's inputs."""
    inputs, target = names_of(network, training)
    folder = network.path.parent if network.path else None
    try:
        found = data_set(training.data, folder, inputs, target)
    except InputError as error:
        raise TrainingError("data", error.message) from None
    count = len(found)
    first, rest = split_rows(count, training)
    features = np.asarray(found.features, dtype=float)
    mean = scale = None
    if training.standardize:
        mean, scale = _moments(features[first])
        features = (features - mean) / scale
    features = _formed(features, inputs, network)
    targets = features if target == inputs else _formed_targets(found, target, network)
    whole = Portion(features, targets, np.arange(count))
    middle = float((targets.min() + targets.max()) / 2)
    return Examples(inputs, target, whole.rows(first), whole.rows(rest), found.classes, middle, mean, scale)


def split_rows(count: int, training: Training) -> tuple[Array, Array]:
    """Which of `count` examples are trained on, and which validate, by their places in the set, in order."""
    chosen = np.random.default_rng((training.split_seed, 2)).permutation(count)
    kept = min(max(1, round(training.split * count)), count)
    return np.sort(chosen[:kept]), np.sort(chosen[kept:])


def names_of(network: Network, training: Training) -> tuple[str, str]:
    """The leaves that take features and targets: those named, or the document's first two inputs.

    They may be one, where that is said: the examples are then their own targets.
    """
    known = list(network.inputs)
    for key, name in (("inputs", training.inputs), ("target", training.target)):
        if name and name not in network.inputs:
            raise TrainingError(key, f"the document has no input '{name}'; known: {', '.join(known)}")
    if len(known) == 1 and training.target:
        return known[0], known[0]
    if len(known) < 2:
        raise InputError(
            f"training needs two inputs, for features and targets, and the document has {len(known)}; "
            "add them to [inputs], or name the one as the target too if examples are their own targets"
        )
    inputs = training.inputs or next(name for name in known if name != training.target)
    target = training.target or next(name for name in known if name != inputs)
    return inputs, target


def _moments(features: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of each number of an example; 1 where it never changes."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    steady = deviation <= CONSTANT * np.maximum(np.abs(mean), 1.0)
    return mean, np.where(steady, 1.0, deviation)


def _formed(values: Array, name: str, network: Network) -> Array:
    """One row an example, in the shape and type that the document's input `name` has."""
    given = network.inputs[name].array
    if not given.ndim:
        raise InputError(
            f"the input '{name}' is a single number; give it an axis for the examples, such as [0.5, 1.5]"
        )
    shape, size = given.shape[1:], math.prod(values.shape[1:])
    if math.prod(shape) != size:
        raise InputError(
            f"an example has {_spelled(values.shape[1:])} for '{name}', which takes {_spelled(shape)}; give "
            f"'{name}' rows of {size}"
        )
    return np.ascontiguousarray(values.reshape(len(values), *shape), dtype=given.dtype)


def _spelled(shape: tuple[int, ...]) -> str:
    return "1 number" if math.prod(shape) == 1 else " × ".join(map(str, shape)) + " numbers"


def _formed_targets(found: DataSet, name: str, network: Network) -> Array:
    """Targets likewise; classes become rows with a one where the document has a column for each."""
    values, given = np.asarray(found.targets), network.inputs[name].array
    count = len(found.classes)
    if count > 1 and values.ndim == 1 and given.shape[1:] == (count,):
        values = np.eye(count)[values.astype(int)]
    return _formed(values, name, network)


def order(count: int, training: Training, epoch: int) -> Array:
    """In which order the examples come in an epoch (from 0): drawn from the seed and the epoch alone."""
    if not training.shuffle:
        return np.arange(count)
    return np.random.default_rng((training.seed, 1, epoch)).permutation(count)
