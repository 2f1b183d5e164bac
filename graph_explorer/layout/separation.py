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
    """The distances to keep between numbered things."""

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
        self.possible = len(self.order) == count
        """Whether there is no cycle; nothing else may be asked if there is one."""

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
        clusters = _Clusters(self, wishes, weights)
        clusters.satisfy()
        clusters.refine()
        positions = clusters.positions()
        for number in self.order:
            for left, distance in self.before[number]:
                positions[number] = max(positions[number], positions[left] + distance)
        return positions

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


class _Clusters:
    """Numbers that push one another, moved together.

    Each cluster is a tree of gaps that are just kept. `shift` is where a number stands from the
    origin of its cluster, whose best place is the weighted mean of what its members wish for.
    """

    def __init__(self, gaps: Gaps, wishes: Sequence[float], weights: Sequence[float]) -> None:
        self.gaps, self.wishes, self.weights = gaps, wishes, weights
        count = len(wishes)
        self.home = list(range(count))
        self.members = [[number] for number in range(count)]
        self.shift = [0.0] * count
        self.place = list(wishes)
        self.weight = list(weights)
        self.pull = [wish * weight for wish, weight in zip(wishes, weights, strict=True)]
        self.kept: list[dict[int, int]] = [{} for _ in range(count)]
        """For each number its neighbours in the tree: 1 if they stand right of it, else -1."""

    def positions(self) -> list[float]:
        return [self.place[home] + shift for home, shift in zip(self.home, self.shift, strict=True)]

    def satisfy(self) -> None:
        for number in self.gaps.order:
            self._push(self.home[number], self.gaps.before, -1)

    def refine(self) -> None:
        """Take apart clusters whose halves would rather part, until there are none."""
        for _ in range(2 * len(self.home)):
            apart = self._parting()
            if apart is None:
                return
            self._push(self._split(*apart), self.gaps.before, -1)
            self._push(self.home[apart[1]], self.gaps.after, 1)

    def _push(self, cluster: int, near: list[list[tuple[int, float]]], side: int) -> None:
        """Join a cluster with those it overlaps on one side, the worst overlap first."""
        while True:
            worst, ends, jump = _TOLERANCE, None, 0.0
            place = self.place[cluster]
            for number in self.members[cluster]:
                here = place + self.shift[number]
                for other, distance in near[number]:
                    home = self.home[other]
                    if home != cluster:
                        there = self.place[home] + self.shift[other]
                        lack = distance - (there - here) * side
                        if lack > worst:
                            worst, ends = lack, (number, other)
                            jump = self.shift[number] + side * distance - self.shift[other]
            if ends is None:
                return
            self.kept[ends[0]][ends[1]] = side
            self.kept[ends[1]][ends[0]] = -side
            cluster = self._join(cluster, self.home[ends[1]], jump)

    def _join(self, one: int, two: int, jump: float) -> int:
        """Put the members of `two` into `one`, their shifts moved by `jump`."""
        if len(self.members[one]) < len(self.members[two]):
            one, two, jump = two, one, -jump
        for number in self.members[two]:
            self.shift[number] += jump
            self.home[number] = one
        self.members[one] += self.members[two]
        self.members[two] = []
        self.pull[one] += self.pull[two] - jump * self.weight[two]
        self.weight[one] += self.weight[two]
        self.place[one] = self.pull[one] / self.weight[one]
        return one

    def _center(self, cluster: int) -> None:
        members, weights = self.members[cluster], self.weights
        self.pull[cluster] = sum(weights[n] * (self.wishes[n] - self.shift[n]) for n in members)
        self.weight[cluster] = sum(weights[n] for n in members)
        self.place[cluster] = self.pull[cluster] / self.weight[cluster]

    def _parting(self) -> tuple[int, int] | None:
        """The kept gap (left, right) whose sides most want to part."""
        worst, found = -_TOLERANCE, None
        for cluster, members in enumerate(self.members):
            if len(members) < 2:
                continue
            order, parent = [members[0]], {members[0]: -1}
            for number in order:
                for other in self.kept[number]:
                    if other not in parent:
                        parent[other] = number
                        order.append(other)
            # What the branch below each number would like to move by, weighted, to the right.
            will = {
                number: self.weights[number]
                * (self.wishes[number] - self.place[cluster] - self.shift[number])
                for number in members
            }
            for number in reversed(order[1:]):
                above = parent[number]
                will[above] += will[number]
                side = self.kept[above][number]
                if -will[number] * side < worst:
                    worst = -will[number] * side
                    found = (above, number) if side > 0 else (number, above)
        return found

    def _split(self, left: int, right: int) -> int:
        """Part a cluster at a kept gap; the number of the left half."""
        old = self.home[left]
        del self.kept[left][right], self.kept[right][left]
        branch, seen = [right], {right}
        for number in branch:
            for other in self.kept[number]:
                if other not in seen:
                    seen.add(other)
                    branch.append(other)
        rest = [number for number in self.members[old] if number not in seen]
        for members in (rest, branch):
            home = members[0]
            for number in members:
                self.home[number] = home
        # The old number may name either half, so both are set anew.
        self.members[old] = []
        self.members[rest[0]], self.members[branch[0]] = rest, branch
        self._center(rest[0])
        self._center(branch[0])
        return rest[0]
