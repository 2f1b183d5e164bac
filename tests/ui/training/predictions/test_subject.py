"""What is drawn: which picture suits the data, and how fine it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from graph_explorer.ui.training.predictions import subject
from graph_explorer.ui.training.predictions.choice import summary
from graph_explorer.ui.training.predictions.page import PredictionsPage
from graph_explorer.ui.training.predictions.subject import Answering, Plane, picture_shape
from tests.ui.training.lessons import lesson
from tests.ui.training.predictions.showing import shown


def field(probabilities: Any) -> Plane:
    return Plane((0.0, 1.0, 0.0, 1.0), np.zeros((*np.shape(probabilities)[:2], 1)), np.asarray(probabilities))


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((8, 8), (8, 8)), ((64,), (8, 8)), ((1, 12, 10), (12, 10)), ((3, 9, 9), (9, 9)), ((10, 2), None),
        ((36,), None), ((65,), None), ((2, 9, 9), None), ((2,), None),
    ],
)  # fmt: skip
def test_pictures_are_told_by_their_shape(shape: tuple[int, ...], wanted: tuple[int, int] | None) -> None:
    assert picture_shape(shape) == wanted


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
