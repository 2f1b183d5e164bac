"""Data sets: what the generated ones hold, what files may hold, how examples are split and standardised."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from graph_explorer.document import Document, parse
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.data import BUNDLED, data, data_set
from graph_explorer.lab.generated import GENERATORS
from graph_explorer.lab.portions import examples_of
from graph_explorer.lab.training import read_training


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generated_set_is_the_same_from_the_same_seed(name: str) -> None:
    once, again, other = (data_set(f"{name}:examples=50{more}") for more in ("", ",seed=0", ",seed=1"))
    np.testing.assert_array_equal(once.features, again.features)
    np.testing.assert_array_equal(once.targets, again.targets)
    assert len(once) == len(once.targets) == 50
    assert np.isfinite(once.features).all()
    assert name == "xor" or (once.features != other.features).any()
    if once.classes:
        counts = np.bincount(once.targets.astype(int), minlength=len(once.classes))
        assert counts.min() >= 50 // len(once.classes) - (10 if name == "parity" else 0)


def test_shapes_are_what_they_are_called() -> None:
    moons, circles = data_set("moons:noise=0"), data_set("circles:noise=0,factor=0.3")
    upper, lower = (moons.features[moons.targets == k] for k in (0, 1))
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5
    radius = np.linalg.norm(circles.features, axis=1)
    np.testing.assert_allclose(radius, np.where(circles.targets == 0, 1.0, 0.3))
    spirals = data_set("spirals:noise=0,classes=3,turns=2")
    angle = 2 * np.pi * (2 * np.linalg.norm(spirals.features, axis=1) + spirals.targets / 3)
    np.testing.assert_allclose(np.cos(angle), spirals.features[:, 0] / np.hypot(*spirals.features.T))
    blobs = data_set("blobs:classes=4,noise=0")
    np.testing.assert_allclose(blobs.features[:4], [[1, 0], [0, 1], [-1, 0], [0, -1]], atol=1e-15)
    xor = data_set("xor")
    np.testing.assert_array_equal(xor.features, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(xor.targets, [0, 1, 1, 0])


@pytest.mark.parametrize(
    ("name", "function"),
    [("line", lambda x: 2 * x + 1), ("sine", lambda x: np.sin(np.pi * x)), ("cubic", lambda x: 2 * x**3 - x)],
)
def test_curves_have_the_noise_they_are_given(name: str, function: object) -> None:
    assert callable(function)
    plain, noisy = data_set(f"{name}:noise=0"), data_set(f"{name}:noise=0.5,examples=5000")
    np.testing.assert_allclose(plain.targets, function(plain.features[:, 0]))
    assert np.std(noisy.targets - function(noisy.features[:, 0])) == pytest.approx(0.5, rel=0.05)


def test_sequences_hold_their_answers() -> None:
    adding, parity, waves = data_set("adding:length=7"), data_set("parity"), data_set("waves:length=9")
    recall = data_set("recall:length=5,noise=0.5,examples=4000")
    np.testing.assert_array_equal(recall.features[:, 0, 0], 2 * recall.targets - 1)
    assert not recall.features[:, 1:, 0].any()
    assert recall.features[:, :, 1].std() == pytest.approx(0.5, rel=0.05)
    assert adding.features.shape == (1000, 7, 2)
    np.testing.assert_array_equal(adding.features[:, :, 1].sum(axis=1), 2)
    np.testing.assert_allclose(adding.targets, adding.features.prod(axis=2).sum(axis=1))
    np.testing.assert_array_equal(parity.targets, parity.features.sum(axis=(1, 2)) % 2)
    x = waves.features[:, :, 0]  # of a sine, each number follows from the two before and its pace
    pace = (x[:, 2] + x[:, 0]) / x[:, 1]
    np.testing.assert_allclose(waves.targets, pace * x[:, -1] - x[:, -2], atol=1e-9)


def test_bundled_sets() -> None:
    sizes = {"digits": (1797, 64, 10), "iris": (150, 4, 3), "wine": (178, 13, 3), "diabetes": (442, 10, 0)}
    assert sizes.keys() == BUNDLED.keys()
    for name, (examples, columns, classes) in sizes.items():
        found = data_set(name)
        assert found.features.shape == (examples, columns)
        assert len(found.classes) == classes
    assert data("digits", "images").shape == (1797, 8, 8)
    assert data("moons:examples=6", "labels").tolist() == [0, 1, 0, 1, 0, 1]


def table(folder: Path, text: str) -> Path:
    (folder / "own.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_table_with_words(tmp_path: Path) -> None:
    found = data_set("own.csv", table(tmp_path, "width, y, height\n1,cat,2\n\n3,ant,4.5\n5,cat,6\n"))
    assert found.features.tolist() == [[1, 2], [3, 4.5], [5, 6]]
    assert found.classes == ("ant", "cat")
    assert found.targets.tolist() == [1, 0, 1]


def test_a_table_of_numbers_alone(tmp_path: Path) -> None:
    found = data_set("own.csv", table(tmp_path, "1,2,3\n4,5,6\n"))
    assert (found.features.tolist(), found.targets.tolist(), found.classes) == ([[1, 2], [4, 5]], [3, 6], ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'own.csv' is empty"),
        ("a,b\n", "'own.csv' has no examples below its header"),
        ("1\n2\n", "'own.csv' has one column"),
        ("1,2\n3\n", "'own.csv', line 2: 1 columns where the first line has 2; give each line as many"),
        ("a,b\n1,2\nx,3\n", "'own.csv', line 3, column 1 'a': 'x' is no finite number"),
        ("a,b\n1,2\n,3\n", "'own.csv', line 3, column 1 'a': nothing stands there; fill it in"),
        ("a,b\n1,cat\n2,\n", "'own.csv', line 3, column 2 'b': nothing stands there; fill it in"),
        ("a,b\n1,cat\n2,3\n", "'own.csv', line 2, column 2 'b': 'cat' is no finite number"),
        ("1,2\nnan,3\n", "'own.csv', line 2, column 1: 'nan' is no finite number"),
        ("1,2\n3,cat\n", "'own.csv', line 2, column 2: 'cat' is no finite number"),
    ],
)
def test_a_table_that_cannot_be_read_names_line_and_column(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        data_set("own.csv", table(tmp_path, text))
    assert sentence in caught.value.message


def test_arrays_that_do_not_fit(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", x=np.ones((3, 2)), y=np.ones(2), z=np.array(1.0), w=[np.nan, 1, 1], e=[])
    for target, sentence in (
        ("y", "'own.npz' holds 3 examples of 'x' and 2 of 'y'"),
        ("z", "'z' in 'own.npz' is no array of numbers"),
        ("w", r"'w' in 'own.npz' holds nan at \[0\]; give finite numbers only"),
        ("e", "'e' in 'own.npz' has no examples; add rows of numbers"),
        ("v", "'own.npz' has no key 'v'"),
    ):
        with pytest.raises(InputError, match=sentence):
            data_set("own.npz", tmp_path, "x", target)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("spirls", "unknown data set 'spirls'; did you mean 'spirals'?"),
        ("moons:turns=2", 'moons has no "turns"'),
        ("moons:examples=1", "examples must be at least 2"),
        ("digits:seed=1", "'digits' has no settings"),
        ("own.csv", "'data' is kept in a file; save the document first"),
    ],
)
def test_a_wrong_name_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        data_set(text)
    assert sentence in caught.value.message


# ── portions ──────────────────────────────────────────────────────────────────────────────────


def document(x: object, y: object, program: str = "L = mean(x*w) - mean(y)") -> Document:
    return parse(program, {"x": x, "y": y}, {"w": 1.0})


def test_a_split_shares_nothing_and_has_a_seed_of_its_own() -> None:
    made = document(np.zeros((1, 2)), np.zeros(1))
    found = [
        examples_of(made, read_training({"data": "moons", "split": 0.75, "seed": seed})) for seed in (0, 9)
    ]
    first, other = found
    assert (len(first.training), len(first.validation)) == (150, 50)
    np.testing.assert_array_equal(first.training.features, other.training.features)
    together = np.concatenate([first.training.features, first.validation.features])
    assert len(np.unique(together, axis=0)) == 200
    again = examples_of(made, read_training({"data": "moons", "split": 0.75, "split_seed": 1}))
    assert (again.training.features != first.training.features).any()
    whole = examples_of(made, read_training({"data": "moons", "split": 1.0}))
    np.testing.assert_array_equal(whole.training.features, data("moons", "features"))
    assert len(whole.validation) == 0


def test_standardisation_learns_from_the_training_examples_alone(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    x = np.stack([5 + 3 * random.standard_normal(100), np.full(100, 7.1)], axis=1)
    np.savez(tmp_path / "own.npz", x=x, y=np.zeros(100))
    made = dataclasses.replace(document(np.zeros((1, 2)), np.zeros(1)), path=tmp_path / "d.toml")
    found = examples_of(made, read_training({"data": "own.npz", "standardize": True}))
    features = found.training.features
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(features.std(axis=0), [1, 0], atol=1e-12)
    assert abs(found.validation.features[:, 0].mean()) > 1e-3
    assert found.mean is not None
    assert found.scale is not None
    back = np.concatenate([features, found.validation.features]) * found.scale + found.mean
    np.testing.assert_allclose(np.sort(back, axis=0), np.sort(x, axis=0))


def test_examples_may_be_their_own_targets() -> None:
    alone = parse("L = mean((x*w - x)**2)", {"x": np.zeros((1, 64))}, {"w": 0.5})
    found = examples_of(alone, read_training({"data": "digits", "target": "x"}))
    assert (found.inputs, found.target) == ("x", "x")
    assert found.training.targets is not None
    np.testing.assert_array_equal(found.training.targets, found.training.features)
    beside = parse("L = mean((x*w - x)**2) + y", {"y": 0.0, "x": np.zeros((1, 64))}, {"w": 0.5})
    found = examples_of(beside, read_training({"data": "digits", "inputs": "x", "target": "x"}))
    np.testing.assert_array_equal(found.validation.targets, found.validation.features)
    with pytest.raises(InputError, match="or name the one as the target too"):
        examples_of(alone, read_training({"data": "digits"}))


def test_examples_take_the_form_of_the_inputs() -> None:
    images = document(np.zeros((1, 1, 8, 8), np.float32), np.zeros((1, 10)))
    found = examples_of(images, read_training({"data": "digits", "split": 1.0}))
    assert found.training.features.shape == (1797, 1, 8, 8)
    assert found.training.features.dtype == np.float32
    np.testing.assert_array_equal(found.training.targets.argmax(axis=1), data("digits", "labels"))
    np.testing.assert_array_equal(found.training.targets.sum(axis=1), 1)
    assert found.classes == tuple("0123456789")
    numbers = document(np.zeros(2), np.zeros((2, 1)))
    found = examples_of(numbers, read_training({"data": "line:examples=9", "split": 1.0}))
    assert (found.training.features.shape, found.training.targets.shape) == ((9,), (9, 1))
