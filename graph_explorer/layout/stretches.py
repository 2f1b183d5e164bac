"""A long region is cut across into stretches, each of which is laid out by itself.

Cuts go where few values pass: a network is a chain of blocks, and between two blocks there is
often one value alone. Equal stretches are then equal pieces and are laid out once. The rule: a leaf
goes with the first thing that uses it, and values that pass many rows do not hinder a cut.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph_explorer.layout.pace import Pause, paced
from graph_explorer.layout.piece import CONSTANT, GROUP, INPUT
from graph_explorer.layout.regions import Integers, Mask, Regions, by_region, climb
from graph_explorer.layout.rows import rows_of

_LONG: Final = 160
"""A region with more children than this is cut."""
_STRETCH: Final = 40
"""A stretch has at least about this many children."""
_PASSING: Final = 4
"""A cut goes through at most this many values."""
_FAR: Final = 50
"""A value that passes more rows than this is led past the stretches."""


def cut_long_regions(regions: Regions, pause: Pause) -> None:
    """Put the children of each long region into stretches, where it can be cut."""
    inner = regions.parent >= 0
    long = np.flatnonzero(np.bincount(regions.parent[inner], minlength=1) > _LONG)
    if not long.size:
        return
    inside = regions.inside()
    around = regions.parent[inside]
    pause()
    found = climb(regions)
    pause()
    number = np.zeros(len(regions.order), dtype=np.int64)
    cuts = []
    for region, lines in by_region(found, long):
        pause()
        children = inside[slice(*np.searchsorted(around, (region, region + 1)))]
        number[children] = np.arange(len(children))
        upper, lower = number[found.above[lines]], number[found.below[lines]]
        forward = upper < lower
        # Sorting lets other threads run, which `np.unique` does not.
        pairs = np.sort(upper[forward] * len(children) + lower[forward])
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        pause()
        kinds, ends = regions.kind[children].astype(np.int64), np.divmod(pairs, len(children))
        stretch = _stretches(kinds, *ends, pause)
        if stretch.max() > 0:
            cuts.append((region, children, stretch))
    for region, children, stretch in cuts:
        _gather(regions, region, children, stretch)


def _gather(regions: Regions, region: int, children: Integers, stretch: Integers) -> None:
    """Make places of stretches."""
    _, stretch = np.unique(stretch, return_inverse=True)
    count = int(stretch.max()) + 1
    regions.parent[children] = len(regions.parent) + stretch
    regions.parent = np.append(regions.parent, np.full(count, region))
    regions.kind = np.append(regions.kind, np.full(count, GROUP, dtype=np.int8))
    regions.order = np.append(regions.order, np.arange(count))
    regions.is_region = np.append(regions.is_region, np.ones(count, dtype=bool))


def _stretches(kinds: Integers, upper: Integers, lower: Integers, pause: Pause) -> Integers:
    """The number of the stretch that each child of a region belongs to."""
    rows = np.array(rows_of(kinds.tolist(), upper.tolist(), lower.tolist(), pause))
    leaf = (kinds == INPUT) | (kinds == CONSTANT)
    stretch = _stretch_of_rows(leaf, rows, upper, lower, pause)[rows]
    used = np.full(len(kinds), stretch.max() + 1)
    np.minimum.at(used, upper, stretch[lower])
    return np.where(leaf & (used <= stretch.max()), used, stretch)


def _stretch_of_rows(leaf: Mask, rows: Integers, upper: Integers, lower: Integers, pause: Pause) -> Integers:
    """The number of the stretch that each row belongs to."""
    count = int(rows.max()) + 1
    last = rows.copy()
    np.maximum.at(last, upper, rows[lower])
    counted = ~leaf & (last - rows <= _FAR)
    change = np.bincount(rows[counted], minlength=count) - np.bincount(last[counted], minlength=count)
    stretch, members, result = 0, 0, []
    filled = np.bincount(rows, minlength=count).tolist()
    for at, passing in paced(enumerate(np.cumsum(change).tolist()), pause):
        result.append(stretch)
        members += filled[at]
        allowed = min(members // _STRETCH, _PASSING)
        if at + 1 < count and allowed and passing <= allowed:
            stretch += 1
            members = 0
    return np.array(result)
