"""Files that hold a picture: each kind is what its suffix says, and no other suffix is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPaintDevice, QPainter

from graph_explorer.engine.errors import InputError
from graph_explorer.ui.writers import SUFFIXES, write_picture

BEGINS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


def paint(device: QPaintDevice) -> None:
    painter = QPainter(device)
    painter.fillRect(QRectF(0, 0, 40, 30), Qt.GlobalColor.red)
    painter.end()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffix_chooses(qapp: object, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture{suffix.upper()}"
    write_picture(path, (40, 30), "Red", "a red box", paint)
    assert path.read_bytes().startswith(BEGINS[suffix])


def test_finer_pixels(qapp: object, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    write_picture(path, (40, 30), "Red", "a red box", paint, ratio=2.0)
    image = QImage(str(path))
    assert (image.width(), image.height()) == (80, 60)
    assert image.pixelColor(79, 59).red() == 255


def test_what_is_no_picture_is_refused(qapp: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'picture\.bmp' is no kind of picture; .*\.png, \.svg, \.pdf"):
        write_picture(tmp_path / "picture.bmp", (40, 30), "Red", "a red box", paint)
    with pytest.raises(InputError, match="cannot write"):
        write_picture(tmp_path / "none" / "picture.svg", (40, 30), "Red", "a red box", paint)
