"""A step unfolded into its examples, and its update in numbers."""

from __future__ import annotations

import numpy as np
import pytest

from graph_explorer.document import parse, run
from graph_explorer.lab.course import Course
from graph_explorer.lab.epochs import UnderWay, at_step
from graph_explorer.lab.standing import Standing
from graph_explorer.lab.training import read_training
from graph_explorer.lab.unfolded import Unfolded, unfolded

RANDOM = np.random.default_rng(3)
VALUES = {"x": np.zeros((4, 2)), "y": np.zeros(4)}
PARAMETERS = {"W": RANDOM.standard_normal((2, 1)), "b": np.zeros(1)}


def made(loss: str, **table: object) -> tuple[Course, Unfolded]:
    document = parse(f"p = reshape(x @ W + b, [-1])\n{loss}", VALUES, PARAMETERS)
    settings = {"data": "moons:examples=20", "batch_size": 4, "optimizer": "adam:lr=0.1", **table}
    course = Course(document, read_training(settings))
    return course, unfolded(course, Standing(course.initial))


@pytest.mark.parametrize(
    ("loss", "together"),
    [
        ("L = mean((p - y)**2)", "mean"),
        ("L = sum((p - y)**2)", "sum"),
        ("L = mean((p - mean(p) - y)**2)", ""),
    ],
)
def test_how_examples_make_up_their_batch(loss: str, together: str) -> None:
    _, found = made(loss)
    assert found.together == together
    assert len(found.losses) == len(found.numbers) == 4
    if together:
        whole = found.losses.mean() if together == "mean" else found.losses.sum()
        assert found.loss == pytest.approx(whole)


def test_each_example_alone_is_a_run_of_the_document() -> None:
    course, found = made("L = mean((p - y)**2)")
    under_way = UnderWay(course, None)
    rows = under_way.batch_rows()
    for k, row in enumerate(rows):
        portion = course.examples.training.rows([row])
        document = parse(
            "p = reshape(x @ W + b, [-1])\nL = mean((p - y)**2)",
            {"x": portion.features, "y": portion.targets},
            PARAMETERS,
        )
        trace = run(document)
        own = np.concatenate([trace.gradient("W").ravel(), trace.gradient("b").ravel()])
        assert found.losses[k] == pytest.approx(float(trace.value("L")))
        assert found.norms[k] == pytest.approx(np.linalg.norm(own))
        cosine = own @ found.gradient / np.linalg.norm(own) / np.linalg.norm(found.gradient)
        assert found.along[k] == pytest.approx(cosine)
    np.testing.assert_array_equal(found.batch, course.examples.training.numbers[rows])


def test_the_update_written_out_is_the_one_that_is_made() -> None:
    course, found = made("L = mean((p - y)**2)")
    under_way = UnderWay(course, None)
    before = under_way.point
    under_way.advance()
    last = found.worked[-1]
    assert last.line.name == "x"
    np.testing.assert_array_equal(last.value, under_way.point)
    assert found.moved == pytest.approx(np.linalg.norm(under_way.point - before))
    assert found.lr == pytest.approx(0.1)


def test_a_later_step_and_one_without_an_update() -> None:
    course, _ = made("L = mean((p - y)**2)", accumulate=2)
    under_way = UnderWay(course, None)
    for _ in range(2):
        under_way.advance()
    found = unfolded(course, under_way.here())
    assert found.step == 2
    assert found.worked == ()
    assert found.moved == 0
    document = parse("p = reshape(x @ W + b, [-1])\nL = mean((p - y)**2)", VALUES, PARAMETERS)
    opened = at_step(document, course.training, step=2)
    assert found.loss == pytest.approx(float(run(opened).value("L")))


def test_lengths_of_large_gradients_do_not_overflow() -> None:
    course, _ = made("L = mean((p - y)**2)")
    large = Standing({"W": np.full((2, 1), 1e160), "b": np.zeros(1)})
    found = unfolded(course, large)
    assert found.loss == np.inf
    assert 1e158 < found.length < 1e162
    assert np.isfinite(found.norms).all()
    assert (np.abs(found.along) <= 1 + 1e-12).all()
