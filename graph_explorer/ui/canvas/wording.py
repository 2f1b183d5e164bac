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


def held(count: int) -> str:
    """How many nodes a group holds."""
    return f"{count:,} node{'s' * (count != 1)}".replace(",", "\u2009")


def complete(done: int, count: int) -> str:
    """How many of the gradients in a group are complete."""
    return f"∂ {done:,}/{count:,}".replace(",", "\u2009")
