"""The page of gradient flow: layers over time, as colour, lines, histograms and numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.ui.training.flow.heat_map import scale_of, shares
from graph_explorer.ui.training.flow.history import QUANTITIES, Rows
from graph_explorer.ui.training.flow.lines import MOST, drawn
from graph_explorer.ui.training.flow.page import FlowPage
from tests.ui.training.flow.showing import STUCK, settled, shown
from tests.ui.training.lessons import lesson


def test_a_document_without_parameters_says_so(page: FlowPage, qtbot: QtBot) -> None:
    page.session.show(parse("L = x**2", {"x": 2.0}))
    assert "with parameters" in page.frame.empty.text()
    assert page.frame.inside.isHidden()


def test_a_finding_without_a_cure_offers_none(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("spirals"), qtbot, epochs=1)
    assert "gets through" in page.finding.text()
    assert page.helps.isHidden()
    page.go_to("remedies")
    assert page.offers.boxes == []
    assert "Nothing has to be mended" in page.offers.said.text()


def test_every_quantity_is_shown_in_every_part(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson("digits", epochs=2), qtbot, epochs=2)
    for part, (place, name) in itertools.product(("map", "lines"), enumerate(QUANTITIES)):
        page.go_to(part)
        page.choice.setCurrentIndex(place)
        page.choice.activated.emit(place)
        assert page.quantity == name
        assert not page.grab().isNull()
        assert QUANTITIES[name].hint == page.status.full
    page.go_to("table")
    model = page.table.layers
    assert model.rowCount() == len(history.layers) == 2
    assert model.text(0, 0) == "W1, b1"
    assert model.text(0, 7) == f"{history.now.dead[0]:.0%}"
    assert model.text(1, 7) == "–"
    run = page.session.state.training.run
    assert run is not None
    ratios, sizes = run.epochs[-1].update_ratios, {k: np.linalg.norm(v) for k, v in run.parameters.items()}
    moved = np.hypot(ratios["W1"] * sizes["W1"], ratios["b1"] * sizes["b1"])
    assert history.update(0) == pytest.approx(moved / np.hypot(sizes["W1"], sizes["b1"]))
    assert all(model.text(k, column) for k in range(2) for column in range(9))
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "Gradient"


def test_a_cell_selects_the_layer_and_goes_to_the_epoch(page: FlowPage, qtbot: QtBot) -> None:
    history = shown(page, lesson(STUCK), qtbot, epochs=3)
    heat, session = page.maps[0], page.session
    box = heat.box
    at = QPoint(round(box.left() + box.width() * 0.3), round(box.top() + box.height() * 2.5 / 9))
    assert heat.cell_at(at.toPointF()) == (2, 1)
    qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=at)
    assert session.state.selection == history.layers[2].place
    assert session.state.training.at == 1
    settled(page, qtbot)
    heat.setFocus()
    qtbot.keyClick(heat, Qt.Key.Key_Down)
    assert "W4, b4, epoch 1" in page.status.full
    qtbot.keyClick(heat, Qt.Key.Key_Right)
    qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert session.state.selection == history.layers[3].place
    assert session.state.training.at == 2
    assert session.state.selection in session.state.document.graph  # type: ignore[union-attr]


def test_lines_follow_the_epoch(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson(STUCK), qtbot, epochs=3)
    page.go_to("lines")
    assert len(page.lines.plot.curves) == MOST
    assert len(page.lines.legend.entries) == MOST
    assert page.lines.plot.at == 3
    page.lines.plot.setFocus()
    qtbot.keyClick(page.lines.plot, Qt.Key.Key_Left)
    assert page.session.state.training.at == 2
    settled(page, qtbot)
    qtbot.waitUntil(lambda: page.lines.plot.at == 2)
    page.follow("update")
    usual = page.lines.plot.curves[-1]
    np.testing.assert_allclose(usual.y, -3)


def rows(values: Any) -> Rows:
    array = np.array(values, dtype=float)
    names = tuple(map(str, range(len(array))))
    return Rows(names, names, tuple(range(array.shape[1])), array)


def test_of_many_layers_some_are_drawn_and_the_selected_one() -> None:
    many = rows(np.ones((40, 2)))
    assert len(drawn(many, "")) == MOST
    assert {0, 39} <= set(drawn(many, ""))
    for name in ("0", "17", "38", "39"):
        found = drawn(many, name)
        assert int(name) in found
        assert len(set(found)) == MOST
        assert {0, 39} <= set(found)
    assert drawn(rows(np.ones((3, 2))), "1") == [0, 1, 2]


def test_maps_beside_one_another_have_one_scale() -> None:
    quantity = QUANTITIES["gradient"]
    scale = scale_of([rows([[1e-3, 1.0]]), rows([[10.0, 0.0]])], quantity)
    assert scale == (-3.0, 1.0)
    np.testing.assert_allclose(shares(np.array([1e-3, 0.1, 10.0, 0.0, 1e9]), scale, True), [0, 0.5, 1, 0, 1])
    assert np.isnan(shares(np.array([np.nan]), scale, True)).all()
    low, high = scale_of([rows([[1e-300, 1.0]])], quantity)
    assert (low, high) == (-12.0, 0.0)
    assert scale_of([rows([[np.nan]])], quantity) == (-1.0, 0.0)
    assert scale_of([rows([[2.0]])], quantity)[0] < np.log10(2) < scale_of([rows([[2.0]])], quantity)[1]
    assert scale_of([rows([[0.2]])], QUANTITIES["dead"]) == (0.0, 1.0)


def test_another_theme_paints_everything_anew(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson(STUCK), qtbot, epochs=1)
    for part in ("map", "histograms"):
        page.go_to(part)
        page.session.change(theme="light")
        light = page.grab().toImage()
        page.session.change(theme="dark")
        assert page.grab().toImage() != light


def test_the_table_is_copied_as_it_is_read(page: FlowPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot, epochs=1)
    page.go_to("table")
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:2] == ["Layer", "Gradient"]
    assert [line.split("\t")[0] for line in lines[1:]] == ["W1, b1", "w2, b2"]
    assert lines[1].split("\t")[7] == "–"


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200, 1e308, 0.0])
def test_a_training_that_diverged_is_shown(value: float, page: FlowPage, qtbot: QtBot) -> None:
    document = lesson("spirals")
    signs = itertools.cycle((1, -1))
    broken = {key: np.full(e.array.shape, value * next(signs)) for key, e in document.parameters.items()}
    shown(page, document.with_values(broken), qtbot)
    for part in ("map", "lines", "histograms", "table"):
        page.go_to(part)
        for quantity in QUANTITIES:
            page.follow(quantity)
            assert not page.grab().isNull()
    assert page.finding.text()
