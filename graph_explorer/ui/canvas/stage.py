"""A scene with a run on it: what is shown, and what looks different after a change.

The one rule: whoever shows something else is told which rectangles of the scene it touches, or that
it touches everything; the stage itself paints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from graph_explorer.engine.graph import Use
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.canvas.moment import Moment, Present, Sums, cut_lines, present_of
from graph_explorer.ui.canvas.progress import Changes, Progress
from graph_explorer.ui.canvas.scene import Box, Scene
from graph_explorer.ui.canvas.warmth import Warmth

#: With more changes than this everything is painted anew: going through them would take longer.
MOST = 150


class Stage:
    """Holds a scene and the moment of a run that is shown on it."""

    def __init__(self, scene: Scene, trace: Trace) -> None:
        self.scene = scene
        self._progress = Progress(trace, scene.cards, scene.layout)
        self._cut = cut_lines(scene, trace.plan.detached)
        self._highlight: frozenset[str] | None = None
        self.moment = Moment(trace, self._progress, 0, Sums(trace), self._cut)

    @property
    def trace(self) -> Trace:
        return self.moment.trace

    def show(
        self,
        trace: Trace,
        time: int,
        breakpoints: frozenset[str] = frozenset(),
        highlight: frozenset[str] | None = None,
        warmth: Warmth | None = None,
    ) -> list[Box] | None:
        """Shows a run of the same graph at a time; returns what looks different, None for everything."""
        before = self.moment
        if not self._progress.fits(trace):
            self._progress = Progress(trace, self.scene.cards, self.scene.layout)
            self._cut = cut_lines(self.scene, trace.plan.detached)
        lit = before.lit if highlight is self._highlight else self._lit(highlight)
        self._highlight = highlight
        sums = before.sums if trace is before.trace else Sums(trace)
        self.moment = Moment(trace, self._progress, time, sums, self._cut, breakpoints, lit, warmth)
        if before.trace is not trace or before.lit is not lit or before.warmth is not warmth:
            return None
        changes = self._progress.changes(before.time, time)
        if len(changes.cards) + len(changes.lines) > MOST:
            return None
        boxes = [
            *self._changed(changes, min(before.time, time)),
            *self._boxes(before.breakpoints ^ breakpoints),
        ]
        return boxes if len(boxes) <= 10 * MOST else None

    def _lit(self, highlight: frozenset[str] | None) -> NDArray[np.bool_] | None:
        """Which cards stay bright: those of a name, and groups that hold one."""
        if highlight is None:
            return None
        nodes = self.trace.graph.nodes
        return np.array(
            [
                card.id in highlight or any(nodes[k].id in highlight for k in card.members)
                for card in self.scene.cards
            ],
            dtype=bool,
        )

    def _changed(self, changes: Changes, since: int) -> Iterable[Box]:
        for card in changes.cards.tolist():
            x, y, width, height = self.scene.boxes[card].tolist()
            yield x, y, width, height
        for line in changes.lines.tolist():
            yield from self.scene.line_boxes(line)
        # a line also looks different once the value that it carries is known
        for card in changes.cards[self._progress.computed[changes.cards] > since].tolist():
            for line in np.flatnonzero(self.scene.sources == card).tolist():
                yield from self.scene.line_boxes(line)

    def _boxes(self, names: Iterable[str]) -> Iterable[Box]:
        boxes = (self.scene.box_of(name) for name in names)
        return (box for box in boxes if box is not None)

    def present(self, time: int) -> Present | None:
        """What the event just before `time` was about."""
        return present_of(self.trace, self._progress, self.scene, time)

    def drawn(self, name: str) -> str:
        """The name of what stands for a node or group: itself, or the collapsed group around it."""
        if not name or self.scene.box_of(name) is not None:
            return name
        if name in self.trace.graph:
            card = self._progress.card_of(name)
            return self.scene.cards[card].id if card >= 0 else ""
        return next((card.id for card in self.scene.cards if name.startswith(f"{card.id}/")), "")

    def line_of(self, use: Use | None) -> int:
        """The line that stands for a use of a value, −1 if none is drawn."""
        return -1 if use is None else self.scene.layout.line_of(use.node, use.input_index)
