"""An order in which everything comes after what it needs.

The rule: of all that could come next the one with the least number comes, so the order is as near
to the given one as it can be. Where things wait for one another in a circle, the circle is opened
at its least number.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable


def in_sequence(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """The numbers below `count`, each after those linked to it as (earlier, later)."""
    later: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    sorted_already = True
    for one, two in links:
        later[one].append(two)
        waiting[two] += 1
        sorted_already = sorted_already and one < two
    if sorted_already:
        return list(range(count))
    ready = [number for number in range(count) if waiting[number] == 0]
    done = [False] * count
    sequence: list[int] = []
    least = 0
    while len(sequence) < count:
        while not ready:
            if not done[least]:
                ready.append(least)
            least += 1
        number = heapq.heappop(ready)
        if done[number]:
            continue
        done[number] = True
        sequence.append(number)
        for other in later[number]:
            waiting[other] -= 1
            if waiting[other] == 0 and not done[other]:
                heapq.heappush(ready, other)
    return sequence
