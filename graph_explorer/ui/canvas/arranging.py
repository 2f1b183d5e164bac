"""Asking for layouts: at once for a small graph, as a job for a large one.

The one rule: a layout follows from how the graph is wired, how large its cards are and what is
collapsed. The last few are kept by that, so that collapsing and expanding again, undoing an edit or
opening the same file again costs nothing. Boxes moved by hand are moved in what is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Literal, NamedTuple

from graph_explorer.document import Document
from graph_explorer.engine.graph import Graph
from graph_explorer.engine.trace import Trace
from graph_explorer.layout import Direction, Layout, arrange, pin
from graph_explorer.ui.canvas.camera import READABLE, Point, fitted
from graph_explorer.ui.canvas.deck import Deck, shapes_of
from graph_explorer.ui.canvas.frames import Frames, least_sizes
from graph_explorer.ui.canvas.hand import Bundles, Hand
from graph_explorer.ui.canvas.inside import Part, closed_around, part
from graph_explorer.ui.canvas.progress import Progress
from graph_explorer.ui.canvas.scene import Scene
from graph_explorer.ui.jobs import Jobs

#: With more cards than this the layout is a job.
AT_ONCE = 300
#: So many layouts are kept, of so many boxes together; one is kept whatever its size.
_KEPT, _MOST_BOXES = 12, 1_500_000

Choice = Literal["auto"] | Direction
Key = tuple[object, ...]
Checkpoint = Callable[[float], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be laid out: the cards of a graph, with some groups collapsed.

    Before the first run there is no `trace`: of what is computed no shapes are known then. `moved` has
    the middles of boxes that a person has put where they stand. `entered` is the group whose inside alone
    is shown, "" for the whole graph.
    """

    document: Document
    trace: Trace | None
    collapsed: frozenset[str]
    direction: Choice = "auto"
    #: width and height of the window, which decide the direction if it is "auto"
    room: tuple[float, float] = (1200.0, 800.0)
    moved: Mapping[str, Point] = field(default_factory=lambda: MappingProxyType({}))
    #: inputs whose gradients are switched on
    asked: frozenset[str] = frozenset()
    entered: str = ""

    @property
    def graph(self) -> Graph:
        return self.trace.graph if self.trace is not None else self.document.graph

    @property
    def output(self) -> str:
        return self.trace.output if self.trace is not None else self.document.output

    @property
    def wrt(self) -> frozenset[str]:
        """The leaves of which gradients are asked."""
        if self.trace is not None:
            return frozenset(self.trace.plan.wrt)
        return frozenset((*self.document.default_wrt, *self.asked))

    def same_as(self, other: Wanted) -> bool:
        """Whether both look alike, but for what is known of the values."""
        return (
            self.same_deck(other)
            and (self.collapsed, self.direction, self.moved, self.entered)
            == (other.collapsed, other.direction, other.moved, other.entered)
            and (self.direction != "auto" or self.room == other.room)
        )

    def same_deck(self, other: Wanted) -> bool:
        """Whether the cards of both have the same sizes."""
        if self.document is other.document and self.asked == other.asked and self.graph is other.graph:
            return True
        return (
            self.graph is other.graph
            and (self.output, self.wrt) == (other.output, other.wrt)
            and self._shapes() == other._shapes()
        )

    def _shapes(self) -> tuple[tuple[int, ...], ...]:
        given = (self.document.inputs, self.document.parameters)
        return tuple(entry.array.shape for entries in given for entry in entries.values())

    def deck(self) -> Deck:
        """The cards of all nodes."""
        graph, leaves = self.graph, self.document.leaves
        return Deck(graph, leaves, shapes_of(graph, leaves, self.trace), self.output, self.wrt)


class Arranged(NamedTuple):
    """A scene, the run shown on it, and what they were made from.

    `layout` is as it would be if nothing had been moved by hand, one of the `choices` that follow from
    `key`: the window's size decides where there are two.
    """

    scene: Scene
    progress: Progress
    layout: Layout
    key: Key
    choices: tuple[Layout, ...]


def make_scene(wanted: Wanted, previous: Layout | None = None, checkpoint: Checkpoint | None = None) -> Scene:
    """Lays out what is wanted; `checkpoint(fraction)` may raise to stop."""
    return arranged(wanted, None, {}, previous, checkpoint).scene


def arranged(
    wanted: Wanted, deck: Deck | None, kept: Mapping[Key, tuple[Layout, ...]], previous: Layout | None,
    checkpoint: Checkpoint | None,
) -> Arranged:  # fmt: skip
    """What is wanted, close to the `previous` layout or one that is `kept`."""
    deck = deck if deck is not None else wanted.deck()
    captions, repeats = wanted.document.read.captions, wanted.document.read.repeats
    shut = closed_around(wanted.graph.groups, wanted.collapsed, wanted.entered)
    groups = Bundles(deck, shut, captions, repeats)
    shown = part(deck.wiring, wanted.entered)
    key: Key = (
        deck.key, wanted.collapsed, wanted.entered, tuple(captions.items()), tuple(repeats.items()),
        wanted.direction,
    )  # fmt: skip
    directions = _directions(wanted, groups.count(shown.nodes), previous)
    choices = tuple(layout for layout in kept.get(key, ()) if layout.direction in directions)
    if len(choices) < len(directions):
        choices = _laid_out(wanted, deck, groups, shut, shown, directions, previous, checkpoint)
    layout = better(choices, wanted.room)
    scene = staged(wanted, layout, Hand(deck, groups, layout.ids))
    scene.prepare()
    return Arranged(scene, Progress(wanted.trace, scene), layout, key, choices)


