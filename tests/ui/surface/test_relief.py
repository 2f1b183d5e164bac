"""The view in three dimensions: what is in front hides what is behind."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from graph_explorer.document import Document, parse
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.ground import palette
from graph_explorer.ui.surface.levels import choose
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.relief import Block, Eye, in_block, make_block, make_relief
from graph_explorer.ui.surface.samples import compute, wanted
from graph_explorer.ui.theme import theme

FRAME = Frame((-4.0, 4.0, -4.0, 4.0), (0.0, 0.0, 300.0, 240.0))
SIDE = QColor("#808080")


def block_of(document: Document) -> Block:
    samples = compute(surface_of(document), wanted(FRAME, 2.0))
    levels = choose(samples.values, "linear")
    return make_block(samples, FRAME.window, palette(levels, Look(), theme("light")))


def test_points_are_placed_as_they_are_turned() -> None:
    eye = Eye(0.0, 30.0, 1.0, FRAME.box)
    left, right = eye.seen([[-1, 0, 0], [1, 0, 0]])
    assert left[1] == right[1]
    assert right[0] - left[0] == pytest.approx(2 * eye.scale)
    low, high = eye.seen([[0, 0, 0], [0, 0, 1]])
    assert high[1] < low[1]
    near, far = eye.seen([[0, -1, 0], [0, 1, 0]])
    assert far[1] < near[1]
    from_behind = Eye(180.0, 30.0, 1.0, FRAME.box).seen([[-1, 0, 0], [1, 0, 0]])
    assert from_behind[0][0] > from_behind[1][0]


@pytest.mark.parametrize("turn", [0.0, 30.0, 90.0, 200.0])
def test_from_above_every_place_has_its_own_colour(bowl: Document, turn: float, qapp: object) -> None:
    block = block_of(bowl)
    eye = Eye(turn, 89.0, 1.0, FRAME.box)
    image = make_relief(block, eye, SIDE).image
    size = len(block.heights)
    for u, v in ((0.0, 0.0), (0.5, -0.3), (-0.7, 0.6)):
        row, column = round((v + 1) / 2 * (size - 1)), round((u + 1) / 2 * (size - 1))
        x, y = eye.seen([u, v, block.heights[row, column]])
        around = block.pixels[row - 9 : row + 10, column - 9 : column + 10]
        assert image.pixel(int(x), int(y)) in around


def test_a_hill_hides_what_is_behind_it(qapp: object) -> None:
    block = block_of(parse("L = exp(-(x**2 + y**2))", {}, {"x": 0.0, "y": 0.0}))
    relief = make_relief(block, Eye(0.0, 12.0, 1.0, FRAME.box), SIDE)
    points = in_block(np.array([[0.0, 1.3], [0.0, -1.3], [3.0, 1.3], [0.0, 0.0]]),
                      np.array([0.18, 0.18, 0.0, 1.0]), FRAME.window)  # fmt: skip
    assert relief.hidden(points).tolist() == [True, False, False, False]


def test_outside_the_block_nothing_is_drawn(bowl: Document, qapp: object) -> None:
    image = make_relief(block_of(bowl), Eye(-60.0, 35.0, 0.5, FRAME.box), SIDE, 2.0).image
    assert (image.width(), image.height()) == (600, 480)
    assert image.pixelColor(2, 2).alpha() == 0
    assert image.pixelColor(300, 240).alpha() == 255
    shown = {image.pixel(x, y) for x in range(0, 600, 3) for y in range(0, 480, 3)}
    assert SIDE.rgb() in shown
    assert len(shown) > 100
