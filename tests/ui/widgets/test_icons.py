"""Icons are drawn in one colour, which is the theme's."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from graph_explorer.paths import RESOURCES
from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets import icons

each = pytest.mark.parametrize("name", icons.names())


@each
def test_one_stroke_style(name: str) -> None:
    root = ElementTree.parse(RESOURCES / "icons" / f"{name}.svg").getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    assert root.get("stroke-width") == "1.75"
    fills = {part.get("fill") for part in root.iter() if part is not root}
    assert fills <= {None, "currentColor"}


@each
def test_takes_the_colour_of_its_role(qtbot: QtBot, name: str) -> None:
    for shown in ("light", "dark"):
        drawn = icons.pixmap(name, shown, "accent", 32).toImage()
        wanted = theme(shown).color("accent")
        inked = [
            drawn.pixelColor(x, y)
            for x in range(32)
            for y in range(32)
            if drawn.pixelColor(x, y).alpha() > 250
        ]
        assert inked, "something is drawn"
        assert all(near(color, wanted) for color in inked)


@each
def test_stays_within_its_square(qtbot: QtBot, name: str) -> None:
    drawn = icons.pixmap(name, "light", "text", 96).toImage()
    edge = [drawn.pixelColor(x, y) for k in range(96) for x, y in ((k, 0), (k, 95), (0, k), (95, k))]
    assert all(color.alpha() == 0 for color in edge)


def near(first: QColor, second: QColor) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(first.getRgb()[:3], second.getRgb()[:3], strict=True))
