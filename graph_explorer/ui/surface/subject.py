"""What a picture of a surface is about: names, paths, points, without saying how they are drawn.

The one rule: the window and the command line make the same record, and the same code paints it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from graph_explorer.engine.errors import InputError
from graph_explorer.engine.notation import name_text
from graph_explorer.lab.directions import Entry
from graph_explorer.lab.path import Path
from graph_explorer.lab.surface import Surface
from graph_explorer.surfaces import RANDOM, window_of
from graph_explorer.ui.surface.frame import Window
from graph_explorer.ui.surface.landscape import Way
from graph_explorer.ui.surface.legend import legend_text, remarks, shared_convention

if TYPE_CHECKING:
    from graph_explorer.document import Document
    from graph_explorer.ui.session import State

Point = tuple[float, float]


@dataclass(frozen=True)
class Course:
    """One path as it is drawn: `colour` is a place in the series of colours and of markers."""

    path: Path
    colour: int
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True)
class Subject:
    """Everything that a picture says about a surface, beside its values.

    Paths are drawn up to `step`, or whole. `window` is the part of the plane that the document asks for,
    `lowest` the least known value. `ways` are the paths of trainings as they lie to the plane, `over` says
    what examples the output is the mean over, "" where they are the document's own.
    """

    title: str
    axes: tuple[str, str]
    output: str
    window: Window
    minima: tuple[Point, ...] = ()
    lowest: float = math.inf
    starts: tuple[Point, ...] = ()
    here: Point | None = None
    courses: tuple[Course, ...] = ()
    step: int | None = None
    steps: int = 0
    ways: tuple[Way, ...] = ()
    over: str = ""

    def reached(self, course: Course) -> int:
        """The step of a path that is shown."""
        return course.path.steps if self.step is None else min(self.step, course.path.steps)

    @cached_property
    def legend(self) -> tuple[tuple[int, str, bool], ...]:
        """Colour, text and whether it is chosen, once for each method with its settings."""
        rows: dict[tuple[int, str], bool] = {}
        said = shared_convention([course.path for course in self.courses])
        for course in self.courses:
            text = legend_text(course.path.settings, said)
            row = (course.colour, f"{text}, {course.note}" if course.note else text)
            rows[row] = rows.get(row, False) or course.chosen
        return tuple((colour, text, chosen) for (colour, text), chosen in rows.items())

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What holds for all paths: how far they are shown, clipping, noise; and what the output is over."""
        over = (f"mean over {self.over}",) if self.over else ()
        return (*remarks([course.path for course in self.courses], self.step), *over)

    @property
    def told(self) -> tuple[str, ...]:
        """What the plane holds of the chosen training's path, and what it leaves out."""
        return next((way.trail.told for way in self.ways if way.chosen), ())


def _names(surface: Surface) -> tuple[str, str]:
    return name_text(surface.axes[0].label), name_text(surface.axes[1].label)


def _about(document: Document, axes: tuple[str, str] | None, surface: Surface) -> Subject:
    """What the document alone says."""
    own = document.surface
    labels = tuple(axis.label for axis in surface.axes)
    asked = own is not None and (axes is None or axes == own.axes or labels == own.axes)
    minima = own.minima if own is not None and asked else ()
    return Subject(
        document.name, _names(surface), name_text(surface.output), window_of(document, axes, surface),
        minima, min((_value(surface, point) for point in minima), default=math.inf),
        over="" if surface.over is None else surface.over.title,
    )  # fmt: skip


def _value(surface: Surface, point: Point) -> float:
    try:
        found = surface.value(point)
    except InputError:
        return math.inf
    return found if math.isfinite(found) else math.inf


def subject_of(state: State, before: Subject | None = None, old: State | None = None) -> Subject:
    """The subject of a window's state; what depends on the surface is taken from the one `before`."""
    document, surface, race = state.document, state.surface, state.race
    assert document is not None
    assert surface is not None
    kept = before is not None and old is not None and old.surface is surface
    base = before if kept and before is not None else _about(document, state.axes, surface)
    courses = tuple(
        Course(path, race.entries[entry].colour, entry == race.selected, race.entries[entry].note)
        for place, path in enumerate(state.paths)
        for entry, _ in [race.of(place)]
        if entry < len(race.entries) and race.entries[entry].shown
    )
    return replace(
        base, title=document.name, starts=race.starts, here=state.here, courses=courses, step=race.step,
        steps=race.steps, ways=state.ways, window=state.landscape.window or base.window,
    )  # fmt: skip


def subject_for(document: Document, surface: Surface, paths: Sequence[Path] = ()) -> Subject:
    """The subject of a picture without a window: methods get their colours in the order they appear."""
    texts = list(dict.fromkeys(str(path.settings) for path in paths))
    courses = tuple(Course(path, texts.index(str(path.settings))) for path in paths)
    starts = tuple(dict.fromkeys((float(p.points[0][0]), float(p.points[0][1])) for p in paths))
    here = (float(surface.here[0]), float(surface.here[1])) if not paths else None
    steps = max((path.steps for path in paths), default=0)
    entries = all(isinstance(axis, Entry) for axis in surface.axes)
    labels = (surface.axes[0].label, surface.axes[1].label) if entries else RANDOM
    own = document.surface
    same = own is not None and (labels == own.axes or (labels == RANDOM and own.random))
    axes = None if same else labels
    return replace(_about(document, axes, surface), courses=courses, starts=starts, here=here, steps=steps)
