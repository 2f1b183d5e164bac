"""The ways in which a file can spell a value, and the arrays that they mean.

The one rule: a spelling is data. Nothing is executed, files are read only from inside the document's
folder, and sizes are bounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from graph_explorer.document import as_array
from graph_explorer.engine.errors import InputError, nearest, unknown
from graph_explorer.lab import data
from graph_explorer.lab.arrays import inside, load_array

Array = np.ndarray[Any, Any]
Random = np.random.Generator

#: The largest array that a file can ask to be made.
MAX_ELEMENTS = 50_000_000


def fans(shape: Sequence[int]) -> tuple[float, float]:
    """Inputs and outputs of one unit: of a matrix as in x @ W, of a convolution as in ONNX."""
    if len(shape) < 2:
        size = float(math.prod(shape))
        return size, size
    if len(shape) == 2:
        return float(shape[0]), float(shape[1])
    window = math.prod(shape[2:])
    return float(shape[1] * window), float(shape[0] * window)


def _orthogonal(random: Random, shape: Sequence[int]) -> Array:
    rows, columns = shape[0], math.prod(shape[1:])
    flat = random.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(flat)
    q = q * np.sign(np.diag(r))
    return np.reshape(q if rows >= columns else q.T, shape)


def _uniform(random: Random, shape: Sequence[int], bound: float) -> Array:
    return random.uniform(-bound, bound, shape)


#: Initialisations. Glorot and Bengio 2010; He et al. 2015; Saxe et al. 2014 (orthogonal).
INITS: Mapping[str, Callable[[Random, Sequence[int]], Array]] = {
    "zeros": lambda random, shape: np.zeros(shape),
    "ones": lambda random, shape: np.ones(shape),
    "normal": lambda random, shape: random.standard_normal(shape),
    "uniform": lambda random, shape: random.uniform(-1.0, 1.0, shape),
    "glorot_uniform": lambda random, shape: _uniform(random, shape, math.sqrt(6 / max(sum(fans(shape)), 1))),
    "glorot_normal": lambda random, shape: (
        random.standard_normal(shape) * math.sqrt(2 / max(sum(fans(shape)), 1))
    ),
    "he_uniform": lambda random, shape: _uniform(random, shape, math.sqrt(6 / max(fans(shape)[0], 1))),
    "he_normal": lambda random, shape: random.standard_normal(shape) * math.sqrt(2 / max(fans(shape)[0], 1)),
    "orthogonal": _orthogonal,
}

#: The tables that stand for a value: the key that marks one → all its keys.
FORMS: Mapping[str, tuple[str, ...]] = {
    "shape": ("shape", "init", "seed", "scale", "dtype"),
    "file": ("file", "key", "dtype"),
    "data": ("data", "field", "rows", "dtype"),
    "value": ("value", "dtype"),
}


def array_of(name: str, spelling: Any, folder: Path | None, dtype: str, seed: int = 0) -> Array:
    """The array that `spelling` means; `seed` is added to the seeds of random ones."""
    if not isinstance(spelling, Mapping):
        return as_array(name, spelling, dtype)
    mark = next((key for key in FORMS if key in spelling), None)
    if mark is None:
        raise InputError(
            f"'{name}' is a table without one of {', '.join(FORMS)}; give a number, a list or one of these"
        )
    for key in spelling:
        if key not in FORMS[mark]:
            raise InputError(f"'{name}' has no key '{key}'; {nearest(key, FORMS[mark])}")
    kind = _dtype(str(spelling.get("dtype", dtype)))
    made = _MAKERS[mark](name, spelling, folder, seed)
    return np.asarray(made, dtype=kind)


def _dtype(name: str) -> np.dtype[Any]:
    known = (
        "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16",
        "uint8", "bool",
    )  # fmt: skip
    if name not in known:
        raise unknown("dtype", name, known)
    return np.dtype(name)


def shortest(array: Array) -> Any:
    """Nested lists, or a number, with as few digits as tell the numbers of this type apart."""
    if array.dtype not in (np.float32, np.float16):
        return array.tolist()
    return np.array([float(str(one)) for one in array.ravel()], float).reshape(array.shape).tolist()


def _initialised(name: str, spelling: Mapping[str, Any], folder: Path | None, seed: int) -> Array:
    shape = spelling["shape"]
    if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
        raise InputError(f"the shape of '{name}' must be a list of whole numbers, such as [2, 3]")
    if math.prod(shape) > MAX_ELEMENTS:
        raise InputError(
            f"'{name}' would have {math.prod(shape):,} elements; at most {MAX_ELEMENTS:,} are allowed"
        )
    init = spelling.get("init", "zeros")
    if init not in INITS:
        raise unknown(f"init of '{name}'", str(init), INITS)
    if init == "orthogonal" and len(shape) < 2:
        raise InputError(f"'{name}': an orthogonal init needs at least two dimensions")
    given = spelling.get("seed", 0)
    if type(given) is not int or given < 0:
        raise InputError(f"the seed of '{name}' must be a whole number from 0")
    return INITS[init](np.random.default_rng(given + seed), shape) * float(spelling.get("scale", 1.0))


def _from_file(name: str, spelling: Mapping[str, Any], folder: Path | None, seed: int) -> Array:
    path = inside(folder, str(spelling["file"]), name)
    return load_array(path, str(spelling["key"]) if "key" in spelling else None, name)


def _from_data(name: str, spelling: Mapping[str, Any], folder: Path | None, seed: int) -> Array:
    values = data.data(str(spelling["data"]), str(spelling.get("field", "features")))
    rows = spelling.get("rows", [0, len(values)])
    if not (isinstance(rows, list) and len(rows) == 2 and all(type(n) is int for n in rows)):
        raise InputError(f"the rows of '{name}' must be two whole numbers, first and one past the last")
    if not 0 <= rows[0] < rows[1] <= len(values):
        raise InputError(f"'{name}' asks for rows {rows[0]} to {rows[1]} of {len(values)}")
    return values[rows[0] : rows[1]]


def _explicit(name: str, spelling: Mapping[str, Any], folder: Path | None, seed: int) -> Array:
    return as_array(name, spelling["value"])


_MAKERS: Mapping[str, Callable[[str, Mapping[str, Any], Path | None, int], Array]] = {
    "shape": _initialised,
    "file": _from_file,
    "data": _from_data,
    "value": _explicit,
}
