from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from graph_explorer.ui.theme import theme
from graph_explorer.ui.widgets.heat import HeatView, heat_color, magnitude, tiles_of
from graph_explorer.ui.widgets.histogram import Histogram, sample, statistics
from graph_explorer.ui.widgets.matrix import MOST_EDITED, MatrixView
from graph_explorer.ui.widgets.value import ArrayView, ValueView


@pytest.fixture
def view(qtbot: QtBot) -> ValueView:
    made = ValueView("value", "Value", "value")
    qtbot.addWidget(made)
    made.resize(300, 400)
    made.show()
    return made


def test_a_number_stands_large_and_exact_in_the_tooltip(view: ValueView) -> None:
    view.show_value(np.float64(-0.1234567), "light")
    assert view.number.text() == "−0.1235"
    assert "-0.1234567" in view.number.toolTip()
    assert view.number.isVisible()
    assert not view.field.isVisible()


def test_a_leafs_number_is_a_field(view: ValueView, qtbot: QtBot) -> None:
    view.show_value(np.float64(0.4), "light", editable=True)
    heard: list[float] = []
    view.changed.connect(lambda value, gesture: heard.append(value))
    view.field.setFocus()
    view.field.selectAll()
    QTest.keyClicks(view.field, "2")
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert heard == [2.0]


def test_a_reason_stands_in_place_of_a_number(view: ValueView) -> None:
    view.show_reason("Not reached yet.")
    assert view.reason.isVisible()
    assert not view.number.isVisible()


def test_small_arrays_open_as_a_table_large_ones_as_a_picture(view: ValueView) -> None:
    view.show_value(np.eye(3), "light")
    assert view.array.way == "table"
    assert view.array.table.isVisible()
    view.show_value(np.zeros((40, 40)), "light")
    assert view.array.way == "picture"
    assert view.array.picture.isVisible()


def test_the_chosen_way_stays(view: ValueView) -> None:
    view.show_value(np.zeros((40, 40)), "light")
    button = view.findChild(QToolButton, "value_array_as_spread")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.array.spread.isVisible()
    view.show_value(np.ones((4, 5)), "light")
    assert view.array.way == "spread"


def test_an_entry_is_changed_in_place(view: ValueView, qtbot: QtBot) -> None:
    view.show_value(np.array([[1.0, 2.0], [3.0, 4.0]]), "light", editable=True)
    heard: list[tuple[tuple[int, ...], float]] = []
    view.entered.connect(lambda index, value: heard.append((index, value)))
    table = view.array.table
    table.setFocus()
    table.setCurrentIndex(table.shown.index(1, 0))
    QTest.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "-7.5")
    QTest.keyPress(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: heard == [((1, 0), -7.5)])
    assert not table.shown.setData(table.shown.index(0, 0), "word")


def test_of_more_axes_the_last_two_are_shown(view: ValueView) -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    view.show_value(array, "light", editable=True)
    table = view.array.table
    assert (table.shown.rowCount(), table.shown.columnCount()) == (3, 4)
    view.array._slices[0].setValue(1)
    assert table.shown.data(table.shown.index(0, 0), Qt.ItemDataRole.DisplayRole) == "12"
    assert table.shown.whole_index(2, 3) == (1, 2, 3)


def test_a_vector_is_one_row(view: ValueView) -> None:
    view.show_value(np.arange(5.0), "light")
    table = view.array.table.shown
    assert (table.rowCount(), table.columnCount()) == (1, 5)
    assert table.data(table.index(0, 2), Qt.ItemDataRole.AccessibleTextRole) == "[2] = 2"


def test_a_table_of_too_many_entries_is_only_read(view: ValueView) -> None:
    view.show_value(np.zeros((1, MOST_EDITED + 1)), "light", editable=True)
    assert not view.array.editable


def test_entries_that_are_no_numbers_are_marked(view: ValueView) -> None:
    view.show_value(np.array([np.nan, np.inf, 1.0]), "light")
    table = view.array.table.shown
    shown = theme("light")
    assert table.data(table.index(0, 0), Qt.ItemDataRole.ForegroundRole) == shown.color("error")
    assert table.data(table.index(0, 2), Qt.ItemDataRole.ForegroundRole) == shown.color("text")
    assert heat_color(float("nan"), 1.0, shown) is None
    assert magnitude(np.array([np.nan, -3.0, np.inf])) == 3.0


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_text_stays_readable_on_the_strongest_heat(name: str) -> None:
    shown = theme(name)
    for value in (1.0, -1.0):
        behind = heat_color(value, 1.0, shown)
        assert behind is not None
        assert contrast(behind, shown.color("text")) >= 4.5


