"""Films: pictures one after the other in a GIF or an MP4 file.

The one rule: frames are asked for one at a time, so that a long film needs no more memory than a few.
MP4 needs ffmpeg, which comes with the optional part `video`; GIF needs Pillow alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from graph_explorer.engine.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

#: Milliseconds that a film shows its last frame, so that one can look at the end.
REST = 2000
#: Frames a second of a video.
_RATE = 25
#: Colours of a GIF; they are chosen from these many of its frames.
_COLOURS, _LOOKED_AT = 256, 6

_NO_VIDEO = (
    "an .mp4 needs ffmpeg, which is not installed here; "
    "install the optional part: pip install 'graph-explorer[video]', or write a .gif"
)


def chosen(count: int, most: int) -> list[int]:
    """Which of `count` moments a film of at most `most` frames shows: evenly, the first and last included."""
    if count <= most:
        return list(range(count))
    return [round(k * (count - 1) / (most - 1)) for k in range(most)]


def write_gif(path: Path, frames: Sequence[QImage] | Iterator[QImage], milliseconds: int) -> None:
    """Writes an endless film as GIF, each frame shown for so long. Raises `InputError`.

    One palette serves all frames, so that colours do not flicker.
    """
    pictures = [_image(frame) for frame in frames]
    from PIL import Image  # needed for films only

    palette = _palette(pictures)
    reduced = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    times = [milliseconds] * (len(reduced) - 1) + [REST]
    try:
        reduced[0].save(
            path,
            format="GIF",
            save_all=True,
            append_images=reduced[1:],
            duration=times,
            loop=0,
            optimize=False,
        )
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror or error}") from error


def _image(frame: QImage) -> Image:
    """A frame as Pillow has it."""
    from PIL import Image  # needed for films only

    plain = frame.convertToFormat(QImage.Format.Format_RGB888)
    size = plain.width(), plain.height()
    return Image.frombuffer("RGB", size, bytes(plain.constBits()), "raw", "RGB", plain.bytesPerLine(), 1)


def _palette(pictures: Sequence[Image]) -> Image:
    """The colours that some of the pictures, put beside each other, need most."""
    from PIL import Image

    places = sorted({round(k * (len(pictures) - 1) / (_LOOKED_AT - 1)) for k in range(_LOOKED_AT)})
    width, height = pictures[0].size
    sheet = Image.new("RGB", (width, height * len(places)))
    for row, place in enumerate(places):
        sheet.paste(pictures[place], (0, row * height))
    return sheet.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def write_mp4(path: Path, frames: Iterable[QImage], milliseconds: int) -> None:
    """Writes a film as MP4, each frame shown for so long. Raises `InputError`."""
    try:
        import imageio_ffmpeg
    except ImportError:
        raise InputError(_NO_VIDEO) from None
    writer = None
    repeats = max(1, round(milliseconds * _RATE / 1000))
    data = b""
    try:
        path.open("wb").close()  # ffmpeg would say in its own words that it cannot
        for frame in frames:
            even = frame.width() // 2 * 2, frame.height() // 2 * 2
            plain = frame.copy(0, 0, *even).convertToFormat(QImage.Format.Format_RGB32)
            data = bytes(plain.constBits())
            if writer is None:
                writer = imageio_ffmpeg.write_frames(
                    str(path), even, pix_fmt_in="bgra", fps=_RATE, quality=8, macro_block_size=2,
                    ffmpeg_log_level="error",
                )  # fmt: skip
                writer.send(None)
            for _ in range(repeats):
                writer.send(data)
        for _ in range(REST * _RATE // 1000):
            assert writer is not None
            writer.send(data)
    except OSError as error:
        raise InputError(f"cannot write '{path}': {error.strerror or error}") from error
    finally:
        if writer is not None:
            writer.close()


#: How a film comes into a file of each suffix.
FILMS = {".gif": write_gif, ".mp4": write_mp4}
