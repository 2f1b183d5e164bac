"""Where the legend stands, and how it wraps."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from graph_explorer.ui.fonts import load_fonts
from graph_explorer.ui.surface.paint_legend import Row, paint_legend
from graph_explorer.ui.theme import theme

PLOT = (10.0, 20.0, 400.0, 300.0)
LINES = [
    Row(None, "Gradient descent: lr 0.1"),
    Row(None, "Momentum: lr 0.02, momentum 0.9, v ← μv + g (PyTorch)"),
]
NOTHING = np.empty((0, 2))


@pytest.fixture(autouse=True)
def fonts(qapp: object) -> None:
    load_fonts()


def covered(lines: list[Row], plot: tuple[float, float, float, float], avoided: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """The box that the legend covers: left, top, right, bottom."""
    image = QImage(420, 340, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_legend(painter, lines, plot, avoided, theme("light"))
    painter.end()
    found = np.frombuffer(image.constBits(), np.uint32).reshape(340, 420) & 0xFFFFFF
    rows, columns = np.nonzero(found)
    return np.array([columns.min(), rows.min(), columns.max(), rows.max()])


def test_it_stands_in_the_upper_right_corner() -> None:
    left, top, right, bottom = covered(LINES, PLOT, NOTHING)
    assert right == pytest.approx(402, abs=2)
    assert top == pytest.approx(28, abs=2)
    assert left > 40
    assert bottom < 90


@pytest.mark.parametrize("points", [[[380.0, 50.0]], [[380.0, 50.0], [30.0, 50.0]]])
def test_it_covers_no_point_where_another_corner_is_free(points: list[list[float]]) -> None:
    left, top, right, bottom = covered(LINES, PLOT, np.array(points))
    for x, y in points:
        assert not (left <= x <= right and top <= y <= bottom)


def test_where_there_is_little_room_it_wraps_and_stays_within() -> None:
    wide = covered(LINES, PLOT, NOTHING)
    narrow = covered(LINES, (10.0, 20.0, 180.0, 300.0), NOTHING)
    assert narrow[3] - narrow[1] > wide[3] - wide[1]
    assert narrow[0] >= 10
    assert narrow[2] <= 190


def test_too_many_lines_are_counted() -> None:
    box = covered(LINES * 20, (10.0, 20.0, 400.0, 160.0), NOTHING)
    assert box[3] <= 180


def test_no_lines_no_legend() -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    paint_legend(painter, [], PLOT, NOTHING, theme("light"))
    painter.end()
    assert image.pixel(5, 5) & 0xFFFFFF == 0
