"""Looking at a surface: values are computed where one looks, coarse ones first, finer ones after.

The one rule: everything here is asked for and delivered through jobs; the picture before stays until a
better one is there, and the newest wish wins.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graph_explorer.lab.surface import Surface
from graph_explorer.ui.jobs import Checkpoint, Jobs
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.ground import Ground, make_ground
from graph_explorer.ui.surface.levels import Levels, fitting
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.probe import field
from graph_explorer.ui.surface.relief import Block, Eye, Relief, make_block, make_relief
from graph_explorer.ui.surface.samples import Samples, compute, wanted
from graph_explorer.ui.surface.sheet import arrows_of
from graph_explorer.ui.theme import theme

Array = np.ndarray[Any, Any]

#: Pixels between two values, pass by pass, where points are computed together and one by one.
PASSES, SLOW_PASSES = (8.0, 2.0), (48.0, 24.0, 12.0, 6.0)
#: A pass that would take longer than so many seconds is not begun: the one before is good enough.
LONGEST = 20.0
#: Pixels between two arrows; where points are computed one by one.
ARROWS, SLOW_ARROWS = 44.0, 72.0
#: How many grids are remembered.
KEPT = 8
#: The finished picture in three dimensions has so many pixels a logical one, for smooth edges.
SMOOTH = 2.0


@dataclass(frozen=True)
class Wish:
    """What a person looks at: a part of a surface, drawn in a certain way."""

    surface: Surface
    frame: Frame
    look: Look
    theme: str
    ratio: float
    lowest: float = math.inf

    @property
    def passes(self) -> tuple[float, ...]:
        return PASSES if self.surface.together else SLOW_PASSES


@dataclass(frozen=True)
class View:
    """What has been made of a wish so far."""

    wish: Wish
    samples: Samples
    ground: Ground
    arrows: Array | None = None
    block: Block | None = None
    seconds: float = 0.0


class Looking:
    """Makes views of one surface after the other; `show` is called with each that is ready."""

    def __init__(self, jobs: Jobs, show: Callable[[View], None], say: Callable[[str], None]) -> None:
        self.jobs, self._show, self._say = jobs, show, say
        self._wish: Wish | None = None
        self._levels: Levels | None = None
        self._known: tuple[Samples, ...] = ()
        self._running: tuple[Wish, int] | None = None

    def look(self, wish: Wish) -> None:
        """Asks for a view.

        A first pass under way is let finish, so that a long drag shows something, and so is one over
        the same part of the plane: what it finds serves a picture of another size too.
        """
        before, self._wish = self._wish, wish
        if before is None or before.surface is not wish.surface:
            self._known, self._levels, self._running = (), None, None
        elif before.look.scale != wish.look.scale:
            self._levels = None
        running = self._running if self.jobs.busy("surface") else None  # a person may have cancelled it
        if running is None or (running[1] > 0 and running[0].frame.window != wish.frame.window):
            self._start(0)

    def forget(self) -> None:
        """Nothing is looked at any more."""
        self._wish, self._known, self._levels, self._running = None, (), None, None
        for key in ("surface", "relief"):
            self.jobs.cancel(key)

    def _start(self, number: int) -> None:
        wish, known, levels = self._wish, self._known, self._levels
        assert wish is not None
        self._running = (wish, number)
        self.jobs.start(
            "surface",
            "Computing the surface",
            lambda checkpoint: make_view(wish, number, known, levels, checkpoint),
            lambda view: self._deliver(view, number),
            self._failed,
        )

    def _failed(self, error: Exception) -> None:
        self._running = None
        self._say(str(error))

    def _deliver(self, view: View, number: int) -> None:
        self._running, wish = None, self._wish
        if wish is None or wish.surface is not view.wish.surface:
            return
        others = (s for s in self._known if s.power != view.samples.power)
        self._known = (view.samples, *others)[:KEPT]
        self._levels = view.ground.palette.levels
        self._show(view)
        if wish is not view.wish:
            self._start(0)
        elif number + 1 < len(wish.passes) and self._worth(view, wish.passes[number : number + 2]):
            self._start(number + 1)

    @staticmethod
    def _worth(view: View, apart: tuple[float, ...]) -> bool:
        """Whether the next pass would be done in good time."""
        return view.seconds * (apart[0] / apart[1]) ** 2 < LONGEST

    # ── three dimensions ──────────────────────────────────────────────────────────────────────

    def smooth(self, block: Block, eye: Eye, theme_name: str, show: Callable[[Relief], None]) -> None:
        """Asks for a fine picture of a block that is turned no more."""
        side = theme(theme_name).color("raised")
        self.jobs.start(
            "relief",
            "Drawing the surface",
            lambda checkpoint: make_relief(block, eye, side, SMOOTH),
            show,
            self._failed,
        )


def make_view(
    wish: Wish, number: int, known: tuple[Samples, ...], levels: Levels | None, checkpoint: Checkpoint
) -> View:
    """One pass over what is wished for."""
    final = number == len(wish.passes) - 1
    started = time.perf_counter()
    frame = _inner(wish.frame)
    samples = compute(wish.surface, wanted(frame, wish.passes[number]), known, checkpoint)
    seconds = time.perf_counter() - started
    levels = fitting(levels, samples.values, wish.look.scale, wish.lowest)
    coarse = wish.passes[number] > PASSES[-1] and wish.surface.together
    ratio = 0.5 if coarse else wish.ratio
    ground = make_ground(samples, frame, levels, wish.look, wish.theme, ratio, final or not coarse)
    arrows = _arrows(wish, frame) if wish.look.arrows and not wish.look.solid else None
    block = make_block(samples, frame.window, ground.palette) if wish.look.solid else None
    return View(wish, samples, ground, arrows, block, seconds)


def _inner(frame: Frame) -> Frame:
    """The same frame with its box at the origin."""
    return replace(frame, box=(0.0, 0.0, frame.box[2], frame.box[3]))


def _arrows(wish: Wish, frame: Frame) -> Array:
    apart = ARROWS if wish.surface.together else SLOW_ARROWS
    columns, rows = (max(2, int(side / apart)) for side in frame.box[2:])
    gradients = field(wish.surface, frame.window, columns, rows)
    return arrows_of(gradients, wish.look.downhill, apart * 0.8, frame.scale)
