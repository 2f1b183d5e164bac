"""Lines: stretches that overlap are one, vast curves are drawn where they are seen, marks where they are."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from graph_explorer.ui.canvas.arrays import path_of, paths_of
from graph_explorer.ui.canvas.paint_lines import draw_vast, line_width, united
from graph_explorer.ui.canvas.scene import bezier

_NUMBERS = st.integers(-40, 40)


@given(st.lists(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS), min_size=1, max_size=40))
def test_united_stretches_cover_what_the_stretches_cover(stretches: list[tuple[int, int, int]]) -> None:
    lines, first, last = np.array(stretches).T
    found = united(lines, first, last).tolist()
    covered = {(line, at) for line, a, b in stretches for at in range(2 * min(a, b), 2 * max(a, b) + 1)}
    assert {(line, at) for line, a, b in found for at in range(2 * a, 2 * b + 1)} == covered
    by_line: dict[int, list[tuple[int, int]]] = {}
    for line, start, end in found:
        by_line.setdefault(line, []).append((start, end))
    for pieces in by_line.values():
        pieces.sort()
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(pieces)), "apart"


def test_no_stretches_are_none() -> None:
    nothing = np.zeros(0, np.int64)
    assert united(nothing, nothing, nothing).shape == (0, 3)


def _picture(draw: Callable[[QPainter], object]) -> NDArray[np.uint32]:
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.setPen(QPen(QColor("white"), 0))
    draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(100, 200).copy()


@pytest.mark.parametrize("seed", range(5))
def test_a_vast_curve_is_drawn_wherever_it_is_seen(qapp: object, seed: int) -> None:
    pieces = np.random.default_rng(seed).uniform(-4000, 4000, (6, 4, 2))
    pieces[0] = [[-3000, -2900], [-1000, 2100], [1200, -2000], [3000, 3100]]  # goes through the window
    found = _picture(lambda painter: draw_vast(painter, pieces, (0.0, 0.0, 200.0, 100.0)))

    def all_chords(painter: QPainter) -> None:
        for row in bezier(pieces, np.linspace(0, 1, 129)).tolist():
            for (x, y), (to_x, to_y) in itertools.pairwise(row):
                if max(abs(x), abs(y), abs(to_x), abs(to_y)) < 1000:
                    painter.drawLine(round(x), round(y), round(to_x), round(to_y))

    wanted = _picture(all_chords)
    away = np.argwhere(wanted != wanted.min())
    assert len(away) > 30, "some of it is in sight"
    lit = np.argwhere(found != found.min())
    for y, x in away.tolist():  # whole pixels here, fractions there: no further than two pixels apart
        assert np.abs(lit - (y, x)).max(axis=1).min() <= 2


def test_paths_one_by_one_are_the_path_of_all() -> None:
    pieces = np.random.default_rng(0).uniform(0, 100, (5, 4, 2))
    together = path_of(pieces)
    apart = [path.elementAt(k) for path in paths_of(pieces) for k in range(path.elementCount())]
    elements = [together.elementAt(k) for k in range(together.elementCount())]
    assert [(e.x, e.y, e.type) for e in apart] == [(e.x, e.y, e.type) for e in elements]


def test_a_bundle_is_wider_than_a_line() -> None:
    assert line_width(1) < line_width(2) < line_width(64) < 3 * line_width(1) + 3
