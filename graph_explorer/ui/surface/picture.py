"""Pictures of a surface without a window: with paths, legend, axes and title.

The one rule: a picture is painted by the same code as the window. Whoever calls has made a
`QGuiApplication` before, with QT_QPA_PLATFORM=offscreen where there is no display.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPainter

from graph_explorer.lab.path import Path as Descent
from graph_explorer.lab.surface import Surface
from graph_explorer.ui.surface.frame import Frame, Window
from graph_explorer.ui.surface.ground import make_ground
from graph_explorer.ui.surface.levels import choose
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.plan import make_plan
from graph_explorer.ui.surface.probe import field
from graph_explorer.ui.surface.relief import Eye, make_block, make_relief
from graph_explorer.ui.surface.samples import compute, wanted
from graph_explorer.ui.surface.sheet import Sheet, arrows_of, paint_back, paint_front
from graph_explorer.ui.surface.subject import Subject, subject_for
from graph_explorer.ui.theme import theme

if TYPE_CHECKING:
    from graph_explorer.document import Document

Checkpoint = Callable[[float], None]

#: The size of a picture whose size nobody chose, in logical pixels, and device pixels a logical one.
SIZE = (960, 720)
RATIO = 2.0
#: Pixels between two computed values, where points are computed together and where one by one.
APART, APART_SLOW = 2.0, 14.0
#: Pixels between two arrows of the gradient field.
ARROWS = 44.0


@dataclass(frozen=True)
class Shown:
    """A surface ready to be painted once or, at other steps, many times; sizes in logical pixels."""

    sheet: Sheet
    width: float
    height: float

    def at_step(self, step: int) -> Shown:
        """The same picture with paths up to another step."""
        return replace(self, sheet=replace(self.sheet, subject=replace(self.sheet.subject, step=step)))

    def paint(self, painter: QPainter) -> None:
        """Paints all of it, from the upper left corner on."""
        paint_back(painter, self.sheet)
        paint_front(painter, self.sheet)


def show(
    document: Document, surface: Surface, paths: Sequence[Descent] = (), *, look: Look | None = None,
    theme_name: str = "light", size: tuple[int, int] = SIZE, window: Window | None = None,
    ratio: float = RATIO, vector: bool = False, subject: Subject | None = None,
    checkpoint: Checkpoint | None = None,
) -> Shown:  # fmt: skip
    """The picture of a surface with paths on it; `subject` spares making it from the document."""
    subject = subject or subject_for(document, surface, paths)
    look = look or Look(sections=False)
    plan = make_plan(*size, look, titled=True)
    frame = Frame(window or subject.window, plan.plot)
    apart = APART if surface.together else APART_SLOW
    samples = compute(surface, wanted(frame, apart), (), checkpoint)
    levels = choose(samples.values, look.scale, subject.lowest)
    ground = make_ground(samples, frame, levels, look, theme_name, ratio, vector=vector)
    shown = theme(theme_name)
    arrows = relief = None
    if look.arrows:
        columns, rows = (max(2, int(side / ARROWS)) for side in plan.plot[2:])
        gradients = field(surface, frame.window, columns, rows)
        arrows = arrows_of(gradients, look.downhill, ARROWS * 0.8, frame.scale)
    if look.solid:
        eye = Eye(look.turn, look.tilt, look.nearness, plan.plot)
        block = make_block(samples, frame.window, ground.palette)
        relief = make_relief(block, eye, shown.color("raised"), ratio)
    sheet = Sheet(plan, frame, subject, look, shown, ground, samples, arrows, relief)
    return Shown(sheet, float(size[0]), float(size[1]))


def image(shown: Shown, ratio: float = RATIO) -> QImage:
    """The picture as an image with `ratio` device pixels a logical pixel."""
    made = QImage(round(shown.width * ratio), round(shown.height * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    painter = QPainter(made)
    shown.paint(painter)
    painter.end()
    return made
