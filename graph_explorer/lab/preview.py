"""What a set of examples looks like before anything is trained on it.

A file that cannot be read as examples is shown as far as it goes, with what is wrong: so one sees the empty
cell that the sentence names.

The one rule: what is shown is the set as it is, before standardising and forming; which examples are trained
on is what a training would choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.arrays import inside
from graph_explorer.lab.data import DataSet, data_set
from graph_explorer.lab.hyperparameters import split
from graph_explorer.lab.network import Network
from graph_explorer.lab.portions import CONSTANT, examples_of, names_of, split_rows
from graph_explorer.lab.tables import Cells, number_in, read_cells
from graph_explorer.lab.training import Training

Array = np.ndarray[Any, Any]
#: How a set is best drawn: points of a plane, a curve, pictures, sequences; "" where a table says more.
Drawing = Literal["plane", "curve", "pictures", "sequences", ""]

#: Columns that are described; of examples with more numbers, the first ones.
MOST_COLUMNS = 400
#: Sides of a picture that are no sequence of numbers.
_LEAST_SIDE = 4


@dataclass(frozen=True)
class Column:
    """A column: how many of its cells are missing, and the moments of the others, nan where they are words.

    `words` says how often each occurs. `constant` columns tell nothing, and cannot be standardised.
    """

    name: str
    missing: int = 0
    least: float = np.nan
    mean: float = np.nan
    largest: float = np.nan
    deviation: float = np.nan
    constant: bool = False
    words: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Preview:
    """A set as it is shown. `columns` describe the features, and the target at the place `target`.

    `problem` says why the file is no set of examples; `found` is then None. `misfit` says why the document
    cannot take them. `side` is the height and width of pictures.
    """

    columns: tuple[Column, ...]
    texts: Texts
    target: int
    found: DataSet | None = None
    training: tuple[int, ...] = ()
    validation: tuple[int, ...] = ()
    drawing: Drawing = ""
    side: tuple[int, int] = (0, 0)
    problem: str = ""
    misfit: str = ""

    def counts(self) -> tuple[tuple[str, int, int], ...]:
        """Of every class its name, how many examples are trained on, and how many validate."""
        if self.found is None or not self.found.classes:
            return ()
        targets = self.found.targets.astype(int)
        size = len(self.found.classes)
        first, rest = (
            np.bincount(targets[list(rows)], minlength=size) for rows in (self.training, self.validation)
        )
        return tuple(
            (name, int(a), int(b)) for name, a, b in zip(self.found.classes, first, rest, strict=True)
        )


@dataclass(frozen=True)
class Texts:
    """The examples as text: cells of a file as they stand there, numbers as they are written.

    `numbers` are the lines of the file, or the places in the set from 0, and `counted` says which.
    """

    cells: Sequence[Sequence[Any]] = ()
    numbers: Sequence[int] = ()
    counted: str = "Example"
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.cells)

    def text(self, row: int, column: int) -> str:
        cell = self.cells[row][column]
        if isinstance(cell, str):
            return cell
        if self.classes and column == len(self.cells[row]) - 1:
            return self.classes[int(cell)]
        return f"{cell:.6g}"


def preview(network: Network, training: Training) -> Preview:
    """The set of examples that the settings name, described; `InputError` where nothing can be read."""
    folder = network.path.parent if network.path else None
    try:
        inputs, target = names_of(network, training)
    except InputError:  # the document takes no examples yet: what there is can be looked at all the same
        inputs, target = "x", "y"
    table = _table(training.data, folder)
    try:
        found = data_set(training.data, folder, inputs, target)
    except InputError as error:
        if table is None:
            raise
        at = table.target(target)
        columns = tuple(_columns(table, at))
        return Preview(columns, Texts(table.cells, table.lines, "Line"), target=at, problem=error.message)
    first, rest = split_rows(len(found), training)
    flat = found.features.reshape(len(found), -1)[:, :MOST_COLUMNS]
    names = _names(table, target) or [f"{inputs}[{k}]" for k in range(flat.shape[1])]
    drawing, side = _drawing(found, training.data, _shape(network, inputs))
    described = [_of_numbers(name, flat[:, k]) for k, name in enumerate(names)]
    cells: Any = np.column_stack([flat, found.targets.reshape(len(found), -1)[:, :1]])
    numbers: Sequence[int] = range(len(found)) if table is None else table.lines
    counted = "Example" if table is None else "Line"
    texts = Texts(cells, numbers, counted, found.classes)
    return Preview(
        (*described, _of_target(found, table, target)), texts, len(described), found,
        tuple(first.tolist()), tuple(rest.tolist()), drawing, side, misfit=_misfit(network, training),
    )  # fmt: skip


def _misfit(network: Network, training: Training) -> str:
    """Why the document cannot take the examples; "" where it can."""
    try:
        examples_of(network, training)
    except InputError as error:
        return error.message
    return ""


def _table(data: str, folder: Path | None) -> Cells | None:
    return read_cells(inside(folder, data, "data")) if data.lower().endswith(".csv") else None


def _names(table: Cells | None, target: str) -> list[str]:
    """What the columns of features are called in a file."""
    if table is None:
        return []
    last = table.target(target)
    return [name or f"column {k + 1}" for k, name in enumerate(table.names) if k != last]


def _columns(table: Cells, target: int) -> Iterator[Column]:
    """The columns of a table that cannot be read as examples, in the order of the file."""
    for place, name in enumerate(table.names):
        cells = [cells[place] for cells in table.cells]
        numbers = [number_in(cell) for cell in cells]
        there = np.array([n for n in numbers if n is not None and np.isfinite(n)])
        words = [cell for cell, n in zip(cells, numbers, strict=True) if cell and n is None]
        missing = len(cells) - len(there) - len(words)
        shown = (name or f"column {place + 1}") + (" (target)" if place == target else "")
        yield _described(shown, there, missing, words)


def _described(name: str, there: Array, missing: int = 0, words: Sequence[str] = ()) -> Column:
    counted = tuple(Counter(words).most_common())
    if not len(there):
        return Column(name, missing, constant=len(counted) == 1, words=counted)
    mean, deviation = float(there.mean()), float(there.std())
    constant = not words and deviation <= CONSTANT * max(abs(mean), 1.0)
    least, largest = float(there.min()), float(there.max())
    return Column(name, missing, least, mean, largest, deviation, constant, counted)


def _of_numbers(name: str, values: Array) -> Column:
    return _described(name, np.asarray(values, dtype=float))


def _of_target(found: DataSet, table: Cells | None, target: str) -> Column:
    name = table.names[table.target(target)] if table is not None else ""
    shown = f"{name} (target)" if name else "target"
    if found.classes:
        counts = np.bincount(found.targets.astype(int), minlength=len(found.classes))
        words = tuple(zip(found.classes, counts.tolist(), strict=True))
        return Column(shown, constant=int((counts > 0).sum()) == 1, words=words)
    return _of_numbers(shown, found.targets.reshape(len(found), -1)[:, 0])


def _shape(network: Network, inputs: str) -> tuple[int, ...]:
    """The shape of an example as the document takes it."""
    return network.inputs[inputs].array.shape[1:] if inputs in network.inputs else ()


def _drawing(found: DataSet, data: str, taken: tuple[int, ...]) -> tuple[Drawing, tuple[int, int]]:
    """How the set is drawn, and the height and width of its pictures."""
    shape = found.features.shape[1:]
    if shape == (1,) and not found.classes:
        return "curve", (0, 0)
    if shape == (2,):
        return "plane", (0, 0)
    size = int(np.prod(shape))
    for sides in ((8, 8) if split(data)[0] == "digits" else (), taken[-2:], shape[-2:]):
        if len(sides) == 2 and min(sides) >= _LEAST_SIDE and size == sides[0] * sides[1]:
            return "pictures", (int(sides[0]), int(sides[1]))
    return ("sequences" if len(shape) == 2 else ""), (0, 0)
