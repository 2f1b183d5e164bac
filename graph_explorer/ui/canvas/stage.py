"""A scene with a run on it: what is shown, and what looks different after a change.

The one rule: whoever shows something else is told which rectangles of the scene it touches, or that
it touches everything; the stage itself paints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Graph, Use, enclosing
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.canvas.moment import Moment, Present, Sums, cut_lines, present_of
from graph_explorer.ui.canvas.progress import Changes, Progress
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.warmth import Warmth

#: With more events in between everything is painted anew: going through them would take longer.
MOST = 150


class Stage:
    """Holds a scene and the moment of a run that is shown on it; before the first run there is none."""

    def __init__(self, scene: Scene, trace: Trace | None = None, progress: Progress | None = None) -> None:
        self.scene = scene
        fits = progress is not None and progress.fits(trace)
        self.progress = progress.onto(scene) if fits and progress is not None else Progress(trace, scene)
        self._highlight: frozenset[str] | None = None
        self.moment = Moment(trace, self.progress, 0, _sums(trace), self._cut(trace))

    @property
    def trace(self) -> Trace | None:
        return self.moment.trace

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""
        return self.scene.cards.deck.graph

    def show(
        self,
        trace: Trace | None,
        time: int,
        breakpoints: frozenset[str] = frozenset(),
        highlight: frozenset[str] | None = None,
        warmth: Warmth | None = None,
    ) -> list[Box] | None:
        """Shows a run of the same graph at a time; returns what looks different, None for everything."""
        before, cut = self.moment, self.moment.cut
        if not self.progress.fits(trace):
            self.progress, cut = Progress(trace, self.scene), self._cut(trace)
        lit = before.lit if highlight is self._highlight else self._lit(highlight)
        self._highlight = highlight
        sums = before.sums if trace is before.trace else _sums(trace)
        self.moment = Moment(trace, self.progress, time, sums, cut, breakpoints, lit, warmth)
        other = before.trace is not trace or before.lit is not lit or before.warmth is not warmth
        if other or abs(time - before.time) > MOST:
            return None
        changes = self.progress.changes(before.time, time)
        boxes = [
            *self._changed(changes, min(before.time, time)),
            *self._boxes(before.breakpoints ^ breakpoints),
        ]
        return boxes if len(boxes) <= 10 * MOST else None

    def _cut(self, trace: Trace | None) -> frozenset[int]:
        return cut_lines(self.scene, trace.plan.detached) if trace is not None else frozenset()

    def _lit(self, highlight: frozenset[str] | None) -> NDArray[np.bool_] | None:
        """Which cards stay bright: those of a name, and groups that hold one."""
        if highlight is None:
            return None
        found = np.zeros(len(self.scene) + 1, dtype=bool)  # one more for what is not drawn
        nodes = self.scene.layout.wiring.numbers(highlight)
        found[self.scene.cards.places[nodes[nodes >= 0]]] = True
        return found[:-1]

    def _changed(self, changes: Changes, since: int) -> Iterator[Box]:
        lines = set(changes.lines.tolist())
        for card in changes.cards.tolist():
            yield self.scene.box(card)
        # a line also looks different once the value that it carries is known
        for card in changes.cards[self.progress.computed[changes.cards] > since].tolist():
            leaving = self.scene.lines_from(card)
            if len(leaving) > MOST:  # a value that is used everywhere
                yield self.scene.bounds
            else:
                lines.update(leaving.tolist())
        for line in lines:
            yield from self.scene.line_boxes(line)

    def _boxes(self, names: Iterable[str]) -> Iterator[Box]:
        boxes = (self.scene.box_of(name) for name in names)
        return (box for box in boxes if box is not None)

    def present(self, time: int) -> Present | None:
        """What the event just before `time` was about."""
        return present_of(self.trace, self.scene, time) if self.trace is not None else None

    def drawn(self, name: str) -> str:
        """The name of what stands for a node or group: itself, or the collapsed group around it."""
        if not name or self.scene.box_of(name) is not None:
            return name
        if name in self.graph:
            card = self.scene.cards.showing(name)
            return self.scene.cards.ids[card] if card >= 0 else ""
        return next((path for path in enclosing(name) if self.scene.place(path) >= 0), "")

    def line_of(self, use: Use | None) -> int:
        """The line that stands for a use of a value, −1 if none is drawn."""
        return -1 if use is None else self.scene.layout.line_of(use.node, use.input_index)


def _sums(trace: Trace | None) -> Sums | None:
    return Sums(trace) if trace is not None else None
