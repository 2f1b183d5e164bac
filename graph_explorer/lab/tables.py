"""The user's own examples: a `.csv` table or the arrays of a `.npz`.

The one rule: what cannot be read as it stands is an error that names the line; nothing is guessed,
dropped or filled in.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.arrays import load_array

Array = np.ndarray[Any, Any]

_LARGEST_TABLE = 256 * 2**20


def read_table(path: Path, target: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Features (examples, columns), targets (examples,), and the names of the classes.

    A first line that holds words is a header. The target is the column headed `target`, else the last
    one; where it holds words these are classes, numbered in the order of the alphabet.
    """
    rows = _rows(path)
    header = rows[0][1] if any(_number(cell) is None for cell in rows[0][1][:-1] or rows[0][1]) else []
    body = rows[1:] if header else rows
    if not body:
        raise InputError(f"'{path.name}' has no examples below its header; add rows of numbers")
    width = len(rows[0][1])
    if width < 2:
        raise InputError(f"'{path.name}' has one column; it needs features and a target")
    column = header.index(target) if target in header else width - 1
    for line, cells in body:
        if len(cells) != width:
            raise InputError(
                f"'{path.name}', line {line}: {len(cells)} columns where the first line has {width}"
            )
    features = np.array(
        [[_feature(path, line, cell) for k, cell in enumerate(cells) if k != column] for line, cells in body]
    )
    return features, *_targets(path, [(line, cells[column]) for line, cells in body])


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


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _feature(path: Path, line: int, cell: str) -> float:
    found = _number(cell)
    if found is None or not np.isfinite(found):
        raise InputError(
            f"'{path.name}', line {line}: '{cell}' is no finite number; only the target may hold words"
        )
    return found


def _targets(path: Path, cells: Sequence[tuple[int, str]]) -> tuple[Array, tuple[str, ...]]:
    numbers = [_number(cell) for _, cell in cells]
    if all(number is None for number in numbers):
        classes = sorted({cell for _, cell in cells})
        places = {name: place for place, name in enumerate(classes)}
        return np.array([places[cell] for _, cell in cells]), tuple(classes)
    return np.array([_feature(path, line, cell) for line, cell in cells]), ()


def read_arrays(path: Path, features: str, target: str) -> tuple[Array, Array]:
    """The arrays of a `.npz` under the names of the two inputs that they are for."""
    found = []
    for name in (features, target):
        array = load_array(path, name, name)
        if array.dtype.kind not in "biuf" or not array.ndim:
            raise InputError(f"'{name}' in '{path.name}' is no array of numbers, one row an example")
        if not np.isfinite(array).all():
            raise InputError(f"'{name}' in '{path.name}' holds numbers that are not finite")
        found.append(array)
    if len(found[0]) != len(found[1]):
        raise InputError(
            f"'{path.name}' holds {len(found[0])} examples of '{features}' and {len(found[1])} of "
            f"'{target}'; give each as many"
        )
    return found[0], found[1]
