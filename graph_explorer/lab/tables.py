"""The user's own examples: a `.csv` table or the arrays of a `.npz`.

The one rule: what cannot be read as it stands is an error that names line and column; nothing is
guessed, dropped or filled in.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.arrays import load_array

Array = np.ndarray[Any, Any]

_LARGEST_TABLE = 256 * 2**20


@dataclass(frozen=True)
class Cells:
    """A table as it stands in the file: `names` of its columns ("" without a header), and line by line.

    `lines` are the numbers of the lines in the file, `cells` what stands in them: (lines, columns).
    """

    file: str
    names: tuple[str, ...]
    lines: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]

    def target(self, name: str) -> int:
        """The number of the column that holds the target: the one headed `name`, else the last."""
        return self.names.index(name) if name in self.names else len(self.names) - 1

    def place(self, row: int, column: int) -> str:
        """Where a cell is, in words."""
        name = self.names[column]
        return f"'{self.file}', line {self.lines[row]}, column {column + 1}" + (f" '{name}'" if name else "")


def read_cells(path: Path) -> Cells:
    """A `.csv` table as text; a first line that holds words is its header."""
    rows = _rows(path)
    first = rows[0][1]
    headed = any(number_in(cell) is None for cell in first[:-1] or first)
    body = rows[1:] if headed else rows
    if not body:
        raise InputError(f"'{path.name}' has no examples below its header; add rows of numbers")
    if len(first) < 2:
        raise InputError(f"'{path.name}' has one column; it needs features and a target, parted by commas")
    for line, cells in body:
        if len(cells) != len(first):
            raise InputError(
                f"'{path.name}', line {line}: {len(cells)} columns where the first line has {len(first)}; "
                "give each line as many"
            )
    names = tuple(first) if headed else ("",) * len(first)
    return Cells(path.name, names, tuple(line for line, _ in body), tuple(tuple(c) for _, c in body))


def read_table(path: Path, target: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Features (examples, columns), targets (examples,), and the names of the classes.

    The target is the column headed `target`, else the last one; where it holds words these are classes,
    numbered in the order of the alphabet.
    """
    table = read_cells(path)
    column = table.target(target)
    others = [k for k in range(len(table.names)) if k != column]
    features = np.array([[_feature(table, row, k) for k in others] for row in range(len(table.lines))])
    return features, *_targets(table, column)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The lines that hold something, each with its number."""
    try:
        if path.stat().st_size > _LARGEST_TABLE:
            raise InputError(f"'{path.name}' is larger than 256 MB; keep it as .npz")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            found = [(reader.line_num, [c.strip() for c in cells]) for cells in reader if any(cells)]
    except FileNotFoundError:
        raise InputError(f"the file '{path.name}' does not exist beside the document") from None
    except UnicodeDecodeError:
        raise InputError(f"'{path.name}' is not UTF-8 text; save it as UTF-8") from None
    except (OSError, csv.Error) as error:
        raise InputError(f"'{path.name}' cannot be read as a table: {error}") from None
    if not found:
        raise InputError(f"'{path.name}' is empty; it needs rows of numbers")
    return found


def number_in(cell: str) -> float | None:
    """The number that a cell says; None where it says none."""
    try:
        return float(cell)
    except ValueError:
        return None


def _feature(table: Cells, row: int, column: int) -> float:
    cell = table.cells[row][column]
    found = number_in(cell)
    if found is not None and np.isfinite(found):
        return found
    if not cell:
        raise InputError(
            f"{table.place(row, column)}: nothing stands there; fill it in or leave the line out"
        )
    raise InputError(
        f"{table.place(row, column)}: '{cell}' is no finite number; only the target may hold words"
    )


def _targets(table: Cells, column: int) -> tuple[Array, tuple[str, ...]]:
    cells = [cells[column] for cells in table.cells]
    if all(number_in(cell) is None for cell in cells):
        if "" in cells:
            _feature(table, cells.index(""), column)
        classes = sorted(set(cells))
        places = {name: place for place, name in enumerate(classes)}
        return np.array([places[cell] for cell in cells]), tuple(classes)
    return np.array([_feature(table, row, column) for row in range(len(cells))]), ()


def read_arrays(path: Path, features: str, target: str) -> tuple[Array, Array]:
    """The arrays of a `.npz` under the names of the two inputs that they are for."""
    found = []
    for name in (features, target):
        array = load_array(path, name, name)
        if array.dtype.kind not in "biuf" or not array.ndim:
            raise InputError(f"'{name}' in '{path.name}' is no array of numbers, one row an example")
        if not array.size:
            raise InputError(f"'{name}' in '{path.name}' has no examples; add rows of numbers")
        if not np.isfinite(array).all():
            at = np.argwhere(~np.isfinite(array))[0].tolist()
            raise InputError(
                f"'{name}' in '{path.name}' holds {array[tuple(at)]} at {at}; give finite numbers only"
            )
        found.append(array)
    if len(found[0]) != len(found[1]):
        raise InputError(
            f"'{path.name}' holds {len(found[0])} examples of '{features}' and {len(found[1])} of "
            f"'{target}'; give each as many"
        )
    return found[0], found[1]
