from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.ui.widgets.number import NumberField, parse, written


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[NumberField]:
    """A field that shows 0.4, with the keyboard elsewhere."""
    outside = QWidget()
    qtbot.addWidget(outside)
    box = QVBoxLayout(outside)
    made = NumberField("w", "Weight")
    other = NumberField("other", "Other")
    box.addWidget(made)
    box.addWidget(other)
    made.show_value(0.4)
    outside.resize(300, 120)
    outside.show()
    qtbot.waitExposed(outside)
    outside.activateWindow()
    other.setFocus()
    yield made
    outside.close()


def told(field: NumberField) -> list[tuple[float, str]]:
    heard: list[tuple[float, str]] = []
    field.changed.connect(lambda value, gesture: heard.append((value, gesture)))
    return heard


def drag(
    field: NumberField, *pixels: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    start = QPoint(30, field.height() // 2)
    QTest.mousePress(field, Qt.MouseButton.LeftButton, modifier, start)
    for moved in pixels:
        QTest.mouseMove(field, start + QPoint(moved, 0))
        QApplication.processEvents()
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, modifier, start + QPoint(pixels[-1], 0))


@pytest.mark.parametrize(
    ("text", "value"), [("1.5", 1.5), (" −2e-3 ", -0.002), ("0,5", 0.5), ("inf", math.inf)]
)
def test_numbers_are_read_as_people_type_them(text: str, value: float) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("text", ["", "abc", "1+1", "--2"])
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


@pytest.mark.parametrize("value", [0.1, -1e-7, 123456.789, 3e-4, 1e20])
def test_what_is_written_is_read_again(value: float) -> None:
    assert parse(written(value)) == value


def test_typing_and_enter_tell_the_number_once(field: NumberField) -> None:
    heard = told(field)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "3e-4")
    assert heard == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard == [(3e-4, "")]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert len(heard) == 1


def test_leaving_the_field_tells_what_was_typed(field: NumberField, qtbot: QtBot) -> None:
    heard = told(field)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "7")
    other = field.parentWidget().findChild(NumberField, "other")
    assert other is not None
    other.setFocus()
    assert heard == [(7.0, "")]


def test_what_is_no_number_is_marked_and_taken_back(field: NumberField) -> None:
    heard = told(field)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "abc")
    assert field.property("wrong") is True
    assert "not a number" in field.toolTip()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard == []
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.4"
    assert field.property("wrong") is False


def test_a_value_from_elsewhere_does_not_disturb_typing(field: NumberField) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "12")
    field.show_value(9.0)
    assert field.text() == "12"
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "9"


def test_dragging_sideways_scrubs_in_one_gesture(field: NumberField) -> None:
    heard = told(field)
    drag(field, 10, 20, 50)
    values = [value for value, _ in heard]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(0.5)
    assert len({gesture for _, gesture in heard}) == 1
    drag(field, -20)
    assert heard[-1][1] != heard[0][1]


def test_a_click_only_selects(field: NumberField) -> None:
    heard = told(field)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    assert heard == []
    assert field.selectedText() == "0.4"


def test_arrow_keys_step_and_shift_is_finer(field: NumberField) -> None:
    heard = told(field)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert heard[-1][0] == pytest.approx(0.41)
    QTest.keyClick(field, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert heard[-1][0] == pytest.approx(0.409)


def wheel(field: NumberField, turns: int) -> bool:
    event = QWheelEvent(
        QPointF(5, 5), field.mapToGlobal(QPointF(5, 5)), QPoint(0, 0), QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    return event.isAccepted()


def test_the_wheel_turns_only_a_field_that_has_the_keyboard(field: NumberField) -> None:
    heard = told(field)
    assert not wheel(field, 1)
    field.setFocus()
    assert wheel(field, 1)
    assert heard == [(pytest.approx(0.41), heard[0][1])]


def test_a_logarithmic_field_multiplies(qtbot: QtBot) -> None:
    field = NumberField("rate", "Learning rate", logarithmic=True)
    qtbot.addWidget(field)
    field.show_value(0.1)
    heard = told(field)
    drag(field, 60, 120)
    assert heard[-1][0] == pytest.approx(1.0)
    drag(field, -240)
    assert heard[-1][0] == pytest.approx(0.01)
