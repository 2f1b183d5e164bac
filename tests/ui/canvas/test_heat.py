"""Small pictures of arrays: zero in the middle, coarser by averaging, honest about what is no number."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from graph_explorer.ui.canvas.heat import COLUMNS, ROWS, Pictures, grid, heat
from graph_explorer.ui.canvas.ink import ink

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((3,), (1, 3)), ((4, 5), (4, 5)), ((2, 3, 4), (3, 8)), ((7, 1, 28, 28), (20, 56)), ((0,), (1, 1))],
)
def test_the_table_has_the_form_of_the_array(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    assert grid(np.ones(shape)).shape == expected


def test_a_large_array_is_averaged_in_cells() -> None:
    array = np.arange(200.0 * 640).reshape(200, 640)
    table = grid(array)
    assert table.shape == (ROWS, COLUMNS)
    assert table[0, 0] == pytest.approx(array[:10, :10].mean())
    assert table.mean() == pytest.approx(array.mean())


def test_colours_say_sign_and_size() -> None:
    colors = ink("light")
    picture = heat(np.array([2.0, 0.0, -2.0, np.nan]), "value", colors)
    found = [QColor(picture.pixel(k, 0)).name() for k in range(4)]
    assert found == [colors.color(role).name() for role in ("value", "raised", "muted", "error")]
    assert QColor(heat(np.zeros(2), "value", colors).pixel(0, 0)) == colors.color("raised")


def test_pictures_are_made_once_for_an_array() -> None:
    pictures, array = Pictures(ink("dark")), np.ones(3)
    assert pictures.of(array, "value") is pictures.of(array, "value")
    assert pictures.of(array, "value") is not pictures.of(array, "gradient")
    first = pictures.of(array, "value")
    pictures.forget()
    assert pictures.of(array, "value") is not first
