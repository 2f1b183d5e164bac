"""The page of sweeps with real events: what is varied, running, cancelling, the chart, one of its runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

import graph_explorer as gx
from graph_explorer.lab.places import Threads
from graph_explorer.ui.charts.paint_chart import frame_of, name_height, seen
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.sweep.page import SweepPage


@pytest.fixture
def page(training: Session, qtbot: QtBot) -> Iterator[SweepPage]:
    training.sweeper.place = Threads(2)
    made = SweepPage(training)
    qtbot.addWidget(made)
    made.resize(760, 560)
    made.show()
    yield made
    training.sweeper.clear()


def type_in(page: SweepPage, place: int, name: str, values: str, qtbot: QtBot) -> None:
    box, field = page.lines[place]
    box.setEditText(name)
    field.setText(values)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def swept(page: SweepPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.session.state.sweep.running, timeout=60_000)


def test_rates_are_offered_first(page: SweepPage) -> None:
    assert page.lines[0][0].currentText() == "lr"
    assert page.lines[0][1].text() == "1e-3..1e0:7:log"
    assert page.epochs.placeholderText() == "6"
    assert page.empty.isVisible()
    assert not page.chart.isVisible()


def test_a_sweep_and_one_of_its_runs(page: SweepPage, qtbot: QtBot) -> None:
    type_in(page, 0, "lr", "0.01,0.1,100", qtbot)
    type_in(page, 1, "seed", "0..1", qtbot)
    page.epochs.setText("3")
    page.epochs.editingFinished.emit()
    qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert page.run.text() == "Cancel"
    swept(page, qtbot)
    sweep = page.session.state.sweep
    assert page.count.text() == "6 of 6 runs"
    assert [dict(each.trial.settings) for each in sweep.tried][1] == {"lr": 0.01, "seed": 1}
    alone = gx.train(sweep.tried[3].trial.network)
    assert sweep.tried[3].loss == alone.epochs[-1].validation_loss
    chart = page.chart.chart
    assert chart.names == ("learning rate", "validation loss at the end")
    assert chart.dot(chart.best).y == min(each.loss for each in sweep.tried)
    frame = frame_of(chart, page.chart.width(), page.chart.height(), False)
    _, y, _, height = frame.box
    assert name_height(frame, y + height) < y + height  # the numbers of the axis stay free
    assert name_height(frame, y) > y
    at = QPoint(*(round(part) for part in seen(chart, frame, chart.dots[0])))
    qtbot.mouseClick(page.chart, Qt.MouseButton.LeftButton, pos=at)
    training = page.session.state.training
    chosen = sweep.tried[page.session.state.sweep.chosen]
    assert chosen.trial.settings["lr"] == 0.01
    assert training.run.here is chosen.standing
    assert training.run.epochs == chosen.epochs
    assert training.run.number in training.shown
    page.session.sweeper.take(page.session.state.sweep.chosen)
    assert len(page.session.state.training.runs) == 1


def test_the_keyboard_goes_from_run_to_run(page: SweepPage, qtbot: QtBot) -> None:
    type_in(page, 0, "lr", "0.1,0.01", qtbot)
    page.session.sweeper.set_epochs(1)
    page.session.sweeper.run()
    swept(page, qtbot)
    qtbot.keyClick(page.chart, Qt.Key.Key_Right)
    assert page.session.state.sweep.chosen == 1  # from left to right: 0.01 comes first
    assert "learning rate 0.01" in page.chart.accessibleDescription()
    qtbot.keyClick(page.chart, Qt.Key.Key_Right)
    assert page.session.state.sweep.chosen == 0
    assert page.table.currentIndex().row() == 0
    qtbot.keyClick(page.chart, Qt.Key.Key_Return)
    assert page.session.state.training.run.title == "lr 0.1"
    page.table.setCurrentIndex(page.table.runs.index(1, 0))
    assert page.session.state.sweep.chosen == 1
    assert "best" in [row[""] for row in page.table.runs.rows]


def test_cancel_keeps_what_is_done_and_goes_on_with_the_rest(page: SweepPage, qtbot: QtBot) -> None:
    page.session.sweeper.place = Threads(1)
    type_in(page, 0, "lr", "0.01,0.02,0.03,0.04,0.05,0.06", qtbot)
    page.session.sweeper.set_epochs(40)
    page.session.sweeper.run()
    qtbot.waitUntil(lambda: len(page.session.state.sweep.tried) >= 1, timeout=60_000)
    qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert not page.session.state.sweep.running
    done = page.session.state.sweep.tried
    assert 1 <= len(done) < 6
    page.session.sweeper.run()
    swept(page, qtbot)
    now = page.session.state.sweep.tried
    assert len(now) == 6
    assert all(any(each is other for other in now) for each in done)


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("rate", "1,2", "there is no setting"),
        ("lr", "0.1..2", "say how many"),
        ("seed", "0..4999", "more than 1000"),
    ],
)
def test_what_cannot_be_swept_is_said(
    page: SweepPage, name: str, values: str, sentence: str, qtbot: QtBot
) -> None:
    type_in(page, 0, name, values, qtbot)
    qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert sentence in page.session.state.message
    assert not page.session.state.sweep.running


def test_more_than_two_names(page: SweepPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.more, Qt.MouseButton.LeftButton)
    assert len(page.lines) == 3
    box = page.lines[2][0]
    assert box.findText("batch_size") > 0
    box.setCurrentIndex(box.findText("batch_size"))
    box.activated.emit(box.currentIndex())
    assert page.lines[2][1].text() == "8,32,128,all"
    assert page.session.state.sweep.varied[2] == ("batch_size", "8,32,128,all")


def test_another_document_has_no_runs(page: SweepPage, qtbot: QtBot) -> None:
    type_in(page, 0, "lr", "0.1", qtbot)
    page.session.sweeper.set_epochs(1)
    page.session.sweeper.run()
    swept(page, qtbot)
    page.session.show(gx.open("spirals"))
    assert page.session.state.sweep.tried == ()
    assert page.empty.isVisible()
