from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph_explorer.ui.widgets.bars import Bar, Bars, lengths
from graph_explorer.ui.widgets.rows import MOST, Made, Row, Rows
from graph_explorer.ui.widgets.scrub import Scrub
from graph_explorer.ui.widgets.section import Section
from graph_explorer.ui.widgets.text import Elided, Label, Link


def test_a_click_on_a_row_goes_where_it_says(qtbot: QtBot) -> None:
    rows = Rows("rows", "Terms")
    qtbot.addWidget(rows)
    gone: list[str] = []
    rows.show_rows(
        [
            Row("through a", "0.5", go=lambda: gone.append("a")),
            Row("through b", "0.7", "+", "0.1 × 7", go=lambda: gone.append("b")),
            Row("sum", "1.2", "=", total=True),
        ]
    )
    rows.resize(400, 100)
    rows.show()
    link = rows.findChild(Link, "rows_1")
    assert link is not None
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert gone == ["b"]
    assert link.accessibleName() == "+ through b 0.1 × 7 = 0.7"
    rows.show_rows([Row("through c", "2", go=lambda: gone.append("c"))])
    first = rows.findChild(Link, "rows_0")
    assert first is not None
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert gone == ["b", "c"]
    assert not link.isVisible()


def test_details_go_into_the_tooltip_where_it_is_narrow(qtbot: QtBot) -> None:
    rows = Rows("rows", "Terms")
    qtbot.addWidget(rows)
    rows.resize(600, 40)
    rows.show()
    rows.show_rows([Row("through a", "0.5", detail="0.1 × 5", go=lambda: None)])
    link = rows.findChild(Link, "rows_0")
    assert link is not None
    assert "0.1 × 5" not in link.toolTip()
    rows.resize(150, 40)
    assert "0.1 × 5" in link.toolTip()


def test_very_many_rows_are_cut_short_but_the_last_is_there(qtbot: QtBot) -> None:
    rows = Rows("rows", "Terms")
    qtbot.addWidget(rows)
    rows.show_rows([Row(f"term {k}", str(k)) for k in range(1000)])
    shown = [label.full for label in rows.findChildren(Elided) if label.full.startswith(("term", "and"))]
    assert len(shown) == MOST + 1
    assert shown[-2:] == [f"and {1000 - MOST} more", "term 999"]


def test_texts_wrap_or_end_in_dots_and_say_the_rest(qtbot: QtBot) -> None:
    long = "a rather long sentence about gradients"
    elided, link, label = Elided(long), Link(long, "link"), Label(long)
    for widget in (elided, link, label):
        qtbot.addWidget(widget)
        widget.resize(60, 30)
        widget.show()
    assert elided.text().endswith("…")
    assert elided.toolTip() == long == elided.accessibleName()
    assert "…" in link.text()
    assert long in link.toolTip()
    assert label.minimumSizeHint().width() < 60
    elided.resize(600, 30)
    assert elided.text() == long
    assert elided.toolTip() == ""


def test_a_section_has_a_badge_only_if_there_is_one(qtbot: QtBot) -> None:
    section = Section("section", "Gradient")
    qtbot.addWidget(section)
    section.show()
    section.show_title("Gradient ∂L/∂z", "δ", "complete")
    assert section.badge.isVisible()
    assert section.accessibleName() == "Gradient ∂L/∂z"
    section.show_title("Gradient ∂L/∂a")
    assert not section.badge.isVisible()


def test_bars_are_linear_until_one_would_vanish() -> None:
    assert lengths([1, 2, 4]) == ([0.25, 0.5, 1.0], False)
    found, logarithmic = lengths([10, 10**5000, 0])
    assert logarithmic
    assert 0 < found[0] < 0.01
    assert found[1] == 1.0
    assert found[2] == 0.0
    assert lengths([0, 0]) == ([0.0, 0.0], False)


def test_bars_say_their_numbers(qtbot: QtBot) -> None:
    bars = Bars("bars", "Cost")
    qtbot.addWidget(bars)
    bars.show_bars([Bar("Backward", 7, "7"), Bar("Differences", 7000, "7 000")], "dark")
    bars.resize(120, bars.sizeHint().height())
    assert bars.accessibleDescription() == "Backward: 7; Differences: 7 000"
    assert "logarithmic" in bars.toolTip()
    assert not bars.grab().isNull()


def test_the_scrub_bar_goes_where_one_presses_and_drags(qtbot: QtBot) -> None:
    scrub = Scrub("scrub", "Time")
    qtbot.addWidget(scrub)
    scrub.resize(300, 30)
    scrub.show()
    scrub.show_run(10, 4, (7,), "light")
    heard: list[int] = []
    scrub.valueChanged.connect(heard.append)
    middle = scrub.height() // 2

    def point(time: int) -> object:
        from PySide6.QtCore import QPoint

        return QPoint(round(scrub.x_of(time)), middle)

    QTest.mousePress(scrub, Qt.MouseButton.LeftButton, pos=point(7))  # type: ignore[call-overload]
    QTest.mouseMove(scrub, point(3))  # type: ignore[arg-type]
    QTest.mouseRelease(scrub, Qt.MouseButton.LeftButton, pos=point(3))  # type: ignore[call-overload]
    assert heard == [7, 3]
    QTest.keyClick(scrub, Qt.Key.Key_Right)
    assert scrub.value() == 4
    heard.clear()
    scrub.show_time(9)
    assert heard == []
    assert scrub.value() == 9


def test_forward_and_backward_have_their_own_colours(qtbot: QtBot) -> None:
    from graph_explorer.ui.theme import theme

    scrub = Scrub("scrub", "Time")
    qtbot.addWidget(scrub)
    scrub.resize(300, 30)
    scrub.show_run(10, 5, (), "light")
    scrub.show_time(10)
    picture = scrub.grab().toImage()
    shown = theme("light")
    assert picture.pixelColor(round(scrub.x_of(2)), 15).name() == shown.color("value").name()
    assert picture.pixelColor(round(scrub.x_of(8)), 15).name() == shown.color("gradient").name()


def test_margins_leave_a_line_its_height(qtbot: QtBot) -> None:
    label = Elided("Decay, clipping, noise", "section")
    qtbot.addWidget(label)
    plain = label.sizeHint()
    label.setContentsMargins(3, 6, 4, 0)
    assert label.sizeHint().height() == plain.height() + 6
    assert label.sizeHint().width() == plain.width() + 7


def test_of_very_many_rows_a_few_are_made(qtbot: QtBot) -> None:
    made: list[str] = []

    def make(name: str) -> Row:
        made.append(name)
        return Row(name)

    rows = Rows("users", "Used by")
    qtbot.addWidget(rows)
    rows.show_rows(Made([f"n{place}" for place in range(10_000)], make))
    assert len(rows.rows) == 10_000
    assert len(set(made)) == MOST + 1
    assert {"n0", "n9999"} <= set(made)
