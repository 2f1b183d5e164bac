"""Which of many arrays hold nothing but finite numbers.

The one rule: small arrays are judged together, since a run of a large network has very many of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

#: Arrays of up to so many entries are looked at together, up to so many entries at a time.
_SMALL, _TOGETHER = 4096, 1 << 22


def all_finite(arrays: Sequence[Any] | Array) -> list[bool]:
    """For each array whether all its entries are finite numbers; what is not there is."""
    if isinstance(arrays, np.ndarray):
        return [bool(fine) for fine in np.isfinite(arrays)]
    fine = [True] * len(arrays)
    small: list[int] = []
    entries = 0
    for place, array in enumerate(arrays):
        if isinstance(array, np.ndarray) and 0 < array.size <= _SMALL and array.dtype.kind == "f":
            small.append(place)
            entries += array.size
        elif array is not None:
            fine[place] = _finite(array)
        if entries > _TOGETHER:
            _judge(arrays, small, fine)
            small, entries = [], 0
    _judge(arrays, small, fine)
    return fine


def _judge(arrays: Sequence[Any], places: Sequence[int], fine: list[bool]) -> None:
    """Finds out which of some small arrays are finite, all at once."""
    if places:
        joined = np.isfinite(np.concatenate([arrays[place].reshape(-1) for place in places]))
        first = np.cumsum([0, *(arrays[place].size for place in places[:-1])])
        for place, whole in zip(places, np.logical_and.reduceat(joined, first).tolist(), strict=True):
            fine[place] = whole


def _finite(array: Any) -> bool:
    """Whether every entry is a finite number; whole numbers and truth values always are."""
    values = np.asarray(array)
    return values.dtype.kind not in "fc" or bool(np.isfinite(values).all())
