"""Asking for layouts: at once for a small graph, as a job for a large one.

The one rule: a layout follows from the graph, the shapes of its leaves and what is collapsed; the
last few are kept, so that collapsing and expanding again costs nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from graph_explorer.document import Document
from graph_explorer.engine.graph import Graph
from graph_explorer.engine.trace import Trace
from graph_explorer.layout import Direction, Layout, arrange
from graph_explorer.ui.canvas.camera import READABLE, fitted
from graph_explorer.ui.canvas.cards import Style, make_cards, text_width
from graph_explorer.ui.canvas.scene import INDENT, Scene
from graph_explorer.ui.jobs import Jobs

#: With more cards than this the layout is a job.
AT_ONCE = 300
_KEPT = 8
_GREATEST_TITLE = 260.0

Choice = Literal["auto"] | Direction
Checkpoint = Callable[[float], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be laid out: the cards of a run's graph, with some groups collapsed."""

    document: Document
    trace: Trace
    collapsed: frozenset[str]
    direction: Choice = "auto"
    #: width and height of the window, which decide the direction if it is "auto"
    room: tuple[float, float] = (1200.0, 800.0)

    @property
    def graph(self) -> Graph:
        return self.trace.graph

    def same_as(self, other: Wanted) -> bool:
        """Whether both have the same layout."""
        return self.graph is other.graph and self.key() == other.key()

    def key(self) -> tuple[object, ...]:
        """Equal keys have equal layouts; the graph itself is compared by identity."""
        leaves = tuple(np.shape(value) for value in self.document.leaves.values())
        room = self.room if self.direction == "auto" else None
        plan = self.trace.plan
        return id(self.graph), self.collapsed, self.direction, room, leaves, plan.output, plan.wrt


def make_scene(wanted: Wanted, previous: Layout | None = None, checkpoint: Checkpoint | None = None) -> Scene:
    """Lays out what is wanted; `checkpoint(fraction)` may raise to stop."""
    captions = wanted.document.read.captions
    cards = make_cards(wanted.graph, wanted.trace, wanted.collapsed, captions, wanted.trace.output)
    sizes = {name: (card.width, card.height) for name, card in cards.items()}
    for path in wanted.graph.groups:
        if path not in sizes:
            sizes[path] = (_title_width(path, captions), 0.0)
    lay_out = partial(
        arrange, wanted.graph, sizes, collapsed=wanted.collapsed, previous=previous,
        checkpoint=checkpoint,
    )  # fmt: skip
    if wanted.direction != "auto":
        layout = lay_out(direction=wanted.direction)
    elif previous is not None or len(cards) > AT_ONCE:
        layout = lay_out(direction=previous.direction if previous is not None else "down")
    else:
        layout = _better(lay_out(direction="down"), lay_out(direction="right"), wanted.room)
    return Scene(layout, cards, captions)


def _better(down: Layout, right: Layout, room: tuple[float, float]) -> Layout:
    """The one that can be read whole in a window of that size, or is clearly larger; downward if in doubt."""
    scales = [fitted(layout.bounds, *room).scale for layout in (down, right)]
    if (scales[0] >= READABLE) != (scales[1] >= READABLE):
        return down if scales[0] >= READABLE else right
    return right if scales[1] > 1.2 * scales[0] else down


def _title_width(path: str, captions: Mapping[str, str]) -> float:
    caption = captions.get(path, "")
    title = text_width(path.rsplit("/", 1)[-1], Style.TITLE) + 2 * INDENT + 14
    return min(title + (text_width(caption, Style.CAPTION) + INDENT if caption else 0.0), _GREATEST_TITLE)


class Arranger:
    """Delivers the scenes that are asked for; only the newest request counts."""

    def __init__(
        self, jobs: Jobs, deliver: Callable[[Wanted, Scene], None], failed: Callable[[str], None]
    ) -> None:
        self._jobs = jobs
        self._deliver = deliver
        self._failed = failed
        self._kept: OrderedDict[tuple[object, ...], tuple[Graph, Scene]] = OrderedDict()

    def ask(self, wanted: Wanted, previous: Layout | None) -> None:
        """Delivers the scene now, or when it is ready."""
        key = wanted.key()
        self._jobs.cancel("layout")
        kept = self._kept.get(key)
        if kept is not None and kept[0] is wanted.graph:
            self._kept.move_to_end(key)
            self._deliver(wanted, kept[1])
        elif _count(wanted) <= AT_ONCE:
            self._finish(wanted, make_scene(wanted, previous))
        else:
            self._jobs.start(
                "layout", "Arranging the graph",
                lambda checkpoint: make_scene(wanted, previous, checkpoint),
                partial(self._finish, wanted), lambda error: self._failed(str(error)),
            )  # fmt: skip

    def _finish(self, wanted: Wanted, scene: Scene) -> None:
        self._kept[wanted.key()] = (wanted.graph, scene)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self._deliver(wanted, scene)


def _count(wanted: Wanted) -> int:
    """How many cards there will be, roughly: nodes in collapsed groups do not count."""
    if not wanted.collapsed:
        return len(wanted.graph)
    roots = tuple(wanted.collapsed)
    inside = tuple(f"{path}/" for path in roots)
    return sum(
        1 for node in wanted.graph if node.group not in wanted.collapsed and not node.group.startswith(inside)
    )
