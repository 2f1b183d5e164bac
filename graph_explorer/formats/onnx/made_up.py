"""Values for the inputs that a model leaves open.

The one rule: they are the same each time: standard normal numbers of a seed of their own, zero for whole
numbers, false for truth values; a size that the model leaves open is 1, and the same name is the same
size everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx

from graph_explorer.document import Entry
from graph_explorer.engine.errors import InputError
from graph_explorer.formats.onnx.opaque import boxed
from graph_explorer.formats.onnx.tensors import WIDENED, is_float
from graph_explorer.formats.values import INITS, MAX_ELEMENTS

Array = np.ndarray[Any, Any]
#: A size: a number, the name of one, or "" where it is open.
Size = int | str


class Inputs:
    """The inputs that a model declares; `seed` shifts the seeds of random ones."""

    def __init__(self, declared: Iterable[onnx.ValueInfoProto], seed: int) -> None:
        self.declared = {one.name: one for one in declared}
        self.seed = seed
        self.shapes = {name: _shape_of(one) for name, one in self.declared.items()}

    def entries(self, given: Mapping[str, Array]) -> dict[str, Entry]:
        """A value for every input: those given, and made-up ones that fit them."""
        for name, value in given.items():
            self._check(name, np.shape(value))
        sizes = self._sizes(given)
        return {
            name: Entry(given[name]) if name in given else self._made(number, name, sizes)
            for number, name in enumerate(self.declared)
        }

    def fitted(self, inputs: Mapping[str, Entry], given: Iterable[str]) -> dict[str, Entry]:
        """`inputs` after those in `given` were replaced: made-up ones take on the sizes of these."""
        known = {name: inputs[name].array for name in given if name in inputs}
        for name, value in known.items():
            self._check(name, np.shape(value))
        mine = {name: one.array for name, one in inputs.items() if one.spelling is None}
        sizes = self._sizes({**mine, **known})
        return {
            name: one
            if one.spelling is None or self._shape(name, sizes) == one.array.shape
            else self._made(number, name, sizes)
            for number, (name, one) in enumerate(inputs.items())
        }

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        """Raises `InputError` where a given shape contradicts what the model declares."""
        wanted = self.shapes.get(name)
        if wanted is None:
            return
        fits = len(wanted) == len(shape) and all(
            not isinstance(size, int) or size == found for size, found in zip(wanted, shape, strict=True)
        )
        if not fits:
            shown = ", ".join(str(size) if size != "" else "any" for size in wanted)
            raise InputError(f"the model takes '{name}' of the shape ({shown}); {shape} was given")

    def _sizes(self, given: Mapping[str, Array]) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, value in given.items():
            for size, actual in zip(self.shapes.get(name) or (), np.shape(value), strict=False):
                if isinstance(size, str) and size:
                    found[size] = actual
        return found

    def _shape(self, name: str, sizes: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(sizes.get(s, 1) if isinstance(s, str) else s for s in self.shapes[name] or ())

    def _made(self, number: int, name: str, sizes: Mapping[str, int]) -> Entry:
        kind = self.declared[name].type
        if kind.HasField("sequence_type"):
            return Entry(boxed([]), {"init": "empty"})
        if kind.HasField("optional_type") or kind.HasField("map_type"):
            return Entry(boxed(None), {"init": "empty"})
        shape = self._shape(name, sizes)
        if math.prod(shape) > MAX_ELEMENTS:
            raise InputError(
                f"the input '{name}' of the shape {shape} would have {math.prod(shape):,} entries; at most "
                f"{MAX_ELEMENTS:,} are made up, give it a value"
            )
        dtype = element_type(kind.tensor_type.elem_type, name)
        if dtype.kind in "OU":
            return Entry(np.full(shape, "", dtype), {"init": "empty"})
        spelling: dict[str, Any] = {"shape": list(shape), "init": "zeros", "dtype": dtype.name}
        if not is_float(dtype):
            return Entry(np.zeros(shape, dtype), spelling)
        seed = self.seed + number
        spelling |= {"init": "normal", "seed": seed}
        return Entry(INITS["normal"](np.random.default_rng(seed), shape).astype(dtype), spelling)

    def note(self, inputs: Mapping[str, Entry]) -> str:
        """The sentence that says which values are made up; "" where none is."""
        made = [(name, one) for name, one in inputs.items() if one.spelling is not None]
        if not made:
            return ""
        parts = [f"'{name}' {_shown(one)}" for name, one in made[:3]]
        more = f" and {len(made) - 3} more" if len(made) > 3 else ""
        return (
            f"The model leaves its input{'s' * (len(made) > 1)} open; made up: {', '.join(parts)}{more}. "
            "Give others by --input NAME=FILE.npy, or in the inspector."
        )


def _shown(entry: Entry) -> str:
    shape = "×".join(str(size) for size in entry.array.shape) or "one number"
    inits = {"normal": "random numbers", "zeros": "zeros", "empty": "nothing"}
    return f"({shape}, {inits[entry.spelling['init']]})"


def _shape_of(one: onnx.ValueInfoProto) -> tuple[Size, ...] | None:
    """The declared sizes; None where not even their number is declared."""
    if not one.type.HasField("tensor_type") or not one.type.tensor_type.HasField("shape"):
        return None
    found: list[Size] = []
    for dim in one.type.tensor_type.shape.dim:
        if dim.HasField("dim_value") and dim.dim_value < 0:
            raise InputError(f"the input '{one.name}' has a negative size, {dim.dim_value}; export it anew")
        found.append(dim.dim_value if dim.HasField("dim_value") else dim.dim_param)
    return tuple(found)


def element_type(code: int, name: str) -> np.dtype[Any]:
    """The array type of ONNX's element type `code`; types that NumPy lacks are computed in float32."""
    if code in WIDENED:
        return np.dtype(np.float32)
    try:
        return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(code))
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"the input '{name}' is of the unknown element type {code}; update the package onnx"
        ) from None