def contrast(one: object, other: object) -> float:
    def light(color: object) -> float:
        parts = [getattr(color, f"{part}F")() for part in ("red", "green", "blue")]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_a_stack_becomes_tiles_and_points_back_to_its_entries(qtbot: QtBot) -> None:
    array = np.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    assert tiles_of(array).count == 6
    view = HeatView("heat", "Kernels")
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_array(array, "light")
    for place, _ in view._places():
        corner = view.entry_at(QPoint(int(place.x()) + 1, int(place.y()) + 1))
        assert corner is not None
    last = view._places()[-1][0]
    found = view.entry_at(QPoint(int(last.right()) - 1, int(last.bottom()) - 1))
    assert found is not None
    assert view.told(*found) == "[1, 2, 3, 4] = 119"
    assert view.entry_at(QPoint(399, 299)) is None


def test_a_picture_shows_sign_and_size(qtbot: QtBot) -> None:
    view = HeatView("heat", "Weights")
    qtbot.addWidget(view)
    view.resize(200, 200)
    view.show_array(np.array([[1.0, -1.0], [0.0, np.nan]]), "light")
    shown, picture = theme("light"), view.grab().toImage()
    half = view._places()[0][0].width() / 4

    def at(column: int, line: int) -> str:
        return picture.pixelColor(int((2 * column + 1) * half), int((2 * line + 1) * half)).name()

    assert at(0, 0) == shown.color("value").name()
    assert at(1, 0) == shown.color("gradient").name()
    assert at(0, 1) == shown.color("panel").name()
    assert at(1, 1) == shown.color("error").name()
    assert "from −1 to 1" in view.accessibleDescription()


def test_statistics_count_what_is_odd() -> None:
    found = statistics(np.array([0.0, 3.0, -4.0, np.nan, np.inf]))
    assert (found.least, found.most, found.zeros, found.undefined, found.infinite) == (-4.0, 3.0, 1, 1, 1)
    assert found.norm == 5.0
    assert "1 nan" in found.lines()[1]
    assert statistics(np.array([np.nan])).undefined == 1


def test_a_large_array_is_sampled_and_there_at_once(qtbot: QtBot) -> None:
    array = np.random.default_rng(0).normal(size=(3000, 2000))
    view = ArrayView("large", "Large")
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show()
    start = time.process_time()
    view.show_array(array, "light")
    view.choose("spread")
    view.choose("table")
    assert time.process_time() - start < 1.5
    assert sample(array)[1] == 6
    assert "every 6th entry" in view.statistics.text()


def test_a_histogram_of_nothing_says_so(qtbot: QtBot) -> None:
    view = Histogram("spread", "Spread")
    qtbot.addWidget(view)
    view.show_array(np.array([np.nan, np.nan]), "light")
    assert not view.grab().isNull()
    assert "2 nan" in view.accessibleDescription()


def test_a_table_is_as_high_as_its_rows_up_to_a_bound(qtbot: QtBot) -> None:
    view = MatrixView("table", "Table")
    qtbot.addWidget(view)
    heights = []
    for rows in (1, 3, 8, 100):
        view.show_array(np.zeros((rows, 2)), (), 1.0, "light", False)
        heights.append(view.sizeHint().height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_a_batch_of_many_channels_is_chosen_and_its_channels_are_tiles(qtbot: QtBot) -> None:
    array = np.zeros((3, 200, 2, 2))
    array[2, 5, 1, 0] = 7.0
    view = ArrayView("maps", "Feature maps")
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    view.show_array(array, "light")
    assert view.way == "picture"
    chooser = view.findChild(QSpinBox, "maps_axis_0")
    second = view.findChild(QSpinBox, "maps_axis_1")
    assert chooser is not None
    assert second is not None
    assert chooser.isVisible()
    assert not second.isVisible()
    assert view.picture._tiles.count == 200
    chooser.setValue(2)
    assert view.picture.told(1, 2 * 5) == "[2, 5, 1, 0] = 7"


def test_few_matrices_are_all_side_by_side(qtbot: QtBot) -> None:
    view = ArrayView("kernels", "Kernels")
    qtbot.addWidget(view)
    view.show()
    view.show_array(np.zeros((4, 3, 5, 5)), "light")
    chooser = view.findChild(QSpinBox, "kernels_axis_0")
    assert chooser is not None
    assert not chooser.isVisible()
    assert view.picture._tiles.count == 12


def test_rare_numbers_are_seen_with_logarithmic_counts(qtbot: QtBot) -> None:
    view = ArrayView("rare", "Rare", "gradient")
    qtbot.addWidget(view)
    view.show()
    view.show_array(np.array([0.0] * 9999 + [1.0]), "light")
    view.choose("spread")
    assert view.spread.heights()[-1] == pytest.approx(1e-4, rel=0.01)
    view.logarithmic.click()
    assert view.spread.heights()[-1] == pytest.approx(0.3 / 4.3, rel=0.01)  # (0 + 0.3) / (4 + 0.3)
    assert view.spread.heights()[0] == 1.0
    assert view.spread.heights()[20] == 0.0
