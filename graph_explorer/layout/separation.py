"""Numbers as near as possible to where they wish to be, with distances kept between them.

Minimises the weighted squares of the ways from the wishes, subject to `x[right] - x[left] >= gap`
for given pairs, by merging numbers that push one another into clusters (Dwyer, Marriott and
Stuckey, *Fast node overlap removal*, 2005). Its one rule: what it returns keeps every distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

_TOLERANCE: Final = 1e-6


class Gap(NamedTuple):
    """`right` stays at least `distance` after `left`."""

    left: int
    right: int
    distance: float


class Gaps:
    """The distances to keep between numbered things, which must form no cycle."""

    def __init__(self, count: int, gaps: Sequence[Gap]) -> None:
        widest: dict[tuple[int, int], float] = {}
        for left, right, distance in gaps:
            widest[left, right] = max(widest.get((left, right), distance), distance)
        self.before: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        self.after: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        for (left, right), distance in widest.items():
            self.before[right].append((left, distance))
            self.after[left].append((right, distance))
        self.order = self._sorted()

    def _sorted(self) -> list[int]:
        waiting = [len(before) for before in self.before]
        order = [number for number, left in enumerate(waiting) if left == 0]
        for number in order:
            for right, _ in self.after[number]:
                waiting[right] -= 1
                if waiting[right] == 0:
                    order.append(right)
        return order

    def pack(self) -> list[float]:
        """Everything as far to the left as it goes, from 0."""
        packed = [0.0] * len(self.order)
        for number in self.order:
            for left, distance in self.before[number]:
                packed[number] = max(packed[number], packed[left] + distance)
        return packed

    def settle(self, wishes: Sequence[float], weights: Sequence[float]) -> list[float]:
        """The nearest positions to the wishes."""
        position = list(wishes)
        home = list(range(len(wishes)))
        members = [[number] for number in home]
        shift = [0.0] * len(wishes)
        weight = list(weights)
        pull = [wish * weight for wish, weight in zip(wishes, weights, strict=True)]
        for start in self.order:
            cluster = start
            while True:
                worst, left_end, jump = _TOLERANCE, -1, 0.0
                for number in members[cluster]:
                    here = position[cluster] + shift[number]
                    for left, distance in self.before[number]:
                        other = home[left]
                        if other != cluster:
                            lack = position[other] + shift[left] + distance - here
                            if lack > worst:
                                worst, left_end = lack, left
                                jump = shift[left] + distance - shift[number]
                if left_end < 0:
                    break
                target = home[left_end]
                if len(members[target]) < len(members[cluster]):
                    target, cluster, jump = cluster, target, -jump
                for number in members[cluster]:
                    shift[number] += jump
                    home[number] = target
                members[target] += members[cluster]
                members[cluster] = []
                pull[target] += pull[cluster] - jump * weight[cluster]
                weight[target] += weight[cluster]
                position[target] = pull[target] / weight[target]
                cluster = target
        return [position[home[number]] + shift[number] for number in range(len(wishes))]

    def settle_roughly(self, wishes: Sequence[float]) -> list[float]:
        """Positions near the wishes in linear time: midway between pushing right and left."""
        right, left = list(wishes), list(wishes)
        for number in self.order:
            for other, distance in self.before[number]:
                right[number] = max(right[number], right[other] + distance)
        for number in reversed(self.order):
            for other, distance in self.after[number]:
                left[number] = min(left[number], left[other] - distance)
        return [(one + two) / 2 for one, two in zip(right, left, strict=True)]
