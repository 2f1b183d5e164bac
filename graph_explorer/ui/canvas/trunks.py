"""Trunks: the long straight pieces on which many lines leave one card together.

The one rule: a trunk is drawn as one stroke, as far as the longest of its pieces goes. A parameter that
every layer of a network uses has thousands of lines that all run down the same way; each of them by
itself would cost as much as the whole picture.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]

#: Pieces shorter than this, in scene pixels, are in no trunk, and no trunk has fewer pieces than these.
LONG, FEWEST = 2000.0, 8


class Trunks:
    """Trunks (t) and their pieces (k), trunk by trunk.

    `pieces` (k,) are the numbers of the pieces and `trunk` (k,) their trunks; `reaches` (k,) is how far
    each goes. `sources` (t,) are the cards that the trunks leave, `starts` (t, 2) the points from which
    on they run in the `ways` (t, 2): unit steps along an axis.
    """

    def __init__(self, ends: Floats, pieces: Places, sources: Places) -> None:
        x, y, to_x, to_y = ends[:, pieces]
        away = np.stack([to_x - x, to_y - y])
        level = np.abs(away[0]) > np.abs(away[1])
        reach = np.where(level, away[0], away[1])
        code = sources.astype(np.int64) * 4 + 2 * level + (reach > 0)
        order = np.lexsort((y, x, code))
        changes = np.zeros(len(order), dtype=bool)
        for key in (code, x, y):
            changes[1:] |= key[order[1:]] != key[order[:-1]]
        group = np.cumsum(changes)
        large = np.bincount(group, minlength=1)[group] >= FEWEST
        kept, group = order[large], group[large]
        self.pieces: Places = pieces[kept]
        self.reaches = np.abs(reach[kept])
        first = np.flatnonzero(np.diff(group, prepend=-1))
        self.trunk: Places = np.repeat(np.arange(len(first)), np.diff([*first, len(group)]))
        leads = kept[first]
        self.sources: Places = sources[leads]
        self.starts: Floats = np.stack([x[leads], y[leads]], axis=1)
        self.ways: Floats = np.stack([level[leads], ~level[leads]], axis=1) * np.sign(reach[leads])[:, None]

    def __len__(self) -> int:
        return len(self.sources)

    @cached_property
    def first(self) -> Places:
        """Where the pieces of each trunk begin, (t,)."""
        return np.searchsorted(self.trunk, np.arange(len(self)))

    @cached_property
    def longest(self) -> Floats:
        """How far each trunk goes, (t,)."""
        return self.farthest(np.ones(len(self.pieces), dtype=bool))

    def farthest(self, chosen: NDArray[np.bool_]) -> Floats:
        """How far the chosen pieces (k,) of each trunk go, (t,); 0 where there is none."""
        if not len(self):
            return np.zeros(0)
        return np.asarray(np.maximum.reduceat(np.where(chosen, self.reaches, 0.0), self.first))

    def rows(self, reaches: Floats) -> Floats:
        """The trunks as far as they are to be drawn, as x1, y1, x2, y2; those of no length are left out."""
        some = reaches > 0
        starts = self.starts[some]
        return np.hstack([starts, starts + self.ways[some] * reaches[some][:, None]])

    def at(self, x: float, y: float, reach: float) -> int:
        """The shortest piece of a trunk that comes within `reach` of a point, −1 if none does."""
        away = np.array([x, y]) - self.starts
        along, aside = (away * self.ways).sum(axis=1), np.abs(away[:, ::-1] * self.ways).sum(axis=1)
        near = np.flatnonzero((aside <= reach) & (along >= -reach) & (along <= self.longest + reach))
        if not near.size:
            return -1
        trunk = int(near[np.argmin(aside[near])])
        found = np.flatnonzero(self.trunk == trunk)
        far = found[self.reaches[found] >= along[trunk] - reach]
        return int(self.pieces[far[np.argmin(self.reaches[far])]])


class Followed:
    """How far the trunks have been followed backward at a time: found by bisection."""

    def __init__(self, trunks: Trunks, times: NDArray[np.int64], last: int) -> None:
        """`times` (k,) is when each piece is followed, none of them after `last` but for never."""
        self._span = last + 2
        self._keys = trunks.trunk * self._span + np.minimum(times, last + 1)
        order = np.argsort(self._keys, kind="stable")
        self._keys = self._keys[order]
        apart = trunks.trunk * (float(trunks.reaches.max(initial=0.0)) + 1.0)
        self._reaches = np.maximum.accumulate(trunks.reaches[order] + apart) - apart
        self._first = trunks.first

    def reaches(self, time: int) -> Floats:
        """How far each trunk has been followed at `time`, (t,)."""
        trunks = np.arange(len(self._first))
        found = np.searchsorted(self._keys, trunks * self._span + time, side="right") - 1
        return np.where(found >= self._first, self._reaches[found] if len(self._keys) else 0.0, 0.0)
