"""Every lesson on training shows the effect that it is named after."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, run
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples
from graph_explorer.lab.data import data_set
from graph_explorer.lab.epochs import at_step
from graph_explorer.lab.trained import Run, whole
from graph_explorer.lab.training import read_training

LESSONS = {example.name: example for example in examples() if example.path.parent.name == "training"}


@cache
def document(name: str, seed: int = 0) -> Document:
    return open_document(LESSONS[name].path, seed)


def trained(name: str, seed: int = 0, **settings: Any) -> Run[Document]:
    lesson = document(name, seed)
    return whole(lesson, read_training({**lesson.training, **settings}))


def test_all_lessons_stand_in_a_section_of_their_own() -> None:
    assert len(LESSONS) == 6
    assert {example.section for example in LESSONS.values()} == {"Training"}


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_says_what_to_do_and_its_first_step_opens(name: str) -> None:
    lesson = document(name)
    assert "**Do:**" in lesson.description
    assert "**Look at**" in lesson.description
    training = read_training(lesson.training)
    trace = run(at_step(lesson, training))
    assert trace.value(trace.output).shape == ()
    assert not trace.nonfinite


def test_linear_regression_by_batch_mini_batch_and_single_points() -> None:
    full, batch, single = (trained("linear_regression", batch_size=size) for size in ("all", 10, 1))
    assert [run.standing.step for run in (full, batch, single)] == [40, 320, 3200]
    early = [run.epochs[1].loss for run in (full, batch, single)]
    assert early[0] > 2 * early[1] > 2 * early[2]  # more steps for the same work
    late = [np.ptp([epoch.loss for epoch in run.epochs[-10:]]) for run in (batch, single)]
    assert late[1] > 5 * late[0]  # the single points tremble
    assert np.diff([epoch.loss for epoch in full.epochs]).max() < 0  # the whole set never goes uphill
    found = data_set("line:examples=100,noise=0.3")
    slope, offset = np.polyfit(found.features[:, 0], found.targets, 1)
    assert float(batch.document.parameters["w"].array) == pytest.approx(slope, abs=0.15)
    assert float(batch.document.parameters["b"].array) == pytest.approx(offset, abs=0.15)
    assert batch.epochs[-1].loss == pytest.approx(0.3**2, rel=0.15)  # no line can do better


def test_logistic_regression_ends_at_the_same_place_from_anywhere() -> None:
    first = trained("logistic_regression")
    lesson = document("logistic_regression").with_values({"w": [2.0, -1.0], "b": 1.0})
    second = whole(lesson, read_training({**lesson.training, "seed": 1}))
    weights = [run.document.parameters["w"].array for run in (first, second)]
    np.testing.assert_allclose(weights[0], weights[1], atol=0.1)
    assert abs(weights[0][1]) < 0.1 * abs(weights[0][0])
    assert first.epochs[-1].validation_metrics["accuracy"] > 0.9


def test_xor_needs_the_hidden_layer() -> None:
    made = trained("xor")
    assert made.epochs[-1].metrics["accuracy"] == 1
    assert made.epochs[0].metrics["accuracy"] < 1
    lesson = document("xor")
    alone = lesson.with_program("p = sigmoid(x @ w2[0:2] + b2)\nL = -mean(y*log(p) + (1 - y)*log(1 - p))")
    without = whole(alone, read_training(lesson.training))
    assert without.epochs[-1].loss == pytest.approx(np.log(2), abs=1e-3)
    assert without.epochs[-1].metrics["accuracy"] < 1


def test_spirals_are_parted() -> None:
    made = trained("spirals")
    assert made.epochs[-1].validation_metrics["accuracy"] >= 0.98
    plain = trained("spirals", optimizer="sgd:lr=0.1")
    assert plain.epochs[-1].loss > 5 * made.epochs[-1].loss
    first, last = made.epochs[0].gradient_norms, made.epochs[-1].gradient_norms
    assert all(last[name] < 0.1 * first[name] for name in ("W1", "W2"))


def test_digits_are_read() -> None:
    made = trained("digits")
    assert made.epochs[-1].validation_metrics["accuracy"] >= 0.97
    assert made.epochs[-1].metrics["accuracy"] > 0.995
    assert made.epochs[0].losses[0] == pytest.approx(np.log(10), abs=0.1)


def test_overfitting_and_its_remedies() -> None:
    made = trained("overfitting")
    best, last = made.epochs[made.epochs[-1].best - 1], made.epochs[-1]
    assert 5 < best.number < 200
    assert last.loss < 0.5 * best.loss  # the training loss goes on falling …
    assert last.validation_loss > 1.3 * best.validation_loss  # … and the other one has turned
    early = trained("overfitting", early_stopping=50)
    assert early.outcome == "stopped early"
    assert early.epochs[-1].best == best.number
    for settings in (
        {"optimizer": "adam:lr=0.01,weight_decay=0.05"},
        {"data": "sine:examples=300,noise=0.5"},
    ):
        remedied = trained("overfitting", **settings).epochs[-1]
        assert remedied.validation_loss - remedied.loss < 0.5 * (last.validation_loss - last.loss)
