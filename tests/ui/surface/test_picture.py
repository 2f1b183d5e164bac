"""Pictures of surfaces in every kind of file, and films."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from graph_explorer.document import Document
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab.descent import race
from graph_explorer.lab.optimizers import read_method
from graph_explorer.lab.path import Path as Descent
from graph_explorer.surfaces import surface_of
from graph_explorer.ui import film
from graph_explorer.ui.fonts import load_fonts
from graph_explorer.ui.session import Session
from graph_explorer.ui.surface import picture
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.picture import KINDS, TITLES, save_surface


@pytest.fixture(autouse=True)
def fonts(qapp: object) -> None:
    load_fonts()


def paths_of(document: Document) -> tuple[Descent, ...]:
    entries = [(read_method(text), (3.0, -2.0)) for text in ("sgd:lr=0.1", "adam:lr=0.3,clip_norm=1")]
    return race(surface_of(document), entries, 12)


def pixels(image: QImage) -> np.ndarray:  # type: ignore[type-arg]
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).astype(int)


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_every_kind_of_still_picture(bowl: Document, tmp_path: Path, suffix: str, theme: str) -> None:
    path = tmp_path / f"bowl{suffix}"
    save_surface(path, bowl, surface_of(bowl), paths_of(bowl), theme=theme, size=(480, 360))
    start = path.read_bytes()[:6]
    assert {".png": b"PNG", ".svg": b"xml", ".pdf": b"PDF"}[suffix] in start


def test_a_drawing_looks_like_the_image_and_says_what_is_seen(bowl: Document, tmp_path: Path) -> None:
    path = tmp_path / "bowl.svg"
    save_surface(path, bowl, surface_of(bowl), paths_of(bowl), size=(480, 360))
    text = path.read_text(encoding="utf-8")
    assert "<title>Bowl</title>" in text
    assert "Known minima: (0, 0)." in text
    drawn = QImage(480, 360, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    QSvgRenderer(str(path)).render(painter)
    painter.end()
    shown = picture.show(bowl, surface_of(bowl), paths_of(bowl), size=(480, 360), ratio=1.0)
    away = np.abs(pixels(drawn) - pixels(picture.image(shown, 1.0)))
    assert away.mean() < 6


def test_a_picture_is_fine_enough_for_print_unless_a_size_is_asked(bowl: Document, tmp_path: Path) -> None:
    path = tmp_path / "bowl.png"
    save_surface(path, bowl, surface_of(bowl))
    assert QImage(str(path)).size().toTuple() == (1920, 1440)
    save_surface(path, bowl, surface_of(bowl), size=(300, 200))
    assert QImage(str(path)).size().toTuple() == (300, 200)


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_film_shows_every_step(bowl: Document, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bowl{suffix}"
    save_surface(path, bowl, surface_of(bowl), paths_of(bowl), size=(321, 241))
    assert path.stat().st_size > 5000
    if suffix == ".gif":
        with Image.open(path) as found:
            assert found.n_frames == 13
            assert found.size == (321, 241)
            assert found.info["loop"] == 0


def test_without_paths_the_film_turns(bowl: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_TURNS", 4)
    found = list(picture.frames(bowl, surface_of(bowl), size=(200, 160)))
    assert len(found) == 4
    assert len({bytes(frame.constBits()) for frame in found}) == 4


def test_a_film_can_be_given_up(bowl: Document) -> None:
    def stop(progress: float) -> None:
        if progress > 0.5:
            raise Cancelled("enough")

    seen: list[QImage] = []
    film_of = picture.frames(bowl, surface_of(bowl), paths_of(bowl), size=(200, 160), checkpoint=stop)
    with pytest.raises(Cancelled):
        seen.extend(film_of)
    assert 0 < len(seen) < 13


def test_without_ffmpeg_it_says_what_to_do(
    bowl: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match=r"graph-explorer\[video\].*\.gif"):
        save_surface(tmp_path / "bowl.mp4", bowl, surface_of(bowl), paths_of(bowl), size=(200, 160))


@pytest.mark.parametrize("suffix", KINDS)
def test_a_file_that_cannot_be_written_is_a_sentence(bowl: Document, tmp_path: Path, suffix: str) -> None:
    with pytest.raises(InputError):
        save_surface(
            tmp_path / "nowhere" / f"a{suffix}", bowl, surface_of(bowl), paths_of(bowl), size=(64, 64)
        )


def test_an_unknown_suffix_is_a_sentence(bowl: Document, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'a\.bmp' is no kind of picture; .*\.svg"):
        save_surface(tmp_path / "a.bmp", bowl, surface_of(bowl))
    assert TITLES.keys() == KINDS.keys()


def test_what_the_window_shows(bowl: Document, tmp_path: Path) -> None:
    session = Session()
    session.show(bowl)
    session.watch("test", True)
    session.change(look=Look(solid=True), theme="dark")
    picture.save_state(session.state, tmp_path / "a.png", (0.0, 1.0, 0.0, 1.0))
    assert not QImage(str(tmp_path / "a.png")).isNull()
    session.close()


@pytest.mark.parametrize(("count", "most"), [(5, 10), (200, 120), (3, 2), (1, 5)])
def test_moments_of_a_film(count: int, most: int) -> None:
    found = film.chosen(count, most)
    assert found[0] == 0
    assert found[-1] == count - 1
    assert len(found) == min(count, most)
    assert found == sorted(set(found))
