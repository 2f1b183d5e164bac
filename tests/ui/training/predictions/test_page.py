"""The page of predictions: the picture that suits the data, live, by mouse and by keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.document import Document, parse
from graph_explorer.ui.training.predictions.choice import Choice, rows_of, summary
from graph_explorer.ui.training.predictions.page import JOB, PredictionsPage, parts_of
from graph_explorer.ui.training.predictions.subject import Moment
from tests.ui.training.lessons import lesson
from tests.ui.training.predictions.showing import settled, shown


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


def test_another_theme_paints_everything_anew(page: PredictionsPage, qtbot: QtBot) -> None:
    shown(page, lesson("spirals"), qtbot, epochs=1)
    light = page.grab().toImage()
    page.session.change(theme="dark")
    assert page.grab().toImage() != light


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