def staged(wanted: Wanted, layout: Layout, cards: Hand) -> Scene:
    """The scene of a layout whose boxes a person has moved."""
    known = {name: middle for name, middle in wanted.moved.items() if layout.place(name) >= 0}
    if known:
        layout = pin(layout, known)
    read = wanted.document.read
    return Scene(layout, cards, Frames(layout.groups, read.captions, read.repeats))


def _directions(wanted: Wanted, cards: int, previous: Layout | None) -> tuple[Direction, ...]:
    """The ways in which a graph may flow: both where a small one is laid out for the first time."""
    if wanted.direction != "auto":
        return (wanted.direction,)
    if previous is not None:
        return (previous.direction,)
    return ("down",) if cards > AT_ONCE else ("down", "right")


def _laid_out(
    wanted: Wanted, deck: Deck, groups: Bundles, shut: frozenset[str], shown: Part,
    directions: tuple[Direction, ...], previous: Layout | None, checkpoint: Checkpoint | None,
) -> tuple[Layout, ...]:  # fmt: skip
    read = wanted.document.read
    cards = dict(zip(groups.paths, map(tuple, groups.sizes.tolist()), strict=True))
    lay_out = partial(
        arrange, shown.wiring, deck.sizes[shown.nodes], collapsed=shut, previous=previous,
        groups={**least_sizes(wanted.graph.groups, read.captions, read.repeats), **cards},
        checkpoint=checkpoint,
    )  # fmt: skip
    return tuple(shown.placed(lay_out(direction=one), deck.wiring) for one in directions)


def better(choices: tuple[Layout, ...], room: tuple[float, float]) -> Layout:
    """The layout that can be read whole in a window of that size, or is clearly larger; else the first."""
    first, *others = choices
    scale = fitted(first.bounds, *room).scale
    for other in others:
        found = fitted(other.bounds, *room).scale
        readable = found >= READABLE
        if readable != (scale >= READABLE):
            first, scale = (other, found) if readable else (first, scale)
        elif found > 1.2 * scale:
            first, scale = other, found
    return first


class Arranger:
    """Delivers the scenes that are asked for; only the newest request counts."""

    def __init__(
        self, jobs: Jobs, deliver: Callable[[Wanted, Arranged], None], failed: Callable[[str], None],
        stopped: Callable[[], None],
    ) -> None:  # fmt: skip
        self._jobs = jobs
        self._deliver = deliver
        self._failed, self._stopped = failed, stopped
        self._kept: OrderedDict[Key, tuple[Layout, ...]] = OrderedDict()
        self._choices: tuple[Layout, ...] = ()
        self._last: tuple[Wanted, Deck] | None = None

    def ask(self, wanted: Wanted, previous: Layout | None) -> None:
        """Delivers the scene now, or when it is ready."""
        self._jobs.cancel("layout")
        deck = self._last[1] if self._last is not None and self._last[0].same_deck(wanted) else None
        kept = dict(self._kept)
        if len(wanted.graph) <= 10 * AT_ONCE and _count(wanted) <= AT_ONCE:
            self._finish(wanted, arranged(wanted, deck, kept, previous, None))
        else:
            self._jobs.start(
                "layout", "Arranging the graph",
                lambda checkpoint: arranged(wanted, deck, kept, previous, checkpoint),
                partial(self._finish, wanted), lambda error: self._failed(str(error)),
                stopped=self._stopped,
            )  # fmt: skip

    def _finish(self, wanted: Wanted, found: Arranged) -> None:
        self._last = wanted, found.scene.cards.deck
        self._choices = self._kept[found.key] = found.choices
        self._kept.move_to_end(found.key)
        boxes = sum(map(_boxes, self._kept.values()))
        while len(self._kept) > 1 and (len(self._kept) > _KEPT or boxes > _MOST_BOXES):
            boxes -= _boxes(self._kept.popitem(last=False)[1])
        self._deliver(wanted, found)

    def suits(self, layout: Layout | None, room: tuple[float, float]) -> bool:
        """Whether a layout is still the best of those that were made last, in a window of that size."""
        return len(self._choices) > 1 and better(self._choices, room) is layout


def _boxes(layouts: tuple[Layout, ...]) -> int:
    return sum(len(layout.ids) for layout in layouts)


def _count(wanted: Wanted) -> int:
    """How many cards there will be, roughly: nodes in collapsed groups do not count."""
    if not wanted.collapsed or len(wanted.graph) <= AT_ONCE:
        return len(wanted.graph)
    inside = tuple(f"{path}/" for path in wanted.collapsed)
    return sum(
        1 for node in wanted.graph if node.group not in wanted.collapsed and not node.group.startswith(inside)
    )
