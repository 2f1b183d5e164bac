"""Pictures of a surface without a window: with paths, legend, axes and title.

The one rule: a picture is painted by the same code as the window. Whoever calls has made a
`QGuiApplication` before, with QT_QPA_PLATFORM=offscreen where there is no display.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage, QPaintDevice, QPainter

from graph_explorer.engine.errors import InputError
from graph_explorer.lab.path import Path as Descent
from graph_explorer.lab.slices import Trail
from graph_explorer.lab.surface import Grid, Surface
from graph_explorer.ui import film, writers
from graph_explorer.ui.surface.describe import describe
from graph_explorer.ui.surface.frame import Frame, Window
from graph_explorer.ui.surface.ground import make_ground
from graph_explorer.ui.surface.landscape import Way
from graph_explorer.ui.surface.levels import choose
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.plan import make_plan
from graph_explorer.ui.surface.probe import field
from graph_explorer.ui.surface.relief import Eye, make_block, make_relief
from graph_explorer.ui.surface.samples import between, compute, wanted
from graph_explorer.ui.surface.sheet import Sheet, arrows_of, paint_back, paint_front
from graph_explorer.ui.surface.subject import Subject, subject_for, subject_of
from graph_explorer.ui.theme import theme

if TYPE_CHECKING:
    from graph_explorer.document import Document
    from graph_explorer.ui.session import State

Checkpoint = Callable[[float], None]

#: The size of a picture whose size nobody chose, in logical pixels, and device pixels a logical one.
SIZE = (960, 720)
RATIO = 2.0
#: Pixels between two computed values, where points are computed together and where one by one.
APART, APART_SLOW = 2.0, 14.0
#: Of a film: milliseconds a frame, frames at most, frames of a full turn.
_MILLISECONDS, _MOST_FRAMES, _TURNS = 80, 120, 72
#: Pixels between two arrows of the gradient field.
ARROWS = 44.0


@dataclass(frozen=True)
class Shown:
    """A surface ready to be painted once or, at other steps, many times; sizes in logical pixels."""

    sheet: Sheet
    width: float
    height: float

    def paint(self, painter: QPainter) -> None:
        """Paints all of it, from the upper left corner on."""
        paint_back(painter, self.sheet)
        paint_front(painter, self.sheet)

    def paint_on(self, device: QPaintDevice) -> None:
        """Paints all of it on a device of the picture's logical size."""
        painter = QPainter(device)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter)
        painter.end()


def show(
    document: Document, surface: Surface, paths: Sequence[Descent] = (), *, look: Look | None = None,
    theme_name: str = "light", size: tuple[int, int] = SIZE, window: Window | None = None,
    ratio: float = RATIO, vector: bool = False, subject: Subject | None = None,
    checkpoint: Checkpoint | None = None, grid: Grid | None = None, trail: Trail | None = None,
) -> Shown:  # fmt: skip
    """The picture of a surface with paths on it; `subject` spares making it from the document.

    Values that are known already come as a `grid`, the path of a training as a `trail`.
    """
    if subject is None:
        subject = subject_for(document, surface, paths)
        if trail is not None:
            subject = replace(subject, ways=(Way(trail, -1, "the training", True),), here=None)
    look = look or Look(sections=False)
    plan = make_plan(*size, look, titled=True)
    frame = Frame(window or subject.window, plan.plot)
    apart = APART if surface.together else APART_SLOW
    if grid is None:
        samples = compute(surface, wanted(frame, apart), (), checkpoint)
    elif len(grid.y) > 1:
        samples = between(grid, wanted(frame, APART))
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
    shown.paint_on(made)
    return made


# ── into files ────────────────────────────────────────────────────────────────────────────────


