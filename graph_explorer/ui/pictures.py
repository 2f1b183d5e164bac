"""Pictures of a graph and its run without a window: for files, notebooks and the command line.

The one rule: a picture is painted by the same code as the window. Whoever calls has made a
`QGuiApplication` before, with QT_QPA_PLATFORM=offscreen where there is no display.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPaintDevice, QPainter

from graph_explorer.document import Document, run
from graph_explorer.engine.trace import Trace
from graph_explorer.ui import film, writers
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.artist import Artist
from graph_explorer.ui.canvas.camera import MARGIN, Camera, fitted
from graph_explorer.ui.canvas.describe import describe_event
from graph_explorer.ui.canvas.detail import WHOLE, detail_for
from graph_explorer.ui.canvas.marks import Marks, paint_marks
from graph_explorer.ui.canvas.stage import Stage
from graph_explorer.ui.canvas.warmth import warmth_of
from graph_explorer.ui.exports import time_of_step
from graph_explorer.ui.fonts import font
from graph_explorer.ui.groups import inside
from graph_explorer.ui.session import State

#: The longest side of a picture whose size nobody chose, in logical pixels.
LONGEST = 8000.0
#: Device pixels a logical pixel, in a picture whose size nobody chose.
RATIO = 2.0
#: With more cards than this an SVG file shows what the window would show at the same size.
MOST_WHOLE = 3000

#: Height of the sentence below a frame of a film; milliseconds a frame; frames and device pixels at most.
_CAPTION, _MILLISECONDS, _MOST_FRAMES, _WIDEST = 34.0, 700, 240, 1600.0
#: The window for which the direction of the graph is chosen where nobody asks for a size.
_ROOM = (1600.0, 900.0)

Size = tuple[int, int]
Source = Document | State


@dataclass(frozen=True)
class View:
    """A stage, set to a time and seen whole: all that is needed to paint it once."""

    stage: Stage
    marks: Marks
    camera: Camera
    width: float
    height: float
    theme: str
    sentence: str

    def paint(self, device: QPaintDevice, whole: bool = False) -> None:
        """Paints on a device of the view's logical size; `whole`: as if it were seen from near."""
        artist = Artist(self.theme)
        painter = QPainter(device)
        seen = (0.0, 0.0, self.width, self.height)
        detail = WHOLE if whole else detail_for(self.stage.scene, self.camera, seen)
        artist.paint(painter, self.stage.scene, self.stage.moment, self.camera, seen, detail)
        paint_marks(painter, self.marks, self.stage.scene, self.camera, seen, artist.ink)
        painter.end()


def view(
    source: Source, *, trace: Trace | None = None, step: int | None = None, theme: str = "",
    size: Size | None = None, collapsed: frozenset[str] | None = None,
) -> View:  # fmt: skip
    """The view of a document after backward step `step` (None: when all is done), or of a window's state.

    `trace` spares running the document. `size` is width and height in logical pixels; by default the
    graph at its full size. Of a state, the run, its time, what is collapsed and the theme are the
    window's, unless given. Raises `InputError` for a step that the backward pass does not have.
    """
    state = source if isinstance(source, State) else State(document=source)
    document = state.document
    assert document is not None, "there is no document to be shown"
    trace = trace or state.trace or run(document, partial=True)
    at_end = step is None and state.trace is None
    time = state.time if step is None and state.trace is not None else time_of_step(trace, step)
    room = (float(size[0]), float(size[1])) if size else _ROOM
    shut = state.collapsed if collapsed is None else collapsed
    wanted = Wanted(document, trace, shut, "auto", room, entered=inside(state))
    stage = Stage(make_scene(wanted), trace)
    warmth = warmth_of(state.heat, state.health, state.difference, stage.scene.cards)
    stage.show(trace, time, state.breakpoints, None, warmth)
    bounds = stage.scene.bounds
    if size is None:
        scale = min(1.0, LONGEST / max(bounds[2], bounds[3]))
        room = (bounds[2] * scale + 2 * MARGIN, bounds[3] * scale + 2 * MARGIN)
    event = trace.events[time - 1] if time else None
    return View(
        stage, Marks() if at_end else Marks(stage.present(time)), fitted(bounds, *room),
        round(room[0]), round(room[1]), theme or state.theme, describe_event(event),
    )  # fmt: skip


