"""Every lesson on training shows the effect that it is named after."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, run
from graph_explorer.engine.check import check
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


@cache
def trained(name: str, seed: int = 0, **settings: Any) -> Run[Document]:
    lesson = document(name, seed)
    return whole(lesson, read_training({**lesson.training, **settings}))


def test_all_lessons_stand_in_a_section_of_their_own() -> None:
    assert len(LESSONS) == 20
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


def test_digits_are_read_by_convolutions() -> None:
    made = trained("digits_cnn")
    assert made.epochs[-1].validation_metrics["accuracy"] >= 0.98
    weights = {
        name: sum(e.array.size for e in document(name).parameters.values())
        for name in ("digits", "digits_cnn")
    }
    assert weights == {"digits": 9610, "digits_cnn": 6090}
    before, after = (found.parameters["K1"].array for found in (document("digits_cnn"), made.document))
    assert np.linalg.norm(after - before) > 0.3 * np.linalg.norm(before)
    maps = run(made.document).value("c1")
    assert maps.shape == (8, 16, 8, 8)


def test_an_autoencoder_keeps_what_tells_pictures_apart() -> None:
    made = trained("autoencoder")
    found = data_set("digits")
    chosen = np.random.default_rng((0, 2)).permutation(len(found))
    learnt, shown = (found.features[rows] / 16 for rows in (chosen[:1438], chosen[1438:]))
    mean = learnt.mean(axis=0)
    directions = np.linalg.svd(learnt - mean, full_matrices=False)[2][:2]
    straight = np.mean((shown - mean - (shown - mean) @ directions.T @ directions) ** 2)
    assert straight == pytest.approx(0.053, abs=0.001)
    assert made.epochs[-1].validation_loss == pytest.approx(0.04, abs=0.003)
    everything = made.document.with_values({"x": found.features})
    code = run(everything).value("code")
    middles = np.array([code[found.targets == k].mean(axis=0) for k in range(10)])
    nearest = np.linalg.norm(code[:, None] - middles, axis=2).argmin(axis=1)
    assert np.mean(nearest == found.targets) > 0.5  # of ten digits, with no label ever seen


def test_learning_rate_too_small_right_and_too_large() -> None:
    small, right, large = (trained("learning_rate", optimizer=f"sgd:lr={lr}") for lr in (0.0003, 0.3, 10))
    assert right.epochs[-1].validation_metrics["accuracy"] > 0.97
    falls = np.diff([epoch.loss for epoch in small.epochs])
    assert falls.max() < 0  # right all the way …
    assert small.epochs[-1].loss > 0.65  # … and nowhere
    start = run(at_step(document("learning_rate"), step=0)).value("L")
    assert large.epochs[-1].loss > 5 * start
    assert large.epochs[-1].gradient_norms["W1"] < 1e-10 < right.epochs[-1].gradient_norms["W1"]
    hidden = run(at_step(large.document, read_training(large.document.training), step=0)).value("h2")
    assert np.abs(hidden).min() > 0.99


def test_the_update_that_is_missing() -> None:
    made = trained("missing_update")
    assert len({epoch.loss for epoch in made.epochs}) == 1
    assert {epoch.update_ratios[name] for epoch in made.epochs for name in ("W1", "W2", "W3")} == {0.0}
    assert min(epoch.gradient_norms["W2"] for epoch in made.epochs) > 0.1
    assert np.ptp(made.standing.losses) > 0.1  # the batches differ
    assert trained("missing_update", update=True).epochs[-1].loss < 0.2 * made.epochs[-1].loss


def test_gradients_that_nobody_sets_to_zero() -> None:
    swinging, resting = trained("forgotten_zero"), trained("forgotten_zero", zero=True)
    losses = np.array([epoch.loss for epoch in swinging.epochs])
    assert losses[-40:].max() > 2 > 20 * losses.min()  # it comes back to where it began
    assert (np.diff(np.sign(np.diff(losses))) != 0).sum() > 6
    assert max(np.diff([epoch.loss for epoch in resting.epochs])) < 0
    assert resting.epochs[-1].loss < 0.1
    lengths = [np.hypot(*epoch.gradient_norms.values()) for epoch in swinging.epochs]
    at = int(losses.argmin())
    assert lengths[at] > 2  # next to the minimum, where the newest gradient is next to nothing
    assert np.hypot(*resting.epochs[-1].gradient_norms.values()) < 0.1


def test_many_small_batches_are_one_large_batch() -> None:
    small, large = trained("accumulation"), trained("accumulation", accumulate=1, batch_size="all")
    np.testing.assert_allclose([e.loss for e in small.epochs], [e.loss for e in large.epochs], rtol=1e-10)
    assert (small.standing.step, large.standing.step) == (320, 40)
    many = trained("accumulation", accumulate=1)
    assert many.epochs[1].loss < 0.5 * small.epochs[1].loss
    lesson = document("accumulation")
    weights = [float(at_step(lesson, step=step).parameters["w"].array) for step in range(17)]
    assert len(set(weights[:8])) == len(set(weights[8:16])) == 1
    assert len(set(weights)) == 3


def test_depth_and_the_gradient_that_vanishes() -> None:
    stuck, through = trained("deep_and_stuck"), trained("deep_with_shortcuts")
    assert stuck.epochs[-1].loss == pytest.approx(np.log(2), abs=1e-3)
    assert stuck.epochs[-1].validation_metrics["accuracy"] == 0.5
    assert through.epochs[-1].metrics["accuracy"] > 0.97
    layers = [f"W{k}" for k in range(1, 9)]
    dying = np.array([stuck.epochs[-1].gradient_norms[name] for name in layers])
    assert (dying[1:] > 2 * dying[:-1]).all()
    assert dying[0] < 1e-5
    assert stuck.epochs[-1].gradient_norms["V"] > 1e4 * dying[0]
    first = np.array([through.epochs[0].gradient_norms[name] for name in layers])
    assert first.max() < 10 * first.min()
    moved = [
        np.linalg.norm(made.document.parameters["W1"].array - made.document.parameters["W1"].array.mean())
        for made in (stuck, through)
    ]
    assert moved[0] > 0
    begun = document("deep_and_stuck").parameters["W1"].array
    assert np.linalg.norm(stuck.document.parameters["W1"].array - begun) < 1e-3 * np.linalg.norm(begun)
    assert np.linalg.norm(through.document.parameters["W1"].array - begun) > 0.1 * np.linalg.norm(begun)


def test_depth_and_batch_normalisation() -> None:
    stuck, made = trained("deep_and_stuck"), trained("deep_and_normalised")
    for name in (f"W{k}" for k in range(1, 9)):
        one, other = (
            document(each).parameters[name].array for each in ("deep_and_stuck", "deep_and_normalised")
        )
        np.testing.assert_array_equal(one, other)
    assert made.epochs[-1].validation_loss < 0.4 < 0.6 < stuck.epochs[-1].validation_loss
    assert made.epochs[-1].metrics["accuracy"] > 0.95
    norms = [made.epochs[-1].gradient_norms[f"W{k}"] for k in range(1, 9)]
    assert max(norms) < 30 * min(norms)
    after = {name: made.document.inputs[name].array for name in ("m1", "v1")}
    assert np.abs(after["m1"]).min() > 0
    assert np.abs(after["v1"] - 1).min() > 0
    assert {"m1", "v1"}.isdisjoint(made.epochs[-1].gradient_norms)


def test_backpropagation_through_time_whole_and_cut_short() -> None:
    whole_way, cut = trained("bptt"), trained("truncated_bptt")
    assert whole_way.epochs[1].validation_metrics["accuracy"] == 1
    assert whole_way.epochs[-1].validation_loss < 0.001
    assert {epoch.gradient_norms["Ws"] for epoch in cut.epochs} == {0.0}
    assert not cut.document.parameters["Ws"].array.any()
    assert 0.4 < cut.epochs[-1].validation_metrics["accuracy"] < 0.6
    assert cut.epochs[-1].loss > 0.6
    # all else is the same: forward both compute the same numbers
    assert run(document("bptt")).value("L") == run(document("truncated_bptt")).value("L")
    trace = run(document("bptt"))
    terms = [np.abs(term.contribution).max() for term in trace.terms("Ws")]
    assert len(terms) == 12
    assert [term > 0 for term in terms].count(True) == 1
    disagreeing = {
        one.name
        for one in check(run(document("truncated_bptt")), document("truncated_bptt").leaves)
        if not one.agrees
    }
    assert "Ws" in disagreeing


def test_a_cut_of_the_whole_length_is_none() -> None:
    lesson = document("truncated_bptt")
    program = lesson.program.replace("range(3)", "range(1)").replace(
        "range(4*block, 4*block + 4)", "range(12)"
    )
    made = whole(lesson.with_program(program), read_training(lesson.training))
    assert made.epochs[-1].validation_loss == pytest.approx(trained("bptt").epochs[-1].validation_loss)


def test_overfitting() -> None:
    made = trained("overfitting")
    best, last = made.epochs[made.epochs[-1].best - 1], made.epochs[-1]
    assert 5 < best.number < 200
    assert last.loss < 0.5 * best.loss  # the training loss goes on falling …
    assert last.validation_loss > 1.3 * best.validation_loss  # … and the other one has turned
    more = trained("overfitting", data="sine:examples=300,noise=0.5").epochs[-1]
    assert more.validation_loss - more.loss < 0.5 * (last.validation_loss - last.loss)


@pytest.mark.parametrize("name", ["weight_decay", "dropout"])
def test_remedies_for_overfitting(name: str) -> None:
    last, remedied = trained("overfitting").epochs[-1], trained(name).epochs[-1]
    assert remedied.loss > 2 * last.loss
    assert remedied.validation_loss < 0.7 * last.validation_loss
    assert remedied.validation_loss - remedied.loss < 0.5 * (last.validation_loss - last.loss)


def test_too_little_decay_does_little_and_too_much_leaves_a_flat_line() -> None:
    little, much = (trained("weight_decay", optimizer=f"adamw:lr=0.01,weight_decay={w}") for w in (0.01, 10))
    assert little.epochs[-1].validation_loss > 0.27
    everywhere = {"x": np.linspace(-1, 1, 21)[:, None], "y": np.zeros(21)}
    curves = [
        run(made.document.with_values(everywhere)).value("p") for made in (trained("weight_decay"), much)
    ]
    assert np.ptp(curves[1]) < 0.5 * np.ptp(curves[0])


def test_dropout_leaves_out_another_half_in_each_step() -> None:
    lesson = document("dropout")
    off = [run(at_step(lesson, step=step)).value("d") == 0 for step in range(3)]
    assert all(0.35 < np.mean(each) < 0.65 for each in off)
    assert (off[0] != off[1]).any()
    assert (off[1] != off[2]).any()
    made = trained("dropout")
    assert np.diff(made.standing.losses).max() > 0.05  # every batch holds all points, and yet they tremble


def test_stopping_early_keeps_the_best_epoch() -> None:
    made, through = trained("early_stopping"), trained("overfitting")
    assert made.outcome == "stopped early"
    assert made.epochs[-1].best == through.epochs[-1].best == 43
    assert made.epochs[-1].number == 93
    kept = made.document.parameters["w3"].array
    np.testing.assert_array_equal(kept, made.standing.best["w3"])
    assert (kept != made.standing.parameters["w3"]).any()
    assert trained("early_stopping", early_stopping=5).epochs[-1].best < 43
