"""Which groups are closed, so that a picture of the graph can be read.

The one rule: groups are opened level by level, those that cost fewest cards first, as long as the cards
stay below a bound; equal blocks are opened together or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_explorer.engine.graph import Graph, enclosing

#: A graph of more nodes opens with groups closed, so that so many cards are seen at most, if it can be.
MANY, FIRST = 100, 60
#: A stack of so many blocks that were found is closed in a smaller graph too.
TALL = 8


@dataclass(frozen=True)
class Folding:
    """The groups that are closed, how many cards are seen then, and how many of these are closed groups."""

    closed: frozenset[str]
    cards: int
    folded: int


def first_closed(
    graph: Graph, repeats: Mapping[str, int], varied: Collection[str] = (), named: Collection[str] = ()
) -> frozenset[str]:
    """The groups of a graph that are closed when it is opened.

    Stacks of equal blocks stay closed, since one of them tells what all are; those with `varied` blocks
    are groups like others. A small graph is open but for tall stacks: not for those whose blocks are
    groups that the document has `named`, since these are how its author wants it to be read.
    """
    kept = {path for path in repeats if path not in varied}
    if len(graph) > MANY:
        return opened(graph, frozenset(graph.groups), FIRST, kept).closed
    own = {_name(path) for path in named}
    tall = {path for path in kept if repeats[path] >= TALL}
    tall -= {around for path in graph.groups if _name(path) in own and (around := path.rpartition("/")[0])}
    return frozenset(path for path in graph.groups if tall.intersection(enclosing(path)))


def folding(graph: Graph, closed: frozenset[str]) -> Folding:
    """What is seen with some groups closed."""
    return opened(graph, closed, 0)


def opened(
    graph: Graph, closed: frozenset[str], most: int, kept: Collection[str] = (), within: str = ""
) -> Folding:
    """Opens closed groups, but those `kept`, so that at most `most` cards are seen.

    Only groups in the group `within` are opened, and itself.
    """
    tree = _Tree(graph)
    left = set(closed)
    cards, level = tree.seen([""], left)
    folded = len(level)
    level = [path for path in level if not within or path == within or path.startswith(f"{within}/")]
    while level:
        following: list[str] = []
        units = tree.together([path for path in level if path not in kept])
        sized = [(group, *tree.seen(group, left)) for group in units]
        for group, more, inner in sorted(sized, key=lambda found: found[1] - len(found[0])):
            if cards + more - len(group) <= most:
                cards += more - len(group)
                folded += len(inner) - len(group)
                left.difference_update(group)
                following += inner
        level = following
    return Folding(frozenset(left), cards, folded)


class _Tree:
    """The groups of a graph with what each holds directly."""

    def __init__(self, graph: Graph) -> None:
        paths, number = graph.grouping
        self.nodes = Counter(dict(zip(paths, np.bincount(number).tolist(), strict=True)))
        self.children: dict[str, list[str]] = {"": []}
        for path in graph.groups:
            self.children[path] = []
            self.children[path.rpartition("/")[0]].append(path)

    def seen(self, paths: Sequence[str], closed: Collection[str]) -> tuple[int, list[str]]:
        """How many cards are seen inside some open groups, and which closed groups are among them."""
        cards, level, folded = 0, [*paths], list[str]()
        for path in level:  # which grows meanwhile
            cards += self.nodes[path]
            folded += [child for child in self.children[path] if child in closed]
            level += [child for child in self.children[path] if child not in closed]
        return cards + len(folded), folded

    def together(self, level: Sequence[str]) -> list[list[str]]:
        """The groups of a level, of one parent those of one size together: equal blocks are such."""
        found: dict[tuple[str, int, int], list[str]] = {}
        for path in level:
            key = path.rpartition("/")[0], self.nodes[path], len(self.children[path])
            found.setdefault(key, []).append(path)
        return list(found.values())


def _name(path: str) -> str:
    return path.rpartition("/")[2]
