"""A picture that is painted part by part: along its longer side, in parts as large as the time allows."""

from __future__ import annotations

from time import sleep

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from graph_explorer.ui.canvas.camera import Box, Camera
from graph_explorer.ui.canvas.coming import Coming
from graph_explorer.ui.canvas.detail import WHOLE
from graph_explorer.ui.canvas.pace import Pace
from graph_explorer.ui.canvas.sight import MOVING, Sight


def _sight(bounds: Box | None, painted: list[Box], a_pixel: float = 0.0) -> Sight:
    def paint(painter: QPainter, box: Box) -> None:
        painted.append(box)
        painter.fillRect(QRectF(*box), QColor("red"))
        sleep(box[2] * box[3] * a_pixel)

    return Sight(Camera(), WHOLE, QColor("blue"), bounds, paint, lambda box: 1.0, Pace())


@pytest.mark.parametrize(
    ("bounds", "across"), [((0, 90, 300, 20), True), ((100, 0, 20, 200), False), (None, False)]
)
def test_all_of_it_is_painted_once_along_its_longer_side(
    qapp: object, bounds: Box | None, across: bool
) -> None:
    painted: list[Box] = []
    coming = Coming(_sight(bounds, painted), QImage(300, 200, QImage.Format.Format_RGB32))
    assert coming.done.isEmpty()
    while not coming.finished:
        before = coming.done
        coming.advance(0.0001)
        assert coming.done.width() * coming.done.height() > before.width() * before.height()
    x, y, width, height = bounds or (0, 0, 300, 200)
    assert sum(box[2] * box[3] for box in painted) == width * height
    assert {box[3] if across else box[2] for box in painted} == {height if across else width}
    assert len(painted) > 2
    image = coming.image
    red = np.frombuffer(image.constBits(), np.uint32).reshape(200, 300) == QColor("red").rgb()
    assert red.sum() == width * height
    assert red[y : y + height, x : x + width].all()


def test_parts_grow_where_they_take_little_time(qapp: object) -> None:
    quick: list[Box] = []
    slow: list[Box] = []
    for painted, a_pixel in ((quick, 0.0), (slow, MOVING / 3000)):
        coming = Coming(_sight(None, painted, a_pixel), QImage(300, 200, QImage.Format.Format_RGB32))
        while not coming.finished:
            coming.advance(MOVING)
    assert len(quick) < len(slow)
