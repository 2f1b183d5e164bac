"""Training: the same curves as PyTorch's, the same bits after a pause, and sentences for what cannot be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import Cancelled, InputError
from graph_explorer.lab.epochs import Epoch, at_step, standing_at, train
from graph_explorer.lab.optimizers import METHODS, read_method
from graph_explorer.lab.standing import Standing, load_standing, save_standing
from graph_explorer.lab.trained import whole
from graph_explorer.lab.training import TrainingError, check_training, read_training

GOLDEN = np.load(Path(__file__).parent / "golden" / "torch_2_13_0_training.npz")
NAMES = ("W0", "b0", "W1", "b1", "W2", "b2")
PROGRAM = """
h = tanh(tanh(x @ W0 + b0) @ W1 + b1)
z = h @ W2 + b2
L = cross_entropy(z, y)
"""
SETTINGS: Mapping[str, Any] = {
    "data": "examples.npz",
    "split": 1.0,
    "batch_size": 12,
    "epochs": 40,
    "seed": 5,
}


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """The network that PyTorch trained, with its examples in a file beside it."""
    np.savez(tmp_path / "examples.npz", x=GOLDEN["x"], y=GOLDEN["y"])
    made = parse(PROGRAM, {"x": GOLDEN["x"][:4], "y": GOLDEN["y"][:4]}, {n: GOLDEN[n] for n in NAMES})
    return dataclasses.replace(made, path=tmp_path / "network.toml", training=dict(SETTINGS))


def trained(document: Document, **settings: Any) -> list[tuple[Epoch, Standing]]:
    return list(train(document, read_training({**document.training, **settings})))


def packed(values: Mapping[str, Any]) -> Any:
    return np.concatenate([np.ravel(values[name]) for name in NAMES])


def same(first: Standing, second: Standing) -> None:
    """Both standings are the same bits."""
    for field in dataclasses.fields(Standing):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, Mapping):
            assert one.keys() == other.keys(), field.name
            for name in one:
                np.testing.assert_array_equal(one[name], other[name], err_msg=f"{field.name} {name}")
                assert np.asarray(one[name]).dtype == np.asarray(other[name]).dtype
        else:
            np.testing.assert_array_equal(one, other, err_msg=field.name)


# ── what PyTorch computes ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("place", range(len(GOLDEN["optimizers"])), ids=GOLDEN["optimizers"].tolist())
def test_curves_and_weights_agree_with_pytorch(document: Document, place: int) -> None:
    epochs = trained(document, optimizer=str(GOLDEN["optimizers"][place]))
    losses = np.concatenate([epoch.losses for epoch, _ in epochs])
    np.testing.assert_allclose(losses, GOLDEN["losses"][place], rtol=1e-7)
    for (_, standing), point in zip(epochs[19::20], GOLDEN["points"][place], strict=True):
        apart = np.linalg.norm(packed(standing.parameters) - point) / np.linalg.norm(point)
        assert apart < 1e-9
    assert losses[-5:].mean() < 0.9 * losses[:5].mean()


def test_narrow_numbers_stay_narrow_and_near(document: Document) -> None:
    narrow = parse(
        PROGRAM,
        {name: document.inputs[name].array.astype(np.float32) for name in ("x", "y")},
        {name: GOLDEN[name].astype(np.float32) for name in NAMES},
        dtype="float32",
    )
    narrow = dataclasses.replace(narrow, path=document.path, training=document.training)
    for text in ("adam:lr=0.01", "momentum:lr=0.02,clip_norm=0.3,noise=0.01"):
        (_, wide), (_, found) = (trained(each, optimizer=text, epochs=10)[-1] for each in (document, narrow))
        vectors = [value for value in found.memory.values() if np.ndim(value)]
        assert {each.dtype for each in (*vectors, *found.parameters.values())} == {np.dtype(np.float32)}
        np.testing.assert_allclose(packed(found.parameters), packed(wide.parameters), atol=2e-4)
        assert np.abs(packed(found.parameters) - packed(wide.parameters)).max() > 0


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.rule is not None])
def test_every_method_takes_narrow_steps_as_it_takes_wide_ones(name: str) -> None:
    settings = read_method(name)
    random = np.random.default_rng(1)
    wide = random.standard_normal(5)
    narrow = wide.astype(np.float32)
    states = settings.init(wide, 0.01), settings.init(narrow, 0.01)
    for _ in range(3):
        gradient = random.standard_normal(5)
        wide, first = settings.step(wide, gradient, states[0], 0.01)
        narrow, second = settings.step(narrow, gradient.astype(np.float32), states[1], 0.01)
        states = first, second
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-4, atol=1e-5)


def test_a_division_of_settings_by_zero_is_no_error() -> None:
    settings, point = read_method("radam:betas=0.9/0.6"), np.ones(3, np.float32)
    found, _ = settings.step(point, point, settings.init(point, 0.1), 0.1)
    assert found.dtype == np.float32


# ── the same bits ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "optimizer",
    [
        "adam:lr=0.01",
        "momentum:lr=0.05,schedule=cosine",
        "nadam:noise=0.1",
        "asgd:lr=0.1",
        "sgd:schedule=plateau",
    ],
)
@pytest.mark.parametrize("step", [0, 10, 13])
def test_a_resumed_training_goes_on_as_if_it_had_not_paused(
    document: Document, tmp_path: Path, optimizer: str, step: int
) -> None:
    training = read_training({**document.training, "optimizer": optimizer, "epochs": 6, "split": 0.8})
    through = list(train(document, training))
    paused = standing_at(document, training, step=step)
    assert paused.step == step
    save_standing(paused, tmp_path / "here.npz")
    again = list(train(document, training, start=load_standing(tmp_path / "here.npz")))
    assert [e.number for e, _ in again] == [e.number for e, _ in through][step // 4 :]
    np.testing.assert_array_equal(again[0][0].losses, through[step // 4][0].losses)
    assert again[-1][0].loss == through[-1][0].loss
    np.testing.assert_array_equal(again[-1][1].losses, through[-1][1].losses)
    for name in NAMES:
        np.testing.assert_array_equal(again[-1][1].parameters[name], through[-1][1].parameters[name])


def test_a_checkpoint_after_an_epoch_is_complete(document: Document, tmp_path: Path) -> None:
    training = read_training({**document.training, "optimizer": "adam", "epochs": 6, "early_stopping": 3})
    through = list(train(document, training))
    save_standing(through[2][1], tmp_path / "here.npz")
    loaded = load_standing(tmp_path / "here.npz")
    same(loaded, through[2][1])
    *_, (epoch, standing) = train(document, training, start=loaded)
    same(standing, through[-1][1])
    assert (epoch.best, epoch.outcome) == (through[-1][0].best, through[-1][0].outcome)


def test_replay_from_the_same_state_with_other_settings(document: Document) -> None:
    training = read_training({**document.training, "epochs": 3, "optimizer": "adam:lr=0.01"})
    *_, (_, here) = train(document, training)
    later = {**document.training, "epochs": 4}
    slow, fast, other = (
        next(train(document, read_training({**later, "optimizer": text}), start=here))[1]
        for text in ("adam:lr=0.001", "adam:lr=0.01", "sgd:lr=0.01")
    )
    assert slow.memory["t"] == fast.memory["t"] == 20  # the means go on
    assert other.memory == {"t": 5}  # nothing that it could use: it begins afresh
    moved = [np.linalg.norm(packed(each.parameters) - packed(here.parameters)) for each in (slow, fast)]
    assert 5 < moved[1] / moved[0] < 20


def test_any_step_opens_as_a_document(document: Document) -> None:
    training = read_training({**document.training, "epochs": 3, "optimizer": "adam:lr=0.01"})
    epochs = list(train(document, training))
    losses = epochs[-1][1].losses
    for step in (0, 4, 5, 7, 14):
        opened = at_step(document, training, step=step)
        trace = run(opened)
        assert trace.value("L") == losses[step]
        assert opened.inputs["x"].array.shape == (12, 6)
    last = at_step(document, training, start=epochs[1][1], step=14)
    np.testing.assert_array_equal(last.parameters["W0"].array, opened.parameters["W0"].array)
    norms = {name: np.linalg.norm(trace.gradient(name)) for name in NAMES}
    assert norms == pytest.approx(epochs[-1][0].gradient_norms)
    with pytest.raises(InputError, match="there is no step 15 from here; they go from 0 to 14"):
        at_step(document, training, step=15)


def test_batches_go_through_all_examples_and_differ_by_seed_and_epoch(document: Document) -> None:
    def seen(step: int, **settings: Any) -> Any:
        training = read_training({**document.training, "epochs": 2, **settings})
        return at_step(document, training, step=step).inputs["x"].array

    epoch = np.concatenate([seen(step) for step in range(5)])
    np.testing.assert_array_equal(np.sort(epoch, axis=0), np.sort(GOLDEN["x"], axis=0))
    assert (seen(0) != seen(5)).any()
    assert (seen(0) != seen(0, seed=6)).any()
    np.testing.assert_array_equal(seen(1, shuffle=False), GOLDEN["x"][12:24])
    assert len(seen(1, batch_size=50)) == 10  # the rest
    assert len(seen(1, batch_size="all")) == 60


# ── numbers of an epoch ───────────────────────────────────────────────────────────────────────


def test_numbers_of_an_epoch_are_those_of_its_parameters(document: Document) -> None:
    epoch, standing = trained(document, epochs=1, split=0.8, metrics=["accuracy"], optimizer="sgd:lr=0.1")[0]
    rows = np.random.default_rng((0, 2)).permutation(60)
    for part, loss, metrics in (
        (rows[:48], epoch.loss, epoch.metrics),
        (rows[48:], epoch.validation_loss, epoch.validation_metrics),
    ):
        x, y = GOLDEN["x"][part], GOLDEN["y"][part]
        trace = run(document.with_values({"x": x, "y": y, **standing.parameters}))
        assert loss == pytest.approx(float(trace.value("L")), rel=1e-12)
        right = np.mean(trace.value("z").argmax(axis=1) == y)
        assert metrics == {"accuracy": pytest.approx(right)}
    before = at_step(document, read_training({**document.training, "split": 0.8}), step=3)
    for name in NAMES:
        old, new = before.parameters[name].array, standing.parameters[name]
        ratio = np.linalg.norm(new - old) / np.linalg.norm(old)
        assert epoch.update_ratios[name] == pytest.approx(ratio, rel=1e-9)
    assert epoch.learning_rate == 0.1


def test_early_stopping_keeps_the_best_parameters(document: Document) -> None:
    settings = {**document.training, "split": 0.5, "optimizer": "adam:lr=0.05", "epochs": 200}
    made = whole(document, read_training({**settings, "early_stopping": 4}))
    losses = [epoch.validation_loss for epoch in made.epochs]
    best = int(np.argmin(losses)) + 1
    assert made.outcome == "stopped early"
    assert len(losses) == best + 4 < 200
    assert made.epochs[-1].best == made.standing.best_epoch == best
    again = whole(document, read_training({**settings, "epochs": best}))
    np.testing.assert_array_equal(made.document.parameters["W0"].array, again.standing.parameters["W0"])


def test_ends_where_numbers_are_not_finite(document: Document) -> None:
    found = trained(document, optimizer="sgd:lr=1e308", epochs=20)
    assert found[-1][0].outcome == "diverged"
    assert len(found) < 20


def test_can_be_stopped_between_steps(document: Document) -> None:
    heard: list[float] = []

    def checkpoint(fraction: float) -> None:
        heard.append(fraction)
        if len(heard) == 8:
            raise Cancelled

    running = train(document, read_training(document.training), checkpoint=checkpoint)
    assert next(running)[0].number == 1
    with pytest.raises(Cancelled):
        next(running)
    assert heard == [step / 200 for step in range(8)]


@pytest.mark.parametrize(("weight", "accuracy"), [(-9.0, 1.0), (9.0, 0.0)])
def test_metrics_of_one_number_an_example(weight: float, accuracy: float) -> None:
    made = parse(
        "p = sigmoid(x @ w)\nL = mean((p - y)**2)",
        {"x": np.zeros((2, 2)), "y": np.zeros(2)},
        {"w": np.array([weight, 0.0])},
    )
    settings = {"data": "blobs:classes=2,noise=0", "metrics": ["accuracy:of=p"], "optimizer": "sgd:lr=0"}
    epoch, _ = next(train(made, read_training(settings)))
    assert epoch.metrics == epoch.validation_metrics == {"accuracy": accuracy}
    with pytest.raises(InputError, match="which value holds the answer cannot be told from the loss"):
        next(train(made, read_training({**settings, "metrics": ["accuracy"]})))


# ── what cannot be ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("data", "mons", "unknown data set 'mons'; did you mean 'moons'?"),
        ("data", "moons:noise=-1", "noise must be at least 0, found -1"),
        ("data", 3, "data must be a text in quotes, found 3"),
        ("split", 0, "split must be above 0 and at most 1, the part that is trained on, found 0"),
        ("batch_size", 0, 'batch_size must be a whole number from 1, or "all", found 0'),
        ("batch_size", True, "batch_size must be a whole number from 1"),
        ("epochs", 0, "epochs must be a whole number from 1 to 1,000,000, found 0"),
        ("optimizer", "adamm", "no method is called \"adamm\"; did you mean 'adam'?"),
        ("optimizer", "lbfgs", "lbfgs chooses where it evaluates the function"),
        ("optimizer", "sgd:batch=3", "the batch of a training is its batch_size"),
        ("schedule", "cosin", 'no schedule is called "cosin"'),
        ("clip_norm", -1, "clip_norm must be above 0, found -1"),
        ("clip_value", "much", "clip_value must be a number, found 'much'"),
        ("shuffle", 1, "shuffle must be true or false, found 1"),
        ("metrics", "accuracy", 'metrics must be a list of texts, such as ["accuracy"]'),
        ("metrics", ["acuracy"], "unknown metric 'acuracy'; did you mean 'accuracy'?"),
        ("metrics", ["accuracy:for=p"], "accuracy has no 'for'; write accuracy:of=NAME"),
        ("early_stopping", 0, "early_stopping must be a whole number from 1"),
        ("seed", -1, "seed must be a whole number from 0"),
        ("split_seed", 0.5, "split_seed must be a whole number from 0"),
        ("accumulate", 0, "accumulate must be a whole number from 1 to 1,000,000, found 0"),
        ("zero", "never", "zero must be true or false, found 'never'"),
        ("update", 0, "update must be true or false, found 0"),
        ("epoch", 3, "training has no 'epoch'; did you mean 'epochs'?"),
    ],
)
def test_a_wrong_setting_is_one_sentence(key: str, value: Any, sentence: str) -> None:
    with pytest.raises(TrainingError) as caught:
        check_training({key: value})
    assert sentence in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.key == key


def test_settings_of_the_optimizer_may_stand_beside_it() -> None:
    beside = read_training(
        {"data": "xor", "optimizer": "adam:lr=0.1", "schedule": "cosine:T_max=9", "clip_norm": 2}
    )
    assert str(beside.optimizer) == str(read_method("adam:lr=0.1,clip_norm=2,schedule=cosine:T_max=9"))
    with pytest.raises(TrainingError, match="clip_norm stands in the optimizer's text and in"):
        check_training({"optimizer": "sgd:clip_norm=1", "clip_norm": 2})
    with pytest.raises(TrainingError, match="schedule stands in"):
        check_training({"optimizer": "sgd:schedule=cosine", "schedule": "cosine"})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"inputs": "X"}, "the document has no input 'X'; known: x, y"),
        ({"data": "wine"}, "an example has 13 numbers for 'x', which takes 6 numbers; give 'x' rows of 13"),
        ({"data": "missing.npz"}, "the file 'missing.npz' of 'x' does not exist beside the document"),
        (
            {"data": "../examples.npz"},
            "the file of 'data' lies outside the document's folder; move it inside",
        ),
        ({"metrics": ["accuracy:of=zz"]}, "unknown node 'zz'"),
    ],
)
def test_what_does_not_fit_the_document_is_one_sentence(
    document: Document, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        trained(document, **settings)
    assert sentence in caught.value.message
    assert caught.value.source == str(document.path)


def test_a_document_that_cannot_be_trained_says_why(document: Document) -> None:
    def refused(program: str, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
        made = dataclasses.replace(parse(program, inputs, parameters), training={"data": "moons"})
        with pytest.raises(InputError) as caught:
            next(train(made))
        return caught.value.message

    x, y = np.ones((2, 2)), np.zeros(2)
    assert "training needs two inputs" in refused("L = mean(x*w)", {"x": x}, {"w": 1.0})
    assert "'x' is a single number" in refused("L = x*w + y", {"x": 1.0, "y": 1.0}, {"w": 1.0})
    assert "'L' has the shape (32,)" in refused("L = sum(x*w, axis=1) - y", {"x": x, "y": y}, {"w": 1.0})
    assert "nothing to train" in refused("L = mean(x) - mean(y)", {"x": x, "y": y}, {})
    with pytest.raises(TrainingError, match="no data to train on"):
        read_training({})


def test_a_checkpoint_of_something_else_is_refused(document: Document, tmp_path: Path) -> None:
    (tmp_path / "no.npz").write_bytes(b"nothing")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    for name, sentence in (
        ("no.npz", "this is no checkpoint of a training"),
        ("other.npz", "this is no checkpoint of a training: 'epoch' is missing"),
        ("none.npz", "there is no such file"),
    ):
        with pytest.raises(InputError, match=sentence):
            load_standing(tmp_path / name)
    _, standing = trained(document, epochs=1)[0]
    other = document.with_values({"W0": np.zeros((6, 16)), "b0": np.zeros(1)})
    with pytest.raises(InputError, match="'b0' has the shape"):
        next(train(other, start=standing))
