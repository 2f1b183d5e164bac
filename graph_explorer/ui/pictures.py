"""Pictures of a graph and its run without a window: for files, notebooks and the command line.

The one rule: a picture is painted by the same code as the window. Whoever calls has made a
`QGuiApplication` before, with QT_QPA_PLATFORM=offscreen where there is no display.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from graph_explorer.document import Document, run
from graph_explorer.engine.errors import InputError
from graph_explorer.engine.trace import Trace
from graph_explorer.ui.canvas.arranging import Wanted, make_scene
from graph_explorer.ui.canvas.artist import Artist
from graph_explorer.ui.canvas.camera import MARGIN, Camera, fitted
from graph_explorer.ui.canvas.describe import describe_event
from graph_explorer.ui.canvas.detail import WHOLE, detail_for
from graph_explorer.ui.canvas.marks import Marks, paint_marks
from graph_explorer.ui.canvas.stage import Stage
from graph_explorer.ui.session import State

#: The longest side of a picture whose size nobody chose, in logical pixels.
LONGEST = 8000.0
#: Device pixels a logical pixel, in a picture whose size nobody chose.
RATIO = 2.0
#: With more cards than this an SVG file shows what the window would show at the same size.
MOST_WHOLE = 3000

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
        paint_marks(painter, self.marks, self.stage.scene, self.camera, artist.ink)
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
    stage = Stage(make_scene(Wanted(document, trace, shut, "auto", room)), trace)
    stage.show(trace, time, state.breakpoints)
    bounds = stage.scene.bounds
    if size is None:
        scale = min(1.0, LONGEST / max(bounds[2], bounds[3]))
        room = (bounds[2] * scale + 2 * MARGIN, bounds[3] * scale + 2 * MARGIN)
    event = trace.events[time - 1] if time else None
    return View(
        stage, Marks() if at_end else Marks(stage.present(time)), fitted(bounds, *room),
        round(room[0]), round(room[1]), theme or state.theme, describe_event(event),
    )  # fmt: skip


def time_of_step(trace: Trace, step: int | None) -> int:
    """The time just after a backward step, counted as `steps` counts them: 0 is the seed."""
    if step is None:
        return trace.length
    last = trace.length - trace.forward_length - 1
    if not 0 <= step <= last:
        known = f"there are 0 to {last}" if last >= 0 else "the run stopped before the backward pass"
        raise InputError(f"no step {step}: {known}")
    return trace.forward_length + 1 + step


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
    writer = QImageWriter(str(path), QByteArray(b"png"))
    if not writer.write(picture(source, **more)):
        raise InputError(f"cannot write '{path}': {writer.errorString()}")


def save_svg(source: Source, path: Path, **more: Any) -> None:
    """Writes the `view` as SVG. Raises `InputError` where the file cannot be written."""
    data = svg(view(source, **more))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error


def svg(shown: View) -> bytes:
    """The view as an SVG file; texts are outlines, the description says what is seen."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(QSize(round(shown.width), round(shown.height)))
    generator.setViewBox(QRectF(0, 0, shown.width, shown.height))
    generator.setTitle("Graph")
    generator.setDescription(shown.sentence)
    shown.paint(generator, whole=len(shown.stage.scene) <= MOST_WHOLE)
    text = bytes(buffer.data().data()).decode()
    in_pixels = f'width="{shown.width:g}" height="{shown.height:g}"'  # Qt writes millimetres
    return re.sub(r'width="[^"]*mm" height="[^"]*mm"', in_pixels, text, count=1).encode()
