"""Generated data: small sets with a shape that one can see, made from a seed.

The one rule: a set is one row of the table below, a function of its settings and of one source of
random numbers, so that the same text makes the same examples everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_explorer.lab.hyperparameters import (
    POSITIVE,
    Bounds,
    Hyperparameter,
    Value,
    integer,
    number,
)

Array = np.ndarray[Any, Any]
Random = np.random.Generator
#: What a set is made of: features (examples, …), targets (examples,), and how many classes; 0 for numbers.
Made = tuple[Array, Array, int]

#: More examples than anyone looks at; a set of them still fits into memory.
MOST_EXAMPLES = 100_000


@dataclass(frozen=True)
class Generator:
    """One kind of set. `make(values, random)` makes it from its settings."""

    name: str
    title: str
    settings: tuple[Hyperparameter, ...]
    make: Callable[[Mapping[str, Any], Random], Made]
    reference: str = ""


def _examples(default: int = 200) -> Hyperparameter:
    return integer("examples", default, "how many examples there are", Bounds(2, MOST_EXAMPLES), (10, 1000))


def _noise(default: float) -> Hyperparameter:
    return number("noise", default, "standard deviation of what is added to each number")


_SEED = integer("seed", 0, "what the random numbers are drawn from", Bounds(0))


def _labels(values: Mapping[str, Any], classes: int) -> Array:
    """Class 0, 1, …, 0, 1, …: as many of each as there can be."""
    return np.arange(values["examples"]) % classes


def _noisy(points: Array, values: Mapping[str, Any], random: Random) -> Array:
    noise: float = values["noise"]
    return points + noise * random.standard_normal(points.shape)


def _moons(values: Mapping[str, Any], random: Random) -> Made:
    labels = _labels(values, 2)
    angle = np.pi * random.uniform(size=len(labels))
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, [1.0, 0.5] - upper)
    return _noisy(points, values, random), labels, 2


def _circles(values: Mapping[str, Any], random: Random) -> Made:
    labels = _labels(values, 2)
    angle = 2 * np.pi * random.uniform(size=len(labels))
    radius = np.where(labels == 0, 1.0, values["factor"])
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(points, values, random), labels, 2


def _spirals(values: Mapping[str, Any], random: Random) -> Made:
    """Arms from the origin to radius 1, one a class, turned against one another."""
    classes = values["classes"]
    labels = _labels(values, classes)
    radius = 0.05 + 0.95 * np.sqrt(random.uniform(size=len(labels)))
    angle = 2 * np.pi * (values["turns"] * radius + labels / classes)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _noisy(points, values, random), labels, classes


def _blobs(values: Mapping[str, Any], random: Random) -> Made:
    """Clouds around points on the unit circle."""
    classes = values["classes"]
    labels = _labels(values, classes)
    angle = 2 * np.pi * labels / classes
    return _noisy(np.stack([np.cos(angle), np.sin(angle)], axis=1), values, random), labels, classes


def _xor(values: Mapping[str, Any], random: Random) -> Made:
    """The four corners of the unit square in turn; the class says whether the two numbers differ."""
    corner = np.arange(values["examples"]) % 4
    points = np.stack([corner // 2, corner % 2], axis=1).astype(float)
    return _noisy(points, values, random), (corner // 2) ^ (corner % 2), 2


def _curve(function: Callable[[Array], Array]) -> Callable[[Mapping[str, Any], Random], Made]:
    def make(values: Mapping[str, Any], random: Random) -> Made:
        x = random.uniform(-1.0, 1.0, values["examples"])
        return x[:, None], _noisy(function(x), values, random), 0

    return make


def _adding(values: Mapping[str, Any], random: Random) -> Made:
    """Two numbers a moment: one to be added, and a mark that says whether to; two moments have it."""
    count, length = values["examples"], values["length"]
    sequences = np.zeros((count, length, 2))
    sequences[:, :, 0] = random.uniform(size=(count, length))
    first = random.integers(0, length // 2, count)
    second = random.integers(length // 2, length, count)
    rows = np.arange(count)
    sequences[rows, first, 1] = sequences[rows, second, 1] = 1.0
    return sequences, (sequences[:, :, 0] * sequences[:, :, 1]).sum(axis=1), 0


def _parity(values: Mapping[str, Any], random: Random) -> Made:
    """Zeros and ones; the class says whether the number of ones is odd."""
    bits = random.integers(0, 2, (values["examples"], values["length"], 1))
    return bits.astype(float), bits.sum(axis=(1, 2)) % 2, 2


def _recall(values: Mapping[str, Any], random: Random) -> Made:
    """Two numbers a moment: at the first one a sign to be kept in mind, and at all of them noise.

    The class says which sign it was.
    """
    labels = _labels(values, 2)
    sequences = np.zeros((len(labels), values["length"], 2))
    sequences[:, 0, 0] = 2.0 * labels - 1.0
    sequences[:, :, 1] = values["noise"] * random.standard_normal(sequences.shape[:2])
    return sequences, labels, 2


def _waves(values: Mapping[str, Any], random: Random) -> Made:
    """Pieces of sine waves of different pace; the target is the number that comes next."""
    count, length = values["examples"], values["length"]
    pace = random.uniform(0.2, 0.8, (count, 1))
    phase = random.uniform(0.0, 2 * np.pi, (count, 1))
    wave = _noisy(np.sin(pace * np.arange(length + 1) + phase), values, random)
    return wave[:, :-1, None], wave[:, -1], 0


_CLASSES = Bounds(2, 100)
_LENGTH = Bounds(2, 1000)
_ROWS = (
    Generator("moons", "Two half moons", (_examples(), _noise(0.1), _SEED), _moons),
    Generator(
        "circles",
        "A circle in a circle",
        (
            _examples(),
            _noise(0.05),
            number("factor", 0.5, "radius of the inner circle", Bounds(0.0, 1.0, True, True)),
            _SEED,
        ),
        _circles,
    ),
    Generator(
        "spirals",
        "Spirals",
        (
            _examples(300),
            _noise(0.02),
            integer("classes", 2, "how many arms there are", _CLASSES),
            number("turns", 1.0, "how often an arm goes round", POSITIVE),
            _SEED,
        ),
        _spirals,
    ),
    Generator(
        "blobs",
        "Clouds",
        (_examples(), _noise(0.3), integer("classes", 3, "how many clouds there are", _CLASSES), _SEED),
        _blobs,
    ),
    Generator("xor", "Exclusive or", (_examples(4), _noise(0.0), _SEED), _xor),
    Generator(
        "line", "A line", (_examples(100), _noise(0.3), _SEED), _curve(lambda x: np.asarray(2 * x + 1))
    ),
    Generator(
        "sine",
        "A wave",
        (_examples(100), _noise(0.2), _SEED),
        _curve(lambda x: np.asarray(np.sin(np.pi * x))),
    ),
    Generator(
        "cubic",
        "A cubic curve",
        (_examples(100), _noise(0.1), _SEED),
        _curve(lambda x: np.asarray(2 * x**3 - x)),
    ),
    Generator(
        "adding",
        "Adding two marked numbers of a sequence",
        (_examples(1000), integer("length", 10, "moments of a sequence", _LENGTH), _SEED),
        _adding,
        "Hochreiter, Schmidhuber: Long short-term memory, 1997",
    ),
    Generator(
        "parity",
        "Whether the ones of a sequence are odd in number",
        (_examples(1000), integer("length", 8, "moments of a sequence", _LENGTH), _SEED),
        _parity,
    ),
    Generator(
        "recall",
        "What came first in a sequence",
        (_examples(500), _noise(0.5), integer("length", 12, "moments of a sequence", _LENGTH), _SEED),
        _recall,
        "Bengio, Simard, Frasconi: Learning long-term dependencies with gradient descent is difficult, 1994",
    ),
    Generator(
        "waves",
        "What comes next in a wave",
        (_examples(500), _noise(0.0), integer("length", 12, "moments of a sequence", _LENGTH), _SEED),
        _waves,
    ),
)

#: Every generated set by its name.
GENERATORS: Mapping[str, Generator] = {row.name: row for row in _ROWS}


def generate(row: Generator, given: Mapping[str, Value]) -> Made:
    """The examples that these settings make; what is not given keeps its default."""
    values = {each.name: each.default for each in row.settings} | dict(given)
    return row.make(values, np.random.default_rng(int(values["seed"])))  # type: ignore[arg-type]
