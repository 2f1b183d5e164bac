"""What is drawn: which picture suits the data, and the answers that it shows at one moment.

The one rule: all that a picture shows is computed here, from values alone, off the interface thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from graph_explorer.document import Document
from graph_explorer.lab.portions import Portion
from graph_explorer.lab.predictions import Predictions, Predictor
from graph_explorer.lab.training import Training

Array = np.ndarray[Any, Any]
Checkpoint = Callable[[float], None]
Window = tuple[float, float, float, float]
#: What suits the data: a plane of two inputs, a curve over one, pictures, sequences, or numbers alone.
Kind = Literal["plane", "curve", "pictures", "sequences", "plain"]

#: Points a side of a plane, from coarse to fine: as many as are answered in time.
GRIDS = (24, 36, 54, 80, 120, 180, 260)
#: Seconds that a plane may take while training runs, and when it rests.
LIVE, AT_REST = 0.025, 0.15
#: While training runs, at most so many examples of a portion are answered.
MOST_LIVE = 2000
#: A curve is answered at so many places.
PLACES = 400
#: A square of at least so many points a side is taken for a picture.
_LEAST_SIDE = 7
#: Around the points there is this part of their span.
_MARGIN = 0.12


@dataclass(frozen=True)
class Asked:
    """One run of which answers are wanted: its number (0: the document itself), and its parameters."""

    number: int
    colour: int
    title: str
    document: Document
    training: Training
    parameters: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Plane:
    """Answers on a grid over `window` (left, right, bottom, top): (rows, columns, …), the bottom first."""

    window: Window
    answers: Array
    probabilities: Array | None


@dataclass(frozen=True, eq=False)
class Line:
    """Answers of one run along a line: places (n,), and answers (n,)."""

    number: int
    colour: int
    title: str
    x: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Moment:
    """All that is shown at one moment: of very many examples some, while training runs."""

    asked: Asked
    predictor: Predictor
    kind: Kind
    portions: tuple[Portion, Portion]
    training: Predictions
    validation: Predictions
    plane: Plane | None = None
    lines: tuple[Line, ...] = ()

    def portion(self, name: str) -> tuple[Portion, Predictions]:
        """Examples and answers of "training" or "validation"."""
        if name == "validation":
            return self.portions[1], self.validation
        return self.portions[0], self.training

    def left_out(self, name: str) -> int:
        """How many examples of a portion are not among those shown."""
        whole: Portion = getattr(self.predictor.examples, name)
        return len(whole) - len(self.portion(name)[0])

    @property
    def classes(self) -> tuple[str, ...]:
        return self.predictor.classes


def kind_of(predictor: Predictor) -> Kind:
    """The picture that suits the examples."""
    shape = predictor.examples.training.features.shape[1:]
    size = math.prod(shape)
    if picture_shape(shape):
        return "pictures"
    if len(shape) >= 2 or len(predictor.asked.answers) > 1 or (predictor.asked.again and size > 2):
        return "sequences"
    if size == 1 and math.prod(predictor.shape) <= 2:
        return "curve"
    return "plane" if size == 2 and not predictor.asked.again else "plain"


def picture_shape(shape: Sequence[int]) -> tuple[int, int] | None:
    """Height and width, where an example of this shape is a picture."""
    if len(shape) == 3 and shape[0] in (1, 3):
        return (shape[1], shape[2]) if min(shape[1:]) >= _LEAST_SIDE - 2 else None
    if len(shape) == 2:
        return (shape[0], shape[1]) if min(shape) >= _LEAST_SIDE - 2 else None
    side = math.isqrt(math.prod(shape))
    return (side, side) if len(shape) == 1 and side >= _LEAST_SIDE and side**2 == shape[0] else None


class Answering:
    """Makes moments; keeps what does not change from one to the next. Used by one thread at a time."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Document, Training, Predictor]] = {}
        self._grid = GRIDS[0]

    def moment(
        self, runs: Sequence[Asked], window: Window | None, live: bool, checkpoint: Checkpoint
    ) -> Moment:
        """The moment of the last run; curves are drawn of all. `InputError` where there is no answer."""
        asked = runs[-1]
        predictor = self._predictor(asked)
        kind = kind_of(predictor)
        examples, values = predictor.examples, asked.parameters
        portions = some(examples.training, live), some(examples.validation, live)
        training, validation = (predictor.predict(values, each, checkpoint) for each in portions)
        plane = None
        lines: tuple[Line, ...] = ()
        if kind == "plane":
            plane = self._plane(predictor, values, window or around(examples.training.features), live)
        elif kind == "curve":
            span = window or around(examples.training.features)
            lines = tuple(self._line(self._predictor(each), each, span) for each in runs)
        self._made = {each.number: self._made[each.number] for each in runs if each.number in self._made}
        return Moment(asked, predictor, kind, portions, training, validation, plane, lines)

    def _predictor(self, asked: Asked) -> Predictor:
        document, training, predictor = self._made.get(asked.number, (None, None, None))
        if predictor is None or document is not asked.document or training != asked.training:
            same = next(
                (one for _, other, one in self._made.values() if _same_examples(other, asked.training)), None
            )
            shared = same.examples if same is not None and _takes(same, asked.document) else None
            predictor = Predictor(asked.document, asked.training, shared)
            self._made[asked.number] = (asked.document, asked.training, predictor)
        return predictor

    def _plane(self, predictor: Predictor, values: Mapping[str, Array], window: Window, live: bool) -> Plane:
        """The answers on as fine a grid as there is time for."""
        allowed = LIVE if live else AT_REST
        while True:
            began = time.perf_counter()
            made = answered(predictor, values, window, self._grid)
            took = time.perf_counter() - began
            place = GRIDS.index(self._grid)
            fitting = [k for k, side in enumerate(GRIDS) if took * (side / self._grid) ** 2 <= allowed]
            best = max(fitting, default=0)
            self._grid = GRIDS[min(best, place + 2)]
            if live or self._grid <= GRIDS[place]:
                return made

    def _line(self, predictor: Predictor, asked: Asked, span: Window) -> Line:
        x = np.linspace(span[0], span[1], PLACES)
        found = predictor.answers(asked.parameters, x[:, None])
        rows = predictor.probabilities(found) if predictor.classes else found.reshape(len(x), -1)
        y = rows[:, -1 if predictor.classes else 0]
        return Line(asked.number, asked.colour, asked.title, x, y)


