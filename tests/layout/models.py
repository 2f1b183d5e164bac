"""Wirings of networks of any size, made without a program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from graph_explorer.layout import Wiring
from graph_explorer.layout.piece import CONSTANT, INPUT, OPERATION


@dataclass
class Builder:
    """Nodes and edges as they are added."""

    ids: list[str] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    paths: dict[str, int] = field(default_factory=dict)
    edges: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, group: str, *inputs: int, kind: int = OPERATION, name: str = "") -> int:
        number = len(self.ids)
        self.ids.append(name or f"n{number}")
        self.kinds.append(kind)
        self.group.append(self.paths.setdefault(group, len(self.paths)))
        self.edges += [(source, number, slot) for slot, source in enumerate(inputs)]
        return number

    def weighted(self, group: str, value: int) -> int:
        """An operation on a value and a parameter of its own."""
        return self.add(group, value, self.add(group, kind=CONSTANT))

    def wiring(self) -> Wiring:
        source, target, slot = np.array(self.edges, dtype=np.int32).reshape(-1, 3).T
        kinds, group = np.array(self.kinds, dtype=np.int8), np.array(self.group, dtype=np.int32)
        return Wiring(tuple(self.ids), kinds, tuple(self.paths), group, source, target, slot)


def ungrouped(_: int) -> str:
    return ""


def nested(block: int) -> str:
    """Blocks in layers of five, layers in stages of ten."""
    return f"stage{block // 50}/layer{block // 5}/block{block}"


def residual(count: int, group: Callable[[int], str] = ungrouped) -> Wiring:
    """Blocks of seven nodes, each adding to what it was given; at least `count` nodes."""
    made = Builder()
    value, block = made.add("", kind=INPUT), 0
    while len(made.ids) < count:
        path = group(block)
        inner = made.weighted(path, made.add(path, made.weighted(path, value)))
        value = made.add(path, made.add(path, value, inner))
        block += 1
    return made.wiring()


def chain(count: int) -> Wiring:
    """Every node takes the one before it."""
    made = Builder()
    value = made.add("", kind=INPUT)
    for _ in range(count - 1):
        value = made.add("", value)
    return made.wiring()


def hub(count: int, consumers: int = 24) -> Wiring:
    """A chain whose first value is used again at places spread over it."""
    made = Builder()
    value = made.add("", kind=INPUT)
    again = {number * (count - 1) // consumers for number in range(1, consumers + 1)}
    for number in range(1, count):
        value = made.add("", value, *((0,) if number in again else ()))
    return made.wiring()


def masked(count: int, group: Callable[[int], str] = ungrouped) -> Wiring:
    """Attention blocks that all read one constant mask."""
    made = Builder()
    value, mask, block = made.add("", kind=INPUT), made.add("", kind=CONSTANT), 0
    while len(made.ids) < count:
        value = _attention(made, group(block), value, mask)
        block += 1
    return made.wiring()


def _attention(made: Builder, path: str, value: int, mask: int) -> int:
    query, key, passed = (made.weighted(path, value) for _ in range(3))
    weights = made.add(path, made.add(path, made.add(path, query, key), mask))
    return made.add(path, value, made.add(path, weights, passed))


def mixed(count: int, group: Callable[[int], str] = ungrouped, seed: int = 0) -> Wiring:
    """Residual, inception and attention blocks in any order."""
    made, generator, block = Builder(), np.random.default_rng(seed), 0
    value, mask = made.add("", kind=INPUT), made.add("", kind=CONSTANT)
    while len(made.ids) < count:
        path, kind = group(block), generator.integers(3)
        if kind == 0:
            inner = value
            for _ in range(int(generator.integers(1, 4))):
                inner = made.add(path, made.weighted(path, inner))
            value = made.add(path, value, inner)
        elif kind == 1:
            branches = []
            for length in range(1, int(generator.integers(2, 5)) + 1):
                inner = value
                for _ in range(length):
                    inner = made.add(path, made.weighted(path, inner))
                branches.append(inner)
            value = made.add(path, *branches)
        else:
            value = _attention(made, path, value, mask)
        block += 1
    return made.wiring()


def band(count: int, edges: int, width: int = 40, seed: int = 1) -> Wiring:
    """Every node takes some of the `width` nodes before it, `edges` in all: nowhere is there a bottleneck."""
    made, generator = Builder(), np.random.default_rng(seed)
    more = np.bincount(generator.integers(1, count, edges - count + 1), minlength=count)
    made.add("", kind=INPUT)
    for number in range(1, count):
        back = generator.integers(1, min(number, width) + 1, 1 + more[number])
        made.add("", *(number - back).tolist())
    return made.wiring()


def doubled(count: int) -> Wiring:
    """a = a + a, again and again."""
    made = Builder()
    value = made.add("", kind=CONSTANT)
    for _ in range(count):
        value = made.add("", value, value)
    return made.wiring()


def sizes_of(wiring: Wiring) -> np.ndarray:
    """Boxes of one size."""
    return np.full((len(wiring), 2), (96.0, 44.0))
