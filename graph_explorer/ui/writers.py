"""Files that hold a picture: drawings of shapes, pages for print, and pixels.

The one rule: whoever has a picture gives its size and a function that paints it; here is only how it
comes into a file. Sizes are logical pixels, 96 to the inch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QImageWriter, QPageLayout, QPageSize, QPaintDevice, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from graph_explorer.engine.errors import InputError

Size = tuple[float, float]
Paint = Callable[[QPaintDevice], None]
#: The kinds of picture that there are of everything.
SUFFIXES = (".png", ".svg", ".pdf")


def svg(size: Size, title: str, description: str, paint: Paint) -> bytes:
    """A drawing as SVG; `description` says in words what is seen."""
    width, height = size
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(QSize(round(width), round(height)))
    generator.setViewBox(QRectF(0, 0, width, height))
    generator.setTitle(title)
    generator.setDescription(description)
    paint(generator)
    text = bytes(buffer.data().data()).decode()
    in_pixels = f'width="{width:g}" height="{height:g}"'  # Qt writes millimetres
    return re.sub(r'width="[^"]*mm" height="[^"]*mm"', in_pixels, text, count=1).encode()


def pdf(size: Size, title: str, paint: Paint) -> bytes:
    """One page of exactly the picture's size."""
    width, height = size
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Graph Explorer")
    page = QPageSize(
        QSizeF(width * 0.75, height * 0.75), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    writer.setResolution(96)
    paint(writer)
    buffer.close()
    return bytes(buffer.data().data())


def write_picture(
    path: Path, size: Size, title: str, description: str, paint: Paint, ratio: float = 1.0
) -> None:
    """Writes a picture; the suffix chooses the kind of file, `ratio` are device pixels a logical one.

    Raises `InputError` for a suffix that is not among `SUFFIXES`, and where the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".png":
        image = QImage(round(size[0] * ratio), round(size[1] * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        paint(image)
        write_png(path, image)
    elif suffix == ".svg":
        write(path, svg(size, title, description, paint))
    elif suffix == ".pdf":
        write(path, pdf(size, title, paint))
    else:
        raise InputError(
            f"'{path.name}' is no kind of picture; give it one of the suffixes {', '.join(SUFFIXES)}"
        )


def write(path: Path, data: bytes) -> None:
    """Writes a file. Raises `InputError` where it cannot be written."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror}") from error


def write_png(path: Path, image: QImage) -> None:
    """Writes an image as PNG. Raises `InputError` where it cannot be written."""
    writer = QImageWriter(str(path), QByteArray(b"png"))
    if not writer.write(image):
        raise InputError(f"cannot write '{path}': {writer.errorString()}")