def image(shown: View, ratio: float = 1.0) -> QImage:
    """The view as an image with `ratio` device pixels a logical pixel."""
    made = QImage(round(shown.width * ratio), round(shown.height * ratio), QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    shown.paint(made)
    return made


def picture(source: Source, *, size: Size | None = None, **more: Any) -> QImage:
    """The picture of a document or state as an image, `size` in pixels; `more` is that of `view`."""
    return image(view(source, size=size, **more), 1.0 if size else RATIO)


def save_png(source: Source, path: Path, **more: Any) -> None:
    """Writes the `picture` as PNG. Raises `InputError` where the file cannot be written."""
    writers.write_png(path, picture(source, **more))


def save_svg(source: Source, path: Path, **more: Any) -> None:
    """Writes the `view` as SVG. Raises `InputError` where the file cannot be written."""
    writers.write(path, svg(view(source, **more)))


def save_pdf(source: Source, path: Path, **more: Any) -> None:
    """Writes the `view` as a PDF page. Raises `InputError` where the file cannot be written."""
    shown = view(source, **more)
    writers.write(path, writers.pdf((shown.width, shown.height), _title(source), _whole(shown)))


def svg(shown: View) -> bytes:
    """The view as an SVG file; texts are outlines, the description says what is seen."""
    return writers.svg((shown.width, shown.height), "Graph", shown.sentence, _whole(shown))


def _whole(shown: View) -> writers.Paint:
    """Paints the view; with all texts, unless it is so large that the file would be too."""
    return lambda device: shown.paint(device, whole=len(shown.stage.scene) <= MOST_WHOLE)


def _title(source: Source) -> str:
    document = source.document if isinstance(source, State) else source
    return document.name if document is not None else ""


# ── films ─────────────────────────────────────────────────────────────────────────────────────


def save_film(source: Source, path: Path, step: int | None = None, **more: Any) -> None:
    """Writes the backward pass as a film, up to `step` or to its end. Raises `InputError`."""
    film.FILMS[path.suffix.lower()](path, frames(source, step, **more), _MILLISECONDS)


def frames(
    source: Source,
    step: int | None = None,
    *,
    trace: Trace | None = None,
    size: Size | None = None,
    **more: Any,
) -> Iterator[QImage]:
    """The pictures of the backward pass one after the other, each with its sentence below."""
    state = source if isinstance(source, State) else State(document=source)
    assert state.document is not None, "there is no document to be shown"
    trace = trace or state.trace or run(state.document, partial=True)
    last = time_of_step(trace, step) if step is not None else trace.length
    room = (size[0], max(size[1] - round(_CAPTION), 16)) if size else None
    shown = view(source, trace=trace, step=_first_step(trace), size=room, **more)
    ratio = 1.0 if size else min(RATIO, _WIDEST / shown.width)
    times = range(min(trace.forward_length + 1, last), last + 1)
    for place in film.chosen(len(times), _MOST_FRAMES):
        time = times[place]
        shown.stage.show(trace, time, state.breakpoints)
        sentence = describe_event(trace.events[time - 1] if time else None)
        yield _captioned(replace(shown, marks=Marks(shown.stage.present(time)), sentence=sentence), ratio)


def _first_step(trace: Trace) -> int | None:
    """The seed, where the run came as far."""
    return 0 if trace.length > trace.forward_length else None


def _captioned(shown: View, ratio: float) -> QImage:
    """The view with its sentence below."""
    above = image(shown, ratio)
    size = above.width(), above.height() + round(_CAPTION * ratio)
    made = QImage(*size, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    ink = Artist(shown.theme).ink
    made.fill(ink.color("window"))
    painter = QPainter(made)
    painter.drawImage(0, 0, above)
    painter.setFont(font(_CAPTION * 0.42))
    painter.setPen(ink.color("text"))
    room = QRectF(12, shown.height, shown.width - 24, _CAPTION)
    text = painter.fontMetrics().elidedText(shown.sentence, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.end()
    return made
