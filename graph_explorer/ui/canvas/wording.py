"""Numbers and shapes as short texts.

The one rule: four significant digits, a true minus sign, and powers of ten where zeros would have to
be counted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from graph_explorer.ui.canvas.notation import raised

DIGITS = 4


def number(value: Any) -> str:
    """One number: 0.4, −0.2124, 12345, 1.235·10⁻⁵, ∞, NaN, true."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    found = float(value)
    if math.isnan(found):
        return "NaN"
    if math.isinf(found):
        return "∞" if found > 0 else "−∞"
    size = abs(found)
    if size == 0:
        return "0"
    if found == int(found) and size < 1e6:
        return str(int(found)).replace("-", "−")
    if 1e-3 <= size < 1e4:
        text = f"{found:.{DIGITS}g}"
        if "e" in text:  # rounded up to the next power of ten
            text = str(round(found))
        return text.replace("-", "−")
    mantissa, exponent = f"{found:.{DIGITS - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}·10{raised(int(exponent))}".replace("-", "−")


def shape(sizes: tuple[int, ...]) -> str:
    """The shape of an array: 4×3; one axis as [4]; nothing for a number."""
    return f"[{sizes[0]}]" if len(sizes) == 1 else "×".join(map(str, sizes))


def norm(array: np.ndarray[Any, Any]) -> float:
    """The Euclidean norm of all entries; NaN if any entry is."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.sum(np.square(np.asarray(array, dtype=np.float64)))))


def brief(array: Any) -> str:
    """A value in a few letters: the number, or shape and norm of an array."""
    found = np.asarray(array)
    if found.ndim == 0:
        return number(found[()])
    return f"{shape(found.shape)}, norm {number(norm(found))}"
