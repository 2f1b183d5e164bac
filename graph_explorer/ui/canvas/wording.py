"""Values in a few letters, for cards, tooltips and the text twin.

The one rule: a number is shown as such, an array by its shape and its norm.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_explorer.engine.notation import number, shape


def norm(array: np.ndarray[Any, Any]) -> float:
    """The Euclidean norm of all entries; NaN if any entry is."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.sum(np.square(np.asarray(array, dtype=np.float64)))))


def short(array: Any) -> str:
    """A value in a few letters: the number, or shape and norm of an array."""
    found = np.asarray(array)
    if found.ndim == 0:
        return number(found[()])
    return f"{shape(found.shape)}, norm {number(norm(found))}"
