"""Axes and other whole-number settings, which ONNX gives as arrays, and programs as plain numbers.

The one rule: past this file an axis counts from the front and a setting is a tuple of Python ints.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.errors import InputError


def whole(value: Any) -> tuple[int, ...]:
    """An array, list or number as a tuple of ints."""
    if type(value) is int:  # what a program gives, thousands of times a run
        return (value,)
    return tuple(int(entry) for entry in np.ravel(np.asarray(value)))


def one(value: Any) -> int:
    """The one int in an array, list or number."""
    (found,) = whole(value)
    return found


def axis_of(axis: Any, dimensions: int, name: str) -> int:
    """`axis` counted from the front; `InputError` where an array has no such axis."""
    given = one(axis)
    if not -dimensions <= given < dimensions:
        raise InputError(f"{name}: there is no axis {given} in an array of {dimensions} dimensions")
    return given % dimensions


def axes_of(axes: Any, dimensions: int, name: str) -> tuple[int, ...]:
    """`axes` counted from the front, in the order given; `InputError` where one is no axis."""
    found = tuple(axis_of(axis, dimensions, name) for axis in whole(axes))
    if len(set(found)) < len(found):
        raise InputError(f"{name}: an axis is named twice in {whole(axes)}")
    return found


def first(value: Any) -> Any:
    """The first output, where several come as a tuple."""
    return value[0] if isinstance(value, tuple) else value
