"""Colour maps: even steps, rising in lightness, also for eyes that see fewer colours."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.ui.surface.colours import lightness, packed, table
from graph_explorer.ui.surface.look import COLOUR_MAPS

#: What is left of linear red, green and blue without the red or green cones (Viénot et al., 1999).
_CONES = {
    "none missing": np.eye(3),
    "protanopia": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deuteranopia": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}


@pytest.mark.parametrize("cones", _CONES)
@pytest.mark.parametrize("name", [name for name, _ in COLOUR_MAPS])
def test_lightness_rises_evenly(name: str, cones: str) -> None:
    colours = table(name)
    assert colours.shape == (256, 3)
    linear = (colours / 255) ** 2.2 @ _CONES[cones].T
    found = lightness(255 * np.clip(linear, 0, 1) ** (1 / 2.2))
    steps = np.diff(found[::16])
    assert (steps > 0).all()
    assert steps.max() < 4 * np.median(steps)


def test_lightness_of_grey() -> None:
    assert lightness(np.array([0.0, 0, 0])) == pytest.approx(0, abs=1e-6)
    assert lightness(np.array([255.0, 255, 255])) == pytest.approx(1, abs=1e-3)
    assert lightness(np.array([119.0, 119, 119])) == pytest.approx(0.5, abs=0.01)


def test_packed() -> None:
    assert packed(np.array([[1.0, 2.0, 3.4], [300, -5, 255]])).tolist() == [0xFF010203, 0xFFFF00FF]
