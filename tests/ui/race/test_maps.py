"""The maps page: asked for, drawn in the background, told in words, and chosen from."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from graph_explorer.lab.basins import DIVERGED, LEFT, RUNNING, BasinMap
from graph_explorer.lab.maps import HeatMap, Sweep
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.ui.race.map_images import basin_image, losses_image
from graph_explorer.ui.race.mapping import numbers_of, told, values_of
from graph_explorer.ui.race.maps_page import MapsPage
from graph_explorer.ui.race.panel import RacePanel
from graph_explorer.ui.race.raster import _numbers
from graph_explorer.ui.race.sweeps import sweep_curves, sweep_marks
from graph_explorer.ui.theme import names, theme
from graph_explorer.ui.window import Window


@pytest.fixture
def maps(race_window: Window) -> MapsPage:
    panel = race_window.bench.docks["race"].widget()
    assert isinstance(panel, RacePanel)
    panel.go_to(1)
    return panel.maps


def draw(maps: MapsPage, kind: int, qtbot: QtBot) -> None:
    maps.kinds.button(kind).click()
    maps.draw_button.click()
    qtbot.waitUntil(lambda: not maps.session.jobs.busy("map"), timeout=60_000)


def test_a_sweep_over_learning_rates(maps: MapsPage, qtbot: QtBot) -> None:
    assert maps.pictures.currentWidget() is maps.none
    draw(maps, 0, qtbot)
    assert maps.pictures.currentWidget() is maps.plot
    assert len(maps.plot.curves) == 3
    assert maps.words.text().count("lowest with") == 3
    maps._choose_rate(-1.5)
    assert maps.session.state.race.entries[0].settings.lr == pytest.approx(0.032)
    assert "has changed" in maps.state.text()


def test_a_mark_means_converged() -> None:
    settings = read_method("sgd")
    outcomes = ("running", "converged", "diverged")
    sweep = Sweep(settings, np.array([0.001, 0.1, 10.0]), np.array([0.5, 0.1, np.inf]), outcomes)
    curves, base = sweep_curves([sweep])
    assert base == 0
    np.testing.assert_allclose(10 ** curves[0].y, [0.5, 0.1])
    assert sweep_marks([sweep], curves, [3]) == [(-1.0, pytest.approx(-1.0), 3)]


def test_two_settings(maps: MapsPage, qtbot: QtBot) -> None:
    maps.session.racer.set(selected=2)
    draw(maps, 1, qtbot)
    assert [box.currentText() for box in maps.boxes] == ["lr", "beta1"]
    found = maps.drawn["settings"][1]
    assert isinstance(found, HeatMap)
    maps.raster.chosen.emit(10, 5)
    now = maps.session.state.race.entries[2].settings
    assert now.lr == pytest.approx(found.a[10])
    assert now.values["betas"] == (pytest.approx(found.b[5]), 0.999)
    assert maps.session.state.paths[2].losses[-1] == pytest.approx(found.losses[5, 10])
    assert "lr" in maps._told_cell(10, 5)


def test_two_settings_must_differ(maps: MapsPage) -> None:
    maps.kinds.button(1).click()
    maps.boxes[1].setCurrentIndex(maps.boxes[0].currentIndex())
    maps.draw_button.click()
    assert "must differ" in maps.session.state.message
    assert not maps.session.jobs.busy("map")


def test_a_basin_map(maps: MapsPage, qtbot: QtBot) -> None:
    maps.session.racer.set(selected=2)
    maps.sizes.setCurrentIndex(0)
    draw(maps, 2, qtbot)
    found = maps.drawn["basins"][1]
    assert isinstance(found, BasinMap)
    assert found.ends.shape == (64, 64)
    assert "of the starts end at (0, 0)" in maps.words.text()
    maps.raster.setFocus()
    qtbot.keyClick(maps.raster, Qt.Key.Key_Right)
    qtbot.keyClick(maps.raster, Qt.Key.Key_Up)
    assert maps.raster.accessibleDescription().startswith("from (")
    qtbot.keyClick(maps.raster, Qt.Key.Key_Return)
    assert maps.session.state.race.starts == ((float(found.x[2]), float(found.y[2])),)


def test_another_document_forgets_the_maps(maps: MapsPage, qtbot: QtBot) -> None:
    draw(maps, 0, qtbot)
    maps.session.set_program("L = x**2 + 7*y**2 + c")
    qtbot.waitUntil(lambda: maps.session.state.document is maps.session.latest)
    assert maps.pictures.currentWidget() is maps.none


def test_a_map_can_be_cancelled(maps: MapsPage) -> None:
    maps.kinds.button(2).click()
    maps.draw_button.click()
    assert maps.session.jobs.busy("map")
    maps.session.jobs.cancel("map")
    assert not maps.drawn


@pytest.mark.parametrize("name", METHODS)
def test_every_number_of_a_method_can_be_mapped(name: str) -> None:
    settings = read_method(name)
    assert "lr" in numbers_of(settings)
    for number in numbers_of(settings):
        values = values_of(settings, number)
        assert len(values) >= 4
        for value in values:
            settings.with_number(number, value)


@pytest.mark.parametrize("name", names())
def test_images_say_what_they_show(name: str) -> None:
    shown = theme(name)
    losses = losses_image(np.array([[1.0, 1e-3], [1e3, np.inf]]), shown)

    def light(x: int, y: int) -> float:
        return losses.pixelColor(x, y).lightnessF()

    assert light(1, 0) > light(0, 0) > light(0, 1)
    assert losses.pixelColor(1, 1) == QColor(shown.border)
    ends = np.array([[0, 0, 1], [DIVERGED, LEFT, RUNNING]])
    found = BasinMap(
        read_method("sgd"), 100, np.arange(3.0), np.arange(2.0), np.zeros((2, 2)), ends,
        np.array([[1, 100, 1], [-1, -1, -1]]), np.zeros((2, 3, 2)),
    )  # fmt: skip
    basins = basin_image(found, shown)
    assert basins.pixelColor(0, 0) == shown.series_color(0)
    assert basins.pixelColor(2, 0) == shown.series_color(1)
    colours = {basins.pixelColor(x, y).name() for x in range(3) for y in range(2)}
    assert len(colours) == 6


def test_words_hold_every_share(maps: MapsPage) -> None:
    ends = np.array([[0, 0, RUNNING, DIVERGED]])
    found = BasinMap(
        read_method("sgd"), 100, np.arange(4.0), np.arange(1.0), np.array([[1.0, 2.0]]), ends,
        np.array([[10, 20, -1, -1]]), np.zeros((1, 4, 2)),
    )  # fmt: skip
    asked = maps._request(maps.session.state)
    assert asked is not None
    assert told(asked, found) == [
        "50.0% of the starts end at (1, 2), half of them after 15 evaluations.",
        "25.0% diverge.",
        "25.0% are still on their way.",
    ]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (list(np.geomspace(1e-5, 10, 25)), ["10⁻⁴", "0.01", "1"]),
        ([0.0, 0.9, 0.99, 0.999, 0.9999, 0.99999], ["0", "0.9", "0.99", "0.999", "0.9999", "0.99999"]),
    ],
    ids=["even ratios", "any"],
)
def test_numbers_along_a_map_are_round_or_told_apart(values: list[float], shown: list[str]) -> None:
    found = _numbers(values, 6, even=False)
    assert [text for _, text in found] == shown
    for place, text in found:
        if place == int(place):
            assert values[int(place)] == pytest.approx(float(text.replace("10⁻⁴", "1e-4")))
