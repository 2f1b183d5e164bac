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
_STRETCHES = st.lists(st.tuples(st.booleans(), _NUMBERS, _NUMBERS, _NUMBERS), min_size=1, max_size=40)


def _covered(ends: NDArray[np.int64]) -> set[tuple[bool, int, int]]:
    """Whether upright, on which line, and at which half steps along it."""
    found = set()
    for x, y, to_x, to_y in ends.T.tolist():
        upright = x == to_x
        line, first, last = (x, y, to_y) if upright else (y, x, to_x)
        found |= {(upright, line, at) for at in range(2 * min(first, last), 2 * max(first, last) + 1)}
    return found


@given(_STRETCHES)
def test_united_stretches_cover_what_the_stretches_cover(stretches: list[tuple[bool, int, int, int]]) -> None:
    ends = np.array([(a, b, a, c) if up else (b, a, c, a) for up, a, b, c in stretches if b != c]).reshape(
        -1, 4
    )
    found = united(ends.T) if len(ends) else np.zeros((4, 0), np.int64)
    assert _covered(found) == _covered(ends.T)
    apart = [_covered(found[:, [k]]) for k in range(found.shape[1])]
    assert sum(map(len, apart)) == len(_covered(found)), "no two overlap"


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
