"""Stretches of a sequence in which one piece is repeated end to end.

The one rule: sorting is all it takes. Pieces of 1, 2, 4, 8 … entries get numbers, equal pieces equal ones
(Karp, Miller and Rosenberg, "Rapid identification of repeated patterns", STOC 1972); a repetition shows
as a row of neighbours whose next equal piece is equally far away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Entries `start` to `stop`, the latter exclusive: each equals the one `period` entries later."""

    start: int
    stop: int
    period: int


def stretches(codes: Codes) -> list[Stretch]:
    """All stretches of at least two whole periods, none with a period that is a multiple of a smaller one.

    `codes` (n,) are any whole numbers. A stretch is as long as it can be. They come in the order of
    their starts. A piece that stands there only twice can be missed if most of it recurs within itself.
    """
    count, length = len(codes), 1
    _, numbers = np.unique(codes, return_inverse=True)
    numbers = numbers.astype(np.int64)
    found: list[NDArray[np.int64]] = []
    while count >= 2 * length or length == 1:
        away = _next_equal(numbers)
        found.append(_even_rows(away, length))
        recurring = away[away > 0]
        # where each piece comes again before it ends, longer pieces tell nothing new
        if not recurring.size or recurring.max() <= length:
            break
        numbers = _longer(numbers, length)
        length *= 2
    return _joined(np.concatenate(found))


def _next_equal(numbers: Codes) -> Codes:
    """Per entry, how far away the next equal one is; 0 where none follows."""
    order = np.argsort(numbers, kind="stable")
    away = np.zeros(len(numbers), dtype=np.int64)
    same = numbers[order[1:]] == numbers[order[:-1]]
    away[order[:-1][same]] = (order[1:] - order[:-1])[same]
    return away


def _longer(numbers: Codes, length: int) -> Codes:
    """The numbers of pieces twice as long; a piece that would reach over the end is left out."""
    pairs = numbers[:-length] * (len(numbers) + 1) + numbers[length:]
    _, longer = np.unique(pairs, return_inverse=True)
    return np.asarray(longer, dtype=np.int64)


def _even_rows(away: Codes, length: int) -> NDArray[np.int64]:
    """(k, 3): period, first and end of rows of neighbours that come again equally far away.

    From the first to the end, exclusive, each entry equals the one a period later.
    """
    if not len(away):
        return np.zeros((0, 3), dtype=np.int64)
    first = np.flatnonzero(np.concatenate([[True], np.diff(away) != 0]))
    end = np.append(first[1:], len(away))
    period = away[first]
    equal_until = end - 1 + length
    whole = (period > 0) & (equal_until - first >= period)
    return np.stack([period, first, equal_until], axis=1)[whole]


def _joined(rows: NDArray[np.int64]) -> list[Stretch]:
    """The rows as stretches; those of one period that touch are one."""
    made: list[Stretch] = []
    period, start, stop = 0, 0, 0
    for next_period, first, end in rows[np.lexsort((rows[:, 1], rows[:, 0]))].tolist():
        if next_period == period and first <= stop:
            stop = max(stop, end)
            continue
        if period:
            made.append(Stretch(start, stop + period, period))
        period, start, stop = next_period, first, end
    if period:
        made.append(Stretch(start, stop + period, period))
    return sorted(made)
