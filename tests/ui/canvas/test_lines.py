"""Straight lines as they stand on the screen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from graph_explorer.ui.canvas.camera import Camera
from graph_explorer.ui.canvas.paint_lines import draw_straight


@pytest.mark.parametrize("turned", [False, True])
def test_a_line_whose_ends_round_apart_is_drawn_all_the_way(turned: bool) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setPen(QColor("black"))
    ends = [30.24, 5.0, 30.26, 55.0]  # to 30 and to 30.5, in half pixels
    columns = np.array(ends)[[1, 0, 3, 2]] if turned else np.array(ends)
    draw_straight(painter, columns[:, None], Camera(), (0.0, 0.0, 60.0, 60.0))
    painter.end()
    dark = [QColor(image.pixel(x, y)).value() < 128 for x in range(60) for y in range(60)]
    assert np.reshape(dark, (60, 60)).any(axis=1 if turned else 0).sum() >= 50
