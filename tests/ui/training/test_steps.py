"""Steps that are opened: as the document, on their examples, and the way back; the page of one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.formats import open_document
from graph_explorer.lab.epochs import at_step
from graph_explorer.lab.training import read_training
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.banner import StepBanner, told
from graph_explorer.ui.training.opening import is_open, listed, open_step
from graph_explorer.ui.training.step_page import StepPage
from graph_explorer.ui.widgets.ask import WhereTo
from graph_explorer.ui.window import Window

Rest = Callable[[Session], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def trained(training: Session, rest: Rest) -> Session:
    """A session whose run has done two epochs and a step."""
    for act in (training.trainer.epoch, training.trainer.epoch, training.trainer.step):
        act()
        rest(training)
    return training


@pytest.fixture
def page(trained: Session, qtbot: QtBot, rest: Rest) -> StepPage:
    made = StepPage(trained)
    qtbot.addWidget(made)
    made.resize(800, 560)
    made.show()
    qtbot.waitUntil(lambda: made.found is not None)
    return made


def test_a_step_stands_as_the_document_and_goes_again(trained: Session, moons: Document, rest: Rest) -> None:
    expected = at_step(moons, read_training(moons.training), step=5)
    trained.trainer.open_step(5)
    rest(trained)
    state = trained.state
    assert is_open(trained)
    assert state.document is not None
    for name in ("x", "y"):
        np.testing.assert_array_equal(state.document.inputs[name].array, expected.inputs[name].array)
    np.testing.assert_array_equal(state.document.parameters["W1"].array, expected.parameters["W1"].array)
    assert state.name == "Moons, step 6"
    assert not state.modified
    trained.trainer.close_step()
    assert trained.latest.inputs["x"] is moons.inputs["x"]
    assert not is_open(trained)
    assert trained.state.name == "Moons"


def test_opening_and_going_back_can_be_undone(trained: Session, moons: Document, rest: Rest) -> None:
    for step in (1, 2, 3):
        trained.trainer.open_step(step)
        rest(trained)
    assert trained.undo.count() == 1
    trained.trainer.close_step()
    trained.undo.undo()
    assert is_open(trained)
    trained.undo.undo()
    assert trained.latest.parameters["W1"] is moons.parameters["W1"]


def test_some_examples_alone(trained: Session, rest: Rest) -> None:
    trained.trainer.open_step(2)
    rest(trained)
    opened = trained.state.training.opened
    assert opened is not None
    chosen = opened.batch[1], opened.batch[4]
    open_step(trained, 1, 2, chosen)
    rest(trained)
    opened = trained.state.training.opened
    assert opened is not None
    assert opened.rows == chosen
    assert trained.latest.inputs["x"].array.shape == (2, 2)
    assert told(opened, trained.state).endswith(f"examples {chosen[0]}, {chosen[1]}, of a mini-batch of 8")


def test_training_goes_on_beside_an_open_step(trained: Session, rest: Rest) -> None:
    trained.trainer.open_step(3)
    rest(trained)
    trained.trainer.set_up({**trained.latest.training, "epochs": 3}, "Fewer")
    trained.trainer.run()
    rest(trained)
    assert trained.state.training.run is not None
    assert trained.state.training.run.reached == 3
    trained.trainer.close_step()
    assert trained.latest.training["epochs"] == 3


@pytest.mark.parametrize(
    ("rows", "text"),
    [((4,), "example 4"), ((4, 5), "examples 4, 5"), (range(9), "examples 0, 1, 2, 3, 4, 5, … (9)")],
)
def test_examples_in_words(rows: tuple[int, ...], text: str) -> None:
    assert listed(rows) == text


# ── the page ──────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_the_step_that_comes_next(page: StepPage) -> None:
    assert page.found is not None
    assert page.found.step == 9
    assert page.step.value == 10
    model = page.table.examples
    assert model.rowCount() == 9
    assert model.text(0, 0) == "all (mean)"
    assert float(model.text(0, 1)) == pytest.approx(page.found.loss, rel=1e-3)
    assert "is the mean of theirs" in page.said.text()
    assert page.rule.parameter.count() == 4
    assert "moves by" in page.outcomes["update"].full


def test_another_step_is_chosen_by_its_number(page: StepPage, qtbot: QtBot) -> None:
    page.step.changed.emit(3.0, "")
    qtbot.waitUntil(lambda: page.found is not None and page.found.step == 2)
    assert page.newest.isVisible()
    qtbot.mouseClick(page.newest, LEFT)
    qtbot.waitUntil(lambda: page.found is not None and page.found.step == 9)
    page.choose(1000)
    assert page.step.value == 10


def test_the_same_step_of_another_run(page: StepPage, qtbot: QtBot, rest: Rest) -> None:
    page.step.changed.emit(3.0, "")
    qtbot.waitUntil(lambda: page.found is not None and page.found.step == 2)
    first = page.found
    trainer = page.session.trainer
    trainer.set_up({**page.session.latest.training, "optimizer": "sgd:lr=0.5"}, "Change")
    trainer.begin()
    rest(page.session)
    page.step.changed.emit(3.0, "")
    qtbot.waitUntil(lambda: page.found is not first and page.found is not None and page.found.step == 2)
    assert page.found != first
    assert page.found is not None
    assert page.found.lr == 0.5


def test_a_step_of_another_document(page: StepPage, rest: Rest) -> None:
    first, session = page.found, page.session
    inputs, larger = {"x": np.zeros((4, 2)), "y": np.zeros(4)}, {"w": np.zeros((2, 60))}
    other = parse("L = mean((mean(x @ w, axis=1) - y)**2)", inputs, larger)
    session.show(other.with_training({"data": "blobs:examples=20", "epochs": 2}))
    session.trainer.step()
    while session.state.training.running:
        QTest.qWait(1)
    session.change(selection="w")  # the step may still be looked up; the one before stands there meanwhile
    rest(session)
    assert page.found is not first
    assert page.rule.parameter.count() == 1


def test_an_example_is_opened_from_its_row(page: StepPage, qtbot: QtBot, rest: Rest) -> None:
    found = page.found
    assert found is not None
    page.table.selectRow(3)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    rest(page.session)
    opened = page.session.state.training.opened
    assert opened is not None
    assert opened.rows == (int(found.numbers[2]),)
    assert "graph" in page.session.state.views
    trace = page.session.state.trace
    assert trace is not None
    assert float(trace.value("L")) == pytest.approx(float(found.losses[2]))


def test_the_four_acts_of_a_step(page: StepPage, qtbot: QtBot, rest: Rest) -> None:
    session = page.session
    qtbot.mouseClick(page.acts["forward"], LEFT)
    rest(session)
    trace = session.state.trace
    assert is_open(session)
    assert trace is not None
    assert session.state.time == trace.forward_length
    qtbot.mouseClick(page.acts["backward"], LEFT)
    assert page.found is not None
    held = session.state.accumulator.gradients
    length = np.sqrt(sum(float((gradient**2).sum()) for gradient in held.values()))
    assert length == pytest.approx(float(np.linalg.norm(page.found.gradient)))
    assert page.acts["update"].property("look") == "main"
    qtbot.mouseClick(page.acts["update"], LEFT)
    rest(session)
    assert session.state.training.run is not None
    assert session.state.training.run.step == 10
    qtbot.mouseClick(page.acts["zero"], LEFT)
    rest(session)
    assert session.state.accumulator.passes == 0
    opened = session.state.training.opened
    assert opened is not None
    assert opened.step == 10


# ── the banner ────────────────────────────────────────────────────────────────────────────────


def test_the_banner_leads_on_and_back(trained: Session, qtbot: QtBot, rest: Rest) -> None:
    banner = StepBanner(trained)
    qtbot.addWidget(banner)
    assert banner.isHidden()
    trained.trainer.open_step(3)
    rest(trained)
    assert not banner.isHidden()
    assert banner.said.full.startswith("Step 4 of Momentum")
    qtbot.mouseClick(banner.buttons["next"], LEFT)
    rest(trained)
    assert banner.said.full.startswith("Step 5 of")
    for _ in range(5):
        qtbot.mouseClick(banner.buttons["previous"], LEFT)
        rest(trained)
    assert not banner.buttons["previous"].isEnabled()
    assert banner.said.full.startswith("Step 1 of")
    qtbot.mouseClick(banner.buttons["back"], LEFT)
    assert banner.isHidden()


def test_saving_saves_the_document_not_the_step(
    window: Window, moons: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    target = tmp_path / "moons.toml"
    monkeypatch.setattr(WhereTo, "ask", lambda *_: target)
    session = window.session
    session.show(moons)
    session.trainer.epoch()
    rest(session)
    session.trainer.open_step()
    rest(session)
    assert window.windowTitle().startswith("Moons, step 5")
    assert window.files.save()
    assert open_document(target).inputs["x"].array.shape == (4, 2)
    np.testing.assert_array_equal(open_document(target).parameters["W1"].array, moons.parameters["W1"].array)