def some(portion: Portion, live: bool) -> Portion:
    """All examples, or evenly spaced ones where they are very many and training runs."""
    if not live or len(portion) <= MOST_LIVE:
        return portion
    return portion.rows(np.linspace(0, len(portion) - 1, MOST_LIVE).round().astype(int))


def _same_examples(one: Training, other: Training) -> bool:
    parts = ("data", "inputs", "target", "split", "standardize")
    return all(getattr(one, part) == getattr(other, part) for part in parts) and getattr(
        one, "split_seed", 0
    ) == getattr(other, "split_seed", 0)


def _takes(predictor: Predictor, document: Document) -> bool:
    """Whether the document takes the predictor's examples as they are."""
    names, known = predictor.examples, document.inputs
    return all(
        name in known
        and known[name].array.shape[1:] == part.shape[1:]
        and known[name].array.dtype == part.dtype
        for name, part in ((names.inputs, names.training.features), (names.target, names.training.targets))
    )


def answered(predictor: Predictor, values: Mapping[str, Array], window: Window, side: int) -> Plane:
    """The answers on a grid of `side` × `side` points, edges included."""
    left, right, bottom, top = window
    points = np.stack(
        np.meshgrid(np.linspace(left, right, side), np.linspace(bottom, top, side)), axis=-1
    ).reshape(-1, 2)
    found = predictor.answers(values, points)
    probabilities = predictor.probabilities(found) if predictor.classes else None
    return Plane(
        window,
        found.reshape(side, side, -1),
        None if probabilities is None else probabilities.reshape(side, side, -1),
    )


def around(features: Array) -> Window:
    """The window that shows all examples of one or two numbers, with some room."""
    rows = features.reshape(len(features), -1)
    low, high = rows.min(axis=0), rows.max(axis=0)
    room = np.where(high > low, (high - low) * _MARGIN, 1.0)
    low, high = low - room, high + room
    if rows.shape[1] == 1:
        return float(low[0]), float(high[0]), 0.0, 1.0
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])
