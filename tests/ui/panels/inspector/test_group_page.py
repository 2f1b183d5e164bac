"""The inspector's page of a group: its summary at a time, and the blocks of a stack side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.hierarchy.contents import Compared
from graph_explorer.ui.panels.inspector import group_page
from graph_explorer.ui.panels.inspector.chart import needed
from graph_explorer.ui.panels.inspector.panel import Inspector
from graph_explorer.ui.session import Session
from tests.ui.panels.inspector.reading import Show, press, rows

TEXT = "h = x\nfor k in range(30):\n    z = w[k]*h\n    h = sigmoid(z)\nL = 0.5*(h - y)**2"
STACK = "k=0–29"


@pytest.fixture
def deep() -> Document:
    """Thirty sigmoid layers: the gradient vanishes on its way back."""
    return parse(TEXT, {"x": 1.0, "y": 0.0}, {"w": np.ones(30)})


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, deep: Document) -> Inspector:
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(340, 900)
    made.show()
    session.show(deep)
    session.select(STACK)
    return made


def written(inspector: Inspector, part: str) -> list[tuple[str, str]]:
    return [(row.label, row.number) for row in getattr(inspector.group, part).rows]


def test_a_stack_says_how_many_equal_blocks_it_holds(inspector: Inspector) -> None:
    assert inspector.group.about.text() == "30 equal blocks, each of 3 operations: Gather, Mul, Sigmoid."


def test_the_summary_follows_the_time(inspector: Inspector, session: Session) -> None:
    trace = session.state.trace
    assert trace is not None
    session.seek(0)
    assert ("Values", "0 of 90") in written(inspector, "inside")
    assert ("Gradients", "0 of 91 complete") in written(inspector, "inside")
    session.seek(trace.length)
    assert ("Values", "90 of 90") in written(inspector, "inside")
    assert ("Gradients", "91 of 91 complete") in written(inspector, "inside")


def test_a_gradient_that_dies_is_said_and_drawn(inspector: Inspector, session: Session) -> None:
    page = inspector.group
    assert "shrinks by a factor of about 10" in page.trend.text()
    gradient = next(one for one in page.chart.series if one.title == "gradient")
    assert gradient.numbers[0] < 1e-10 * gradient.numbers[-1]
    assert not gradient.known.any()
    assert session.state.trace is not None
    session.seek(session.state.trace.length)
    gradient = next(one for one in page.chart.series if one.title == "gradient")
    assert gradient.known.all()
    assert not page.chart.grab().isNull()


def test_a_click_on_the_chart_selects_a_block(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    chart = inspector.group.chart
    x = round(chart._x(7))
    assert chart.place_at(x) == 7
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(x, 60))
    assert session.state.selection == f"{STACK}/k=7"
    assert inspector.group.blocks_section.isHidden()  # one block has no blocks


def test_the_chart_by_keyboard(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    chart = inspector.group.chart
    for _ in range(3):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.accessibleDescription().startswith("k=2: value 0.6")
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert session.state.selection == f"{STACK}/k=1"


def test_the_rows_of_blocks_lead_to_them(inspector: Inspector, session: Session) -> None:
    row = inspector.group.blocks.rows[4]
    assert row.label == "k=4"
    assert row.go is not None
    row.go()
    assert session.state.selection == f"{STACK}/k=4"


def test_entering_and_leaving_from_the_page(inspector: Inspector, session: Session) -> None:
    inspector.group.into_it.click()
    assert session.state.entered == (STACK,)
    assert inspector.group.into_it.text() == "Leave"
    assert inspector.group.fold.isHidden()
    inspector.group.into_it.click()
    assert session.state.entered == ()


def test_a_slow_summary_is_made_by_a_job(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, inspector: Inspector, session: Session
) -> None:
    monkeypatch.setattr(group_page, "SYNCHRONOUS", 0.0)
    session.select(f"{STACK}/k=3")
    assert inspector.group.inside_section.isHidden()
    qtbot.waitUntil(lambda: not inspector.group.inside_section.isHidden())
    assert ("Values", "3 of 3") in written(inspector, "inside")


def test_another_run_gives_other_numbers(inspector: Inspector, session: Session) -> None:
    before = inspector.group.chart.series[0].numbers
    session.set_value("x", 3.0)
    assert inspector.group.chart.series[0].numbers[0] > before[0]


def test_a_program_that_fails_shows_what_was_computed(inspector: Inspector, session: Session) -> None:
    session.set_program(TEXT.replace("L = ", "q = h @ h\nL = "))
    assert session.state.message
    assert ("Gradients", "none") in written(inspector, "inside")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_the_chart_is_painted_in_every_theme(inspector: Inspector, session: Session, theme: str) -> None:
    session.change(theme=theme)
    assert inspector.group.chart.theme_name == theme
    inspector.group.chart.grab()


def test_a_line_over_many_blocks_keeps_the_least_and_largest_of_each_column() -> None:
    numbers = np.random.default_rng(0).standard_normal(10_000)
    numbers[3000:3500] = np.nan
    numbers[7777] = 9.0
    places = needed(numbers, 200)
    assert len(places) <= 400
    assert 7777 in places
    for column in numbers.reshape(200, 50):
        kept = np.isin(numbers[places], column)
        if np.isnan(column).all():
            continue
        assert {column.min(), column.max()} == set(numbers[places][kept].tolist())
    assert np.isnan(numbers[places]).sum() == 10, "a gap stays one"
    assert needed(numbers[:300], 200).tolist() == list(range(300))


def test_a_gradient_that_never_arrives_is_not_said_to_keep_its_size() -> None:
    nothing, some = np.zeros(3), np.array([2.0, np.nan, 3.0])
    compared = Compared((), some, nothing, nothing, nothing, nothing)
    assert group_page._trend(compared) == "The gradient is 0 at every block."
    assert "keeps its size" in group_page._trend(replace(compared, gradients=some))


def test_a_group_tells_what_goes_in_and_comes_out(show: Show, session: Session, grouped: Document) -> None:
    inspector = show(Inspector)
    session.show(grouped)
    assert session.state.trace is not None
    path = session.state.trace.graph.groups[0]
    session.select(path)
    assert inspector.group.about.text() == "A group of 3 operations: Mul, Add, Tanh."
    assert [row[1] for row in rows(inspector, "inspector_into_rows")] == ["w", "h0", "x"]
    assert len(rows(inspector, "inspector_out_rows")) == 1
    press(inspector, "inspector_fold")
    assert session.state.collapsed == {path}
    assert inspector.group.fold.text() == "Expand"
