"""Examples one by one: pictures, the table, and the cells of the confusion matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from graph_explorer.lab.predictions import confusion
from graph_explorer.ui.training.predictions.choice import Choice, rows_of, sentence, summary
from graph_explorer.ui.training.predictions.page import PredictionsPage
from graph_explorer.ui.training.predictions.tiles import picture
from tests.ui.training.lessons import lesson
from tests.ui.training.predictions.showing import shown


def test_wrong_ones_alone_and_by_confidence(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("digits"), qtbot, epochs=1)
    answered = moment.validation
    wrong = rows_of(moment, Choice(wrong=True))
    assert not answered.right[wrong].any()
    assert len(wrong) == (~answered.right).sum() > 0
    ordered = answered.confidence[rows_of(moment, Choice(order="least sure first"))]
    assert (np.diff(ordered) >= 0).all()
    assert rows_of(moment, Choice(order="surest first")).tolist() == (
        rows_of(moment, Choice(order="least sure first"))[::-1].tolist()
    )
    qtbot.mouseClick(page.switches.button(0), Qt.MouseButton.LeftButton)
    assert page.widget("pictures").rows.tolist() == wrong.tolist()  # type: ignore[attr-defined]
    page.go_to("table")
    table = page.widget("table").examples  # type: ignore[attr-defined]
    assert table.rowCount() == len(wrong)
    assert {table.text(int(row), 4) for row in wrong} == {"wrong"}
    said = sentence(moment, Choice(), int(wrong[0]))
    assert "taken for" in said
    assert str(int(moment.predictor.examples.validation.numbers[wrong[0]])) in said


def test_a_cell_of_the_matrix_leads_to_its_examples(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("digits"), qtbot, epochs=1)
    counts = confusion(moment.validation, 10)
    wrong = counts - np.diag(np.diag(counts))
    truth, found = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    page.go_to("matrix")
    matrix: Any = page.widget("matrix")
    place = matrix.cell(int(truth), int(found)).center().toPoint()
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place)
    assert page.part == "pictures"
    assert len(page.widget("pictures").rows) == counts[truth, found]  # type: ignore[attr-defined]
    assert matrix.sentence(int(truth), int(found)).startswith(f"{counts[truth, found]} of ")
    assert page.switches.button(0).text() == f"{truth} taken for {found} ✕"
    qtbot.mouseClick(page.switches.button(0), Qt.MouseButton.LeftButton)
    assert len(page.widget("pictures").rows) == len(moment.validation)  # type: ignore[attr-defined]
    page.go_to("matrix")
    matrix.setFocus()
    matrix.at = (0, 0)
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert page.choice.cell == (1, 1)


def test_pictures_are_opened_by_keyboard(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("digits"), qtbot)
    tiles: Any = page.widget("pictures")
    tiles.setFocus()
    qtbot.keyClick(tiles, Qt.Key.Key_Right)
    qtbot.keyClick(tiles, Qt.Key.Key_Down)
    assert tiles.at == 1 + tiles.columns
    assert sentence(moment, page.choice, tiles.at) in page.status.full
    qtbot.keyClick(tiles, Qt.Key.Key_Return)
    document = page.session.state.document
    assert document is not None
    np.testing.assert_array_equal(
        document.inputs["x"].array[0], moment.predictor.examples.validation.features[tiles.at]
    )
    qtbot.keyClick(tiles, Qt.Key.Key_End)
    assert tiles.at == len(moment.validation) - 1
    assert tiles._place(tiles.at).bottom() <= tiles.viewport().height()


def test_a_picture_shows_its_numbers(qtbot: QtBot) -> None:
    made = picture(np.array([0.0, 8.0, 16.0, 4.0]), (2, 2))
    assert [made.pixelColor(*at).red() for at in ((0, 0), (1, 0), (0, 1), (1, 1))] == [0, 127, 255, 63]
    colour = picture(np.stack([np.ones((2, 2)), np.zeros((2, 2)), np.zeros((2, 2))]), None)
    assert colour.pixelColor(0, 0).getRgb()[:3] == (255, 0, 0)
    assert not picture(np.full((3, 3), np.nan), (3, 3)).isNull()
    assert isinstance(made, QImage)


def test_a_reconstruction_stands_beside_its_picture(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("autoencoder"), qtbot, epochs=1)
    assert page.widget("pictures").again  # type: ignore[attr-defined]
    assert moment.validation.answers.shape == moment.validation.wanted.shape == (len(moment.validation), 64)
    assert "RMS error" in summary(moment, "validation")


def test_feature_maps_are_shown_where_there_are_convolutions(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("digits_cnn"), qtbot)
    assert moment.kind == "pictures"
    tiles: Any = page.widget("pictures")
    tiles.setFocus()
    qtbot.keyClick(tiles, Qt.Key.Key_Return)
    document = page.session.state.document
    assert document is not None
    assert document.graph.node(page.session.state.selection).op == "Conv"
