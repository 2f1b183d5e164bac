"""Data sets: generated ones, those that ship with scikit-learn, and the user's own files.

A text names a set: `digits`, `moons:examples=100,noise=0.2`, `houses.csv`, `images.npz`.

The one rule: nothing is downloaded, and scikit-learn is imported only here, when a set of its is
first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError, unknown
from graph_explorer.lab.arrays import inside
from graph_explorer.lab.generated import GENERATORS, generate
from graph_explorer.lab.hyperparameters import read_pairs, split
from graph_explorer.lab.tables import read_arrays, read_table

Array = np.ndarray[Any, Any]

#: Bundled set → the field names it has, each with scikit-learn's own name.
BUNDLED: Mapping[str, Mapping[str, str]] = {
    "digits": {"images": "images", "features": "data", "labels": "target"},
    "iris": {"features": "data", "labels": "target"},
    "wine": {"features": "data", "labels": "target"},
    "diabetes": {"features": "data", "labels": "target"},
}
_GENERATED_FIELDS = ("features", "labels")
#: What the files of examples end in.
FILES = (".csv", ".npz")


@dataclass(frozen=True)
class DataSet:
    """Examples: `features` (examples, …) and `targets` (examples, …); `classes` are names, () for numbers."""

    features: Array
    targets: Array
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.features)


def data_set(text: str, folder: Path | None = None, inputs: str = "x", target: str = "y") -> DataSet:
    """The set that `text` names; `inputs` and `target` name the columns or arrays of a file.

    Files are read from inside `folder` only. `InputError` in one sentence.
    """
    if Path(text).suffix.lower() in FILES:
        return _own(text, folder, inputs, target)
    name, pairs = split(text)
    if name in GENERATORS:
        row = GENERATORS[name]
        given = read_pairs(text, name, pairs, {each.name: each for each in row.settings})
        features, targets, count = generate(row, given)
        return DataSet(features, targets, tuple(map(str, range(count))))
    if name not in BUNDLED:
        raise unknown("data set", name, [*GENERATORS, *BUNDLED])
    if pairs:
        raise InputError(f"'{name}' has no settings; write data = \"{name}\"")
    bunch = _bunch(name)
    classes = tuple(str(each) for each in getattr(bunch, "target_names", ()))
    return DataSet(data(name, "features"), np.asarray(bunch.target), classes)


def _own(file: str, folder: Path | None, inputs: str, target: str) -> DataSet:
    path = inside(folder, file, "data")
    if path.suffix.lower() == ".csv":
        return DataSet(*read_table(path, target))
    return DataSet(*read_arrays(path, inputs, target))


@cache
def _bunch(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError:
        raise InputError(
            f"the data set '{name}' comes with scikit-learn; "
            "install it with: pip install graph-explorer[data]"
        ) from None
    return getattr(datasets, f"load_{name}")()


def data(name: str, field: str) -> Array:
    """One field of a set, one row an example; digits have images (1797, 8, 8) from 0 to 16."""
    kind = split(name)[0]
    if kind in GENERATORS:
        if field not in _GENERATED_FIELDS:
            raise unknown(f"field of '{kind}'", field, _GENERATED_FIELDS)
        made = data_set(name)
        return np.asarray(made.features if field == "features" else made.targets, dtype=np.float64)
    if name not in BUNDLED:
        raise unknown("data set", name, [*GENERATORS, *BUNDLED])
    if field not in BUNDLED[name]:
        raise unknown(f"field of '{name}'", field, BUNDLED[name])
    return np.asarray(getattr(_bunch(name), BUNDLED[name][field]), dtype=np.float64)
