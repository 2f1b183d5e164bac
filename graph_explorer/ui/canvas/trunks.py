"""Trunks: the long straight pieces on which many lines leave one card together.

The one rule: a trunk is drawn as one stroke, as far as the longest of its pieces goes. A parameter that
every layer of a network uses has thousands of lines that all run down the same way; each of them by
itself would cost as much as the whole picture.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_explorer.ui.canvas.space import Box, Space

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
        """Where the pieces of each trunk begin, and where those of the last one end, (t + 1,)."""
        return np.searchsorted(self.trunk, np.arange(len(self) + 1))

    @cached_property
    def longest(self) -> Floats:
        """How far each trunk goes, (t,)."""
        return np.maximum.reduceat(self.reaches, self.first[:-1]) if len(self) else np.zeros(0)

    @cached_property
    def _space(self) -> Space:
        ends = self.starts + self.ways * self.longest[:, None]
        return Space(np.hstack([np.minimum(self.starts, ends), np.maximum(self.starts, ends)]))

    def within(self, box: Box) -> Places:
        """The trunks that touch a rectangle."""
        return self._space.within(box)

    def farthest(self, trunks: Places, chosen: Callable[[Places], NDArray[np.bool_]]) -> Floats:
        """How far the chosen ones of the numbered pieces go on each of some trunks; 0 where there is none."""
        counts = self.first[trunks + 1] - self.first[trunks]
        ends = np.cumsum(counts)
        if not len(trunks):
            return np.zeros(0)
        found = np.repeat(self.first[trunks] - (ends - counts), counts) + np.arange(int(ends[-1]))
        reaches = np.where(chosen(self.pieces[found]), self.reaches[found], 0.0)
        return np.asarray(np.maximum.reduceat(reaches, ends - counts))

    def rows(self, trunks: Places, reaches: Floats) -> Floats:
        """Trunks as far as they are to be drawn, as x1, y1, x2, y2; those of no length are left out."""
        some = reaches > 0
        starts, ways = self.starts[trunks[some]], self.ways[trunks[some]]
        return np.hstack([starts, starts + ways * reaches[some][:, None]])

    def at(self, x: float, y: float, reach: float) -> int:
        """The shortest piece of a trunk that comes within `reach` of a point, −1 if none does."""
        near = self.within((x - reach, y - reach, 2 * reach, 2 * reach))
        if not near.size:
            return -1
        away = np.array([x, y]) - self.starts[near]
        best = int(np.argmin(np.abs(away[:, ::-1] * self.ways[near]).sum(axis=1)))
        along = float((away[best] * self.ways[near[best]]).sum())
        pieces = np.arange(self.first[near[best]], self.first[near[best] + 1])
        far = pieces[self.reaches[pieces] >= along - 2 * reach]
        return int(self.pieces[far[np.argmin(self.reaches[far])]]) if far.size else -1


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

    def reaches(self, time: int, trunks: Places) -> Floats:
        """How far some trunks have been followed at `time`."""
        found = np.searchsorted(self._keys, trunks * self._span + time, side="right") - 1
        return np.where(found >= self._first[trunks], self._reaches[found] if len(self._keys) else 0.0, 0.0)
