"""Predictions: the answer is found in the graph, read as it was meant, and agrees with the metrics."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.formats import open_document
from graph_explorer.formats.examples import examples
from graph_explorer.lab import predictions
from graph_explorer.lab.epochs import train
from graph_explorer.lab.predictions import Predictor, confusion
from graph_explorer.lab.training import read_training

TRAINED = {row.name: row.path for row in examples() if row.path.parent.name == "training"}


def predictor(document: Document) -> Predictor:
    return Predictor(document, read_training(document.training))


def own(document: Document) -> dict[str, Any]:
    return {name: each.array for name, each in document.parameters.items()}


def made(program: str, tmp_path: Path, x: Any, y: Any, **parameters: Any) -> Document:
    """A document on examples of its own in a file beside it."""
    np.savez(tmp_path / "examples.npz", x=x, y=y)
    document = parse(program, {"x": np.asarray(x, float)[:2], "y": np.asarray(y, float)[:2]}, parameters)
    settings = {"data": "examples.npz", "split": 0.5}
    return dataclasses.replace(document, path=tmp_path / "network.toml", training=settings)


# ── which value is the answer ─────────────────────────────────────────────────────────────────

X = np.linspace(-1, 1, 8).reshape(4, 2)
W = np.array([[1.0, -0.5], [0.3, 0.8]])
FOUND = {
    "z = x @ W\nL = cross_entropy(z, y)": ("z", "scores"),
    "z = x @ W\nl = log_softmax(z)\nL = nll_loss(l, y)": ("l", "logarithms"),
    "p = sum(x @ W, axis=1)\nL = mean((p - y)**2)": ("p", "numbers"),
    "p = sum(x @ W, axis=1)\nL = mean((y - p)**2)": ("p", "numbers"),
    "p = sigmoid(sum(x @ W, axis=1))\nL = -mean(y*log(p) + (1 - y)*log(1 - p))": ("p", "probabilities"),
    "p = sigmoid(sum(x @ W, axis=1))\nL = binary_cross_entropy(p, y)": ("p", "probabilities"),
    "s = sum(x @ W, axis=1)\nL = mean(maximum(0, 1 - (2*y - 1)*s))": ("s", "numbers"),
}


@pytest.mark.parametrize("program", FOUND)
def test_the_answer_is_what_the_loss_compares_with_the_target(program: str, tmp_path: Path) -> None:
    found = predictor(made(program, tmp_path, X, [0, 1, 1, 0], W=W))
    assert (found.asked.answers, found.reading) == ((FOUND[program][0],), FOUND[program][1])


def test_an_input_that_is_wanted_again_is_the_target(tmp_path: Path) -> None:
    document = made("r = x/2 @ W\nL = mean((r - x/2)**2) + 0*sum(y)", tmp_path, X, [0, 1, 1, 0], W=W)
    found = predictor(document)
    assert found.asked.again
    answered = found.predict(own(document), found.examples.training)
    np.testing.assert_allclose(answered.wanted, found.examples.training.features / 2)
    np.testing.assert_allclose(answered.answers, found.examples.training.features / 2 @ W)


def test_answers_of_several_moments_stand_side_by_side(tmp_path: Path) -> None:
    program = "L = 0\nfor t in range(3):\n    p = w*x[:, t]\n    L = L + mean((p - y[:, t])**2)"
    x = np.arange(12.0).reshape(4, 3)
    document = made(program, tmp_path, x, 2 * x + 1, w=2.0)
    found = predictor(document)
    answered = found.predict(own(document), found.examples.training)
    np.testing.assert_allclose(answered.wanted - answered.answers, 1.0)
    np.testing.assert_allclose(answered.errors, 1.0)
    assert answered.answers.shape == (2, 3)


@pytest.mark.parametrize(
    "program",
    ["L = sum(x @ W)", "p = x @ W\nq = p*2\nL = sum((p[:, 0] - y)**2) + sum((q[:, 1] - y)**2)"],
    ids=["nothing", "two"],
)
def test_where_nothing_tells_the_answer_a_sentence_does(program: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"which value holds the answer cannot be told .* metrics"):
        predictor(made(program, tmp_path, X, [0, 1, 1, 0], W=W))


def test_an_answer_without_a_row_an_example_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row an example"):
        predictor(made("p = sum(x @ W)\nL = sum((p - y)**2)", tmp_path, X, [0, 1, 1, 0], W=W))


# ── what it says ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [name for name in TRAINED if "accuracy" in TRAINED[name].read_text("utf-8")])
def test_the_share_of_right_answers_is_the_accuracy(name: str) -> None:
    document = open_document(TRAINED[name])
    found = predictor(document)
    epoch, standing = next(iter(train(document)))
    portions = {"training": epoch.metrics, "validation": epoch.validation_metrics}
    for name, measured in portions.items():
        portion = getattr(found.examples, name)
        if len(portion):
            answered = found.predict(standing.parameters, portion)
            assert answered.right.mean() == pytest.approx(measured["accuracy"])
            np.testing.assert_allclose(answered.probabilities.sum(axis=1), 1.0)
            counts = confusion(answered, len(found.classes))
            assert counts.trace() == answered.right.sum()
            assert counts.sum() == len(portion)


def test_probabilities_of_scores_are_their_softmax(tmp_path: Path) -> None:
    document = made("z = x @ W\np = softmax(z)\nL = cross_entropy(z, y)", tmp_path, X, [0, 1, 1, 0], W=W)
    found = predictor(document)
    answered = found.predict(own(document), found.examples.training)
    wanted = run(document.with_values({"x": found.examples.training.features})).value("p")
    np.testing.assert_allclose(answered.probabilities, wanted)
    np.testing.assert_allclose(answered.confidence, wanted.max(axis=1))
    assert answered.found.tolist() == wanted.argmax(axis=1).tolist()


def test_classes_by_squared_error_are_the_nearest() -> None:
    program = "p = x @ w\nL = mean((p - y)**2)"
    document = parse(program, {"x": np.zeros((2, 2)), "y": np.zeros(2)}, {"w": np.array([0.4, 0.0])})
    document = document.with_training({"data": "blobs:classes=2,noise=0.2"})
    found = predictor(document)
    assert (found.reading, found.classes) == ("nearness", ("0", "1"))
    answered = found.predict(own(document), found.examples.training)
    assert (answered.found == (answered.answers > 0.5)).all()


def test_an_answer_that_is_no_number_is_no_class() -> None:
    document = open_document(TRAINED["spirals"])
    found = predictor(document)
    answered = found.predict({"b3": np.array([np.nan, 0.0])}, found.examples.training)
    assert (answered.found == -1).all()
    assert not answered.right.any()
    assert confusion(answered, 2).sum() == 0


def test_many_examples_are_answered_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    document = open_document(TRAINED["spirals"])
    found = predictor(document)
    whole = found.predict(own(document), found.examples.training)
    monkeypatch.setattr(predictions, "CHUNK", 37)
    shares: list[float] = []
    parts = found.predict(own(document), found.examples.training, shares.append)
    np.testing.assert_allclose(parts.answers, whole.answers)
    assert shares == sorted(shares)
    assert len(shares) == 9

    def stop(share: float) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        found.predict(own(document), found.examples.training, stop)


def test_inputs_that_nobody_knows_the_targets_of_are_answered() -> None:
    document = open_document(TRAINED["xor"])
    found = predictor(document)
    answers = found.answers(own(document), np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.5]]))
    assert answers.shape == (3,)
    wanted = run(document).value("p")
    np.testing.assert_allclose(answers[:2], wanted[[0, 2]])
    assert found.answers({}, np.zeros((0, 2))).shape == (0,)
    assert len(found.predict(own(document), found.examples.validation)) == 0


def test_examples_that_are_their_own_targets_are_wanted_again() -> None:
    document = open_document(TRAINED["autoencoder"])
    found = predictor(document)
    assert (found.asked.again, found.reading, found.classes) == (True, "numbers", ())
    answered = found.predict(own(document), found.examples.validation)
    np.testing.assert_allclose(answered.wanted, found.examples.validation.features / 16)
    features = np.zeros((2, 64))
    wanted = run(document.with_values({"x": features})).value("r")
    np.testing.assert_allclose(found.answers(own(document), features), wanted)


@pytest.mark.parametrize("name", TRAINED)
def test_every_lesson_says_what_it_answers(name: str) -> None:
    document = open_document(TRAINED[name])
    found = predictor(document)
    answered = found.predict(own(document), found.examples.training)
    assert len(answered) == len(found.examples.training)
    assert (answered.found is None) == (found.reading == "numbers")
    assert np.isfinite(answered.wanted).all()
