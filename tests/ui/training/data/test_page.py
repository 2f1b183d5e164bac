"""The page of data: choosing a set, what it looks like, how it is divided, and files of one's own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.lab.generated import GENERATORS
from graph_explorer.lab.portions import examples_of, order
from graph_explorer.lab.training import read_training
from graph_explorer.ui.session import Session
from graph_explorer.ui.training.data.choice import SetChoice
from graph_explorer.ui.training.data.page import JOB, DataPage
from graph_explorer.ui.training.data.portion import KINDS, Portion
from graph_explorer.ui.widgets.ask import WhichFile
from graph_explorer.ui.widgets.number import NumberField


def network(**training: object) -> Document:
    made = parse(
        "L = cross_entropy(x @ W, y)", {"x": np.zeros((3, 2)), "y": np.zeros(3)}, {"W": np.zeros((2, 2))}
    )
    return made.with_training({"data": "moons:examples=60", "batch_size": 10, **training})


class Shown:
    """The page in a session, and how to wait for what it reads."""

    def __init__(self, qtbot: QtBot, document: Document) -> None:
        self.qtbot, self.session = qtbot, Session()
        self.session.show(document)
        self.around = QWidget()  # a window of its own would not become smaller than its layout asks
        self.page = DataPage(self.session, self.around)
        qtbot.addWidget(self.around)
        self.around.resize(1500, 1000)
        self.page.resize(900, 500)
        self.around.show()
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.session.jobs.busy(JOB), timeout=20_000)
        self.qtbot.wait(1)

    def close(self) -> None:
        self.session.close()

    def button(self, name: str) -> QAbstractButton:
        found = self.page.findChild(QAbstractButton, name)
        assert found is not None
        return found

    def view(self, name: str) -> None:
        self.qtbot.mouseClick(self.button(f"data_view_{name}"), Qt.MouseButton.LeftButton)

    def look(self, kind: str) -> None:
        box = self.page.findChild(QComboBox, "data_kind")
        assert box is not None
        place = [name for name, _, _ in KINDS].index(kind)
        box.setCurrentIndex(place)
        box.activated.emit(place)

    @property
    def data(self) -> str:
        return str(self.session.latest.training["data"])

    def row(self, row: int) -> list[str]:
        model = self.page.examples.shown
        return [str(model.index(row, k).data()) for k in range(model.columnCount())]


@pytest.fixture
def shown(qtbot: QtBot):  # type: ignore[no-untyped-def]
    made = Shown(qtbot, network())
    yield made
    made.close()


def choose(shown: Shown, data: str) -> None:
    box = shown.page.findChild(QComboBox, "data_set")
    assert box is not None
    place = box.findData(data)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)
    shown.settle()


# ── choosing ──────────────────────────────────────────────────────────────────────────────────


def test_every_set_can_be_chosen_and_the_choice_be_undone(shown: Shown) -> None:
    for name in ("circles", "iris", "waves"):
        choose(shown, name)
        assert shown.data == name
        assert shown.page.found is not None
    for name in ("iris", "circles", "moons:examples=60"):
        shown.session.undo.undo()
        assert shown.data == name
    shown.settle()
    assert shown.page.summary.text() == "60 examples of 2 numbers, 2 classes"


def test_a_knob_for_every_setting_of_every_generated_set(shown: Shown) -> None:
    for name, row in GENERATORS.items():
        choose(shown, name)
        assert list(shown.page.choice.knobs) == [setting.name for setting in row.settings]


def test_turning_a_knob_changes_the_set_and_one_gesture_is_one_edit(shown: Shown) -> None:
    field = shown.page.findChild(NumberField, "data_noise")
    assert field is not None
    for value in (0.2, 0.3, 0.4):
        field.changed.emit(value, "drag 7")
    assert shown.data == "moons:examples=60,noise=0.4"
    field.changed.emit(0.1, "drag 8")  # the usual noise is not written
    assert shown.data == "moons:examples=60"
    shown.session.undo.undo()
    assert shown.data == "moons:examples=60,noise=0.4"
    shown.session.undo.undo()
    assert shown.data == "moons:examples=60"
    shown.settle()


def test_a_setting_that_cannot_be_is_said_and_changes_nothing(shown: Shown) -> None:
    field = shown.page.findChild(NumberField, "data_noise")
    assert field is not None
    field.changed.emit(-1.0, "")
    assert "noise must be at least 0, found -1" in shown.session.state.message
    assert shown.data == "moons:examples=60"
    assert field.value == 0.1


# ── what is seen ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "kind"), [("moons", "chart"), ("line", "chart"), ("digits", "pictures"), ("wine", "nothing")]
)
def test_the_picture_suits_the_set(shown: Shown, data: str, kind: str) -> None:
    choose(shown, data)
    assert shown.page.picture.currentWidget() is getattr(shown.page.picture, kind)
    image = shown.page.picture.grab().toImage()
    colours = {
        image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
    }
    assert len(colours) > 1


def test_tables_say_what_the_picture_says(shown: Shown) -> None:
    shown.view("columns")
    model = shown.page.columns.shown
    heads = [str(model.headerData(k, Qt.Orientation.Horizontal, 0)) for k in range(model.columnCount())]
    assert heads == ["Column", "Missing", "Least", "Mean", "Largest", "Deviation", "Note"]
    assert [str(model.index(row, 0).data()) for row in range(model.rowCount())] == ["x[0]", "x[1]", "target"]
    assert str(model.index(2, 6).data()) == "0 30, 1 30"
    shown.view("examples")
    assert shown.page.examples.shown.rowCount() == 60
    first = shown.page.found
    assert first is not None
    assert first.found is not None
    x = first.found.features[0]
    portion = "training" if 0 in first.training else "validation"
    assert shown.row(0) == ["0", f"{x[0]:.6g}", f"{x[1]:.6g}", "0", portion]


def test_portions_are_those_of_a_training(shown: Shown) -> None:
    shown.view("examples")
    used = examples_of(network(), read_training(network().training))
    for kind, numbers in (("training", used.training.numbers), ("validation", used.validation.numbers)):
        shown.look(kind)
        assert [shown.row(k)[0] for k in range(shown.page.examples.shown.rowCount())] == [
            str(n) for n in numbers
        ]
        assert {shown.row(k)[-1] for k in range(len(numbers))} == {kind}
    assert shown.page.split.text().startswith("48 are trained on, 12 validate (split 0.8, drawn from seed 0)")
    assert "0: 30 (" in shown.page.counts.full


def test_the_batch_of_a_step_is_the_one_that_training_takes(shown: Shown) -> None:
    shown.view("examples")
    shown.look("batch")
    training = read_training(network().training)
    first = np.array(examples_of(network(), training).training.numbers)
    for step, epoch, place in ((0, 0, 0), (4, 0, 4), (5, 1, 0)):
        shown.page.step.changed.emit(float(step), "")
        expected = first[order(48, training, epoch)[10 * place : 10 * place + 10]]
        assert [shown.row(k)[0] for k in range(shown.page.examples.shown.rowCount())] == [
            str(n) for n in expected
        ]
    assert shown.page.told.full == "Epoch 2: examples 1 to 10 of 48, shuffled anew in each epoch"
    shown.page.step.changed.emit(1e9, "")
    assert shown.page.portion == Portion("batch", 49)  # the last of ten epochs of five steps


def test_split_seed_and_standardising_are_edits_of_the_document(shown: Shown) -> None:
    knobs = shown.page.divided.knobs
    knobs["split"].told(0.5, "")
    knobs["split_seed"].told(3, "")
    knobs["standardize"].box.setChecked(True)
    shown.settle()
    table = shown.session.latest.training
    assert (table["split"], table["split_seed"], table["standardize"]) == (0.5, 3, True)
    assert shown.page.found is not None
    assert len(shown.page.found.training) == 30
    assert "over the 30 training examples; nothing is learnt from the others" in shown.page.split.text()
    for _ in range(3):
        shown.session.undo.undo()
    assert dict(shown.session.latest.training) == dict(network().training)
    shown.settle()


def test_a_set_that_does_not_fit_is_shown_with_the_reason(shown: Shown) -> None:
    choose(shown, "wine")
    assert (
        shown.page.problem.text()
        == "An example has 13 numbers for 'x', which takes 2 numbers; give 'x' rows of 13"
    )
    assert shown.page.summary.text() == "178 examples of 13 numbers, 3 classes"
    choose(shown, "moons")
    assert not shown.page.problem.isVisible()


def test_it_is_drawn_in_every_size_and_theme(shown: Shown) -> None:
    for theme in ("light", "dark", "contrast"):
        shown.session.change(theme=theme)
        for size in ((420, 300), (640, 320), (1400, 900)):
            shown.page.resize(*size)
            shown.qtbot.wait(1)
            for child in (shown.page.left, shown.page.right):
                assert child.width() <= size[0]
                assert child.geometry().right() < size[0]
            assert not shown.page.grab().isNull()


def test_all_that_a_person_meets_has_a_name(shown: Shown) -> None:
    for widget in shown.page.findChildren(QWidget):
        if (
            widget.isVisible()
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not widget.property("inner")
        ):
            inside = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QComboBox)
            assert inside or (widget.objectName() and widget.accessibleName()), type(widget)


# ── files ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def saved(qtbot: QtBot, tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Shown(qtbot, dataclasses.replace(network(), path=tmp_path / "own" / "network.toml"))
    (tmp_path / "own").mkdir()
    yield made
    made.close()


def drop(page: DataPage, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    actions, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    page.dropEvent(QDropEvent(QPointF(5, 5), actions, data, button, Qt.KeyboardModifier.NoModifier))


def test_a_file_that_is_dropped_is_trained_on(saved: Shown, tmp_path: Path) -> None:
    (tmp_path / "own" / "houses.csv").write_text("size,rooms,price\n1,2,3\n4,5,6\n7,8,9\n", encoding="utf-8")
    drop(saved.page, tmp_path / "own" / "houses.csv")
    saved.settle()
    assert saved.data == "houses.csv"
    box = saved.page.findChild(QComboBox, "data_set")
    assert box is not None
    assert box.currentText() == "houses.csv"
    assert saved.page.choice.knobs == {}
    saved.view("examples")
    assert saved.row(1)[0] == "3"  # the line of the file
    choose(saved, "moons")
    assert box.findData("houses.csv") < 0


def test_a_file_with_a_gap_is_shown_with_line_and_column(saved: Shown, tmp_path: Path) -> None:
    (tmp_path / "own" / "gap.csv").write_text("size,rooms,price\n1,2,3\n4,,6\n", encoding="utf-8")
    saved.page.choice.take_file(tmp_path / "own" / "gap.csv")
    saved.settle()
    assert saved.page.problem.text().startswith("'gap.csv', line 3, column 2 'rooms': nothing stands there")
    saved.view("columns")
    model = saved.page.columns.shown
    assert [str(model.index(row, 1).data()) for row in range(3)] == ["0", "1", "0"]
    assert model.index(1, 1).data(Qt.ItemDataRole.ForegroundRole) is not None
    saved.view("examples")
    assert saved.row(1) == ["3", "4", "", "6"]
    assert not saved.page.kinds.isVisible()


def test_files_elsewhere_and_documents_without_a_place_are_told_what_to_do(
    saved: Shown, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far.csv").write_text("1,2,3\n", encoding="utf-8")
    saved.page.choice.take_file(tmp_path / "far.csv")
    assert saved.session.state.message == (
        "'far.csv' lies outside the folder of the document; put it beside the document."
    )
    assert saved.data == "moons:examples=60"
    shown.page.choice.ask_file()
    assert shown.session.state.message.startswith("Save the document first")
    (tmp_path / "own" / "in.csv").write_text("1,2,3\n4,5,6\n", encoding="utf-8")
    monkeypatch.setattr(WhichFile, "ask", lambda *_: tmp_path / "own" / "in.csv")
    saved.page.choice.file.click()
    assert saved.data == "in.csv"
    saved.settle()


def test_a_file_that_is_gone_is_a_sentence(saved: Shown) -> None:
    saved.session.edit("Other data", saved.session.latest.with_training({"data": "gone.csv"}))
    saved.settle()
    assert "'gone.csv' does not exist beside the document" in saved.page.problem.text()
    assert not saved.page.stack.isVisible()


def test_the_choice_follows_undo_of_the_document(shown: Shown) -> None:
    choice = shown.page.choice
    assert isinstance(choice, SetChoice)
    choose(shown, "circles")
    shown.session.undo.undo()
    assert choice.list.currentData() == "moons"
    shown.settle()