def save_surface(
    path: Path, document: Document, surface: Surface, paths: Sequence[Descent] = (), *, theme: str = "light",
    size: tuple[int, int] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Writes the picture of a surface with paths; the suffix of `path` chooses the kind of file.

    A film shows the paths step by step; without any, the surface turning round. `more` is that of
    `show`. Raises `InputError` where the suffix is not known or the file cannot be written.
    """
    saver(path)(
        path, document, surface, paths, {"theme_name": theme, "size": size or SIZE, **more}, size is None
    )


def _save_png(path: Path, *about: Any) -> None:
    *what, more, fine = about
    ratio = RATIO if fine else 1.0
    writers.write_png(path, image(show(*what, ratio=ratio, **more), ratio))


def _save_svg(path: Path, *about: Any) -> None:
    *what, more, _ = about
    shown = show(*what, vector=True, **more)
    subject = shown.sheet.subject
    data = writers.svg((shown.width, shown.height), subject.title, describe(subject, None), shown.paint_on)
    writers.write(path, data)


def _save_pdf(path: Path, *about: Any) -> None:
    *what, more, _ = about
    shown = show(*what, vector=True, **more)
    data = writers.pdf((shown.width, shown.height), shown.sheet.subject.title, shown.paint_on)
    writers.write(path, data)


def _save_film(path: Path, *about: Any) -> None:
    *what, more, _ = about
    film.FILMS[path.suffix.lower()](path, frames(*what, **more), _MILLISECONDS)


KINDS: Mapping[str, Callable[..., None]] = {
    ".svg": _save_svg, ".png": _save_png, ".pdf": _save_pdf, ".gif": _save_film, ".mp4": _save_film,
}  # fmt: skip


#: What a dialog calls each kind.
TITLES: Mapping[str, str] = {
    ".svg": "Drawing", ".png": "Image", ".pdf": "Page for print", ".gif": "Film", ".mp4": "Video",
}  # fmt: skip


def saver(path: Path) -> Callable[..., None]:
    """What writes files with the suffix of `path`. Raises `InputError` for one that is not known."""
    found = KINDS.get(path.suffix.lower())
    if found is None:
        known = ", ".join(KINDS)
        raise InputError(f"'{path.name}' is no kind of picture; give it one of the suffixes {known}")
    return found


def frames(
    document: Document, surface: Surface, paths: Sequence[Descent] = (), **more: Any
) -> Iterator[QImage]:
    """The pictures of a film, one after the other."""
    if not paths:
        look = more.pop("look", None) or Look()
        more["look"] = replace(look, solid=True, sections=False)
    checkpoint = more.pop("checkpoint", None) or (lambda progress: None)
    shown = show(document, surface, paths, ratio=1.0, **more)
    yield from _walked(shown, checkpoint) if paths else _turned(shown, checkpoint)


def _walked(shown: Shown, checkpoint: Checkpoint) -> Iterator[QImage]:
    """The paths step by step, over a back that stays."""
    back = QImage(round(shown.width), round(shown.height), QImage.Format.Format_RGB32)
    painter = QPainter(back)
    paint_back(painter, shown.sheet)
    painter.end()
    subject = shown.sheet.subject
    steps = film.chosen(subject.steps + 1, _MOST_FRAMES)
    for number, step in enumerate(steps):
        checkpoint(number / len(steps))
        made = back.copy()
        painter = QPainter(made)
        paint_front(painter, replace(shown.sheet, subject=replace(subject, step=step)))
        painter.end()
        yield made


def _turned(shown: Shown, checkpoint: Checkpoint) -> Iterator[QImage]:
    """The block once around."""
    sheet = shown.sheet
    block = make_block(sheet.samples, sheet.frame.window, sheet.ground.palette)
    for k in range(_TURNS):
        checkpoint(k / _TURNS)
        look = replace(sheet.look, turn=sheet.look.turn + k * 360 / _TURNS)
        eye = Eye(look.turn, look.tilt, look.nearness, sheet.plan.plot)
        relief = make_relief(block, eye, sheet.theme.color("raised"), RATIO)
        yield image(replace(shown, sheet=replace(sheet, look=look, relief=relief)), 1.0)


def save_state(
    state: State, path: Path, window: Window | None = None, checkpoint: Checkpoint | None = None
) -> None:
    """Writes what the window shows of its surface, with a title. Raises `InputError`."""
    document, surface = state.document, state.surface
    assert document is not None
    assert surface is not None
    subject = subject_of(state)
    paths = [course.path for course in subject.courses]
    save_surface(
        path, document, surface, paths, theme=state.theme, subject=subject, look=state.look, window=window,
        checkpoint=checkpoint,
    )  # fmt: skip
