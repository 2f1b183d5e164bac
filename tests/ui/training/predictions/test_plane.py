"""The plane, the curve and the scatter: places tell, presses open examples."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from graph_explorer.document import parse
from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.predictions.page import PredictionsPage
from graph_explorer.ui.training.predictions.plane import borders, field_image
from graph_explorer.ui.training.predictions.subject import Moment, Plane
from tests.ui.training.lessons import lesson
from tests.ui.training.predictions.showing import settled, shown


def field(probabilities: Any) -> Plane:
    return Plane((0.0, 1.0, 0.0, 1.0), np.zeros((*np.shape(probabilities)[:2], 1)), np.asarray(probabilities))


def test_a_place_of_the_plane_tells_class_and_probability(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("spirals"), qtbot, epochs=2)
    chart = page.widget("plane").chart  # type: ignore[attr-defined]
    chart.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
        qtbot.keyClick(chart, key)
    x, y = chart.cursor_at
    shares = moment.predictor.probabilities(
        moment.predictor.answers(moment.asked.parameters, np.array([[x, y]]))
    )[0]
    assert f"class {int(np.argmax(shares))} with {shares.max():.1%}" in page.status.full


def test_a_press_on_a_point_opens_the_example(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("spirals"), qtbot, epochs=1)
    session, chart = page.session, page.widget("plane").chart  # type: ignore[attr-defined]
    own = session.state.document
    x, y = chart.seen(moment.predictor.examples.validation.features[:1])[0]
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    document, opened = session.state.document, session.state.training.opened
    assert document is not None
    assert opened is not None
    assert document.inputs["x"].array.shape == (1, 2)
    assert "graph" in session.state.views
    assert opened.rows[0] in moment.predictor.examples.training.numbers.tolist() + (
        moment.predictor.examples.validation.numbers.tolist()
    )
    np.testing.assert_array_equal(document.parameters["W1"].array, moment.asked.parameters["W1"])
    assert session.trainer.own_document().program == own.program  # type: ignore[union-attr]
    assert session.trainer.own_document().inputs["x"].array.shape == own.inputs["x"].array.shape  # type: ignore[union-attr]
    session.undo.undo()
    assert session.state.document.inputs["x"].array.shape == own.inputs["x"].array.shape  # type: ignore[union-attr]


def test_zooming_asks_for_the_part_that_is_seen(page: PredictionsPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot)
    chart = page.widget("plane").chart  # type: ignore[attr-defined]
    page.zoom_in()
    qtbot.waitUntil(
        lambda: page.moment is not None and page.moment.plane is not None
        and np.allclose(page.moment.plane.window, chart.range)
    )  # fmt: skip
    inside = chart.range
    page.fit()
    assert chart.range != inside


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_the_colours_of_the_plane_are_those_of_the_classes(name: str, qtbot: QtBot) -> None:
    """Sure places have the colour of their class, unsure ones that of the panel; the top is above."""
    shares = np.zeros((5, 5, 2))
    shares[:2, :, 0], shares[2], shares[3:, :, 1] = 1.0, 0.5, 1.0
    image, palette = field_image(field(shares), theme(name)), theme(name)
    panel = palette.color("panel")
    assert image.pixelColor(0, 2).getRgb()[:3] == panel.getRgb()[:3]  # in the middle nobody knows
    for row, colour in ((0, 1), (4, 0)):
        seen, wanted = image.pixelColor(2, row), palette.series_color(colour)
        apart = [abs(a - b) for a, b in zip(seen.getRgb()[:3], wanted.getRgb()[:3], strict=True)]
        away = [abs(a - b) for a, b in zip(panel.getRgb()[:3], wanted.getRgb()[:3], strict=True)]
        assert sum(apart) < 0.45 * sum(away)


def test_a_border_lies_where_two_classes_are_equally_probable() -> None:
    x = np.linspace(0, 1, 21)
    first = np.broadcast_to(1 - x, (21, 21))
    (line,) = borders(field(np.stack([first, 1 - first], axis=-1)))
    np.testing.assert_allclose(line[:, 0], 0.5, atol=1e-9)
    assert borders(field(np.full((4, 4, 2), np.nan))) == ()
    assert len(borders(field(np.stack([first * 0.4, 0.6 - 0.4 * first, first * 0 + 0.3], axis=-1)))) >= 2


def test_curves_of_several_runs_are_drawn(page: PredictionsPage, qtbot: QtBot) -> None:
    shown(page, lesson("overfitting"), qtbot, epochs=2)
    session = page.session
    session.trainer.set_up({**session.latest.training, "optimizer": "adam:lr=0.05"}, "Faster")
    session.trainer.begin()
    qtbot.waitUntil(lambda: len(session.state.training.runs) == 2)
    session.trainer.pause()
    qtbot.waitUntil(lambda: not session.jobs.busy("training"), timeout=20000)
    moment = settled(page, qtbot)
    assert [line.number for line in moment.lines] == [1, 2]
    assert not np.allclose(moment.lines[0].y, moment.lines[1].y)
    chart = page.widget("curve").chart  # type: ignore[attr-defined]
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert "→" in page.status.full


def test_numbers_over_a_plane_have_a_scatter_too(page: PredictionsPage, tmp_path: Path, qtbot: QtBot) -> None:
    points = np.random.default_rng(0).standard_normal((40, 2))
    np.savez(tmp_path / "points.npz", x=points, y=points @ [1.0, 2.0])
    document = parse(
        "p = x @ w\nL = mean((p - y)**2)", {"x": np.zeros((2, 2)), "y": np.zeros(2)}, {"w": np.ones(2)}
    )
    document = dataclasses.replace(document, path=tmp_path / "plane.toml", training={"data": "points.npz"})
    moment = shown(page, document, qtbot)
    assert (moment.kind, page.part, moment.classes) == ("plane", "plane", ())
    assert not page.grab().isNull()
    page.go_to("scatter")
    chart = page.widget("scatter").chart  # type: ignore[attr-defined]
    row = int(np.argmin(np.abs(moment.training.wanted)))
    at = chart.seen([(moment.training.wanted[row], moment.training.answers[row])])[0]
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0]), round(at[1])))
    opened = page.session.state.document
    assert opened is not None
    assert opened.inputs["x"].array.shape == (1, 2)


def test_another_size_asks_for_what_is_seen_then(page: PredictionsPage, qtbot: QtBot) -> None:
    shown(page, lesson("xor"), qtbot)
    page.resize(1100, 460)
    chart = page.widget("plane").chart  # type: ignore[attr-defined]
    qtbot.waitUntil(
        lambda: page.moment is not None and page.moment.plane is not None
        and np.allclose(page.moment.plane.window, chart.range)
    )  # fmt: skip


def test_an_example_of_an_untrained_document_is_opened_once(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("spirals"), qtbot)
    made: list[int] = []
    before = page._deliver

    def deliver(moment: Moment) -> None:
        made.append(1)
        before(moment)

    page._deliver = deliver  # type: ignore[method-assign]
    chart = page.widget("plane").chart  # type: ignore[attr-defined]
    x, y = chart.seen(moment.predictor.examples.training.features[:1])[0]
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert page.session.state.document.inputs["x"].array.shape == (1, 2)  # type: ignore[union-attr]
    assert page.session.state.training.opened is not None
    qtbot.wait(300)
    assert len(made) <= 1
    assert page.moment is not None
    assert page.moment.asked.document.inputs["x"].array.shape == (6, 2)
