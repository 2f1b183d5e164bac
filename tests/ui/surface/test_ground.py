"""The ground: colours are the values', lines lie where the values are."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.surfaces import surface_of
from graph_explorer.ui.surface.frame import Frame
from graph_explorer.ui.surface.ground import STEPS, make_ground, palette
from graph_explorer.ui.surface.levels import choose
from graph_explorer.ui.surface.look import Look
from graph_explorer.ui.surface.samples import compute, wanted
from graph_explorer.ui.theme import theme

FRAME = Frame((-4.0, 4.0, -4.0, 4.0), (0.0, 0.0, 320.0, 240.0))
PLAIN = Look(lines=False, labels=False)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_every_pixel_has_the_colour_of_its_value(bowl: Document, scale: str, qapp: object) -> None:
    surface = surface_of(bowl)
    samples = compute(surface, wanted(FRAME, 1.0))
    levels = choose(samples.values, scale, 0.0)  # type: ignore[arg-type]
    made = make_ground(samples, FRAME, levels, PLAIN, "light")
    colours = palette(levels, PLAIN, theme("light"))
    for x, y in ((10, 20), (160, 120), (300, 90), (77, 231)):
        value = surface.value(FRAME.point(x + 0.5, y + 0.5))
        near = {
            colours.colour(min(max(float(levels.share(value)) + d, 0), 1)).rgb() for d in (-0.01, 0, 0.01)
        }
        assert made.image.pixel(x, y) in near


def test_lines_lie_on_their_levels(bowl: Document, qapp: object) -> None:
    surface = surface_of(bowl)
    samples = compute(surface, wanted(FRAME, 1.0))
    made = make_ground(samples, FRAME, choose(samples.values, "linear"), Look(), "light")
    levels = made.palette.levels
    assert {level for level, _ in made.lines} >= set(range(1, len(levels.values) - 1))
    for level, line in made.lines:
        assert np.allclose(surface.values(line), levels.values[level], atol=0.02)
    for label in made.labels:
        assert surface.value((label.x, label.y)) == pytest.approx(levels.values[label.level], abs=0.05)
        assert label.text == levels.texts[label.level]
        assert abs(label.angle) <= 90
    assert made.labels


def test_holes_have_no_colour_of_a_value(qapp: object) -> None:
    surface = surface_of(parse("L = log(x) + y", {}, {"x": 1.0, "y": 0.0}))
    samples = compute(surface, wanted(FRAME, 2.0))
    made = make_ground(samples, FRAME, choose(samples.values, "auto"), Look(), "dark")
    assert made.image.pixelColor(20, 100) == theme("dark").color("raised")
    assert made.image.pixelColor(300, 100) != theme("dark").color("raised")


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_bands_differ(bowl: Document, name: str) -> None:
    levels = choose(np.linspace(0, 10, 50), "linear")
    found = palette(levels, Look(), theme(name))
    shares = (levels.share(np.array(levels.values))[:-1] + levels.share(np.array(levels.values))[1:]) / 2
    colours = [found.colour(float(share)).rgb() for share in shares]
    assert len(set(colours)) == len(colours)
    assert found.table.shape == (STEPS + 1, 3)
    assert found.contrasting(0.0, 1.0).lightness() > found.contrasting(1.0, 1.0).lightness()
