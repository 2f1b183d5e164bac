"""The page of predictions: the picture that suits the data, live, by mouse and by keyboard."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import resolve
from graph_explorer.lab.predictions import confusion
from graph_explorer.ui.session import Session
from graph_explorer.ui.theme import theme
from graph_explorer.ui.training.predictions import subject
from graph_explorer.ui.training.predictions.choice import Choice, rows_of, sentence, summary
from graph_explorer.ui.training.predictions.page import JOB, PredictionsPage, parts_of
from graph_explorer.ui.training.predictions.plane import borders, field_image
from graph_explorer.ui.training.predictions.subject import Answering, Moment, Plane, picture_shape
from graph_explorer.ui.training.predictions.tiles import picture


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> PredictionsPage:
    made = PredictionsPage(session)
    qtbot.addWidget(made)
    made.resize(700, 480)
    made.show()
    return made


def plain(data: str, columns: int, classes: int) -> Document:
    """A linear network on a table of numbers."""
    loss = "L = cross_entropy(p, y)" if classes else "L = mean((p - y)**2)"
    product = "p = x @ W + b" if classes else "p = sum(x @ W, axis=1) + b"
    wide = classes or 1
    document = parse(
        f"{product}\n{loss}",
        {"x": np.zeros((4, columns)), "y": np.zeros(4)},
        {"W": np.zeros((columns, wide)), "b": np.zeros(wide if classes else ())},
    )
    return document.with_training({"data": data, "standardize": True, "epochs": 3})


def lesson(name: str) -> Document:
    return open_document(resolve(name))


def shown(page: PredictionsPage, document: Document, qtbot: QtBot, epochs: int = 0) -> Moment:
    """The moment that the page shows of a document, after some epochs."""
    page.session.show(document)
    for _ in range(epochs):
        page.session.trainer.epoch()
        qtbot.waitUntil(lambda: not page.session.jobs.busy("training"), timeout=20000)
    return settled(page, qtbot)


def settled(page: PredictionsPage, qtbot: QtBot) -> Moment:
    """What is shown once everything that was asked for is there."""

    def done() -> bool:
        busy = page.session.jobs.busy(JOB) or page._later.isActive()
        known = page.moment is not None and page.moment.asked.parameters is newest(page)
        return not busy and known

    qtbot.waitUntil(done, timeout=20000)
    assert page.moment is not None
    return page.moment


def newest(page: PredictionsPage) -> Any:
    training = page.session.state.training
    assert page.moment is not None
    return training.parameters if training.run is not None else page.moment.asked.parameters


# ── which picture ─────────────────────────────────────────────────────────────────────────────

PICTURES = {
    "spirals": ("plane", ("plane", "matrix", "table")),
    "overfitting": ("curve", ("curve", "table")),
    "digits": ("pictures", ("pictures", "matrix", "table")),
    "autoencoder": ("pictures", ("pictures", "table")),
    "bptt": ("sequences", ("sequences", "matrix", "table")),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_suits_the_examples(name: str, page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson(name), qtbot)
    kind, parts = PICTURES[name]
    assert moment.kind == kind
    assert parts_of(moment.kind, bool(moment.classes), moment.predictor.asked.again) == parts
    visible = [page.tabs.button(k).objectName() for k in range(7) if page.tabs.button(k).isVisible()]
    assert visible == [f"predictions_{part}_tab" for part in parts]
    for part in parts:
        page.go_to(part)
        assert not page.grab().isNull()
    assert page.status.full


def test_tables_of_numbers_have_a_matrix_or_a_scatter(page: PredictionsPage, qtbot: QtBot) -> None:
    assert shown(page, plain("iris", 4, 3), qtbot).kind == "plain"
    assert page.part == "matrix"
    moment = shown(page, plain("diabetes", 10, 0), qtbot)
    assert (moment.kind, page.part) == ("plain", "scatter")
    assert "R²" in summary(moment, "training")


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((8, 8), (8, 8)), ((64,), (8, 8)), ((1, 12, 10), (12, 10)), ((3, 9, 9), (9, 9)), ((10, 2), None),
        ((36,), None), ((65,), None), ((2, 9, 9), None), ((2,), None),
    ],
)  # fmt: skip
def test_pictures_are_told_by_their_shape(shape: tuple[int, ...], wanted: tuple[int, int] | None) -> None:
    assert picture_shape(shape) == wanted


# ── what it says ──────────────────────────────────────────────────────────────────────────────


def test_an_untrained_document_is_shown_as_it_is(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("spirals"), qtbot)
    assert moment.asked.number == 0
    right = int(moment.training.right.sum())
    assert page.status.full.startswith(f"training: {right} of 320 right")


def test_answers_are_those_of_the_epoch_that_is_looked_at(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("spirals"), qtbot, epochs=3)
    run = page.session.state.training.run
    assert run is not None
    assert moment.asked.number == run.number
    assert moment.validation.right.mean() == pytest.approx(run.epochs[-1].validation_metrics["accuracy"])
    page.session.trainer.look(1)
    moment = settled(page, qtbot)
    assert moment.validation.right.mean() == pytest.approx(run.epochs[0].validation_metrics["accuracy"])


def test_the_page_keeps_up_with_a_running_training(page: PredictionsPage, qtbot: QtBot) -> None:
    document = lesson("spirals").with_training({**lesson("spirals").training, "epochs": 15})
    shown(page, document, qtbot)
    seen: list[int] = []
    before = page._deliver

    def deliver(moment: Moment) -> None:
        seen.append(id(moment))
        before(moment)

    page._deliver = deliver  # type: ignore[method-assign]
    page.session.trainer.run()
    qtbot.waitUntil(lambda: not page.session.jobs.busy("training"), timeout=30000)
    moment = settled(page, qtbot)
    run = page.session.state.training.run
    assert run is not None
    assert len(run.epochs) == 15
    assert seen
    assert moment.validation.right.mean() == pytest.approx(run.epochs[-1].validation_metrics["accuracy"])


def test_what_has_no_data_says_what_is_missing(page: PredictionsPage, qtbot: QtBot) -> None:
    page.session.show(lesson("neuron"))
    assert "[training]" in page.frame.empty.text()
    assert page.frame.inside.isHidden()


def test_an_answer_that_cannot_be_told_is_a_sentence(page: PredictionsPage, qtbot: QtBot) -> None:
    document = parse("L = sum(x @ W)", {"x": np.zeros((2, 2)), "y": np.zeros(2)}, {"W": np.ones((2, 2))})
    page.session.show(document.with_training({"data": "moons"}))
    qtbot.waitUntil(lambda: "cannot be told from" in page.frame.empty.text())
    assert page.frame.inside.isHidden()


def test_nothing_is_computed_while_nobody_looks(page: PredictionsPage, qtbot: QtBot) -> None:
    page.hide()
    page.session.show(lesson("spirals"))
    assert not page.session.jobs.busy(JOB)
    assert page.moment is None
    page.show()
    assert settled(page, qtbot).kind == "plane"


# ── the plane ─────────────────────────────────────────────────────────────────────────────────


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


def field(probabilities: Any) -> Plane:
    return Plane((0.0, 1.0, 0.0, 1.0), np.zeros((*np.shape(probabilities)[:2], 1)), np.asarray(probabilities))


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


def test_the_grid_is_as_fine_as_there_is_time(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    clock = [0.0]
    monkeypatch.setattr(subject.time, "perf_counter", lambda: clock[0])
    sides: list[int] = []

    def slow(predictor: Any, values: Any, window: Any, side: int) -> Plane:
        sides.append(side)
        clock[0] += side**2 * 1e-5
        return field(np.zeros((2, 2, 2)))

    monkeypatch.setattr(subject, "answered", slow)
    answering = Answering()
    for _ in range(4):
        answering._plane(None, {}, (0, 1, 0, 1), live=True)  # type: ignore[arg-type]
    assert sides[-1] == 36  # 36² · 1e-5 s is less than 25 ms, 54² is more
    answering._plane(None, {}, (0, 1, 0, 1), live=False)  # type: ignore[arg-type]
    assert sides[-1] == 120
    assert sides[-1] ** 2 * 1e-5 <= subject.AT_REST


# ── lists ─────────────────────────────────────────────────────────────────────────────────────


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


def test_another_theme_paints_everything_anew(page: PredictionsPage, qtbot: QtBot) -> None:
    shown(page, lesson("spirals"), qtbot, epochs=1)
    light = page.grab().toImage()
    page.session.change(theme="dark")
    assert page.grab().toImage() != light


def test_feature_maps_are_shown_where_there_are_convolutions(page: PredictionsPage, qtbot: QtBot) -> None:
    moment = shown(page, lesson("digits_cnn"), qtbot)
    assert moment.kind == "pictures"
    tiles: Any = page.widget("pictures")
    tiles.setFocus()
    qtbot.keyClick(tiles, Qt.Key.Key_Return)
    document = page.session.state.document
    assert document is not None
    assert document.graph.node(page.session.state.selection).op == "Conv"


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


@pytest.mark.parametrize("name", ["spirals", "overfitting", "autoencoder", "digits", "bptt"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
def test_a_training_that_diverged_is_shown(
    name: str, value: float, page: PredictionsPage, qtbot: QtBot
) -> None:
    document = lesson(name)
    broken = {key: np.full(each.array.shape, value) for key, each in document.parameters.items()}
    moment = shown(page, document.with_values(broken), qtbot)
    for part in parts_of(moment.kind, bool(moment.classes), moment.predictor.asked.again):
        page.go_to(part)
        assert not page.grab().isNull()
    for order in ("least sure first", "surest first"):
        assert len(rows_of(moment, Choice("training", order=order))) == len(moment.training)  # type: ignore[arg-type]
    assert page.status.full


def test_of_very_many_examples_some_are_answered_while_training_runs(
    page: PredictionsPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(subject, "MOST_LIVE", 50)
    moment = shown(page, lesson("spirals"), qtbot)
    answering = Answering()
    few = answering.moment((moment.asked,), None, True, lambda share: None)
    assert (len(few.training), len(few.validation)) == (50, 50)
    assert few.left_out("training") == 270
    assert "of every 6th example" in summary(few, "training")
    whole = answering.moment((moment.asked,), None, False, lambda share: None)
    assert (len(whole.training), whole.left_out("training")) == (320, 0)
    assert "every" not in summary(whole, "training")
    rows = [whole.portions[0].numbers.tolist().index(number) for number in few.portions[0].numbers]
    np.testing.assert_allclose(few.training.probabilities, whole.training.probabilities[rows])  # type: ignore[index]
