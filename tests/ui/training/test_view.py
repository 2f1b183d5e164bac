"""The training view by mouse and keys: bar, settings, curves, tables, and an untrained document."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.engine.errors import InputError
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.lab.overfitting import Overfitting
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.compare import differences
from graph_explorer.ui.training.curves import CurvesView, bounds_of, curves_of, flags_of, quantities
from graph_explorer.ui.training.curves_page import CurvesPage, described
from graph_explorer.ui.training.empty import fitting_sets
from graph_explorer.ui.training.export import save_runs
from graph_explorer.ui.training.pages import PAGES
from graph_explorer.ui.training.picture import save_curves
from graph_explorer.ui.training.state import TrainingRun
from graph_explorer.ui.training.table import with_optimizer, with_setting
from graph_explorer.ui.training.view import TrainingView
from graph_explorer.ui.window import Window

Rest = Callable[[Session], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(training: Session, qtbot: QtBot) -> TrainingView:
    made = TrainingView(training)
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.show()
    return made


@pytest.fixture
def curves(view: TrainingView, rest: Rest) -> CurvesPage:
    """The page of curves with two runs: the second replayed from the second epoch of the first."""
    session = view.session
    session.trainer.run()
    rest(session)
    session.trainer.look(2)
    session.trainer.set_up({**session.latest.training, "optimizer": "momentum:lr=0.5"}, "Other rate")
    session.trainer.run()
    rest(session)
    page = view.page("curves")
    assert isinstance(page, CurvesPage)
    return page


def run_of(session: Session, number: int) -> TrainingRun:
    found = session.state.training.numbered(number)
    assert found is not None
    return found


# ── bar and settings ──────────────────────────────────────────────────────────────────────────


def test_the_bar_orders_and_tells(view: TrainingView, qtbot: QtBot, rest: Rest) -> None:
    bar, session = view.bar, view.session
    assert bar.said.full == "Nothing has been trained yet"
    assert not bar.buttons["rewind"].isEnabled()
    qtbot.mouseClick(bar.buttons["step"], LEFT)
    rest(session)
    assert bar.said.full.startswith("Epoch 0 of 6 · step 1 · loss")
    qtbot.mouseClick(bar.buttons["epoch"], LEFT)
    rest(session)
    assert "step 4" in bar.said.full
    assert "accuracy" in bar.said.full
    session.trainer.set_up({**session.latest.training, "epochs": 100_000}, "Long")
    qtbot.mouseClick(bar.run, LEFT)
    assert bar.run.text() == "Pause"
    qtbot.waitUntil(lambda: run_of(session, 2).reached > 1, timeout=20_000)
    qtbot.mouseClick(bar.run, LEFT)
    assert bar.run.accessibleName() == "Run"
    rest(session)
    qtbot.mouseClick(bar.buttons["rewind"], LEFT)
    assert bar.said.full.startswith("Looking at epoch")


def test_the_bar_changes_method_rate_and_batch(view: TrainingView, qtbot: QtBot) -> None:
    bar, session = view.bar, view.session
    bar.method.setCurrentIndex(bar.method.findData("adam"))
    bar.method.activated.emit(bar.method.currentIndex())
    assert session.latest.training["optimizer"] == "adam:lr=0.001"
    assert bar.rate is not None
    bar.rate.field.setFocus()
    bar.rate.field.selectAll()
    qtbot.keyClicks(bar.rate.field, "3e-4")
    qtbot.keyClick(bar.rate.field, Qt.Key.Key_Return)
    assert session.latest.training["optimizer"] == "adam:lr=0.0003"
    qtbot.mouseClick(bar.batches.button(2), LEFT)
    assert session.latest.training["batch_size"] == "all"
    assert bar.batch_size.isHidden()
    qtbot.mouseClick(bar.batches.button(0), LEFT)
    assert session.latest.training["batch_size"] == 1
    qtbot.mouseClick(bar.batches.button(1), LEFT)
    assert "batch_size" not in session.latest.training  # 32, as it is without a word
    bar.batch_size.changed.emit(12.0, "")
    assert session.latest.training["batch_size"] == 12


def test_the_settings_are_those_of_the_document(view: TrainingView, qtbot: QtBot) -> None:
    session, panel = view.session, view.settings
    assert panel.isVisible()
    panel.knobs["shuffle"].box.click()  # type: ignore[attr-defined]
    assert session.latest.training["shuffle"] is False
    panel.knobs["early_stopping"].label.click()  # type: ignore[attr-defined]
    assert session.latest.training["early_stopping"] == 10
    panel.knobs["epochs"].field.changed.emit(0.0, "")  # type: ignore[attr-defined]
    assert "epochs must be" in session.state.message
    assert panel.knobs["epochs"].field.value == 6  # type: ignore[attr-defined]
    session.undo.undo()
    assert "early_stopping" not in session.latest.training
    assert "batch" not in panel.more._knobs


def test_a_narrow_view_has_its_settings_on_a_page(view: TrainingView) -> None:
    tab = view.choices.button(len(PAGES))
    assert not tab.isVisible()
    view.resize(600, 500)
    assert tab.isVisible()
    tab.click()
    assert view.stack.currentWidget() is view.settings
    view.resize(1000, 500)
    assert view.settings.isVisible()
    assert view.stack.currentWidget() is view.pages["curves"]


def test_tables_say_no_more_than_they_must() -> None:
    table = {"data": "moons", "schedule": "cosine", "clip_norm": 1, "epochs": 5}
    assert with_optimizer(table, "adam:lr=0.1") == {"data": "moons", "epochs": 5, "optimizer": "adam:lr=0.1"}
    assert with_setting(table, "epochs", 10) == {"data": "moons", "schedule": "cosine", "clip_norm": 1}
    assert with_setting(table, "batch_size", None)["batch_size"] == "all"


# ── curves ────────────────────────────────────────────────────────────────────────────────────


def test_curves_are_what_was_measured(curves: CurvesPage) -> None:
    run, child = run_of(curves.session, 1), run_of(curves.session, 2)
    faint, solid, dashed = curves_of(run, "loss", CurvesView(log=False), None)
    np.testing.assert_array_equal(solid.x, np.arange(1, 7))
    np.testing.assert_array_equal(solid.y, [epoch.loss for epoch in run.epochs])
    np.testing.assert_array_equal(dashed.y, [epoch.validation_loss for epoch in run.epochs])
    np.testing.assert_array_equal(faint.y, run.losses)
    assert faint.x[0] == pytest.approx(0.125)
    *_, joined, _ = curves_of(child, "loss", CurvesView(), run.epoch(2))
    np.testing.assert_allclose(10 ** joined.y[:2], [run.epochs[1].loss, child.epochs[0].loss])
    assert joined.x[0] == 2
    assert quantities([run]) == ("loss", "accuracy")
    bounds = bounds_of([faint, solid, dashed], CurvesView(log=False), "loss")
    assert bounds is not None
    assert bounds[0] <= 0.125
    assert bounds[2] < min(solid.y.min(), dashed.y.min())


def test_many_batches_are_thinned_to_their_extremes(curves: CurvesPage) -> None:
    run = run_of(curves.session, 1)
    losses = np.random.default_rng(0).uniform(1, 2, 100_000)
    long = run.with_parts(losses=losses)
    faint = curves_of(long, "loss", CurvesView(log=False), None)[0]
    assert len(faint.x) < 1000
    assert (faint.y.min(), faint.y.max()) == (losses.min(), losses.max())


def test_places_of_note_are_flagged(curves: CurvesPage) -> None:
    run = run_of(curves.session, 1)
    epochs = tuple(epoch.__class__(**{**epoch.__dict__, "best": 4}) for epoch in run.epochs)
    marked = run.with_parts(epochs=epochs, outcome="stopped early")
    assert [(flag.x, flag.text) for flag in flags_of(marked, None)] == [(4, "best"), (6, "stopped early")]
    over = Overfitting(4, 0.1, 0.3, 0.01, 0.2, 0.1)
    assert flags_of(marked, over)[0].text == "best; overfitting begins"
    assert [flag.text for flag in flags_of(marked, Overfitting(3, 0.1, 0.3, 0.01, 0.2, 0.1))] == [
        "overfitting begins", "best", "stopped early",
    ]  # fmt: skip


def test_a_drag_over_the_curves_looks_at_epochs(curves: CurvesPage, qtbot: QtBot) -> None:
    plot, session = curves.plots[0], curves.session
    session.change(training=session.state.training.with_parts(selected=1))

    def at(epoch: float) -> QPoint:
        return QPoint(round(plot.seen([(epoch, 0.0)])[0, 0]), round(plot.box.center().y()))

    qtbot.mousePress(plot, LEFT, pos=at(5))
    qtbot.mouseMove(plot, at(3))
    assert session.state.training.at == 3
    qtbot.mouseRelease(plot, LEFT, pos=at(3))
    assert plot.at == 3
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert session.state.training.at == 2
    epoch = session.state.training.epoch
    assert epoch is not None
    assert epoch.number == 2
    whole = plot.range
    qtbot.mousePress(plot, LEFT, Qt.KeyboardModifier.ShiftModifier, pos=at(5))
    qtbot.mouseMove(plot, at(4))
    qtbot.mouseRelease(plot, LEFT, pos=at(4))
    assert session.state.training.at == 2
    assert plot.range != whole
    curves.fit()
    assert plot.range == whole
    curves.zoom_in()
    assert plot.range != whole


def test_switches_hide_and_measure(curves: CurvesPage) -> None:
    plot = curves.plots[0]
    assert len(plot.curves) == 6
    for place in (1, 2):  # validation, batches
        curves.switches.button(place).click()
    assert {each.stroke for each in plot.curves} == {"line"}
    curves.switches.button(3).click()
    assert plot.chart.logarithmic == (False, False)
    assert curves.plots[1].isVisible()
    assert "validation from" in plot.accessibleDescription()
    assert described(curves.session.state.training, "accuracy").count("epochs") == 2


def test_runs_are_hidden_renamed_and_removed_by_keys(curves: CurvesPage, qtbot: QtBot) -> None:
    table, session = curves.runs.table, curves.session
    assert table.runs.rowCount() == 2
    table.setFocus()
    table.setCurrentIndex(table.runs.index(0, 0))
    assert session.state.training.selected == 1
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert session.state.training.shown == {2}
    assert {each.place for each in curves.plots[0].curves} == {2}
    table.runs.setData(table.runs.index(0, 0), "Slow", Qt.ItemDataRole.EditRole)
    assert run_of(session, 1).title == "Slow"
    assert table.runs.data(table.runs.index(1, 10), Qt.ItemDataRole.DisplayRole) == "step 8 of Slow"
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert [run.number for run in session.state.training.runs] == [2]
    assert table.runs.data(table.runs.index(0, 10), Qt.ItemDataRole.DisplayRole) == "step 8 of a removed run"


def test_two_runs_are_compared(curves: CurvesPage) -> None:
    first, second = run_of(curves.session, 1), run_of(curves.session, 2)
    found = differences(first, second)
    assert [(each.name, each.first, each.second) for each in found if not each.result] == [
        ("lr", "0.1", "0.5")
    ]
    assert {each.name for each in found if each.result} >= {
        "validation loss",
        "validation accuracy",
        "seconds",
    }
    assert curves.runs.area.isHidden()
    curves.runs.table.selectAll()
    assert not curves.runs.area.isHidden()
    assert "0.5" in curves.runs.compared.text()


def test_the_table_of_epochs_is_the_curves_in_numbers(curves: CurvesPage, qtbot: QtBot) -> None:
    session, table = curves.session, curves.epochs
    session.change(training=session.state.training.with_parts(selected=1))
    model = table.epochs
    assert model.rowCount() == 6
    titles = [title for title, _ in model.columns]
    assert float(model.text(3, titles.index("Validation loss"))) == pytest.approx(
        run_of(session, 1).epochs[3].validation_loss, rel=1e-4
    )
    table.setCurrentIndex(model.index(2, 0))
    assert session.state.training.at == 3
    table.setFocus()
    qtbot.keySequence(table, "Ctrl+C")
    assert QGuiApplication.clipboard().text().count("\n") == 7


def test_runs_as_files(curves: CurvesPage, tmp_path: Path) -> None:
    runs = curves.session.state.training.runs
    save_runs(tmp_path / "runs.csv", runs)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "runs.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 6 + 4
    assert float(rows[0]["training_loss"]) == runs[0].epochs[0].loss
    save_runs(tmp_path / "runs.json", runs)
    record = json.loads((tmp_path / "runs.json").read_text(encoding="utf-8"))
    assert record["runs"][1]["parent"] == {"run": 1, "step": 8}
    assert record["runs"][0]["losses"] == runs[0].losses.tolist()
    with pytest.raises(InputError, match=r"\.csv, \.json"):
        save_runs(tmp_path / "runs.txt", runs)
    assert curves.runs.table.as_text().count("\n") == 3


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_curves_as_pictures(curves: CurvesPage, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"curves{suffix}"
    save_curves(path, "Moons", curves.session.state.training.runs, theme_name="dark")
    data = path.read_bytes()
    assert len(data) > 2000
    if suffix == ".png":
        image = QImage(str(path))
        colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colours) > 20
    with pytest.raises(InputError, match="one of the suffixes"):
        save_curves(tmp_path / "curves.gif", "Moons", curves.session.state.training.runs)


# ── what cannot be trained yet ────────────────────────────────────────────────────────────────


def test_a_document_without_data_offers_sets(session: Session, moons: Document, qtbot: QtBot) -> None:
    session.show(moons.with_training({}))
    view = TrainingView(session)
    qtbot.addWidget(view)
    view.show()
    assert view.states.currentWidget() is view.empty
    button = view.findChild(QPushButton, "training_add_moons")
    assert button is not None
    qtbot.mouseClick(button, LEFT)
    assert dict(session.latest.training) == {"data": "moons", "metrics": ["accuracy"]}
    assert view.states.currentIndex() == 0
    session.undo.undo()
    assert view.states.currentWidget() is view.empty


def test_only_sets_that_fit_are_offered(moons: Document) -> None:
    found = fitting_sets(moons)
    assert "moons" in found
    assert "sine" not in found
    assert fitting_sets(parse("L = (w - x)**2", {"x": 1.0}, {"w": 2.0})) == ()


def test_a_model_is_told_to_become_a_document_first(session: Session, view: TrainingView) -> None:
    session.show(open_document(resolve("recurrent")))
    assert view.states.currentWidget() is view.empty
    assert "Save it as a Graph Explorer document" in view.empty.reason.text()
    session.show(parse("L = (w - x)**2", {"x": 1.0}, {"w": 2.0}))
    assert "No generated set fits the inputs of this document" in view.empty.reason.text()


# ── in the window ─────────────────────────────────────────────────────────────────────────────


def test_every_page_follows_a_training(window: Window, moons: Document, rest: Rest) -> None:
    session = window.session
    session.show(moons)
    session.change(views=("training",))
    view = window.bench.middle.page("training")
    assert isinstance(view, TrainingView)
    for page in PAGES:
        view.go_to(page.name)
        session.trainer.epoch()
        rest(session)
        view.fit()
        view.zoom_in()
        view.zoom_out()
    assert session.state.message == ""


def test_the_commands_of_the_menu(window: Window, moons: Document, rest: Rest) -> None:
    session, actions = window.session, window.menus.actions
    session.show(moons)
    assert not actions["training.take_over"].isEnabled()
    actions["training.epoch"].trigger()
    rest(session)
    assert session.state.views == ("training",)
    actions["training.open_step"].trigger()
    rest(session)
    assert set(session.state.views) == {"graph", "training"}
    assert actions["training.close_step"].isEnabled()
    actions["training.close_step"].trigger()
    actions["training.show"].trigger()
    assert session.state.training.shown == frozenset()
    actions["training.rewind"].trigger()
    assert session.state.training.at == 0
    actions["training.remove"].trigger()
    assert session.state.training.runs == ()
