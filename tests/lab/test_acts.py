"""The acts of a step: gradients that add up, updates that never come, what is drawn by chance and kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph_explorer.document import Document, parse, run
from graph_explorer.engine.errors import InputError
from graph_explorer.lab.epochs import Epoch, at_step, standing_at, train
from graph_explorer.lab.standing import Standing, load_standing, save_standing
from graph_explorer.lab.training import read_training

GOLDEN = np.load(Path(__file__).parent / "golden" / "torch_2_13_0_training.npz")
NAMES = ("W0", "b0", "W1", "b1", "W2", "b2")
PLAIN = """
h = tanh(tanh(x @ W0 + b0) @ W1 + b1)
L = cross_entropy(h @ W2 + b2, y)
"""
DROPPING = """
h = dropout(tanh(x @ W0 + b0), 0.4)
k = dropout(tanh(h @ W1 + b1), 0.4)
L = cross_entropy(k @ W2 + b2, y)
"""
NORMALISING = """
z = batch_norm(x @ W0 + b0, s, c, m, v)
h = tanh(tanh(z) @ W1 + b1)
L = cross_entropy(h @ W2 + b2, y)
"""
SETTINGS: Mapping[str, Any] = {"data": "examples.npz", "split": 0.8, "batch_size": 12, "epochs": 5, "seed": 5}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.savez(tmp_path / "examples.npz", x=GOLDEN["x"], y=GOLDEN["y"])
    return tmp_path


def document(folder: Path, program: str = PLAIN, **parameters: Any) -> Document:
    given = {name: GOLDEN[name] for name in NAMES}
    made = parse(program, {"x": GOLDEN["x"][:4], "y": GOLDEN["y"][:4]}, {**given, **parameters})
    return dataclasses.replace(made, path=folder / "network.toml", training=dict(SETTINGS))


def trained(made: Document, **settings: Any) -> list[tuple[Epoch, Standing]]:
    return list(train(made, read_training({**made.training, **settings})))


def packed(values: Mapping[str, Any], names: tuple[str, ...] = NAMES) -> Any:
    return np.concatenate([np.ravel(values[name]) for name in names])


# ── updates and zeros ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("place", range(len(GOLDEN["added"])), ids=GOLDEN["added"].tolist())
def test_gradients_that_add_up_do_so_as_in_pytorch(folder: Path, place: int) -> None:
    optimizer, option = str(GOLDEN["added"][place]).split(" ")
    settings = {"accumulate": 4} if option == "accumulate" else {"zero": False}
    epochs = trained(document(folder), optimizer=optimizer, epochs=40, split=1.0, **settings)
    losses = np.concatenate([epoch.losses for epoch, _ in epochs])
    np.testing.assert_allclose(losses, GOLDEN["added_losses"][place], rtol=1e-7)


@pytest.mark.parametrize("optimizer", ["sgd:lr=0.1", "adam:lr=0.01,schedule=cosine"])
def test_small_batches_that_are_averaged_are_one_large_batch(folder: Path, optimizer: str) -> None:
    made = document(folder)
    large = trained(made, batch_size=12, optimizer=optimizer)[-1][1]
    small = trained(made, batch_size=3, accumulate=4, optimizer=optimizer)[-1][1]
    assert small.step == 4 * large.step
    np.testing.assert_allclose(packed(small.parameters), packed(large.parameters), rtol=1e-10)
    assert small.gradient == {}


def test_without_zeroing_the_gradient_is_the_sum_of_all(folder: Path) -> None:
    made = document(folder)
    last = trained(made, zero=False, optimizer="sgd:lr=0.001", epochs=3)[-1]
    total = np.zeros(sum(GOLDEN[name].size for name in NAMES))
    for step in range(12):
        opened = at_step(
            made, read_training({**SETTINGS, "zero": False, "optimizer": "sgd:lr=0.001"}), step=step
        )
        trace = run(opened)
        total += packed({name: trace.gradient(name) for name in NAMES})
    np.testing.assert_allclose(packed(last[1].gradient), total, rtol=1e-10, atol=1e-15)
    assert last[0].gradient_norms["W0"] == pytest.approx(np.linalg.norm(last[1].gradient["W0"]))


def test_without_an_update_nothing_moves(folder: Path) -> None:
    made = document(folder)
    epochs = trained(made, update=False, optimizer="adam:lr=0.1", epochs=3)
    for epoch, standing in epochs:
        np.testing.assert_array_equal(packed(standing.parameters), packed(GOLDEN))
        assert epoch.loss == epochs[0][0].loss
        assert set(epoch.update_ratios.values()) == {0.0}
        assert min(epoch.gradient_norms.values()) > 0


def test_an_epoch_without_an_update_is_an_epoch(folder: Path) -> None:
    epoch, standing = trained(document(folder), accumulate=100, epochs=1, optimizer="sgd:lr=0.3")[0]
    assert epoch.learning_rate == 0.3
    np.testing.assert_array_equal(packed(standing.parameters), packed(GOLDEN))
    assert np.linalg.norm(packed(standing.gradient)) > 0


@pytest.mark.parametrize(
    ("program", "settings"),
    [
        (PLAIN, {"accumulate": 3, "optimizer": "sgd:lr=0.1,schedule=plateau:patience=0"}),
        (PLAIN, {"zero": False, "optimizer": "momentum:lr=0.001"}),
        (DROPPING, {"optimizer": "adam:lr=0.01"}),
        (NORMALISING, {"optimizer": "adam:lr=0.01"}),
    ],
    ids=["accumulated", "not zeroed", "dropout", "normalised"],
)
@pytest.mark.parametrize("step", [1, 7, 8])
def test_a_pause_changes_no_bit(folder: Path, program: str, settings: dict[str, Any], step: int) -> None:
    made = document(folder, program, **NORMAL if program is NORMALISING else {})
    training = read_training({**SETTINGS, **settings})
    through = list(train(made, training))[-1]
    save_standing(standing_at(made, training, step=step), folder / "here.npz")
    again = list(train(made, training, start=load_standing(folder / "here.npz")))[-1]
    assert again[0].loss == through[0].loss
    np.testing.assert_array_equal(again[1].losses, through[1].losses)
    assert again[1].parameters.keys() == through[1].parameters.keys()
    for part in ("parameters", "gradient"):
        for name, value in getattr(through[1], part).items():
            np.testing.assert_array_equal(getattr(again[1], part)[name], value, err_msg=f"{part} {name}")


# ── chance ────────────────────────────────────────────────────────────────────────────────────


def masks(opened: Document) -> tuple[Any, Any]:
    trace = run(opened)
    return trace.value("h") != 0, trace.value("k") != 0


def test_each_step_leaves_out_other_units_and_opens_with_these(folder: Path) -> None:
    made = document(folder, DROPPING)
    losses = trained(made)[-1][1].losses
    seen = [masks(at_step(made, step=step)) for step in range(8)]
    for step in range(8):
        assert run(at_step(made, step=step)).value("L") == losses[step]
    first = [kept for kept, _ in seen]
    assert len({kept.tobytes() for kept in first}) == len(first)
    assert np.mean(first) == pytest.approx(0.6, abs=0.03)
    assert (seen[0][0][:, :8] != seen[0][1]).any()  # two nodes of the same seed draw each their own
    other = masks(at_step(made, read_training({**SETTINGS, "seed": 6}), step=0))
    assert (other[0] != first[0]).any()


def test_the_document_itself_draws_as_before(folder: Path) -> None:
    made = document(folder, DROPPING)
    before = run(made).value("L")
    trained(made, epochs=1)
    assert run(made).value("L") == before
    assert run(at_step(made, step=0).with_seeds({})).value("L") != run(at_step(made, step=0)).value("L")


def test_validation_leaves_nothing_out(folder: Path) -> None:
    epoch, standing = trained(document(folder, DROPPING), epochs=1)[0]
    plain = document(folder).with_values(standing.parameters)
    rows = np.random.default_rng((0, 2)).permutation(60)
    for part, loss in ((rows[:48], epoch.loss), (rows[48:], epoch.validation_loss)):
        part = np.sort(part)
        tried = plain.with_values({"x": GOLDEN["x"][part], "y": GOLDEN["y"][part]})
        assert run(tried).value("L") == pytest.approx(loss, rel=1e-12)


def test_a_dropout_that_is_off_draws_nothing(folder: Path) -> None:
    made = document(folder, DROPPING.replace("0.4", "0.4, training=False"))
    assert dict(at_step(made, step=3).seeds) == {}
    alike = trained(document(folder), epochs=1)[0][1].losses
    np.testing.assert_allclose(trained(made, epochs=1)[0][1].losses, alike, rtol=1e-12)


# ── what batch normalisation remembers ────────────────────────────────────────────────────────

NORMAL = {"s": np.ones(16), "c": np.zeros(16), "m": np.zeros(16), "v": np.ones(16)}


def test_moments_follow_the_batches_and_serve_for_validation(folder: Path) -> None:
    made = document(folder, NORMALISING, **NORMAL)
    epoch, standing = trained(made, epochs=2, optimizer="adam:lr=0.01,weight_decay=0.1")[-1]
    mean, variance = np.zeros(16), np.ones(16)
    training = read_training({**SETTINGS, "epochs": 2, "optimizer": "adam:lr=0.01,weight_decay=0.1"})
    for step in range(8):
        opened = at_step(made, training, step=step)
        np.testing.assert_allclose(opened.parameters["m"].array, mean, rtol=1e-12)
        z = opened.inputs["x"].array @ opened.parameters["W0"].array + opened.parameters["b0"].array
        mean, variance = 0.9 * mean + 0.1 * z.mean(axis=0), 0.9 * variance + 0.1 * z.var(axis=0)
    np.testing.assert_allclose(standing.parameters["m"], mean, rtol=1e-12)
    np.testing.assert_allclose(standing.parameters["v"], variance, rtol=1e-12)
    assert {"m", "v"}.isdisjoint(epoch.gradient_norms)
    rows = np.sort(np.random.default_rng((0, 2)).permutation(60)[48:])
    tried = document(folder, NORMALISING.replace("m, v", "m, v, training=False"), **NORMAL)
    tried = tried.with_values({**standing.parameters, "x": GOLDEN["x"][rows], "y": GOLDEN["y"][rows]})
    assert run(tried).value("L") == pytest.approx(epoch.validation_loss, rel=1e-12)


def test_two_normalisations_share_no_moments(folder: Path) -> None:
    twice = NORMALISING.replace("tanh(z)", "tanh(batch_norm(z, s, c, m, v))")
    with pytest.raises(InputError, match="'m' cannot hold what two normalisations remember"):
        trained(document(folder, twice, **NORMAL))


def test_without_moments_the_examples_shown_serve(folder: Path) -> None:
    made = document(folder, NORMALISING.replace(", m, v", ""), s=np.ones(16), c=np.zeros(16))
    epoch, standing = trained(made, epochs=1)[0]
    rows = np.sort(np.random.default_rng((0, 2)).permutation(60)[48:])
    tried = made.with_values({**standing.parameters, "x": GOLDEN["x"][rows], "y": GOLDEN["y"][rows]})
    assert run(tried).value("L") == pytest.approx(epoch.validation_loss, rel=1e-12)
