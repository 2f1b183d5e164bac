"""Curves, transport and table of the race, by mouse and keys."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from graph_explorer.ui.race.curves import CurvesPanel
from graph_explorer.ui.race.numbers import decades, numbers, written
from graph_explorer.ui.race.series import View, axis_title, bounds, curve, lowest
from graph_explorer.ui.race.table import COLUMNS
from graph_explorer.ui.session import Session
from graph_explorer.ui.window import Window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def curves(race_window: Window) -> CurvesPanel:
    found = race_window.bench.docks["curves"].widget()
    assert isinstance(found, CurvesPanel)
    found.session.racer.set(linked=False)
    return found


def test_a_curve_is_what_was_computed(racing: Session) -> None:
    path = racing.state.paths[2]
    drawn = curve(path, 2, 2, "loss", View(log_y=False), 0.0)
    np.testing.assert_array_equal(drawn.x, np.arange(51))
    np.testing.assert_array_equal(drawn.y, path.losses)
    slopes = curve(path, 2, 2, "gradient", View(log_x=True, log_y=True), 0.0)
    np.testing.assert_allclose(10**slopes.x, np.arange(1, 51))  # the start has no logarithm
    np.testing.assert_allclose(10**slopes.y, np.linalg.norm(path.gradients[1:], axis=1))


def test_below_zero_a_logarithm_measures_from_the_lowest(racing: Session) -> None:
    racing.set_value("c", -3.0)
    base = lowest(racing.state.paths)
    assert base == min(path.losses.min() for path in racing.state.paths) < 0
    assert "above the lowest" in axis_title("loss", View(), base)
    drawn = curve(racing.state.paths[0], 0, 0, "loss", View(), base)
    assert np.isfinite(drawn.y).all()
    racing.set_value("c", 1.0)
    assert lowest(racing.state.paths) == 0
    assert axis_title("loss", View(), 0.0) == "Loss"


def test_a_curve_that_climbs_does_not_flatten_the_others(racing: Session) -> None:
    racing.racer.set(racing.state.race.with_entry(0, text="sgd:lr=0.15"))
    found = [curve(path, k, k, "loss", View(log_y=False), 0.0) for k, path in enumerate(racing.state.paths)]
    shown = bounds(found, log_y=False)
    assert shown is not None
    assert found[0].y.max() > 1e6 > 100 > shown[3] > found[1].y[0]


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(-3.2, 2.1, ["0.001", "0.1", "10"]), (0.1, 0.9, ["2", "5"]), (-8.0, -6.0, ["10⁻⁸", "10⁻⁷", "10⁻⁶"])],
)
def test_numbers_of_a_logarithmic_axis(low: float, high: float, shown: list[str]) -> None:
    found = [text for _, text in numbers(low, high, 3, logarithmic=True)]
    assert found == shown or set(shown) <= {written(place) for place in decades(low, high, 6)}
    assert len(found) <= 4


def test_the_transport(curves: CurvesPanel, qtbot: QtBot) -> None:
    session, buttons = curves.session, curves.transport.buttons
    qtbot.mouseClick(buttons["first"], LEFT)
    assert session.state.race.step == 0
    assert not buttons["back"].isEnabled()
    qtbot.mouseClick(buttons["step"], LEFT)
    qtbot.mouseClick(buttons["step"], LEFT)
    qtbot.mouseClick(buttons["back"], LEFT)
    assert session.state.race.step == 1
    assert curves.position.full == "step 1 of 50"
    qtbot.mouseClick(buttons["last"], LEFT)
    assert session.state.race.step == 50
    assert not buttons["step"].isEnabled()
    qtbot.keyClick(curves.scrub, Qt.Key.Key_Left)
    assert session.state.race.step == 49


def test_playing_goes_to_the_end_and_stops(curves: CurvesPanel, qtbot: QtBot) -> None:
    curves.speed.setCurrentIndex(curves.speed.count() - 1)
    steps: list[int] = []
    curves.session.changed.connect(lambda before, now: steps.append(now.race.step))
    qtbot.mouseClick(curves.transport.buttons["play"], LEFT)
    assert curves.session.state.race.playing
    assert curves.transport.buttons["play"].accessibleName() == "Pause"
    qtbot.waitUntil(lambda: not curves.session.state.race.playing, timeout=20_000)
    assert curves.session.state.race.step == 50
    assert steps == sorted(steps)
    assert 0 in steps


def test_a_click_on_a_curve_goes_there(curves: CurvesPanel, qtbot: QtBot) -> None:
    plot = curves.plots["loss"]
    place = plot.seen([(20.0, 0.0)])[0]
    qtbot.mouseClick(plot, LEFT, pos=QPoint(round(place[0]), round(plot.box.center().y())))
    assert curves.session.state.race.step == 20
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert curves.session.state.race.step == 21
    assert plot.at == 21


def test_evaluations_count_differently(curves: CurvesPanel) -> None:
    session = curves.session
    session.racer.set(session.state.race.with_added("newton"))
    curves.switches.button(0).click()
    newton = curves.curves["loss"][3]
    np.testing.assert_array_equal(newton.x, session.state.paths[3].evaluations)
    session.racer.set(step=10)
    assert curves.plots["loss"].at == session.state.paths[3].evaluations[10] == 30
    curves._go_to(61.0)
    assert session.state.race.step == 20


def test_zooming_stays_until_a_double_click(curves: CurvesPanel, qtbot: QtBot) -> None:
    plot = curves.plots["loss"]
    whole, middle = plot.range, plot.box.center().toPoint()
    qtbot.mousePress(plot, LEFT, pos=middle)
    qtbot.mouseMove(plot, middle + QPoint(40, 10))
    qtbot.mouseRelease(plot, LEFT, pos=middle + QPoint(40, 10))
    moved = plot.range
    assert moved != whole
    curves.session.racer.set(curves.session.state.race.with_entry(0, text="sgd:lr=0.02"))
    assert plot.range == moved
    qtbot.mouseDClick(plot, LEFT, pos=middle)
    assert plot.range == plot._whole


def test_places_lead_there_and_back(curves: CurvesPanel) -> None:
    plot = curves.plots["loss"]
    for point in ((3.0, 0.5), (40.0, -0.2)):
        pixel = plot.seen([point])[0]
        assert plot.place(QPointF(*pixel)) == pytest.approx(point)


def test_hidden_entries_have_no_curve_and_no_row(curves: CurvesPanel) -> None:
    session = curves.session
    session.racer.set(session.state.race.with_entry(1, shown=False))
    assert [each.entry for each in curves.curves["loss"]] == [0, 2]
    assert curves.table.paths.rows == [0, 2]


def test_the_table_tells_the_step_that_is_shown(curves: CurvesPanel) -> None:
    curves.session.racer.set(step=7)
    model, path = curves.table.paths, curves.session.state.paths[2]
    row = [model.text(2, column) for column in range(len(COLUMNS))]
    assert row[0] == "Adam · lr 0.1"
    assert row[1:3] == ["7", "7"]
    assert float(row[3]) == pytest.approx(path.losses[7], rel=1e-4)
    assert float(row[5]) == pytest.approx(np.linalg.norm(path.points[7]), rel=1e-4)
    assert row[6] == "running"
    assert row[7]


def test_the_table_sorts_by_numbers(curves: CurvesPanel) -> None:
    curves.table.sortByColumn(COLUMNS.index("Loss"), Qt.SortOrder.DescendingOrder)
    losses = [curves.session.state.paths[place].losses[-1] for place in curves.table.paths.rows]
    assert losses == sorted(losses, reverse=True)
    curves.session.racer.set(step=0)
    curves.session.racer.set(step=50)
    assert [curves.session.state.paths[place].losses[-1] for place in curves.table.paths.rows] == losses


def test_the_table_is_copied_as_text_and_csv(curves: CurvesPanel, qtbot: QtBot) -> None:
    curves.parts.button(1).click()
    curves.table.setFocus()
    qtbot.keyClick(curves.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 4
    assert lines[0].split("\t")[:4] == ["Settings", "Start", "Step", "Evaluations"]
    rows = list(csv.DictReader(io.StringIO(curves.table.as_text(","))))
    for row, path in zip(rows, curves.session.state.paths, strict=True):
        assert row["Settings"] == str(path.settings)
        assert float(row["Loss"]) == path.losses[-1]
        assert row["Outcome"] == path.outcome


def test_the_menu_copies_the_table(curves: CurvesPanel, race_window: Window) -> None:
    for name, separator in (("race.table", "\t"), ("race.csv", ",")):
        race_window.menus.refresh()
        race_window.menus.actions[name].trigger()
        assert QGuiApplication.clipboard().text() == curves.table.as_text(separator)
        assert separator in curves.table.as_text(separator)


def test_choosing_a_row_selects_the_entry(curves: CurvesPanel) -> None:
    curves.table.setCurrentIndex(curves.table.paths.index(2, 0))
    assert curves.session.state.race.selected == 2
    curves.session.racer.set(selected=1)
    assert curves.table.currentIndex().row() == 1
