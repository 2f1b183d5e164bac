"""Sketches of documents: within their square, and true to the document."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, Surface, parse
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import Example, examples
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.sketch import Sketch, sketch


def bowl(program: str = "L = x**2 + 9*y**2") -> Document:
    plane = Surface(axes=("x", "y"), window=(-2.0, 2.0, -2.0, 2.0))
    return parse(program, {}, {"x": 1.0, "y": 1.0}, surface=plane)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_every_example_has_a_sketch(example: Example) -> None:
    drawn = sketch(open_document(example.path), surface=example.section == "Surfaces")
    if drawn.levels is not None:
        assert drawn.levels.min() == 0.0
        assert 0 < drawn.levels.max() <= 1.0
        return
    assert drawn.boxes is not None
    assert len(drawn.boxes) == len(drawn.roles) > 1
    assert drawn.roles.count("output") == 1
    assert np.all((drawn.boxes[:, :2] >= 0) & (drawn.boxes[:, :2] <= 1))
    assert all(np.all((line > -0.3) & (line < 1.3)) for line in drawn.lines)


def test_a_bowl_is_lowest_in_the_middle() -> None:
    levels = sketch(bowl(), surface=True).levels
    assert levels is not None
    middle = levels.shape[0] // 2
    assert levels[middle, middle] == 0.0
    assert levels[0, 0] == levels.max()
    assert levels[0, middle] > levels[middle, 0], "steeper along y, which points up"


def test_a_plain_is_one_level() -> None:
    levels = sketch(bowl("L = 0*x + exp(-60*(x*x + y*y))"), surface=True).levels
    assert levels is not None
    assert levels[0, 0] == levels[3, 40] == 0.0, "no noise is drawn as hills"


def test_without_a_plane_it_is_the_graph() -> None:
    plain = parse("L = w*x", {"x": 1.0}, {"w": 2.0})
    drawn = sketch(plain, surface=True)
    assert drawn.levels is None
    assert sorted(drawn.roles) == ["muted", "output", "parameter"]
    assert len(drawn.lines) == 2


def test_a_long_chain_is_folded() -> None:
    chain = parse("h = x\nfor k in range(60):\n    h = tanh(h)\nL = h", {"x": 1.0})
    boxes = sketch(chain).boxes
    assert boxes is not None
    assert np.ptp(boxes[:, 0]) > 0.5
    assert np.ptp(boxes[:, 1]) > 0.5


@pytest.mark.parametrize("drawn", [sketch(bowl(), surface=True), sketch(bowl())], ids=["surface", "graph"])
def test_paints_in_the_colours_of_the_theme(qtbot: QtBot, drawn: Sketch) -> None:
    image = QImage(72, 72, QImage.Format.Format_RGB32)
    image.fill(QColor("#010203"))
    painter = QPainter(image)
    drawn.paint(painter, QRectF(4, 4, 64, 64), theme("dark"))
    painter.end()
    found = {image.pixelColor(x, y).name() for x in range(72) for y in range(72)}
    assert theme("dark").color("accent").name() in found
    assert image.pixelColor(1, 1).name() == "#010203", "nothing outside its place"
