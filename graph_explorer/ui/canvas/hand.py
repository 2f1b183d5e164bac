"""The cards that are drawn while some groups are collapsed: those of a deck, and one for each group.

The one rule: what all cards have is an array over their places; a card is made when it is asked for,
and the last few thousand are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import overload

import numpy as np
from numpy.typing import NDArray

from graph_explorer.ui.canvas.cards import (
    Card,
    Kind,
    Style,
    card_sizes,
    cut,
    repeats_width,
    sign_width,
    text_width,
)
from graph_explorer.ui.canvas.deck import Deck, Integers
from graph_explorer.ui.canvas.wording import complete, held

#: So many cards are kept.
_KEPT = 4096
SIGN = "▸"


class Bundles:
    """The collapsed groups of a deck that are drawn (g), and the nodes that each of them holds.

    `owners` (nodes,) is the bundle of each node, −1 where the node is drawn itself; `results` (g,) the
    number of the value that a group shows: the last one that is used outside, or is the output.
    Bundle k holds the nodes `members[first[k]]` to `members[first[k + 1]]`.
    """

    def __init__(
        self, deck: Deck, collapsed: frozenset[str], captions: Mapping[str, str], repeats: Mapping[str, int]
    ) -> None:
        self._deck = deck
        self._captions, self._repeats = captions, repeats
        places = _outermost(deck.wiring.groups, collapsed)
        self.paths: tuple[str, ...] = tuple(dict.fromkeys(path for path in places if path))
        number = {path: place for place, path in enumerate(self.paths)}
        number[""] = -1
        of_group = np.array([number[path] for path in places], dtype=np.int64)
        self.owners: Integers = of_group[deck.wiring.group] if len(places) else np.zeros(0, np.int64)
        order = np.argsort(self.owners, kind="stable")
        sizes = np.bincount(self.owners + 1, minlength=len(self.paths) + 1)
        self.members: Integers = order[sizes[0] :]
        self.first: Integers = np.concatenate([[0], np.cumsum(sizes[1:])])
        self.results = self._results()

    def __len__(self) -> int:
        return len(self.paths)

    def count(self, nodes: Integers) -> int:
        """How many cards stand for some nodes."""
        owners = self.owners[nodes]
        return int((owners < 0).sum()) + len(np.unique(owners[owners >= 0]))

    def _results(self) -> Integers:
        deck, owners = self._deck, self.owners
        found = deck.results[self.members[self.first[1:] - 1]].copy()
        leaves = np.full(len(self), -1, dtype=np.int64)
        source, target = owners[deck.wiring.source], owners[deck.wiring.target]
        outward = (source != target) & (source >= 0)
        np.maximum.at(leaves, source[outward], deck.edge_values[outward])
        maker = owners[deck.graph.index(deck.output)]
        if maker >= 0:
            leaves[maker] = max(int(leaves[maker]), deck.output_value)
        return np.where(leaves >= 0, leaves, found)

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Widths and heights (g, 2) of their cards, in scene pixels."""
        captions = [self._captions.get(path, "") for path in self.paths]
        return card_sizes(
            [path.rsplit("/", 1)[-1] for path in self.paths],
            before=sign_width(SIGN) + 8 + np.array([repeats_width(self._count(path)) for path in self.paths]),
            captions=np.array([text_width(text, Style.CAPTION) for text in captions]),
            shapes=self._deck.shapes.distinct,
            codes=self._deck.shapes.codes[self.results],
            terms=self._deck.terms[self.results],
            counts=2,
            progress=np.array([_progress_width(count) for count in np.diff(self.first).tolist()]),
        )

    def _count(self, path: str) -> int:
        """How many equal blocks a group holds."""
        return self._repeats.get(path, 0)

    def card(self, bundle: int) -> Card:
        """The card of a collapsed group."""
        path, value = self.paths[bundle], int(self.results[bundle])
        width, height = self.sizes[bundle].tolist()
        members = self.members[self.first[bundle] : self.first[bundle + 1]].tolist()
        return cut(
            Card(
                path, Kind.GROUP, SIGN, path.rsplit("/", 1)[-1], self._captions.get(path, ""),
                self._deck.shapes.of(value), width, height, -1, value, tuple(members),
                path.rpartition("/")[0], repeats=self._count(path),
            )
        )  # fmt: skip


@cache
def _progress_width(count: int) -> float:
    """The room that is needed to say how many nodes a group holds, and how far the backward pass is."""
    return text_width(held(count), Style.CAPTION) + 10 + text_width(complete(count, count), Style.MARK)


def _outermost(paths: Sequence[str], collapsed: frozenset[str]) -> list[str]:
    """For each path the outermost collapsed group that it is, or is inside; "" where there is none."""
    known: dict[str, str] = {"": ""}

    def around(path: str) -> str:
        if path not in known:
            known[path] = around(path.rpartition("/")[0]) or (path if path in collapsed else "")
        return known[path]

    return [around(path) for path in paths] if collapsed else [""] * len(paths)


class Hand(Sequence[Card]):
    """The cards of one layout (n), by their places in it.

    `nodes` (n,) are the nodes that they show, −1 for a group; `bundles` (n,) the group, −1 for a node.
    `kinds` (n,) are of `Kind`, `results` (n,) the numbers of the values that they show; `places`
    (nodes,) the place of the card that shows a node, its own or its group's.
    """

    def __init__(self, deck: Deck, groups: Bundles, ids: tuple[str, ...]) -> None:
        self.deck, self.groups, self.ids = deck, groups, ids
        bundle = {path: place for place, path in enumerate(groups.paths)}
        found = (bundle.get(name, -1) for name in ids) if bundle else ()
        self.bundles = np.full(len(ids), -1, dtype=np.int64)
        self.bundles[: len(ids) if bundle else 0] = np.fromiter(found, np.int64)
        shut = np.flatnonzero(self.bundles >= 0)
        self.nodes: Integers = np.fromiter(map(deck.wiring.number, ids), np.int64, len(ids))
        self.nodes[shut] = -1  # also where a node has the name of its group
        self.kinds = np.where(self.nodes >= 0, deck.kinds[self.nodes], np.int8(Kind.GROUP))
        self.results = deck.results[self.nodes]
        self.results[shut] = groups.results[self.bundles[shut]]
        place = np.full(len(groups) + 1, -1, dtype=np.int64)
        place[self.bundles[shut]] = shut
        self.places: Integers = place[groups.owners]
        shown = self.nodes >= 0
        self.places[self.nodes[shown]] = np.flatnonzero(shown)
        nodes, bundles = self.nodes, self.bundles

        @lru_cache(maxsize=_KEPT)
        def made(place: int) -> Card:  # no method: it would hold the hand that holds it
            node = int(nodes[place])
            return deck.card(node) if node >= 0 else groups.card(int(bundles[place]))

        self._card = made

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Card: ...
    @overload
    def __getitem__(self, place: slice) -> list[Card]: ...

    def __getitem__(self, place: int | slice) -> Card | list[Card]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(f"card {place} of {len(self)}")
        return self._card(place % len(self))

    def showing(self, name: str) -> int:
        """The place of the card that shows the node of a value, its own or its group's; −1 if none does."""
        return int(self.places[self.deck.graph.index(name)])

    def group(self, place: int) -> str:
        """The path of the groups around a card."""
        node = int(self.nodes[place])
        return self.deck.graph.nodes[node].group if node >= 0 else self.ids[place].rpartition("/")[0]
